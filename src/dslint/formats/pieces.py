"""The pieces that foreign formats are made of, in OpenAI's words: turns, calls, images, tools."""

from __future__ import annotations

import json
from typing import Any

import orjson

from dslint.formats.shape import Row, Turn
from dslint.jsonl.repeated import may_lose_precision


def put(
    turns: list[Turn],
    part: str,
    base: str,
    message: Row,
    *,
    index: int | None = None,
    follows: int | None = None,
) -> None:
    """Add a turn to a row's; it follows the one before unless `follows` says which."""
    turns.append(Turn(part, base, index, message, len(turns) - 1 if follows is None else follows))


def lay(
    turns: list[Turn],
    part: str,
    key: str,
    value: object,
    role: str,
    *,
    follows: int | None = None,
    skip: int = 0,
) -> None:
    """Add what stands under a row's key: a text from `role`, a message, or a list of messages.

    Of a list the first `skip` are left out. The first turn that is added comes after `follows`.
    """
    if type(value) is list:
        for index, message in enumerate(value):
            if index >= skip and type(message) is dict:
                put(turns, part, f"/{key}", message, index=index, follows=follows)
                follows = None
    elif type(value) is dict:
        put(turns, part, f"/{key}", value, follows=follows)
    elif value is not None:
        put(turns, part, f"/{key}", {"role": role, "content": value}, follows=follows)


def alike(one: object, other: object) -> int:
    """Count the messages that two conversations begin with alike, the last of each left out."""
    if type(one) is not list or type(other) is not list:
        return 0
    try:
        pairs = enumerate(zip(one[:-1], other[:-1], strict=False))
        differs = next((at for at, (mine, yours) in pairs if mine != yours), None)
    except RecursionError:
        return 0
    return max(0, min(len(one), len(other)) - 1) if differs is None else differs


def call(name: object, arguments: object, identifier: object = None) -> Row:
    """Return a tool call, its arguments as text; without an id where the format has none."""
    text = arguments if type(arguments) is str else as_json(arguments)
    found: Row = {"type": "function", "function": {"name": name, "arguments": text}}
    return found if identifier is None else {"id": identifier, **found}


def calls_in(value: object) -> list[Row]:
    """Return the calls of a JSON text, which is one `{"name", "arguments"}` or a list of them."""
    found = from_json(value)
    listed = found if type(found) is list else [found]
    if not all(type(each) is dict and "name" in each for each in listed):
        return []
    return [call(each["name"], each.get("arguments", {})) for each in listed]


def image(url: object) -> Row:
    return {"type": "image_url", "image_url": {"url": url}}


def text(value: object) -> Row:
    return {"type": "text", "text": value}


def function(tool: Row) -> Row:
    """Return a tool in OpenAI's shape: one that says only its name and parameters is wrapped."""
    if tool.keys() & {"function", "type", "inputSchema"}:
        return tool
    return {"type": "function", "function": tool}


def written_tools(row: Row) -> tuple[str, list[Any]]:
    """Return the tools of a row that gives them as JSON text, or as a list."""
    tools = row.get("tools")
    found = from_json(tools) if type(tools) is str else tools
    listed = found if type(found) is list else []
    return "/tools", [function(each) if type(each) is dict else each for each in listed]


def as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""


def from_json(value: object) -> Any:
    """Return what a JSON text holds, whole numbers exact; None for what is no text or no JSON."""
    if type(value) is not str:
        return None
    try:
        if may_lose_precision(value.encode("utf-8", "surrogatepass")):
            return json.loads(value)
        return orjson.loads(value)
    except (ValueError, RecursionError):
        return None


def first_of(value: object) -> Row:
    """Return the first item of a list where that is an object; an empty one otherwise."""
    return value[0] if type(value) is list and value and type(value[0]) is dict else {}
