"""Checks of prompt/completion files: what a file's prompts, and its completions, have in common."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dslint.facts.files import FileFacts
from dslint.facts.pairs import MARK, Lines, Pairs, Side
from dslint.model import Hit

SHARE = 0.9
"""The share of texts that must end alike for the others to be exceptions."""

FEWEST = 10
"""Texts from which they can be said to have nothing in common."""


class End(NamedTuple):
    """What most texts of a side end with; how many do not, and the first of their lines (or 0)."""

    text: str
    without: int = 0
    first: int = 0


def identical_prompts(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where all prompts are one and the same."""
    if file.pairs and _is_one(file.pairs.prompts):
        yield Hit(values={"rows": file.pairs.prompts.rows})


def identical_completions(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where all completions are one and the same."""
    if file.pairs and _is_one(file.pairs.completions):
        yield Hit(values={"rows": file.pairs.completions.rows})


def prompts_end_differently(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where prompts have no end in common that could tell the model to begin."""
    pairs = _enough(file)
    if pairs and not _is_one(pairs.prompts) and not _end(pairs.prompts).text:
        yield Hit(values={"rows": pairs.prompts.rows})


def separator_missing(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where most prompts end with a separator and some don't."""
    if pairs := _enough(file):
        yield from _exceptions(pairs.prompts)


def completions_end_differently(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where completions of more than a label have no end in common."""
    pairs = _enough(file)
    if pairs and not _is_label(pairs.completions) and not _end(pairs.completions).text:
        yield Hit(values={"rows": pairs.completions.rows})


def stop_sequence_missing(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where most completions end with a stop sequence and some don't."""
    if pairs := _enough(file):
        yield from _exceptions(pairs.completions)


def old_stop_sequence(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where completions end with a model's own end token, written out."""
    if file.pairs is None:
        return
    side = file.pairs.completions
    ends = [lines for mark, lines in side.marks.items() if mark.rstrip().endswith(END_TOKENS)]
    rows = sum(lines.rows for lines in ends)
    token = next(
        (token for mark in side.marks for token in END_TOKENS if mark.rstrip().endswith(token)), ""
    )
    if not rows and (side.ends or "").rstrip().endswith("</s>"):
        token, rows = "</s>", side.rows
    if rows:
        yield Hit(values={"token": token, "rows": rows, "of": side.rows})


def separator_inside(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where the end that prompts have in common stands in some of them before."""
    pairs = _enough(file)
    if not pairs or _is_one(pairs.prompts):
        return
    separator = _end(pairs.prompts).text
    found = Lines()
    for length, lines in sorted(pairs.inside.items()):
        if separator and len(separator) <= min(length, MARK):
            found.rows += lines.rows
            found.first = min(found.first or lines.first, lines.first)
    if found.rows:
        values = {"separator": _shown(separator), "rows": found.rows, "of": pairs.prompts.rows}
        yield Hit(values=values, line=found.first)


def common_prompt_start(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield a hit where all prompts begin with the same long text."""
    if pairs := _enough(file):
        yield from _start(pairs.prompts, limits["option_characters"])


def common_completion_start(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield a hit where all completions begin with the same text."""
    if pairs := _enough(file):
        yield from _start(pairs.completions, limits["option_characters"])


def mixed_leading_space(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where some completions begin with a space and others with a letter."""
    if file.pairs is None:
        return
    starts = file.pairs.completions.starts
    space, letter = starts.get("space", Lines()), starts.get("letter", Lines())
    # a few that begin with a space among many that don't may be indented code
    if space.rows and letter.rows and space.rows * 20 >= letter.rows:
        fewer = min(space, letter, key=lambda lines: lines.rows)
        yield Hit(values={"with": space.rows, "without": letter.rows}, line=fewer.first)


def glued_completion(file: FileFacts) -> Iterator[Hit]:
    """Yield a hit where a word follows the prompt with nothing between."""
    if file.pairs and file.pairs.glued.rows:
        glued = file.pairs.glued
        values = {"rows": glued.rows, "of": file.pairs.completions.rows}
        yield Hit(values=values, line=glued.first)


END_TOKENS = ("<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|end_of_text|>")
_LETTERS = string.ascii_letters + string.digits
_PROSE = frozenset(".?!:;,)\"'`*_…。？！：；，）”’」』»") | {""}


def _enough(file: FileFacts) -> Pairs | None:
    return file.pairs if file.pairs and file.pairs.prompts.rows >= FEWEST else None


def _is_one(side: Side) -> bool:
    return side.rows > 1 and side.same and not side.empty


def _is_label(side: Side) -> bool:
    return side.characters < 20 * side.rows


def _end(side: Side) -> End:
    """Return what the texts of a side end with: all of them, or else nearly all.

    Punctuation of prose is no separator: that most questions end with `?` says nothing.
    """
    common = _from_a_word_on(side.ends or "")
    if not set(common) <= _PROSE:
        return End(common)
    shared: dict[str, list[Lines]] = {}
    for mark, lines in side.marks.items():
        for at in range(len(mark)):
            shared.setdefault(mark[at:], []).append(lines)
    counts = {
        mark: rows
        for mark, each in shared.items()
        if (rows := sum(lines.rows for lines in each)) >= SHARE * side.rows
        and not set(mark) <= _PROSE
    }
    if not counts:
        return End("")
    best = max(counts, key=len)
    others = [lines.first for mark, lines in side.marks.items() if not mark.endswith(best)]
    return End(best, side.rows - counts[best], min(others, default=0))


def _from_a_word_on(ends: str) -> str:
    """Leave out the end of a word that texts happen to share before what they end with."""
    whole = ends.lstrip(_LETTERS) if ends.isascii() else ends
    return whole or (ends if len(ends) > 2 else "")


def _exceptions(side: Side) -> Iterator[Hit]:
    end = _end(side)
    if end.without:
        values = {"end": _shown(end.text), "rows": end.without, "of": side.rows}
        yield Hit(values=values, line=end.first or None)


def _start(side: Side, fewest: int) -> Iterator[Hit]:
    if side.begins and len(side.begins) >= fewest and not side.same:
        yield Hit(values={"start": _shown(side.begins), "rows": side.rows})


def _shown(text: str) -> str:
    """Write a text so that its white space can be seen."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
