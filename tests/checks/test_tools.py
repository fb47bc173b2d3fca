"""Calls held against their tools: in plain words, in a bounded time, without going anywhere."""

from __future__ import annotations

import json
import re
import socket
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.checks import preference, tools
from dslint.formats import FORMATS
from dslint.model import Hit, Record

CHECKS = (
    tools.arguments_fit,
    tools.arguments_named,
    tools.parameters_valid,
    tools.parameters_of_an_object,
    tools.arrays_have_items,
    tools.required_described,
    tools.strict_kept,
    tools.calls_one_at_a_time,
    tools.calls_not_empty,
    preference.same,
    preference.alike,
)


def row(parameters: Any, arguments: Any, *, as_text: bool = True) -> dict[str, Any]:
    given = json.dumps(arguments) if as_text else arguments
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": given}}
    return {
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": parameters}}],
    }


def record(data: dict[str, Any], format: str = "chat") -> Record:
    return Record(1, orjson.dumps(data), data, format)


def hits(parameters: Any, arguments: Any, *, as_text: bool = True) -> list[Hit]:
    return list(tools.arguments_fit(record(row(parameters, arguments, as_text=as_text))))


def told(parameters: Any, arguments: Any) -> list[str]:
    return [
        "`{place}` is {found}; the tool says: {expected}".format(**hit.values)
        for hit in hits(parameters, arguments)
    ]


def an_object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


STORIES: list[tuple[dict[str, Any], Any, list[str]]] = [
    (
        an_object(party_size={"type": "string", "enum": ["1", "2"]}),
        {"party_size": 9},
        ['`party_size` is 9 (a number); the tool says: one of "1", "2"'],
    ),
    (an_object(("city",)), {}, ["`city` is missing; the tool says: it is required"]),
    (
        an_object(at=an_object(("x",), x={"type": "number"})),
        {"at": {"x": "1"}},
        ['`/at/x` is "1" (text); the tool says: a number'],
    ),
    (
        {**an_object(a={}, b={}), "additionalProperties": False},
        {"c": 1},
        ["`c` is unknown to the tool; the tool says: only `a`, `b`"],
    ),
    (
        an_object(n={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        {"n": "4"},
        ['`n` is "4" (text); the tool says: a whole number or null'],
    ),
    (
        an_object(n={"oneOf": [{"type": "string"}, {"type": "integer", "minimum": 2}]}),
        {"n": 1},
        ["`n` is 1 (a number); the tool says: at least 2"],
    ),
    (
        an_object(tags={"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2}),
        {"tags": ["a", "x", "b"]},
        [
            '`/tags/1` is "x" (text); the tool says: one of "a", "b"',
            '`tags` is ["a", "x", "b"] (a list); the tool says: at most 2 items',
        ],
    ),
    (
        an_object(day={"type": "string", "pattern": "^[0-9]+$"}),
        {"day": "Sunday"},
        ['`day` is "Sunday" (text); the tool says: text that fits ^[0-9]+$'],
    ),
    (
        an_object(day={"$ref": "#/$defs/day"}) | {"$defs": {"day": {"const": "Sunday"}}},
        {"day": None},
        ['`day` is null; the tool says: "Sunday"'],
    ),
]


@pytest.mark.parametrize(("parameters", "arguments", "expected"), STORIES)
def test_what_does_not_fit_is_told_in_plain_words(
    parameters: dict[str, Any], arguments: Any, expected: list[str]
) -> None:
    assert sorted(told(parameters, arguments)) == sorted(expected)


FITTING: list[tuple[dict[str, Any], Any]] = [
    ({}, {"anything": 1}),
    (an_object(n={"type": "integer"}), {"n": 4.0}),
    (an_object(n={"type": "string", "nullable": True}), {"n": None}),
    (an_object(n={"oneOf": [{"type": "integer"}, {"type": "number"}]}), {"n": 4}),
    (an_object(when={"type": "string", "format": "date"}), {"when": "tomorrow"}),
    (an_object(pair={"type": "array", "items": [{"type": "integer"}]}), {"pair": [1]}),
    (an_object(day={"type": "string", "pattern": "^(?!Mon)"}), {"day": "Monday"}),
    ({"patternProperties": {"^(?!x)": {}}, "additionalProperties": False}, {"y": 1}),
]


@pytest.mark.parametrize(("parameters", "arguments"), FITTING)
def test_what_fits_or_can_not_be_judged_is_silent(
    parameters: dict[str, Any], arguments: Any
) -> None:
    assert told(parameters, arguments) == []
    assert list(tools.parameters_valid(record(row(parameters, arguments)))) == []


def test_a_pattern_that_can_not_be_judged_hides_nothing_else() -> None:
    parameters = an_object(("n",), day={"type": "string", "pattern": "(?=x)"}, n={"type": "null"})
    assert told(parameters, {"day": "x", "n": 1}) == ["`n` is 1 (a number); the tool says: null"]


def test_the_place_is_marked_in_arguments_that_are_text() -> None:
    arguments = {"city": "Porto", "party_size": 9}
    (hit,) = hits(an_object(party_size={"type": "string"}), arguments)
    assert hit.pointer == "/messages/1/tool_calls/0/function/arguments"
    found = re.search(hit.mark or "", json.dumps(arguments))
    assert found is not None
    assert found[0] == '"party_size": 9'


def test_the_place_is_pointed_to_in_arguments_that_are_an_object() -> None:
    parameters = an_object(party_size={"type": "string"})
    (hit,) = hits(parameters, {"party_size": 9}, as_text=False)
    assert hit.pointer == "/messages/1/tool_calls/0/function/arguments/party_size"


def test_of_two_tools_with_one_name_it_is_enough_to_fit_one() -> None:
    data = row(an_object(("a",)), {"b": 1})
    data["tools"].append({"type": "function", "function": {"name": "f", "parameters": {}}})
    assert list(tools.arguments_fit(record(data))) == hits(an_object(("a",)), {"b": 1})
    data["tools"][1]["function"]["parameters"] = an_object(("b",))
    assert list(tools.arguments_fit(record(data))) == []


def test_a_reference_out_of_the_row_is_not_followed(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.json"
    nothing.write_text('{"not": {}}')
    called = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return
                called.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        web = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        for parameters in (
            {"$ref": nothing.as_uri()},
            {"$id": tmp_path.as_uri() + "/", "$ref": "nothing.json"},
            {"$ref": web},
            {"$schema": web, "type": "object"},
            an_object(a={"$ref": web + "#/$defs/a"}),
            an_object(a={"$dynamicRef": web}),
            {"$id": web, "allOf": [{"$ref": "other.json"}]},
        ):
            data = record(row(parameters, {"a": 1}))
            assert list(tools.arguments_fit(data)) == []
            assert list(tools.parameters_valid(data)) == []
        assert not called.wait(0.05)


def doubling(steps: int) -> dict[str, Any]:
    """Return a schema whose references meet its first definition 2^steps times."""
    definitions: dict[str, Any] = {"d0": {"type": "string"}}
    for step in range(1, steps + 1):
        to = {"$ref": f"#/$defs/d{step - 1}"}
        definitions[f"d{step}"] = {"anyOf": [to, to]}
    return an_object(a={"$ref": f"#/$defs/d{steps}"}) | {"$defs": definitions}


def nested(levels: int, keyword: str) -> dict[str, Any]:
    found: dict[str, Any] = {"properties": {"a": True}}
    for _ in range(levels):
        found = {keyword: {"type": "string"}, "allOf": [found]}
    return found


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = {"a": found}
    return found


HOSTILE: list[tuple[Any, Any]] = [
    (doubling(60), {"a": 1}),
    (doubling(18), {"a": 1}),
    (nested(60, "unevaluatedProperties"), {"a": "1", "b": "2"}),
    (an_object(a={"pattern": "^(a+)+$"}), {"a": "a" * 60 + "!"}),
    (an_object(a={"pattern": "(((a{999}){999}){999})"}), {"a": "a" * 60}),
    ({"$ref": "#"}, {"a": 1}),
    ({"allOf": [{"$ref": "#"}, {"$ref": "#"}]}, {"a": 1}),
    (
        {"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": [each]} for each in "xyz"]},
        deep(60),
    ),
    (an_object(a={"enum": [f"x{at}" for at in range(5000)]}), {"a": ["y"] * 5000}),
    (an_object(a={"items": {"enum": [f"x{at}" for at in range(5000)]}}), {"a": ["y"] * 5000}),
    (deep(200), deep(200)),
    ({"properties": {"a": {"minimum": 1e308, "multipleOf": 1e-300}}}, {"a": 1e300}),
    ({"required": ["\ud800"]}, {}),
    ({"type": "object", "properties": {"$ref": {"type": "string"}}}, {"$ref": "x"}),
]


@pytest.mark.parametrize(("parameters", "arguments"), HOSTILE)
def test_no_schema_makes_a_check_raise_or_run_for_ever(parameters: Any, arguments: Any) -> None:
    data = row(parameters, arguments)
    for check in CHECKS:
        list(check(Record(1, b"", data, "chat")))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "properties", "items", "required", "$ref", "anyOf", "enum", "name", "a"]
            ),
            inner | st.sampled_from(["object", "string", "#", "#/properties/a", "array"]),
            max_size=3,
        )
    ),
    max_leaves=12,
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["user", "assistant", "tool"]) | JSON,
        "content": JSON,
        "tool_call_id": JSON,
        "function_call": JSON,
        "tool_calls": JSON
        | st.lists(
            st.fixed_dictionaries(
                {
                    "function": JSON
                    | st.fixed_dictionaries(
                        {
                            "name": st.just("f") | JSON,
                            "arguments": JSON | JSON.map(lambda each: json.dumps(each)),
                        }
                    )
                }
            ),
            max_size=2,
        ),
    },
)
TOOLS = JSON | st.lists(
    JSON
    | st.fixed_dictionaries(
        {"function": st.fixed_dictionaries({"name": st.just("f"), "parameters": JSON})}
    ),
    max_size=2,
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "messages": JSON | st.lists(MESSAGE | JSON, max_size=3),
        "tools": TOOLS,
        "input": JSON | st.fixed_dictionaries({"messages": st.lists(MESSAGE), "tools": TOOLS}),
        "preferred_output": JSON | st.lists(MESSAGE, max_size=2),
        "non_preferred_output": JSON | st.lists(MESSAGE, max_size=2),
        "chosen": JSON,
        "rejected": JSON,
        "parallel_tool_calls": st.just(False) | JSON,
    },
)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.sampled_from(["chat", "preference", "trl-preference", "sharegpt"]))
def test_no_row_makes_a_check_raise(data: dict[str, Any], format: str) -> None:
    for check in CHECKS:
        for hit in check(Record(1, b'"tool_calls"', data, format)):
            assert reaches(data, hit.pointer), hit.pointer
    limits = {"limit_call_id_pattern": "^[a-z]{9}$"}
    list(tools.call_ids_taken(Record(1, b'"tool_calls"', data, format), limits))


def reaches(data: Any, pointer: str) -> bool:
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            data = data[int(step)] if isinstance(data, list) else data[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return False
    return True


NAMES = st.text("abcdé /~\"'", min_size=1, max_size=5)


def pairs(depth: int = 2) -> st.SearchStrategy[tuple[dict[str, Any], Any]]:
    """Pair schemas with values that satisfy them by construction."""
    simple = st.one_of(
        st.text(max_size=5).map(lambda value: ({"type": "string"}, value)),
        st.text(max_size=5).map(lambda value: ({"type": ["string", "null"]}, value)),
        st.integers(-99, 99).map(lambda value: ({"type": "integer", "maximum": 99}, value)),
        st.integers(-99, 99).map(lambda value: ({"type": "number", "minimum": -99.5}, value)),
        st.booleans().map(lambda value: ({"type": "boolean"}, value)),
        st.lists(st.text(max_size=3), min_size=1, max_size=4).map(
            lambda values: ({"enum": values}, values[0])
        ),
        st.text(max_size=3).map(lambda value: ({"const": value}, value)),
        st.just(({"type": "string", "nullable": True}, None)),
        st.just(({"anyOf": [{"type": "string"}, {"type": "null"}]}, None)),
    )
    if not depth:
        return simple
    inner = pairs(depth - 1)
    return st.one_of(
        simple,
        inner.map(lambda pair: ({"type": "array", "items": pair[0]}, [pair[1]] * 2)),
        members(inner),
    )


def members(
    inner: st.SearchStrategy[tuple[dict[str, Any], Any]],
) -> st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]]:
    def build(
        each: dict[str, tuple[dict[str, Any], Any]], closed: bool
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        schema = an_object(tuple(each), **{name: pair[0] for name, pair in each.items()})
        if closed:
            schema["additionalProperties"] = False
        return schema, {name: pair[1] for name, pair in each.items()}

    return st.builds(build, st.dictionaries(NAMES, inner, max_size=3), st.booleans())


@settings(max_examples=150, deadline=None)
@given(members(pairs()), st.booleans())
def test_arguments_that_fit_by_construction_are_silent(
    pair: tuple[dict[str, Any], dict[str, Any]], as_text: bool
) -> None:
    data = record(row(*pair, as_text=as_text))
    assert list(tools.arguments_fit(data)) == []
    assert list(tools.arguments_named(data)) == []
    assert list(tools.parameters_valid(data)) == []
    assert list(tools.required_described(data)) == []


@settings(max_examples=100, deadline=None)
@given(members(pairs()).filter(lambda pair: bool(pair[1])), st.data())
def test_a_required_argument_that_is_left_out_is_told(
    pair: tuple[dict[str, Any], dict[str, Any]], data: st.DataObject
) -> None:
    parameters, arguments = pair
    name = data.draw(st.sampled_from(sorted(arguments)))
    rest = {key: value for key, value in arguments.items() if key != name}
    assert told(parameters, rest) == [f"`{name}` is missing; the tool says: it is required"]


@settings(max_examples=100, deadline=None)
@given(members(pairs()), NAMES.map(lambda name: "new" + name))
def test_an_argument_that_no_tool_names_is_told(
    pair: tuple[dict[str, Any], dict[str, Any]], name: str
) -> None:
    parameters, arguments = pair
    data = record(row(parameters, {**arguments, name: 1}))
    closed = "additionalProperties" in parameters
    check = tools.arguments_fit if closed else tools.arguments_named
    assert len(list(check(data))) == 1


def test_calls_are_found_in_every_format_that_has_them() -> None:
    turns = [
        {"from": "human", "value": "?"},
        {"from": "function_call", "value": '{"name": "f", "arguments": {"n": "1"}}'},
    ]
    tool = {"name": "f", "parameters": an_object(n={"type": "integer"})}
    data = {"conversations": turns, "tools": json.dumps([tool])}
    assert FORMATS["sharegpt"].detect(data)
    (hit,) = tools.arguments_fit(record(data, "sharegpt"))
    assert hit.pointer == "/conversations/1/value"
    converse = {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {
                "role": "assistant",
                "content": [{"toolUse": {"name": "f", "toolUseId": "a", "input": {"n": "1"}}}],
            }
        ],
        "toolConfig": {
            "tools": [
                {"toolSpec": {"name": "f", "inputSchema": {"json": an_object(n={"type": "null"})}}}
            ]
        },
    }
    (hit,) = tools.arguments_fit(record(converse, "bedrock-converse"))
    assert hit.pointer == "/messages/0/content"
