"""Calls of tools and the replies to them, as writers take them: by id, or in their order."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from dslint.formats.content import Unconvertible
from dslint.formats.shape import Row


class Call(NamedTuple):
    """A call of a function; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


def calls_of(message: Row) -> list[Call]:
    """Return the calls of a message. Raises Unconvertible for what is no call of a function."""
    calls = message.get("tool_calls")
    if not calls:
        return []
    if type(calls) is not list or message.get("role") != "assistant":
        raise Unconvertible("a call is no call of a function")
    return [_call(each) for each in calls]


def _call(call: Any) -> Call:
    function = call.get("function") if type(call) is dict else None
    if type(function) is dict:
        id, name, arguments = call.get("id"), function.get("name"), function.get("arguments")
        if type(id) is str and type(name) is str and type(arguments) is str:
            return Call(id, name, arguments)
    raise Unconvertible("a call is no call of a function")


def arguments_of(call: Call) -> Row:
    """Return a call's arguments as an object. Raises Unconvertible where they are none."""
    found = exact_object(call.arguments)
    if found is None:
        raise Unconvertible("the arguments of a call are no JSON object")
    return found


def exact_object(text: str) -> Row | None:
    """Return the object that a JSON text is, where that says all that the text does."""
    try:
        found = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_once
        )
    except (ValueError, RecursionError):
        return None
    return found if type(found) is dict else None


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _once(items: list[tuple[str, Any]]) -> Row:
    found = dict(items)
    return found if len(found) == len(items) else _refuse("a key twice")


def told_by_id(messages: list[Row]) -> list[Row]:
    """Leave out the names of replies that only repeat whose they are: they have ids."""
    if not any(each.get("role") == "tool" and "name" in each for each in messages):
        return messages
    calls = {
        (call.get("id"), call["function"].get("name"))
        for each in messages
        for call in each.get("tool_calls") or ()
        if type(call) is dict and type(call.get("function")) is dict
    }
    return [
        {key: value for key, value in each.items() if key != "name"}
        if each.get("role") == "tool" and (each.get("tool_call_id"), each.get("name")) in calls
        else each
        for each in messages
    ]


class Exchange(NamedTuple):
    """A message with its calls and the replies to them, in the order of the calls."""

    message: Row
    calls: list[Call]
    replies: list[Row]


def exchanges(messages: list[Row], lost: set[str]) -> Iterator[Exchange]:
    """Yield messages with their replies, for formats in which only the order tells to which call
    a reply belongs. Raises Unconvertible where that is not told.
    """
    messages = told_by_id(messages)
    number = at = 0
    while at < len(messages):
        message = messages[at]
        at += 1
        if message.get("role") in ("tool", "function"):
            raise Unconvertible("a tool answers, and nothing was called")
        calls = calls_of(message)
        replies: list[Row] = []
        while calls and at < len(messages) and messages[at].get("role") == "tool":
            replies.append(messages[at])
            at += 1
        by_id = {each.get("tool_call_id"): each for each in replies}
        ids = [each.id for each in calls]
        if replies and (len(replies) != len(calls) or by_id.keys() != set(ids)):
            raise Unconvertible(f"{len(calls)} calls have {len(replies)} answers")
        ordered = [by_id[id] for id in ids] if replies else []
        usual = [f"call_{each:04}" for each in range(number + 1, number + len(calls) + 1)]
        if ordered != replies or ids != usual:
            lost.add("tool-ids")
        number += len(calls)
        yield Exchange(message, calls, ordered)
