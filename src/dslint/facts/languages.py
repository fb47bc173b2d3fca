"""The languages and scripts of texts: of a sample that is the same however the data is cut."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dslint.facts.batch import Batch

NEEDS = "dslint[lang]"
"""What tells languages: py3langid, 97 languages and more by their ISO 639 codes, without the
network.
"""

SIZE = 1_000
"""Answers of a sample."""

LONGEST = 300
"""Characters of an answer that are looked at."""

FEWEST = 20
"""Letters from which a language can be told."""

SURE = 0.6
"""The probability from which it is: code and lists of names have less."""

UNTOLD = "?"

_FENCE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)


@dataclass(slots=True)
class Sample:
    """What the rows with the lowest checksums teach: the same ones whatever was read first."""

    texts: list[tuple[int, str]] = field(default_factory=list)
    rows: int = 0

    def join(self, later: Sample) -> None:
        """Take in that of other rows."""
        self.texts = nsmallest(SIZE, [*self.texts, *later.texts])
        self.rows += later.rows


def sample(batch: Batch) -> Sample:
    """Return a sample of what the records of a batch teach, a text a record."""
    said: dict[int, list[str]] = {}
    parts, owners, texts = batch.parts, batch.owners, batch.texts
    for at in batch.learned:
        if parts[at] != "non_preferred" and (text := texts[at]):
            said.setdefault(owners[at], []).append(text)
    rows = ((zlib.crc32(batch.records[at].raw.strip()), at) for at in said)
    # answers of equal rows are equal: which of them are kept does not matter
    kept = nsmallest(SIZE, rows)
    return Sample([(mark, prose("\n".join(said[at]))) for mark, at in kept], len(said))


def prose(text: str) -> str:
    """Return the beginning of a text without its code and addresses."""
    start = text[: 4 * LONGEST]
    return (_FENCE.sub(" ", start) if "`" in start or "://" in start else start)[:LONGEST]


def available() -> bool:
    """Say whether languages can be told."""
    return importlib.util.find_spec("py3langid") is not None


@cache
def _identifier() -> Any:
    from py3langid import langid  # type: ignore[import-untyped]  # takes 2.5 s

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)


def languages(texts: Sequence[str]) -> Counter[str]:
    """Return in how many texts each language is; `?` has those that are too short, or no prose."""
    return Counter(map(_language, texts))


def _language(text: str) -> str:
    letters = sum(map(str.isalpha, text))
    dense = not text.isascii() and script(text) in ("Han", "Japanese", "Korean")
    if letters < (FEWEST // 4 if dense else FEWEST):
        return UNTOLD
    name, sure = _identifier().classify(text)
    return str(name) if sure >= SURE else UNTOLD


_NAMES = {"Cjk": "Han", "Hiragana": "Japanese", "Katakana": "Japanese", "Hangul": "Korean"}


@cache
def _script(char: str) -> str:
    name = unicodedata.name(char, "Unknown").split()[0].split("-")[0].capitalize()
    return _NAMES.get(name, name)


def script(text: str) -> str:
    """Return the script of most letters of a text, by the names that Unicode has for them; `?`
    without letters. Any kana make a text Japanese.
    """
    found = Counter(_script(char) for char in text if char.isalpha())
    if not found:
        return UNTOLD
    if "Japanese" in found and found["Japanese"] * 10 >= found.total():
        return "Japanese"
    return min(found, key=lambda name: (-found[name], name))


def scripts(texts: Iterable[str]) -> Counter[str]:
    """Return in how many texts each script is."""
    return Counter(map(script, texts))
