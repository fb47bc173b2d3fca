"""A target's ways of writing: what it wants of a chat beyond the format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dslint.facts.reasoning import keys as reasoning_keys
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import arguments_of, calls_of
from dslint.formats.shape import Row
from dslint.formats.writing import leave, surplus, url_of
from dslint.stages.reasoning import Spelling, respelled

SIDES = ("messages", "conversations", "preferred_output", "non_preferred_output")
"""Where rows have messages of OpenAI's, whose calls and pictures can be written in two ways."""


@dataclass(frozen=True, slots=True)
class Style:
    """What is written otherwise than OpenAI has it; by default nothing.

    `roles` and `keys` are all that a message and a row may have (none: any), `ids` a pattern for
    ids of calls, `weights` the key that says what is learned (none: nothing does), `reasoning` the
    fields in which reasoning is read (None: not known; none: in the text alone).
    """

    roles: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    ids: str = ""
    weights: str = "weight"
    reasoning: tuple[str, ...] | None = None
    arguments: str = "text"
    images: str = "object"
    remarks: bool = True
    row_weights: bool = False

    def spelling(self, messages: list[Row]) -> Spelling | None:
        """Return how the reasoning of messages has to be spelled to be read; None: as it is."""
        if self.reasoning is None:
            return None
        found = {key for each in messages for key in reasoning_keys(each)}
        if found <= set(self.reasoning):
            return None
        return "field" if "reasoning_content" in self.reasoning else "inline"


def fitted(found: Conversation, style: Style) -> float | None:
    """Change a conversation as a target wants it, and name what that loses or changes.

    Returns the weight of the row where it is read there.
    """
    sides = (found.messages, found.preferred, found.non_preferred)
    spelling = style.spelling([each for side in sides for each in side])
    ids = _ids(found, style)
    ways: list[Callable[[Row], Row]] = []
    if spelling:
        ways.append(lambda each: respelled([each], spelling)[0])
        found.notes.discard("reasoning")
        found.notes.add(f"reasoning-{spelling}")
    if style.roles and "developer" not in style.roles:
        ways.append(_renamed)
    if ids:
        found.notes.add("new-ids")
        ways.append(lambda each: _identified(each, ids))
    if not style.weights:
        ways.append(lambda each: _unweighed(each, found.lost))
    if not style.remarks:
        ways.append(lambda each: _silent(each, found.lost))
    for side in sides:
        for at, message in enumerate(side):
            for way in ways:
                message = way(message)
            side[at] = message
    refused = style.keys and "parallel_tool_calls" not in style.keys
    if refused and found.settings.pop("parallel_tool_calls", True) is False:
        surplus(found, {"parallel_tool_calls"})
    weight = found.row_weight if style.row_weights else None
    if style.row_weights:
        found.row_weight = None
    return weight


def _renamed(message: Row) -> Row:
    return {**message, "role": "system"} if message.get("role") == "developer" else message


def _ids(found: Conversation, style: Style) -> dict[str, str]:
    """Return an id that fits for each that does not."""
    if not style.ids:
        return {}
    messages = found.messages + found.preferred + found.non_preferred
    said = dict.fromkeys(call.id for each in messages for call in calls_of(each))
    fits = re.compile(style.ids).search
    wrong = [each for each in said if not fits(each)]
    names = (f"call{number:05}" for number in range(1, 100_000))
    fresh = (each for each in names if each not in said and fits(each))
    return dict(zip(wrong, fresh, strict=False))


def _identified(message: Row, ids: dict[str, str]) -> Row:
    answers = message.get("tool_call_id")
    if type(answers) is str and answers in ids:
        return {**message, "tool_call_id": ids[answers]}
    if not message.get("tool_calls"):
        return message
    calls = [{**call, "id": ids.get(call["id"], call["id"])} for call in message["tool_calls"]]
    return {**message, "tool_calls": calls}


def _unweighed(message: Row, lost: set[str]) -> Row:
    if "weight" not in message:
        return message
    leave({"role": message.get("role"), "weight": message["weight"]}, lost)
    return {key: each for key, each in message.items() if key != "weight"}


def _silent(message: Row, lost: set[str]) -> Row:
    if not message.get("tool_calls") or "content" not in message:
        return message
    if message["content"]:
        lost.add("remarks")
    return {key: each for key, each in message.items() if key != "content"}


def dressed(row: Row, style: Style, weight: float | None = None) -> Row:
    """Return a sound row with its calls, pictures and weights written as a target wants them, and
    the row's own `weight`.

    Raises Unconvertible for arguments that are no object where it wants one.
    """
    if weight is not None:
        row = {**row, "weight": weight}
    ways = list(_ways(style))
    if not ways:
        return row
    if type(given := row.get("input")) is dict:
        row = {**row, "input": dressed(given, style)}
    for key in SIDES:
        if type(row.get(key)) is list:
            row = {**row, key: [_through(ways, each) for each in row[key]]}
    return row


def _ways(style: Style) -> Iterator[Callable[[Row], Row]]:
    if style.arguments == "object":
        yield _objects
    if style.images == "text":
        yield _addresses
    if style.weights == "train":
        yield _train


def _through(ways: list[Callable[[Row], Row]], message: Any) -> Any:
    if type(message) is dict:
        for way in ways:
            message = way(message)
    return message


def _objects(message: Row) -> Row:
    calls = calls_of(message)
    if not calls:
        return message
    functions = [{"name": each.name, "arguments": arguments_of(each)} for each in calls]
    pairs = zip(message["tool_calls"], functions, strict=True)
    return {**message, "tool_calls": [{**call, "function": each} for call, each in pairs]}


def _addresses(message: Row) -> Row:
    if type(message.get("content")) is not list:
        return message
    parts = [
        {**part, "image_url": url_of(part)}
        if type(part) is dict and part.get("type") == "image_url"
        else part
        for part in message["content"]
    ]
    return {**message, "content": parts}


def _train(message: Row) -> Row:
    if "weight" not in message:
        return message
    rest = {key: each for key, each in message.items() if key != "weight"}
    return rest if message["weight"] else {**rest, "train": False}
