"""Tools and their calls: do arguments fit the tool, and is the tool said as it is taken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
from jsonschema_rs import Draft202012Validator, RegexOptions

from dslint.checks.misfits import flaw, misfits
from dslint.checks.parameters import schema_of
from dslint.facts.table import existing
from dslint.formats import FORMATS
from dslint.model import Hit, Record

_OPEN = frozenset(
    {
        *("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "additionalProperties"),
        *("patternProperties", "propertyNames", "unevaluatedProperties", "dependentSchemas"),
        "dependencies",
    }
)
"""Keywords that say something of arguments beside `properties`."""

_MOST = 1_000
"""Subschemas of one tool that are looked through."""


class _Tool(NamedTuple):
    """A tool that a row declares; `pointer` leads to what has its name and parameters."""

    name: str
    parameters: dict[str, Any] | None
    function: dict[str, Any]
    pointer: str


class _Call(NamedTuple):
    """A call; `arguments` is what they say, `size` is in bytes, `pointer` is theirs."""

    name: str
    arguments: dict[str, Any]
    size: int
    pointer: str
    as_text: bool


def arguments_fit(record: Record) -> Iterator[Hit]:
    """Hold the arguments of each call against the parameters of the tool that it calls."""
    schemas: dict[str, list[dict[str, Any]]] = {}
    for tool in _tools(record):
        if tool.parameters:
            schemas.setdefault(tool.name, []).append(tool.parameters)
    if not schemas:
        return
    for call in _calls(record):
        told = [
            misfits(schema_of(each), call.arguments, call.size)
            for each in schemas.get(call.name, ())
        ]
        # Of two tools with one name, it is enough to fit one.
        if told and all(told):
            for wrong in told[0]:
                pointer, mark = _place(record, call, wrong.path)
                values = {"name": call.name, "place": wrong.place}
                values |= {"found": wrong.found, "expected": wrong.expected}
                yield Hit(pointer, values, mark=mark)


def arguments_named(record: Record) -> Iterator[Hit]:
    """Find arguments that a tool does not name, where it does not say that others are welcome."""
    known = {
        tool.name: tool.parameters["properties"]
        for tool in _tools(record)
        if tool.parameters
        and isinstance(tool.parameters.get("properties"), dict)
        and not tool.parameters.keys() & _OPEN
    }
    if not known:
        return
    for call in _calls(record):
        for argument in call.arguments if call.name in known else ():
            if argument not in known[call.name]:
                pointer, mark = _place(record, call, (argument,))
                listed = ", ".join(known[call.name]) or "none"
                values = {"argument": argument, "name": call.name, "known": listed}
                yield Hit(pointer, values, mark=mark)


def parameters_valid(record: Record) -> Iterator[Hit]:
    """Find parameters that are no JSON Schema, in any of its drafts."""
    for tool in _tools(record):
        error = schema_of(tool.parameters).error if tool.parameters else None
        if error is not None:
            place, found = flaw(error)
            values = {"name": tool.name, "place": place, "found": found}
            yield Hit(_below(record, tool, error.instance_path), values)


def parameters_of_an_object(record: Record) -> Iterator[Hit]:
    """Find parameters that are a schema, and whose type, at the top, is not `object`."""
    for tool in _tools(record):
        if tool.parameters and schema_of(tool.parameters).error is None:
            kind = tool.parameters.get("type")
            if kind != "object" and not (isinstance(kind, list) and "object" in kind):
                found = f"of type {json.dumps(kind)}" if "type" in tool.parameters else "of no type"
                yield Hit(_below(record, tool, ()), {"name": tool.name, "found": found})


def arrays_have_items(record: Record) -> Iterator[Hit]:
    """Find lists among the parameters that do not say what is in them."""
    for tool in _tools(record):
        for path, schema in _subschemas(tool.parameters):
            kind = schema.get("type")
            if "array" in (kind if isinstance(kind, list) else [kind]) and "items" not in schema:
                values = {"name": tool.name, "place": "/".join(map(str, path)) or "parameters"}
                yield Hit(_below(record, tool, path), values)


def required_described(record: Record) -> Iterator[Hit]:
    """Find required parameters that are not among the properties."""
    for tool in _tools(record):
        for path, schema in _subschemas(tool.parameters):
            required, properties = schema.get("required"), schema.get("properties")
            if not isinstance(required, list) or schema.keys() & _OPEN - {"additionalProperties"}:
                continue
            for name in required:
                if (
                    isinstance(name, str)
                    and isinstance(properties, dict)
                    and name not in properties
                ):
                    yield Hit(
                        _below(record, tool, (*path, "required")),
                        {"name": tool.name, "missing": name},
                    )


def strict_kept(record: Record) -> Iterator[Hit]:
    """Find what strict mode does not take in tools that ask for it."""
    for tool in _tools(record):
        if tool.function.get("strict") is not True:
            continue
        for path, schema in _subschemas(tool.parameters):
            properties = schema.get("properties")
            if not isinstance(properties, dict):
                continue
            required = schema.get("required")
            optional = [
                name
                for name in properties
                if not isinstance(required, list) or name not in required
            ]
            where = "/".join(map(str, path)) or "the parameters"
            if schema.get("additionalProperties") is not False:
                problem = "lacks `additionalProperties: false`"
            elif optional:
                problem = f"does not require `{optional[0]}`"
            else:
                continue
            yield Hit(
                _below(record, tool, path), {"name": tool.name, "place": where, "problem": problem}
            )


def calls_one_at_a_time(record: Record) -> Iterator[Hit]:
    """Find messages with several calls in rows that switch parallel calls off."""
    given = record.data.get("input") if "input" in record.data else record.data
    if not isinstance(given, dict) or given.get("parallel_tool_calls") is not False:
        return
    for turn in FORMATS[record.format].turns(record.data):
        calls = turn.message.get("tool_calls")
        if isinstance(calls, list) and len(calls) > 1:
            yield Hit(existing(record.data, f"{turn.pointer}/tool_calls"), {"calls": len(calls)})


def calls_not_empty(record: Record) -> Iterator[Hit]:
    """Find messages whose list of calls is empty."""
    if record.plain or b'"tool_calls"' not in record.raw:
        return
    for turn in FORMATS[record.format].turns(record.data):
        if turn.message.get("tool_calls") == []:
            yield Hit(existing(record.data, f"{turn.pointer}/tool_calls"))


def call_ids_taken(record: Record, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Find ids of calls, and of replies to them, that are not of the target's pattern."""
    pattern = limits["limit_call_id_pattern"]
    if pattern is None or (
        b'"tool_calls"' not in record.raw and b'"tool_call_id"' not in record.raw
    ):
        return
    fits = _pattern(pattern)
    for turn in FORMATS[record.format].turns(record.data):
        calls = turn.message.get("tool_calls")
        given = [
            (f"tool_calls/{index}/id", call.get("id"))
            for index, call in enumerate(calls if isinstance(calls, list) else ())
            if isinstance(call, dict)
        ]
        for at, value in (*given, ("tool_call_id", turn.message.get("tool_call_id"))):
            if isinstance(value, str) and not fits.is_valid(value):
                pointer = existing(record.data, f"{turn.pointer}/{at}")
                yield Hit(pointer, {"id": value, "pattern": pattern})


@cache
def _pattern(pattern: str) -> Draft202012Validator:
    return Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions())


def _tools(record: Record) -> list[_Tool]:
    pointer, tools = FORMATS[record.format].tools(record.data)
    found: list[_Tool] = []
    for index, tool in enumerate(tools) if tools else ():
        if not isinstance(tool, dict):
            continue
        function = tool.get("function")
        below = f"{pointer}/{index}"
        if isinstance(function, dict):
            below += "/function"
        else:
            function = tool
        name, parameters = function.get("name"), function.get("parameters")
        if isinstance(name, str):
            schema = parameters if isinstance(parameters, dict) else None
            found.append(_Tool(name, schema, function, below))
    return found


def _calls(record: Record) -> Iterator[_Call]:
    """Yield the calls whose arguments are an object, or the text of one."""
    format = FORMATS[record.format]
    elsewhere = format.keys.get("tool_calls")
    for turn in format.turns(record.data):
        calls = turn.message.get("tool_calls")
        found: list[tuple[str, Any]] = [
            (f"tool_calls/{index}/function", call.get("function"))
            for index, call in enumerate(calls if isinstance(calls, list) else ())
            if isinstance(call, dict)
        ]
        found.append(("function_call", turn.message.get("function_call")))
        for at, function in found:
            if not isinstance(function, dict) or not isinstance(function.get("name"), str):
                continue
            arguments, size, as_text = function.get("arguments"), len(record.raw), False
            if isinstance(arguments, str):
                as_text, size = True, len(arguments)
                try:
                    arguments = orjson.loads(arguments)
                except ValueError:
                    continue
            if isinstance(arguments, dict):
                place = turn.pointer + (elsewhere or f"/{at}/arguments")
                pointer = existing(record.data, place)
                yield _Call(function["name"], arguments, size, pointer, as_text)


def _place(record: Record, call: _Call, path: Sequence[str | int]) -> tuple[str, str | None]:
    """Return the pointer of a place in a call's arguments, and what marks it in their text."""
    if not call.as_text:
        return existing(record.data, call.pointer + _pointer(path)), None
    if not path or path[0] not in call.arguments:
        return call.pointer, None
    value = call.arguments[str(path[0])]
    mark = re.escape(json.dumps(path[0], ensure_ascii=False)) + r"\s*:\s*"
    if not isinstance(value, dict | list):
        mark += f"(?:{re.escape(json.dumps(value, ensure_ascii=False))})?"
    return call.pointer, mark


def _below(record: Record, tool: _Tool, path: Sequence[str | int]) -> str:
    return existing(record.data, f"{tool.pointer}/parameters{_pointer(path)}")


def _pointer(path: Sequence[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _subschemas(
    parameters: dict[str, Any] | None,
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield a schema and those inside it that speak of the arguments, each with its place."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), parameters)]
    for path, schema in waiting:
        if not isinstance(schema, dict) or len(waiting) > _MOST:
            continue
        yield path, schema
        for key in ("properties", "$defs", "definitions"):
            inner = schema.get(key)
            if isinstance(inner, dict):
                waiting += [((*path, key, name), each) for name, each in inner.items()]
        for key in ("anyOf", "oneOf", "allOf"):
            inner = schema.get(key)
            if isinstance(inner, list):
                waiting += [((*path, key, index), each) for index, each in enumerate(inner)]
        for key in ("items", "additionalProperties"):
            waiting.append(((*path, key), schema.get(key)))
