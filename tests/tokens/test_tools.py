"""Tools cost what the cookbook's formula says where they are flat, and their TypeScript else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.facts.tokens import encoding
from dslint.facts.tokens.tools import rendered, sheet

SCALARS = {
    "party_size": {"type": "integer", "description": "How many people"},
    "seat": {"type": "string", "enum": ["inside", "outside"]},
}
ITEM = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "description": "As on the card"},
        "sizes": {"type": "array", "items": {"type": "integer", "enum": [1, 2]}},
        "note": {"type": ["string", "null"]},
        "at": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/time"}]},
    },
}


def tool(properties: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "book_table", **more}
    if properties is not None:
        found["parameters"] = {"type": "object", "properties": properties}
    return found


def test_a_flat_tool_is_laid_out_by_the_formula() -> None:
    found = sheet([tool(SCALARS, description="Book a table.")], "o200k_base")
    assert found.texts == (
        *("book_table:Book a table", "party_size:integer:How many people", "seat:string:"),
        *("inside", "outside"),
    )
    # function 7, properties 3, two properties 3 each, enum -3, two items 3 each, end 12
    assert (found.constant, found.nested) == (7 + 3 + 2 * 3 - 3 + 2 * 3 + 12, False)


def test_older_encodings_have_three_tokens_more_a_function() -> None:
    tools = [tool(None), tool({})]
    old, new = sheet(tools, "cl100k_base"), sheet(tools, "o200k_base")
    assert old.constant - new.constant == 2 * 3


def test_a_nested_tool_is_written_as_typescript() -> None:
    found = sheet([tool({"items": {"type": "array", "items": ITEM}}, description="Order")], "x")
    assert found.nested
    assert found.texts == (
        "namespace functions {\n\n// Order\ntype book_table = (_: {\nitems?: {\n"
        "  // As on the card\n  name: string,\n  sizes?: 1 | 2[],\n  note?: string | null,\n"
        "  at?: string | any,\n}[],\n}) => any;\n\n} // namespace functions",
    )


@pytest.mark.parametrize(
    ("properties", "tokens"),
    [
        # what OpenAI's API said of such functions after one `hello`, less the 8 tokens of that
        ({}, 31 - 8),
        (
            {
                "foo": {
                    "type": "object",
                    "properties": {
                        "bar": {"type": "string", "enum": ["a", "b", "c"]},
                        "baz": {"type": "boolean"},
                    },
                }
            },
            68 - 8,
        ),
    ],
)
def test_rendered_tools_have_the_tokens_that_the_api_reported(
    properties: dict[str, Any], tokens: int
) -> None:
    told: dict[str, Any] = {"name": "foo"} if not properties else {"name": "bing_bong"}
    told["parameters"] = {"type": "object", "properties": properties}
    if properties:
        told["description"] = "Do a bing bong"
    assert encoding("cl100k_base").count(rendered([told])) + 9 == tokens


def test_what_is_no_function_is_counted_as_its_json() -> None:
    found = sheet([{"type": "web_search"}], "o200k_base")
    assert (found.texts, found.constant) == (('{"type": "web_search"}',), 0)


def test_a_schema_that_goes_on_forever_ends() -> None:
    endless: dict[str, Any] = {"type": "string"}
    for _ in range(900):
        endless = {"type": "object", "properties": {"a": endless}}
    (text,) = sheet([tool({"a": endless})], "o200k_base").texts
    assert "a?: any" in text


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                *[["type", "properties", "items", "enum", "required", "description", "anyOf", "a"]]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["name", "description", "parameters"]), json))
def test_any_json_is_laid_out(value: dict[str, Any]) -> None:
    found = sheet([value], "o200k_base")
    assert all(type(text) is str for text in found.texts)
