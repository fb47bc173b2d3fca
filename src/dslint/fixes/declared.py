"""Fixes that a page declares with a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dslint.fixes.places import ABSENT, at, texts
from dslint.model import (
    Drop,
    Edit,
    Fix,
    Quote,
    Record,
    Remove,
    Rename,
    Replace,
    Rule,
    Splice,
    Unquote,
)


def declared(rule: Rule, record: Record, pointer: str) -> Iterator[Edit]:
    """Yield the edits of the fix of `rule`, which found something at `pointer`."""
    fix = rule.fix
    match fix and fix.word:
        case None | "repair":  # what is repaired is bytes, before there is a record
            return
        case "drop":
            yield Drop()
        case "strip":
            yield from _stripped(record, pointer)
        case "cut" | "replace":
            mark = re.compile(rule.mark or "")
            for place, text in texts(record.data, pointer):
                for found in mark.finditer(text):
                    if found[0]:
                        yield Splice(place, found.start(), found.end(), _text(fix))
        case _ if fix and pointer and at(record.data, pointer) is not ABSENT:
            yield _whole(fix, pointer)


def _text(fix: Fix | None) -> str:
    return fix.value if fix and fix.value else ""


def _whole(fix: Fix, pointer: str) -> Edit:
    match fix.word:
        case "set":
            return Replace(pointer, fix.value)
        case "rename":
            return Rename(pointer, fix.value)
        case "quote":
            return Quote(pointer)
        case "unquote":
            return Unquote(pointer)
        case _:
            return Remove(pointer)


def _stripped(record: Record, pointer: str) -> Iterator[Edit]:
    """Yield what takes the white space off the ends of a text; of parts, off the first and last."""
    found = list(texts(record.data, pointer))
    if not found:
        return
    (first, text), (last, end) = found[0], found[-1]
    lead = len(text) - len(text.lstrip())
    tail = len(end.rstrip())
    if lead:
        yield Splice(first, 0, lead)
    if tail < len(end) and not (first == last and tail <= lead):
        yield Splice(last, tail, len(end))
