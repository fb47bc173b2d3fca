"""Fixes of texts: what was decoded wrongly, and line ends that are not line feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dslint.facts.characters import ZERO_WIDTH
from dslint.facts.mojibake import passages
from dslint.fixes.places import texts
from dslint.model import Edit, Record, Splice

_WINDOWS = re.compile(r"\r+\n")


def mojibake(record: Record, pointer: str) -> Iterator[Edit]:
    """Put passages right that were decoded wrongly: the round trip says what their bytes are."""
    for place, text in texts(record.data, pointer):
        for start, end, meant in passages(text):
            yield Splice(place, start, end, meant)


def line_feeds(record: Record, pointer: str) -> Iterator[Edit]:
    """Write Windows line ends as line feeds; not where a carriage return stands alone, which may
    be anything.
    """
    found = list(texts(record.data, pointer))
    if any("\r" in _WINDOWS.sub("", text) for _, text in found):
        return
    for place, text in found:
        for each in _WINDOWS.finditer(text):
            yield Splice(place, each.start(), each.end() - 1)


def zero_width(record: Record, pointer: str) -> Iterator[Edit]:
    """Take away characters of no width, but for those that a script needs."""
    for place, text in texts(record.data, pointer):
        for found in ZERO_WIDTH.finditer(text):
            yield Splice(place, found.start(), found.end())
