"""A message of any format becomes one of OpenAI's, and what that can't have is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dslint.formats.content import PICTURES, Unconvertible, is_given, plain, staying
from dslint.formats.conversation import Conversation
from dslint.formats.shape import Format, Row, Turn
from dslint.formats.writing import url_of

SPEAKERS = {"prompt": "user", "completion": "assistant"}

_SHAPED = frozenset(
    {
        *("conversations", "llamafactory-kto", "llamafactory-media"),
        *("trl-completion", "trl-kto", "trl-preference", "trl-prompt"),
        *("openai-batch-output", "openai-stored-completion", "openai-log"),
    }
)
"""Formats whose messages are OpenAI's, though the row is not: their parts stay parts."""

_SAID = frozenset({"from", "value", "weight"})
_MESSAGE_KEYS: Mapping[str, frozenset[str]] = {
    "sharegpt": _SAID,
    "llamafactory-preference": _SAID,
    "conversation-array": frozenset({"system", "input", "output"}),
    "vertex": frozenset({"role", "parts", "name", "response"}),
    "axolotl-input-output": frozenset({"label", "text"}),
}
"""Keys of messages, in formats whose readers leave out all others."""


def own_message(turn: Turn, found: Conversation) -> Row:
    """Return a message of OpenAI's as it is; what others write in such messages is respelled."""
    message = turn.message
    content = message.get("content")
    if type(content) is list and any(
        type(part) is dict and type(part.get("image_url")) is str for part in content
    ):
        found.notes.add("image-urls")
        message = {**message, "content": [_addressed(part) for part in content]}
    if "train" in message:
        message = _trained(message, found)
    return message


def _addressed(part: Any) -> Any:
    """Return a picture whose address is a text, as Mistral has it, as OpenAI has it."""
    if type(part) is dict and type(part.get("image_url")) is str:
        return {**part, "image_url": {"url": part["image_url"]}}
    return part


def _trained(message: Row, found: Conversation) -> Row:
    """Return a message whose `train`, which is Axolotl's, is a weight."""
    trained = message["train"]
    if type(trained) is not bool or (trained and message.get("role") != "assistant"):
        return message
    found.notes.add("train")
    rest = {key: each for key, each in message.items() if key != "train"}
    return rest if trained or rest.get("role") != "assistant" else {**rest, "weight": 0}


def foreign_message(row: Row, turn: Turn, format: Format, found: Conversation) -> Row:
    """Return a turn of a foreign format as a message of OpenAI's."""
    message = {
        key: each
        for key, each in turn.message.items()
        if each is not None and (each or key != "tool_calls")
    }
    role = message.get("role")
    if type(role) is str and role in SPEAKERS:
        role = message["role"] = SPEAKERS[role]
    if "train" in message:
        message = _trained(message, found)
    raw = _raw(row, turn, format)
    known = _MESSAGE_KEYS.get(format.name)
    if known is not None and any(is_given(raw[key]) for key in raw.keys() - known):
        found.lost.add("extra-keys")
    if raw.get("from") == "function_call" and "tool_calls" not in message:
        raise Unconvertible("a `function_call` is no JSON of `name` and `arguments`")
    _weigh(message, raw, found.lost, shaped=format.name in _SHAPED)
    content = message.get("content")
    if type(content) is list:
        _verify_calls(message, content)
        content = [_addressed(part) for part in content]
        if format.name in _SHAPED:
            content = staying(content, role, found.lost) or ""
        else:
            content = plain(content, role, found.lost)
        content = "" if content is None else content
        found.apart |= is_apart(content)
    elif content is None and "content" in turn.message:
        message["content"] = None
    if not content and message.get("tool_calls") and format.name not in _SHAPED:
        message.pop("content", None)
    elif content is not None:
        message["content"] = content
    return message


def is_apart(content: object) -> bool:
    return type(content) is list and any(
        type(part) is dict
        and part.get("type") == "image_url"
        and not url_of(part).startswith(PICTURES)
        for part in content
    )


def _raw(row: Row, turn: Turn, format: Format) -> Row:
    """Return what a turn was read from, where that is an object."""
    steps = turn.pointer.split("/")[1:]
    found: Any = row
    for step in steps[:-1] if format.name == "conversation-array" else steps:
        found = found[int(step)] if type(found) is list else found.get(step)
        if type(found) not in (dict, list):
            return {}
    return found if type(found) is dict else {}


def _weigh(message: Row, raw: Row, lost: set[str], *, shaped: bool) -> None:
    """Leave a weight where it says something: 0 of an answer. Others go, and some of them count."""
    role = message.get("role")
    said = raw.get("loss_weight", raw.get("weight", message.get("weight")))
    message.pop("weight", None)
    if said is None:
        return
    if type(said) not in (int, float) or said not in (0, 1) or (said == 1 and role != "assistant"):
        lost.add("weights")
    elif role == "assistant" and (said == 0 or shaped):
        message["weight"] = said


def _verify_calls(message: Row, content: list[Any]) -> None:
    """Hold the calls that a reader made to the parts that they were made of."""
    parts = sum(
        type(part) is dict
        and (part.get("type") == "tool_call" or bool(part.keys() & {"toolUse", "functionCall"}))
        for part in content
    )
    if parts > len(message.get("tool_calls", ())):
        raise Unconvertible("a call is no JSON of `name` and `arguments`")
