"""Fixes of chats: roles that a target takes, turns that nobody learns, keys that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dslint.checks.chat import misspelt_keys
from dslint.fixes.places import ABSENT, at, parent
from dslint.formats import FORMATS
from dslint.model import Edit, Record, Remove, Rename, Replace, Splice

_BETWEEN = "\n\n"
_PLAIN = {"role", "content"}


def role_taken(record: Record, pointer: str, limits: Mapping[str, Any]) -> Iterator[Edit]:
    """Say `system` for `developer`, which means the same, where the target takes the one only."""
    taken = limits["limit_roles"] or ()
    if at(record.data, pointer) == "developer" and "system" in taken:
        yield Replace(pointer, "system")


def last_turns(record: Record, pointer: str) -> Iterator[Edit]:
    """Take away what comes after the assistant's last message."""
    turns = [each for each in FORMATS[record.format].turns(record.data) if each.part == "messages"]
    kept = [at for at, turn in enumerate(turns) if turn.message.get("role") == "assistant"]
    for turn in turns[kept[-1] + 1 :] if kept else ():
        if turn.index is not None and at(record.data, turn.pointer) is not ABSENT:
            yield Remove(turn.pointer)


def message(record: Record, pointer: str) -> Iterator[Edit]:
    """Take away the message in which something was found."""
    place = pointer
    while place and not (
        type(at(record.data, place)) is dict and type(at(record.data, parent(place)[0])) is list
    ):
        place = parent(place)[0]
    if place:
        yield Remove(place)


def merged(record: Record, pointer: str) -> Iterator[Edit]:
    """Put a message behind the one before it, of the same role, with an empty line between."""
    place = parent(pointer)[0]
    above, index = parent(place)
    if not index.isdecimal() or index == "0":
        return
    before = f"{above}/{int(index) - 1}"
    first, second = at(record.data, before), at(record.data, place)
    if _is_plain(first) and _is_plain(second) and first["role"] == second["role"]:
        end = len(first["content"])
        yield Splice(f"{before}/content", end, end, _BETWEEN + second["content"])
        yield Remove(place)


def _is_plain(message: object) -> bool:
    return (
        type(message) is dict
        and message.keys() == _PLAIN
        and type(message["content"]) is str
        and type(message["role"]) is str
    )


def key(record: Record, pointer: str) -> Iterator[Edit]:
    """Give a key the name that it nearly has."""
    for hit in misspelt_keys(record):
        if hit.pointer == pointer:
            yield Rename(pointer, str(hit.values["near"]))
