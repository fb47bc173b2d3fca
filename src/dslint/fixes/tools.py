"""Fixes of tool calls: arguments in the form that is asked for, ids that belong together."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import orjson

from dslint.fixes.places import ABSENT, at, parent
from dslint.jsonl.repair import REPAIRED, repaired
from dslint.model import Edit, Insert, Quote, Record, Remove, Replace, Unquote

_PLACES = ("/messages", "/input/messages", "/preferred_output", "/non_preferred_output")
_LETTERS = string.digits + string.ascii_letters
_SAFE = REPAIRED - {"nan-or-infinity", "concatenated-objects"}
_NO_PARAMETERS = {"type": "object", "properties": {}}


def as_text(record: Record, pointer: str) -> Iterator[Edit]:
    """Write arguments as the text of their JSON, as it stands there."""
    if type(at(record.data, pointer)) is dict:
        yield Quote(pointer)


def as_object(record: Record, pointer: str) -> Iterator[Edit]:
    """Write arguments as the object that their text holds, as it stands there."""
    if type(_loaded(at(record.data, pointer))) is dict:
        yield Unquote(pointer)


def once(record: Record, pointer: str) -> Iterator[Edit]:
    """Undo one encoding too many."""
    inner = _loaded(at(record.data, pointer))
    if type(inner) is str:
        yield Replace(pointer, inner)


def mended(record: Record, pointer: str) -> Iterator[Edit]:
    """Write arguments as the JSON that they can only mean; `{}` where there are none."""
    found = at(record.data, pointer)
    if type(found) is not str:
        return
    objects = repaired(found.encode("utf-8", "surrogatepass"), _SAFE)
    if not found.strip():
        yield Replace(pointer, "{}")
    elif objects and len(objects) == 1:
        yield Replace(pointer, objects[0].decode())


def _loaded(text: object) -> Any:
    try:
        return orjson.loads(text) if type(text) is str else ABSENT
    except ValueError:
        return ABSENT


def same_tool(record: Record, pointer: str) -> Iterator[Edit]:
    """Take away a tool that an earlier one is in all its parts."""
    place = pointer.removesuffix("/name").removesuffix("/function")
    above, index = parent(place)
    tools = at(record.data, above)
    if type(tools) is list and index.isdecimal():
        own = _text(tools[int(index)])
        if own and any(_text(each) == own for each in tools[: int(index)]):
            yield Remove(place)


def _text(value: Any) -> bytes:
    """Return what tells values apart, in whatever order their keys are; nothing of deep ones."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return b""


def parameters(record: Record, pointer: str) -> Iterator[Edit]:
    """Say that a function takes no parameters, where it says nothing of any."""
    found = at(record.data, pointer)
    if type(found) is dict and "parameters" not in found:
        yield Insert(pointer, "parameters", _NO_PARAMETERS)


def ids(record: Record, pointer: str) -> Iterator[Edit]:
    """Give the calls of a message ids, and their answers the same ones: the n-th answer is to the
    n-th call. Nothing where there are not as many answers as calls.
    """
    base, index = _message_of(record, pointer)
    messages = at(record.data, base)
    if type(messages) is not list or index >= len(messages):
        return
    while index > 0 and _role(messages[index]) == "tool":
        index -= 1
    calls = messages[index].get("tool_calls") if type(messages[index]) is dict else None
    if type(calls) is not list or not all(type(call) is dict for call in calls):
        return
    answers = []
    for place in range(index + 1, len(messages)):
        if _role(messages[place]) != "tool":
            break
        answers.append(place)
    if answers and len(answers) != len(calls):
        return
    taken = _taken(messages)
    for number, call in enumerate(calls):
        said = messages[answers[number]].get("tool_call_id") if answers else None
        known = call.get("id") or said
        if type(known) is not str:
            known = _new(taken)
        taken.add(known)
        if not call.get("id"):
            yield _put(call, f"{base}/{index}/tool_calls/{number}", "id", known)
        if answers and not said:
            reply = f"{base}/{answers[number]}"
            yield _put(messages[answers[number]], reply, "tool_call_id", known)


def _put(found: Mapping[str, Any], pointer: str, key: str, value: str) -> Edit:
    return Replace(f"{pointer}/{key}", value) if key in found else Insert(pointer, key, value)


def _message_of(record: Record, pointer: str) -> tuple[str, int]:
    """Return the list of messages that a pointer leads into, and the index of its message."""
    base = next(each for each in (*_PLACES, "") if pointer.startswith(f"{each}/") or not each)
    index = pointer[len(base) + 1 :].split("/")[0]
    return base, int(index) if index.isdecimal() else 0


def _role(message: object) -> object:
    return message.get("role") if type(message) is dict else None


def _taken(messages: list[Any]) -> set[str]:
    """Return the ids of all calls."""
    calls = [
        call
        for message in messages
        if type(message) is dict and type(message.get("tool_calls")) is list
        for call in message["tool_calls"]
    ]
    return {call["id"] for call in calls if type(call) is dict and type(call.get("id")) is str}


def _new(taken: set[str]) -> str:
    number = len(taken) + 1
    while (name := f"call_{number:04d}") in taken:
        number += 1
    return name


def id_taken(record: Record, pointer: str, limits: Mapping[str, Any]) -> Iterator[Edit]:
    """Give a call and its answers another id, nine letters and digits made of the old one."""
    old = at(record.data, pointer)
    pattern = limits["limit_call_id_pattern"]
    if type(old) is not str or not pattern:
        return
    number = int.from_bytes(blake2b(old.encode("utf-8", "surrogatepass"), digest_size=16).digest())
    new = "".join(_LETTERS[number // 62**place % 62] for place in range(9))
    if not re.search(pattern, new):
        return
    for base in _PLACES:
        messages = at(record.data, base)
        for index, message in enumerate(messages if type(messages) is list else ()):
            yield from _renewed(f"{base}/{index}", message, old, new)


def _renewed(pointer: str, message: Any, old: str, new: str) -> Iterator[Edit]:
    if type(message) is not dict:
        return
    if message.get("tool_call_id") == old:
        yield Replace(f"{pointer}/tool_call_id", new)
    calls = message.get("tool_calls")
    for number, call in enumerate(calls if type(calls) is list else ()):
        if type(call) is dict and call.get("id") == old:
            yield Replace(f"{pointer}/tool_calls/{number}/id", new)
