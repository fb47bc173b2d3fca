"""Shape, whatever comes: the gate, the reference library and the explanation agree on every row."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
from hypothesis import example, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from dslint.checks import shape
from dslint.resources import folder
from dslint.rulebook import page

SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(folder("schemas").glob("*.schema.json"))
}
PAGES = {path.stem: page.read(path) for path in sorted((folder("rules") / "shape").glob("*.md"))}


@cache
def reference(name: str) -> jsonschema.Draft202012Validator:
    """Return the schema `name` as the reference library reads it."""
    resources: list[tuple[str, Resource[Any]]] = [
        (each, Resource.from_contents(schema)) for each, schema in SCHEMAS.items()
    ]
    shared: Registry[Any] = Registry().with_resources(resources)
    return jsonschema.Draft202012Validator(SCHEMAS[name], registry=shared)


KEYS = (
    *("messages", "tools", "functions", "parallel_tool_calls", "prompt", "completion", "input"),
    *("preferred_output", "non_preferred_output", "preferred_completion", "role", "content"),
    *("name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal", "type", "text"),
    *("image_url", "url", "detail", "id", "function", "arguments", "parameters", "inputSchema"),
)
WORDS = (
    *("system", "developer", "user", "assistant", "tool", "function", "gpt", "text", "refusal"),
    *("image_url", "low", "now", "no w", "now\n", ""),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, -0.0, 0.5]),
    st.sampled_from(WORDS),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4),
    ),
    max_leaves=12,
)

texts = st.text(max_size=12)
function_names = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)


def optional(**keys: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    return keys


text_part = st.fixed_dictionaries({"type": st.just("text"), "text": texts})
text_parts = st.lists(text_part, min_size=1, max_size=2)
image_parts = st.builds(
    lambda url, more: {"type": "image_url", "image_url": {"url": url, **more}},
    texts,
    st.fixed_dictionaries({}, optional={"detail": st.sampled_from(["auto", "low", "high"])}),
)
calls = st.fixed_dictionaries(
    {
        "id": texts,
        "type": st.just("function"),
        "function": st.fixed_dictionaries(
            {"name": texts, "arguments": texts | st.dictionaries(texts, scalars, max_size=2)}
        ),
    }
)
named = optional(name=texts | st.none())
answers = st.one_of(
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": texts | text_parts},
        optional=named | optional(weight=st.sampled_from([0, 1]), reasoning=texts),
    ),
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "tool_calls": st.lists(calls, min_size=1, max_size=2)},
        optional=named | optional(content=texts | st.none(), refusal=texts | st.none()),
    ),
    st.fixed_dictionaries(
        {
            "role": st.just("assistant"),
            "content": st.none(),
            "function_call": st.fixed_dictionaries({"name": texts, "arguments": texts}),
        }
    ),
    st.fixed_dictionaries({"role": st.just("assistant"), "refusal": texts}),
)
messages = st.one_of(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "developer"]), "content": texts | text_parts},
        optional=named,
    ),
    st.fixed_dictionaries(
        {
            "role": st.just("user"),
            "content": texts | text_parts | st.lists(image_parts, min_size=1, max_size=2),
        },
        optional=named | optional(weight=values),
    ),
    answers,
    st.fixed_dictionaries(
        {"role": st.just("tool"), "tool_call_id": texts, "content": texts | text_parts}
    ),
    st.fixed_dictionaries(
        {"role": st.just("function"), "name": texts, "content": texts | st.none()}
    ),
)
functions = st.fixed_dictionaries(
    {"name": function_names},
    optional=optional(
        description=texts,
        parameters=st.dictionaries(texts, values, max_size=2),
        strict=st.booleans() | st.none(),
    ),
)
tools = st.builds(lambda function: {"type": "function", "function": function}, functions)
chats = st.fixed_dictionaries(
    {"messages": st.lists(messages, min_size=1, max_size=3)},
    optional=optional(
        tools=st.lists(tools, max_size=2),
        functions=st.lists(functions, max_size=2),
        parallel_tool_calls=st.booleans(),
        extra=values,
    ),
)
sound = st.one_of(
    st.tuples(st.sampled_from(["chat", "reinforcement"]), chats),
    st.tuples(
        st.just("preference"),
        st.fixed_dictionaries(
            {
                "input": chats,
                "preferred_output": st.lists(answers, min_size=1, max_size=1),
                "non_preferred_output": st.lists(answers, min_size=1, max_size=1),
            }
        ),
    ),
    st.tuples(st.just("completion"), st.fixed_dictionaries({"prompt": texts, "completion": texts})),
)


def steps(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from steps(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from steps(value, (*path, index))


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, object]:
    """A sound record with one place of it replaced or taken away."""
    format, row = draw(sound)
    path = draw(st.sampled_from(list(steps(row))))
    if not path:
        return format, draw(values)
    row = copy.deepcopy(row)
    inner: Any = row
    for step in path[:-1]:
        inner = inner[step]
    if draw(st.booleans()):
        del inner[path[-1]]
    else:
        inner[path[-1]] = draw(values)
    return format, row


def follow(data: Any, pointer: str) -> object:
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


def holds_together(format: str, data: object) -> None:
    """The gate, the reference and the explanation agree, and the explanation keeps its promises."""
    before = copy.deepcopy(data)
    gate = shape.is_valid(format, data)
    assert gate is reference(f"{format}.schema.json").is_valid(data)
    told = shape.explain(format, data)
    assert bool(told) is not gate
    assert len(told) <= shape.STORIES
    places = [(rule, hit.pointer, hit.values["key"]) for rule, hit in told]
    assert len(set(places)) == len(places)
    for rule, hit in told:
        follow(data, hit.pointer)
        assert PAGES[rule].message.format(**hit.values)
        assert format in PAGES[rule].formats
    assert repr(data) == repr(before)


@given(sound)
@settings(max_examples=150, deadline=None)
def test_a_record_valid_by_construction_is_valid(row: tuple[str, object]) -> None:
    assert shape.is_valid(*row)
    assert shape.explain(*row) == []


@given(st.sampled_from(shape.FORMATS), values)
@settings(max_examples=200, deadline=None)
@example("chat", {"messages": [{"role": "assistant", "content": "x", "weight": 1.0}]})
@example("chat", {"messages": [{"role": "assistant", "content": "x", "weight": True}]})
def test_gate_and_reference_agree_on_any_json(format: str, data: object) -> None:
    holds_together(format, data)


@given(mutated())
@settings(max_examples=250, deadline=None)
def test_gate_and_reference_agree_on_mutated_records(row: tuple[str, object]) -> None:
    holds_together(*row)
