"""Fixes of shapes: what can be seen to be meant is put into the shape that the schema asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dslint.fixes.places import ABSENT, at, parent
from dslint.model import Edit, Insert, Quote, Record, Remove, Rename, Replace, Unquote, Wrap

ROLES = {
    **{each: each for each in ("system", "developer", "user", "assistant", "tool", "function")},
    **dict.fromkeys(("human", "prompter"), "user"),
    **dict.fromkeys(("ai", "bot", "chatbot", "gpt", "chatgpt", "llm", "model"), "assistant"),
}
"""Roles as people write them, in lower case, and what each can only mean."""

_TRUE, _FALSE = ("true", "1", "1.0", "yes"), ("false", "0", "0.0", "no")
_FUNCTION = '{"type": "function", "function": '
_SCHEMAS = ("inputSchema", "input_schema")


def role(record: Record, pointer: str) -> Iterator[Edit]:
    """Write a role in the word that is known for it."""
    found = at(record.data, pointer)
    meant = ROLES.get(found.strip(" \t:").lower()) if type(found) is str else None
    if meant and meant != found:
        yield Replace(pointer, meant)


def weight(record: Record, pointer: str) -> Iterator[Edit]:
    """Write a weight as the whole number that it equals."""
    found = _truth(at(record.data, pointer))
    if found is not None:
        yield Replace(pointer, int(found))


def truth(record: Record, pointer: str) -> Iterator[Edit]:
    """Write true or false for what is written as text or number; leave null out."""
    value = at(record.data, pointer)
    found = _truth(value)
    if value is None:
        yield Remove(pointer)
    elif found is not None:
        yield Replace(pointer, found)


def _truth(value: object) -> bool | None:
    if type(value) not in (bool, int, float, str):
        return None
    word = str(value).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def number(record: Record, pointer: str) -> Iterator[Edit]:
    """Write a number as text, digit by digit."""
    if type(at(record.data, pointer)) in (int, float):
        yield Quote(pointer)


def content(record: Record, pointer: str) -> Iterator[Edit]:
    """Write a number as text, one part as a list of it, and a tool's result as its JSON."""
    found = at(record.data, pointer)
    if type(found) in (int, float):
        yield Quote(pointer)
    elif type(found) is dict and type(found.get("type")) is str:
        yield Wrap(pointer, "[", "]")
    elif type(found) is dict and _is_result(at(record.data, parent(pointer)[0])):
        yield Quote(pointer)


def _is_result(message: object) -> bool:
    return type(message) is dict and message.get("role") in ("tool", "function")


def part(record: Record, pointer: str) -> Iterator[Edit]:
    """Make a part of text what OpenAI's chats have: of bare text, or of the type of another API."""
    above, key = parent(pointer)
    found = at(record.data, pointer)
    if key == "type" and found in ("input_text", "output_text"):
        yield Replace(pointer, "text")
    elif type(found) is str and type(at(record.data, above)) is list:
        yield Wrap(pointer, '{"type": "text", "text": ', "}")
    elif type(found) is dict and "type" not in found and type(found.get("text")) is str:
        yield Insert(pointer, "type", "text")


def messages(record: Record, pointer: str) -> Iterator[Edit]:
    """Make one message a list of it, and JSON text the list that it holds."""
    yield from _list(record, pointer, "role")


def tools(record: Record, pointer: str) -> Iterator[Edit]:
    """Make one tool a list of it, and JSON text the list that it holds."""
    yield from _list(record, pointer, "function")


def _list(record: Record, pointer: str, key: str) -> Iterator[Edit]:
    found = at(record.data, pointer)
    if type(found) is dict and (key in found or "name" in found):
        yield Wrap(pointer, "[", "]")
    elif type(found) is str:
        held = _held(found)
        if type(held) is list and all(type(each) is dict for each in held):
            yield Unquote(pointer)


def _held(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return ABSENT


def output(record: Record, pointer: str) -> Iterator[Edit]:
    """Make an answer that is one message, or its text, a list of one message."""
    found = at(record.data, pointer)
    if type(found) is dict and "role" in found:
        yield Wrap(pointer, "[", "]")
    elif type(found) is str:
        yield Wrap(pointer, '[{"role": "assistant", "content": ', "}]")


def preference_name(record: Record, pointer: str) -> Iterator[Edit]:
    """Give an answer its name of today, unless there is one of that name."""
    above, key = parent(pointer)
    row, name = at(record.data, above), key.replace("_completion", "_output")
    if type(row) is dict and key in row and name not in row:
        yield Rename(pointer, name)


def tool(record: Record, pointer: str) -> Iterator[Edit]:
    """Put a flat tool, or one of MCP, into the `function` that it describes."""
    found = at(record.data, pointer)
    if type(found) is not dict or type(found.get("name")) is not str or "function" in found:
        return
    yield Wrap(pointer, _FUNCTION, "}")
    if "type" in found:
        yield Remove(f"{pointer}/type")
    schemas = [key for key in _SCHEMAS if key in found]
    if len(schemas) == 1 and "parameters" not in found:
        yield Rename(f"{pointer}/{schemas[0]}", "parameters")


def call(record: Record, pointer: str) -> Iterator[Edit]:
    """Put the name and the arguments of a flat call into its `function`."""
    found = at(record.data, pointer)
    if type(found) is not dict or "function" in found or type(found.get("name")) is not str:
        return
    given = {key: found[key] for key in ("name", "arguments") if key in found}
    yield from (Remove(f"{pointer}/{key}") for key in given)
    yield Insert(pointer, "function", given)


def arguments(record: Record, pointer: str) -> Iterator[Edit]:
    """Write `"{}"` where a call has no arguments."""
    found = at(record.data, pointer)
    if type(found) is dict and "name" in found and "arguments" not in found:
        yield Insert(pointer, "arguments", "{}")
    elif found is None:
        yield Replace(pointer, "{}")


def kind(record: Record, pointer: str) -> Iterator[Edit]:
    """Say `"type": "function"` of what has a function, and no type."""
    found = at(record.data, pointer)
    if type(found) is dict and "type" not in found and type(found.get("function")) is dict:
        yield Insert(pointer, "type", "function")
    elif parent(pointer)[1] == "type" and _is_function(found):
        yield Replace(pointer, "function")


def _is_function(word: object) -> bool:
    return word is None or (type(word) is str and word.strip().lower() == "function")


def image(record: Record, pointer: str) -> Iterator[Edit]:
    """Put an address that stands alone below `url`."""
    if type(at(record.data, pointer)) is str:
        yield Wrap(pointer, '{"url": ', "}")
