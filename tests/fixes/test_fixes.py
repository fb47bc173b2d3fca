"""Fixes of records: what each makes of a place, and that none fails on any row or pointer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint import targets
from dslint.fixes import shape, text, tools
from dslint.fixes.declared import declared
from dslint.jsonl.edit import edited
from dslint.model import Drop, Edit, Fix, Record, Rule, Source
from dslint.rulebook import book
from dslint.stages.mending import fixer
from dslint.stages.plan import Plan

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(
        [
            *(
                "",
                "Human",
                "developer",
                "{}",
                "[{}]",
                '"{}"',
                "{'a': 1}",
                "a\r\nb\rc",
                " Ã© ",
                "\u200b",
            ),
            *("call_1", "data:image/png;base64,/9j/", "function", "x<|im_end|>", "true"),
        ]
    )
)
KEYS = st.sampled_from(
    [
        *("messages", "role", "content", "tools", "tool_calls", "function", "name", "arguments"),
        *("id", "tool_call_id", "type", "text", "parameters", "inputSchema", "image_url", "url"),
        *("weight", "prompt", "completion", "input", "preferred_output", "a~/b", "conversations"),
    ]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=16,
)
ROWS = st.dictionaries(KEYS, VALUES, max_size=4)
FIXED = sorted(rule.name for rule in book.own().values() if rule.fix)
PLAN = Plan((), (targets.load("mistral"), targets.load("together")), {})


def record(row: dict[str, Any], format: str = "chat") -> Record:
    return Record(1, json.dumps(row).encode(), row, format)


def made(row: dict[str, Any], edits: list[Edit]) -> dict[str, Any]:
    raw, _ = edited(json.dumps(row).encode(), [edits])
    found: dict[str, Any] = json.loads(raw)
    return found


def places(data: Any, here: str = "") -> list[str]:
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found = [here]
    for key, value in items if isinstance(data, dict | list) else ():
        step = f"{here}/{str(key).replace('~', '~0').replace('/', '~1')}"
        found += places(value, step) if isinstance(value, dict | list) else [step]
    return found


@settings(max_examples=150, deadline=None)
@given(
    ROWS, st.sampled_from(FIXED), st.sampled_from(["chat", "preference", "completion"]), st.data()
)
def test_no_fix_fails_whatever_the_row_and_the_pointer(
    row: dict[str, Any], name: str, format: str, data: st.DataObject
) -> None:
    pointer = data.draw(st.sampled_from([*places(row), "/nowhere", "/messages/0/role"]))
    edits = fixer(PLAN, book.own()[name]).edits(record(row, format), pointer, 0)
    if not any(isinstance(edit, Drop) for edit in edits):
        made(row, edits)


@pytest.mark.parametrize(
    ("word", "then"),
    [
        ("Assistant", "assistant"),
        ("GPT", "assistant"),
        (" user:", "user"),
        ("human", "user"),
        ("SYSTEM", "system"),
        ("narrator", "narrator"),
        ("", ""),
    ],
)
def test_a_role_is_written_in_the_word_that_is_known(word: str, then: str) -> None:
    row = {"messages": [{"role": word}]}
    pointer = "/messages/0/role"
    edits = list(shape.role(record(row), pointer))
    assert made(row, edits)["messages"][0]["role"] == then


def test_a_carriage_return_that_stands_alone_is_left_alone_with_the_whole_text() -> None:
    row = {"prompt": "a\r\nb\rc"}
    assert list(text.line_feeds(record(row), "/prompt")) == []


def test_mojibake_is_put_right_throughout_a_text() -> None:
    row = {"prompt": "Ã¼ber den FluÃŸ â€“ CAFÉ"}
    assert made(row, list(text.mojibake(record(row), "/prompt"))) == {
        "prompt": "über den Fluß – CAFÉ"
    }


def test_zero_width_space_stays_where_a_script_needs_it() -> None:
    row = {"prompt": "ภาษา\u200bไทย a\u200bb"}
    assert made(row, list(text.zero_width(record(row), "/prompt"))) == {
        "prompt": "ภาษา\u200bไทย ab"
    }


def calls(*ids: str | None, replies: tuple[str | None, ...] = ()) -> dict[str, Any]:
    """A row whose first message calls; None is an id that is not there."""

    def with_id(key: str, value: str | None, rest: dict[str, Any]) -> dict[str, Any]:
        return rest if value is None else {key: value, **rest}

    return {
        "messages": [
            {"role": "assistant", "tool_calls": [with_id("id", each, {}) for each in ids]},
            *(with_id("tool_call_id", each, {"role": "tool"}) for each in replies),
        ]
    }


@pytest.mark.parametrize(
    ("row", "then"),
    [
        (calls(None), calls("call_0001")),
        (
            calls(None, None, replies=(None, None)),
            calls("call_0001", "call_0002", replies=("call_0001", "call_0002")),
        ),
        (calls("a", replies=(None,)), calls("a", replies=("a",))),
        (calls(None, replies=("b",)), calls("b", replies=("b",))),
        (calls(None, None, replies=(None,)), calls(None, None, replies=(None,))),
    ],
)
def test_calls_and_answers_get_the_same_ids(row: dict[str, Any], then: dict[str, Any]) -> None:
    edits = list(tools.ids(record(row), "/messages/0/tool_calls/0"))
    assert made(row, edits) == then


def rule(fix: Fix, mark: str | None = None) -> Rule:
    return Rule(
        *("a-rule", "own", "A title", "A summary", "message", "a message", "warn"),
        source=Source("inferred"),
        path="a-rule.md",
        mark=mark,
        fix=fix,
    )


@pytest.mark.parametrize(
    ("fix", "mark", "then"),
    [
        (Fix("strip"), None, {"a": "OPS-1, OPS-22"}),
        (Fix("cut"), "OPS-[0-9]+", {"a": " ,  "}),
        (Fix("replace", "it"), "OPS-[0-9]+", {"a": " it, it "}),
        (Fix("remove"), None, {}),
        (Fix("set", {"b": None}), None, {"a": {"b": None}}),
        (Fix("rename", "b"), None, {"b": " OPS-1, OPS-22 "}),
        (Fix("quote"), None, {"a": '" OPS-1, OPS-22 "'}),
        (Fix("repair"), None, {"a": " OPS-1, OPS-22 "}),
    ],
)
def test_a_word_is_enough_for_the_usual_fixes(
    fix: Fix, mark: str | None, then: dict[str, Any]
) -> None:
    row = {"a": " OPS-1, OPS-22 "}
    assert made(row, list(declared(rule(fix, mark), record(row), "/a"))) == then


def test_a_row_is_left_out_by_a_word() -> None:
    assert list(declared(rule(Fix("drop")), record({}), "")) == [Drop()]


def test_white_space_is_stripped_off_the_ends_of_several_parts() -> None:
    row = {"a": [{"type": "text", "text": " x "}, {"type": "text", "text": " y "}]}
    then = {"a": [{"type": "text", "text": "x "}, {"type": "text", "text": " y"}]}
    assert made(row, list(declared(rule(Fix("strip")), record(row), "/a"))) == then
