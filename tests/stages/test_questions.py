"""Questions: what is asked, and which answer is wanted, of rows in whatever format."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.config import load
from dslint.errors import InputError
from dslint.facts.ruler import PLAIN
from dslint.facts.scores import Answer, Call
from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.stages.asking import sizes
from dslint.stages.questions import Paper, question, questions

USER = {"role": "user", "content": "Where is it?"}
ANSWER = {"role": "assistant", "content": "Here."}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool"])},
        optional={"content": JSON, "tool_calls": JSON, "name": JSON, "weight": JSON},
    ),
    max_size=4,
)


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Paper]:
    """Read rows, written as lines."""

    def read(*rows: dict[str, Any], name: str = "rows.jsonl", text: str | None = None) -> Paper:
        path = tmp_path / name
        path.write_text(text or "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return questions(str(path), load(config=False))

    return read


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [USER, ANSWER]},
        {"prompt": "Where is it?", "completion": "Here."},
        {"instruction": "Where is it?", "input": "", "output": "Here."},
        {
            "conversations": [
                {"from": "human", "value": "Where is it?"},
                {"from": "gpt", "value": "Here."},
            ]
        },
        {
            "input": {"messages": [USER]},
            "preferred_output": [ANSWER],
            "non_preferred_output": [{"role": "assistant", "content": "There."}],
        },
    ],
    ids=["chat", "completion", "alpaca", "sharegpt", "preference"],
)
def test_the_same_is_asked_whatever_the_format(
    asked: Callable[..., Paper], row: dict[str, Any]
) -> None:
    (found,) = asked(row).questions
    assert [each["content"].strip() for each in found.messages] == ["Where is it?"]
    assert (found.wanted, found.line) == (Answer("Here."), 1)


def test_lines_are_those_of_the_file(asked: Callable[..., Paper]) -> None:
    row = json.dumps({"messages": [USER, ANSWER]})
    found = asked(text=f"\n{row}\n{{\n{row}\n")
    assert [each.line for each in found.questions] == [2, 4]
    assert found.left_out == {"not JSON": 1}
    found = asked(text=f"[\n{row},\n{row}\n]\n", name="rows.json")
    assert [each.line for each in found.questions] == [2, 3]


def test_a_wanted_call_has_its_arguments_as_values() -> None:
    function = {"name": "find", "arguments": '{"n": 1}'}
    called = {"role": "assistant", "tool_calls": [{"id": "c1", "function": function}]}
    found = question(Conversation(messages=[USER, called]))
    assert found.wanted == Answer("", (Call("find", {"n": 1}),))


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([], "it has no answer"),
        ([USER], "its last message is from `user`: it has no answer"),
        ([ANSWER], "nothing is asked before its answer"),
        ([USER, {"role": "assistant", "content": " "}], "its answer is empty"),
        ([USER, {"role": "assistant", "content": None}], "its answer is empty"),
    ],
)
def test_what_is_no_question_says_why(messages: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(Unconvertible, match=f"^{why}$"):
        question(Conversation(messages=messages))


def test_an_answer_that_is_marked_as_bad_is_not_wanted() -> None:
    with pytest.raises(Unconvertible, match="bad one"):
        question(Conversation(messages=[USER, ANSWER], label=False))


def test_a_file_without_questions_says_why_most_rows_are_none(
    asked: Callable[..., Paper],
) -> None:
    with pytest.raises(InputError, match=r"it has no answer \(2 of 3 rows\)$"):
        asked({"messages": [USER]}, {"messages": [USER]}, {"messages": [ANSWER]})
    with pytest.raises(InputError, match="is empty: there is nothing to ask"):
        asked(text="\n", name="empty.jsonl")


@given(MESSAGES)
def test_any_messages_are_a_question_or_none(messages: list[dict[str, Any]]) -> None:
    try:
        found = question(Conversation(messages=messages))
    except Unconvertible:
        return
    assert found.wanted.text.strip() or found.wanted.calls
    assert len(found.messages) == len(messages) - 1
    assert not any("weight" in each for each in found.messages)


@settings(deadline=None)
@given(st.lists(st.tuples(MESSAGES, st.lists(JSON, max_size=2)), max_size=3))
def test_any_questions_have_a_size(rows: list[tuple[list[dict[str, Any]], list[Any]]]) -> None:
    found = []
    for messages, tools in rows:
        with suppress(Unconvertible):
            found.append(question(Conversation(messages=messages, tools=tools)))
    counted = sizes(found, PLAIN)
    assert len(counted) == len(found)
    assert all(given > 0 and own >= 0 for given, own in counted)
