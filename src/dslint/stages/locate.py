"""Reads again the rows of the findings that are shown: their column, an excerpt, and what a record
is known by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import orjson

from dslint.facts.hashes import line_hash
from dslint.facts.privacy import masked
from dslint.jsonl import locate as places
from dslint.model import Excerpt
from dslint.stages.files import File
from dslint.stages.scan import Raised

BEFORE, AFTER = 40, 80
"""Characters of a line that an excerpt has before and after the place it is about."""

WHOLE, AROUND = 65_536, 8_192
"""Characters up to which a line is masked as a whole; how much of a longer one, on both sides of an
excerpt: more than any private key has."""


class Place(NamedTuple):
    """A row's place as a person counts, an excerpt, and the record's content hash."""

    line: int
    column: int
    end_column: int
    excerpt: Excerpt | None
    record: str


Wanted = tuple[Raised, str | None]
"""A hit, and the expression that narrows its place."""


def locate(file: File, wanted: Iterable[Wanted], excerpts: str) -> dict[Wanted, Place]:
    """Find the places of a file's hits; `excerpts` is none, masked or full."""
    by_line: dict[int, list[Wanted]] = {}
    for each in wanted:
        if each[0].line:
            by_line.setdefault(each[0].line, []).append(each)
    found: dict[Wanted, Place] = {}
    if not by_line:
        return found
    for number, raw in file.rows_at(sorted(by_line)):
        record = line_hash(raw)
        shown = _shown(raw, excerpts)
        for each in by_line[number]:
            raised, mark = each
            start, end = _span(raw, raised, raised.mark or mark)
            line, column = places.position(raw, start, file.line_of(number))
            end_line, end_column = places.position(raw, end, file.line_of(number))
            if end_line > line:
                end_column = column + 1
            if file.table:  # the row's JSON is dslint's: its columns are nobody's
                column, end_column = 1, 2
            found[each] = Place(
                line,
                column,
                max(end_column, column + 1),
                _excerpt(raw, start, end, shown) if shown else None,
                record,
            )
    return found


def _span(raw: bytes, raised: Raised, mark: str | None) -> tuple[int, int]:
    if raised.span is not None:
        return raised.span
    found = places.locate(raw, raised.pointer) or (0, len(raw.rstrip()))
    if mark is None:
        return found
    for literal in re.finditer(rb'"(?:[^"\\]|\\.)*"', raw[found[0] : found[1]]):
        begin = found[0] + literal.start()
        try:
            text = orjson.loads(literal[0])
        except ValueError:
            continue
        narrow = re.search(mark, text)
        if narrow:
            return places.within(
                raw, (begin, begin + len(literal[0])), narrow.start(), narrow.end()
            )
    return found


def _shown(raw: bytes, excerpts: str) -> Callable[[int, int], str] | None:
    """Return what cuts a window out of a line, from one character to another, with secrets covered,
    and personal data unless `excerpts` is full; None where it is none.
    """
    if excerpts == "none":
        return None
    personal = excerpts == "masked"
    text = raw.decode("utf-8", "replace")
    if len(text) <= WHOLE:
        line = masked(text, personal=personal)
        return lambda begin, finish: line[begin:finish]

    def cut(begin: int, finish: int) -> str:
        # what surrounds the window decides whether a part of it is a secret
        before = max(0, begin - AROUND)
        around = masked(text[before : finish + AROUND], personal=personal)
        return around[begin - before : finish - before]

    return cut


def _excerpt(raw: bytes, start: int, end: int, shown: Callable[[int, int], str]) -> Excerpt:
    """Cut a window of the line around a place."""
    text = raw.decode("utf-8", "replace")
    first = len(raw[:start].decode("utf-8", "replace"))
    last = max(first + 1, len(raw[:end].decode("utf-8", "replace")))
    begin, finish = max(0, first - BEFORE), min(len(text), first + AFTER)
    window = shown(begin, finish)
    begins = text.rfind("\n", 0, first) + 1
    if begins > begin:
        window, begin = window[begins - begin :], begins
    window = window.split("\n", 1)[0]
    lead, tail = (
        "…" if begin > begins else "",
        "…" if begin + len(window) < len(text.rstrip()) else "",
    )
    offset = first - begin + len(lead)
    return Excerpt(
        lead + window + tail, offset, max(offset + 1, min(last - begin, len(window)) + len(lead))
    )
