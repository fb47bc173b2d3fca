"""Texts as sets of short runs of words, by which they are found alike though not the same; and
without case, spacing and punctuation, by which they are found the same though not written so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.hashes import canonical

if TYPE_CHECKING:
    from dslint.facts.letters import Runs

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts that are written without spaces between words: each character is a word here."""

_WORD = rf"[{UNSPACED}]|[[\p{{L}}\p{{N}}\p{{M}}]--[{UNSPACED}]]+"
_SEED, _RUN = 44, 55
_STEPS = (
    0x9E3779B97F4A7C15,
    0xBF58476D1CE4E5B9,
    0x94D049BB133111EB,
    0xD6E8FEB86659FD93,
    0xA0761D6478BD642F,
)


def words(texts: pl.Series) -> pl.Series:
    """Return the words of each text, in lower case, as lists; punctuation is none."""
    return texts.str.to_lowercase().str.extract_all(_WORD)


def flat(texts: pl.Series) -> pl.DataFrame:
    """Return a row for each word of each text: `row`, which text it is from; `word`, its hash;
    `left`, how many words are left in the text, with it.
    """
    lists = words(texts)
    counts = lists.list.len().cast(pl.Int64)
    kept = pl.DataFrame({"row": pl.int_range(len(texts), eager=True), "count": counts}).filter(
        pl.col("count") > 0
    )
    ends = kept["count"].cum_sum()
    of = pl.DataFrame({"row": kept["row"], "end": ends}).select(
        pl.all().repeat_by(kept["count"]).explode()
    )
    each = lists.filter(counts > 0).explode()
    return pl.DataFrame(
        {
            "row": of["row"],
            "word": each.hash(_SEED),
            "left": of["end"] - pl.int_range(len(of), eager=True),
        }
    )


def runs(frame: pl.DataFrame, length: int) -> pl.Series:
    """Return the hash of the run of `length` words (fewer, where the text ends) from each word."""
    total = frame["word"] * _STEPS[0]
    for ahead in range(1, length):
        step = _STEPS[ahead % len(_STEPS)] + 2 * (ahead // len(_STEPS))
        total += (frame["word"].shift(-ahead, fill_value=0) * step).set(frame["left"] <= ahead, 0)
    return total.hash(_RUN)


def shingles(texts: Sequence[str]) -> Runs:
    """Return the shingles of each text, as hashes of 64 bits. A text that is shorter than a shingle
    is one; a text without words has none.

    Where most letters take three bytes, as in Chinese, Japanese, Korean, Thai and Hindi, all
    shingles of a text are of characters. Needs numpy.
    """
    from dslint.facts import letters

    dense = [at for at, text in enumerate(texts) if not text.isascii() and _is_dense(text)]
    if not dense:
        return letters.runs(texts, dense=False)
    if len(dense) == len(texts):
        return letters.runs(texts, dense=True)
    others = sorted({*range(len(texts))} - {*dense})
    return letters.merged(
        letters.runs([texts[at] for at in others], dense=False),
        letters.runs([texts[at] for at in dense], dense=True),
        dense,
    )


def _is_dense(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) > 2 * len(text)


def bodies(batch: Batch) -> list[str]:
    """Return what each record says: the texts and calls of its messages but those from system,
    which many records share; the line itself, where there are no messages.
    """
    texts, starts = batch.texts, batch.starts
    spoken = [
        None if role in ("system", "developer") else text
        for text, role in zip(texts, batch.roles, strict=True)
    ]
    for turn, own in _calls(batch).items():
        if batch.roles[turn] not in ("system", "developer"):
            spoken[turn] = "\n".join(filter(None, [texts[turn], *own]))
    return [
        "\n".join(filter(None, spoken[start:end]))
        or "\n".join(filter(None, texts[start:end]))
        or record.raw.decode("utf-8", "replace")
        for record, (start, end) in zip(batch.records, pairwise(starts), strict=True)
    ]


def _calls(batch: Batch) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for call in batch.calls:
        found.setdefault(call.turn, []).append(canonical(call.function).decode("utf-8", "replace"))
    return found


def normalised(text: str) -> str:
    """Return a text without what few would see: its letters in one case and, by NFKC, in one form,
    a single space for whatever white space and punctuation there is.

    A minus before a number stays, and so does what punctuation divides: `1.5` is not `15`.
    """
    unseen, blank = _classes()
    folded = unseen.sub("", unicodedata.normalize("NFKC", text).casefold())
    return blank.sub(" ", folded).strip()


@cache
def _classes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what can't be seen at all, and what stands for white space and punctuation."""
    kinds: dict[str, list[str]] = {}
    for code in range(0x20000):  # beyond are ideographs
        kinds.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    blank = (each for kind in _BLANK for each in kinds[kind] if each not in "-−")
    plain, unseen = ("".join(map(re.escape, each)) for each in (blank, kinds["Cf"]))
    return re.compile(f"[{unseen}]+"), re.compile(rf"(?:[{plain}]|[-−](?!\d)|(?<=\w)[-−])+")


_BLANK = ("Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Zs", "Zl", "Zp", "Cc")


def plainly(value: Any) -> Any:
    """Return a JSON value with all its texts normalised; keys, roles and numbers stay."""
    if isinstance(value, str):
        return normalised(value)
    if isinstance(value, dict):
        return {
            key: each if key in ("role", "from") else plainly(each) for key, each in value.items()
        }
    if isinstance(value, list):
        return list(map(plainly, value))
    return value
