"""Preference: do the two sides of a pair differ in anything that can be learned."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from dslint.facts.batch import joined
from dslint.formats import FORMATS
from dslint.model import Hit, Record

_SAID = ("role", "content", "tool_calls", "function_call")
"""What a side says; a `weight` or a `name` beside it makes no difference."""


def same(record: Record) -> Iterator[Hit]:
    """Find pairs whose sides say the same, to the letter."""
    one, other, pointer = _sides(record)
    if one and one == other:
        yield Hit(pointer)


def alike(record: Record) -> Iterator[Hit]:
    """Find pairs whose sides differ in spacing and in the last stop only."""
    one, other, pointer = _sides(record)
    if one and one != other and len(one) == len(other) and _bare(one) == _bare(other):
        yield Hit(pointer)


def _sides(record: Record) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    sides: dict[str, list[dict[str, Any]]] = {"preferred": [], "non_preferred": []}
    pointer = ""
    for turn in FORMATS[record.format].turns(record.data):
        if turn.part in sides:
            said = {key: turn.message.get(key) for key in _SAID}
            said["content"] = _text(said["content"])
            sides[turn.part].append(said)
            if turn.part == "non_preferred":
                pointer = pointer or turn.pointer
    return sides["preferred"], sides["non_preferred"], pointer


def _text(content: Any) -> Any:
    """Return a list of text parts as the text that it is."""
    if isinstance(content, list) and all(
        isinstance(part, dict) and part.get("type") == "text" for part in content
    ):
        return joined(content)
    return content


def _bare(side: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**said, "content": _normal(said["content"])} for said in side]


def _normal(content: Any) -> Any:
    if not isinstance(content, str):
        return content
    return " ".join(unicodedata.normalize("NFKC", content).split()).rstrip(" .!。！")
