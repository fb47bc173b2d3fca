"""Tools and their calls as OpenAI has them: functions, calls with ids, a reply to each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from dslint.formats.content import Unconvertible, is_given
from dslint.formats.shape import Row

_FUNCTION = ("name", "description", "parameters", "strict")
_SCHEMAS = ("inputSchema", "input_schema")


class Open(NamedTuple):
    """A call that waits for its reply."""

    id: str
    name: object


def listed_tools(row: Row, found: list[Any]) -> list[Any]:
    """Return a row's tools: the `found` of its format's reader, or those that it has as JSON text.

    Raises Unconvertible for text that holds no list.
    """
    tools = row.get("tools")
    if type(tools) is str and tools.strip():
        try:
            read = json.loads(tools)
        except (ValueError, RecursionError):
            read = None
        if type(read) is not list:
            raise Unconvertible("`tools` is text that is no JSON list")
        return read
    if type(tools) is list and tools and type(row.get("functions")) is list:
        return [*found, *row["functions"]]
    return found


def function_tool(tool: Any, lost: set[str], notes: set[str]) -> Row:
    """Return a tool as OpenAI has it: a flat one and MCP's are wrapped. Raises Unconvertible."""
    if type(tool) is not dict:
        raise Unconvertible("a tool is no object")
    inner = tool.get("function")
    if type(inner) is dict and "type" in tool and not inner.keys() & {*_SCHEMAS}:
        sound: Row = tool
        return sound
    notes.add("tools")
    if type(inner) is dict:
        return {"type": "function", **tool, "function": _with_parameters(inner)}
    if "name" not in tool:
        raise Unconvertible("a tool has no name")
    whole = _with_parameters(tool)
    if any(is_given(whole[key]) for key in whole.keys() - {*_FUNCTION, "type"}):
        lost.add("extra-keys")
    return {"type": "function", "function": {key: whole[key] for key in _FUNCTION if key in whole}}


def _with_parameters(function: Row) -> Row:
    """Return a function whose `parameters` are called so."""
    schema = next((key for key in _SCHEMAS if key in function), None)
    if schema is None or "parameters" in function:
        return function
    return {"parameters" if key == schema else key: each for key, each in function.items()}


def linked(messages: list[Row], notes: set[str]) -> list[Row]:
    """Return messages whose calls have ids and arguments as text, and whose replies say to which.

    Old function calls become tool calls. What needs no change is the same object. Raises
    Unconvertible for replies that can't be told to belong to a call.
    """
    if not any(map(_calls_or_answers, messages)):
        return messages
    used = {id for message in messages for id in _ids(message)}
    names = (name for at in range(1, 1_000_000) if (name := f"call_{at:04}") not in used)
    out: list[Row] = []
    waiting: list[Open] = []
    at = 0
    while at < len(messages):
        message = messages[at]
        role = message.get("role")
        if role in ("tool", "function") and type(message.get("tool_call_id")) is not str:
            end = at + 1
            while end < len(messages) and messages[end].get("role") == role:
                end += 1
            out += _replies(messages[at:end], waiting, notes)
            at, waiting = end, []
            continue
        if role == "assistant":
            message = _calling(message, names, notes)
            calls = message.get("tool_calls")
            waiting = [
                Open(call["id"], _name(call))
                for call in (calls if type(calls) is list else ())
                if type(call) is dict and type(call.get("id")) is str
            ]
        elif role in ("tool", "function"):
            waiting = [call for call in waiting if call.id != message.get("tool_call_id")]
        else:
            waiting = []
        out.append(message)
        at += 1
    return out


def _calls_or_answers(message: Row) -> bool:
    return (
        "tool_calls" in message
        or "function_call" in message
        or message.get("role") in ("tool", "function")
    )


def _ids(message: Row) -> Iterator[str]:
    calls = message.get("tool_calls")
    for call in calls if type(calls) is list else ():
        if type(call) is dict and type(call.get("id")) is str:
            yield call["id"]


def _name(call: Row) -> object:
    function = call.get("function")
    return function.get("name") if type(function) is dict else None


def _calling(message: Row, names: Iterator[str], notes: set[str]) -> Row:
    calls, old = message.get("tool_calls"), message.get("function_call")
    if type(old) is dict and not calls:
        notes.add("functions")
        message = {key: each for key, each in message.items() if key != "function_call"}
        calls = message["tool_calls"] = [{"type": "function", "function": old}]
    if type(calls) is not list:
        return message
    sound = [_call(call, names, notes) if type(call) is dict else call for call in calls]
    same = all(mine is theirs for mine, theirs in zip(sound, calls, strict=True))
    return message if same else {**message, "tool_calls": sound}


def _call(call: Row, names: Iterator[str], notes: set[str]) -> Row:
    function = call.get("function")
    if "function" not in call and "name" in call:
        function = {key: call[key] for key in ("name", "arguments") if key in call}
        call = {key: each for key, each in call.items() if key not in function}
        call |= {"type": "function", "function": function}
    if type(function) is dict and type(function.get("arguments")) in (dict, list, type(None)):
        notes.add("arguments")
        given = function.get("arguments")
        written = as_text({} if given is None else given)
        call = {**call, "function": {**function, "arguments": written}}
    if type(call.get("id")) is not str or "type" not in call:
        notes.add("call-ids")
        id = call["id"] if type(call.get("id")) is str else next(names)
        return {**call, "id": id, "type": "function"} if "id" in call else _named(call, id)
    return call


def _named(call: Row, id: str) -> Row:
    return {"id": id, "type": "function", **call}


def as_text(value: object) -> str:
    """Write a value as JSON, in its own order. Raises Unconvertible for one nested too deep."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise Unconvertible("the arguments of a call are nested too deep") from None


def _replies(replies: list[Row], waiting: list[Open], notes: set[str]) -> list[Row]:
    """Return replies that have no id yet, each with that of the call it answers: by name, or in
    their order.
    """
    if not waiting:
        raise Unconvertible("a tool answers, and nothing was called")
    if len(replies) == 1 < len(waiting):
        replies = _apart(replies[0], len(waiting))
        notes.add("replies")
    if len(replies) > len(waiting) or (
        len(replies) < len(waiting) and not all(type(each.get("name")) is str for each in replies)
    ):
        raise Unconvertible(f"{len(waiting)} calls have {len(replies)} answers")
    left = list(waiting)
    return [_reply(each, left) for each in replies]


def _apart(reply: Row, count: int) -> list[Row]:
    """Take apart a reply that holds the results of all calls as one JSON list."""
    said = reply.get("content")
    try:
        results = json.loads(said) if type(said) is str else None
    except (ValueError, RecursionError):
        results = None
    if type(results) is not list or len(results) != count:
        raise Unconvertible(f"{count} calls have one answer")
    return [{**reply, "content": each if type(each) is str else as_text(each)} for each in results]


def _reply(reply: Row, left: list[Open]) -> Row:
    name = reply.get("name")
    call = next((each for each in left if type(name) is str and each.name == name), left[0])
    left.remove(call)
    known = {"role", "tool_call_id", "content", *({"name"} if call.name == name else ())}
    rest = {key: each for key, each in reply.items() if key not in known}
    content = reply.get("content")
    return {
        "role": "tool",
        "tool_call_id": call.id,
        "content": "" if content is None else content,
        **rest,
    }
