"""The tables of tool calls and of tool definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.links import Link
from dslint.facts.parts import Call, Tool
from dslint.facts.table import Column, Table, existing, pointed


def _call(fact: Callable[[Call], Any]) -> Callable[[Batch], list[Any]]:
    return lambda batch: [fact(call) for call in batch.calls]


def _link(fact: Callable[[Link], Any]) -> Callable[[Batch], list[Any]]:
    return lambda batch: [fact(link) for link in batch.links.calls]


def _tool(fact: Callable[[Tool], Any]) -> Callable[[Batch], list[Any]]:
    return lambda batch: [fact(tool) for tool in batch.tools]


def string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def read_arguments(arguments: object) -> object:
    """Return what the text of a call's arguments says as JSON, or the value itself where it is no
    text.

    Raises ValueError for a text that is not JSON.
    """
    return orjson.loads(arguments) if isinstance(arguments, str) else arguments


def _valid(call: Call) -> bool:
    try:
        return isinstance(read_arguments(call.function.get("arguments")), dict)
    except ValueError:
        return False


def _twice(call: Call) -> bool:
    """Say whether the arguments are JSON text inside JSON text."""
    try:
        inner = read_arguments(call.function.get("arguments"))
        return isinstance(inner, str) and isinstance(orjson.loads(inner), dict)
    except ValueError:
        return False


def _arguments_kind(call: Call) -> str:
    function = call.function
    if "arguments" not in function:
        return "absent"
    kinds: dict[type, str] = {str: "string", dict: "object"}
    return kinds.get(type(function["arguments"]), "other")


def _tool_shape(tool: Tool) -> str:
    if isinstance(tool.value.get("function"), dict) or tool.legacy:
        return "function"
    if "inputSchema" in tool.value or "input_schema" in tool.value:
        return "mcp"
    return "flat" if isinstance(tool.value.get("name"), str) else "other"


def _parameters_kind(tool: Tool) -> str:
    if "parameters" not in tool.function:
        return "absent"
    return "object" if isinstance(tool.function["parameters"], dict) else "other"


def _duplicate_names(batch: Batch) -> list[bool]:
    seen: set[tuple[int, object]] = set()
    result = []
    for tool in batch.tools:
        name = string(tool.function.get("name"))
        result.append(name is not None and (tool.record, name) in seen)
        seen.add((tool.record, name))
    return result


def _used(batch: Batch) -> list[bool]:
    called = {(call.record, string(call.function.get("name"))) for call in batch.calls}
    return [(tool.record, string(tool.function.get("name"))) in called for tool in batch.tools]


def _call_pointer(batch: Batch, row: int, at: str) -> str:
    call = batch.calls[row]
    own = "function_call" if call.legacy else f"tool_calls/{call.index}"
    if call.legacy:
        at = at.removeprefix("function").lstrip("/")
    pointer = pointed(batch, call.turn, own + (f"/{at}" if at else ""))
    return existing(batch.records[call.record].data, pointer)


def _tool_pointer(batch: Batch, row: int, at: str) -> str:
    tool = batch.tools[row]
    if not isinstance(tool.value.get("function"), dict):
        at = at.removeprefix("function").lstrip("/")
    pointer = f"{tool.pointer}/{tool.index}" + (f"/{at}" if at else "")
    return existing(batch.records[tool.record].data, pointer)


TOOL_CALL = Table(
    "tool_call",
    "a row a tool call",
    {
        "line": Column(
            pl.Int64,
            "the record's line",
            lambda batch: [batch.lines[call.record] for call in batch.calls],
        ),
        "format": Column(
            pl.String,
            "the record's format",
            lambda batch: [batch.records[call.record].format for call in batch.calls],
        ),
        "message": Column(
            pl.Int64,
            "the index of the message that calls",
            lambda batch: [batch.indexes[call.turn] for call in batch.calls],
        ),
        "index": Column(
            pl.Int64, "the call's place in its message, from 0", _call(lambda call: call.index)
        ),
        "id": Column(
            pl.String, "its id, where it is text", _call(lambda call: string(call.value.get("id")))
        ),
        "type": Column(
            pl.String,
            "its type, where it is text",
            _call(lambda call: string(call.value.get("type"))),
        ),
        "name": Column(
            pl.String,
            "the function's name, where it is text",
            _call(lambda call: string(call.function.get("name"))),
        ),
        "arguments": Column(
            pl.String,
            "the arguments, where they are text",
            _call(lambda call: string(call.function.get("arguments"))),
        ),
        "arguments_kind": Column(
            pl.String,
            "what the arguments are: string, object, absent or other",
            _call(_arguments_kind),
        ),
        "arguments_valid": Column(
            pl.Boolean, "the arguments are, or hold the JSON of, an object", _call(_valid)
        ),
        "arguments_twice": Column(pl.Boolean, "they are JSON text inside JSON text", _call(_twice)),
        "declared": Column(
            pl.Boolean, "the row declares a tool of that name", _link(lambda link: link.declared)
        ),
        "tools": Column(
            pl.Int64, "how many tools the row declares", _link(lambda link: link.tools)
        ),
        "tools_legacy": Column(
            pl.Boolean,
            "the row declares them as `functions`",
            _link(lambda link: link.tools_legacy),
        ),
        "duplicate_id": Column(
            pl.Boolean,
            "an earlier call of the row has the same id",
            _link(lambda link: link.duplicate_id),
        ),
        "open_duplicate_id": Column(
            pl.Boolean,
            "an earlier call with the same id is still unanswered",
            _link(lambda link: link.open_duplicate_id),
        ),
        "reply": Column(
            pl.Int64,
            "the index of the message that answers it; null without one",
            _link(lambda link: link.reply),
        ),
        "answered_in_turn": Column(
            pl.Boolean,
            "it is answered before anybody but a tool speaks again",
            _link(lambda link: link.answered_in_turn),
        ),
        "in_last_message": Column(
            pl.Boolean,
            "nothing follows the message that calls",
            _link(lambda link: link.in_last_message),
        ),
        "repeated": Column(
            pl.Boolean,
            "the call before has the same name and arguments, and the user did not speak between",
            _link(lambda link: link.repeated),
        ),
        "legacy": Column(pl.Boolean, "a `function_call`", _call(lambda call: call.legacy)),
    },
    lambda batch: len(batch.calls),
    _call_pointer,
)

TOOL = Table(
    "tool",
    "a row a tool definition",
    {
        "line": Column(
            pl.Int64,
            "the record's line",
            lambda batch: [batch.lines[tool.record] for tool in batch.tools],
        ),
        "format": Column(
            pl.String,
            "the record's format",
            lambda batch: [batch.records[tool.record].format for tool in batch.tools],
        ),
        "index": Column(pl.Int64, "its place in the list, from 0", _tool(lambda tool: tool.index)),
        "type": Column(
            pl.String,
            "its type, where it is text",
            _tool(lambda tool: string(tool.value.get("type"))),
        ),
        "name": Column(
            pl.String,
            "its name, where it is text",
            _tool(lambda tool: string(tool.function.get("name"))),
        ),
        "description": Column(
            pl.String,
            "its description, where it is text",
            _tool(lambda tool: string(tool.function.get("description"))),
        ),
        "parameters_kind": Column(
            pl.String, "what its parameters are: object, absent or other", _tool(_parameters_kind)
        ),
        "strict": Column(
            pl.Boolean,
            "its `strict`, where it is given",
            _tool(
                lambda tool: value if type(value := tool.function.get("strict")) is bool else None
            ),
        ),
        "duplicate_name": Column(
            pl.Boolean, "an earlier tool of the row has the same name", _duplicate_names
        ),
        "used": Column(pl.Boolean, "the row calls it", _used),
        "legacy": Column(pl.Boolean, "one of `functions`", _tool(lambda tool: tool.legacy)),
        "shape": Column(
            pl.String, "how it is written: function, flat, mcp or other", _tool(_tool_shape)
        ),
    },
    lambda batch: len(batch.tools),
    _tool_pointer,
)
