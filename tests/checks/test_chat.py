"""Chat: keys of messages that are misspelt or unknown, and structure that a sound chat may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.checks import chat
from dslint.model import Record


def row(*messages: object, format: str = "chat") -> Record:
    return Record(1, b"", {"messages": list(messages)}, format)


def misspelt(record: Record) -> list[tuple[str, object]]:
    return [(hit.pointer, hit.values["near"]) for hit in chat.misspelt_keys(record)]


def unknown(record: Record, also: list[str] | None = None) -> list[str]:
    return [hit.pointer for hit in chat.unknown_keys(record, {"option_also": also or []})]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("weights", "weight"),
        ("wieght", "weight"),
        ("Content", "content"),
        ("contents", "content"),
        ("tool_call", "tool_calls"),
        ("toolCallId", "tool_call_id"),
        ("function-call", "function_call"),
    ],
)
def test_a_key_a_letter_off_is_misspelt_and_not_told_as_unknown_too(key: str, near: str) -> None:
    record = row({"role": "assistant", key: None})
    assert misspelt(record) == [(f"/messages/0/{key}", near)]
    assert unknown(record) == []


@pytest.mark.parametrize("key", ["content_en", "content2", "contents"])
def test_a_key_beside_the_one_that_it_resembles_is_no_slip(key: str) -> None:
    record = row({"role": "user", "content": "hello", key: "hello"})
    assert misspelt(record) == []
    assert unknown(record) == [f"/messages/0/{key}"]


def test_keys_of_reasoning_and_of_the_schema_are_known() -> None:
    keys = sorted(chat.KEYS | chat.REASONING)
    record = row(dict.fromkeys(keys))
    assert misspelt(record) == []
    assert unknown(record) == []


def test_keys_that_the_option_names_may_stay() -> None:
    record = row({"role": "user", "content": "hello", "id": 1, "lang": "en"})
    assert unknown(record, ["id"]) == ["/messages/0/lang"]


def test_a_key_is_escaped_in_its_pointer() -> None:
    assert unknown(row({"role": "user", "content": "", "a/b~c": 1})) == ["/messages/0/a~1b~0c"]


def test_the_sides_of_a_preference_are_looked_at() -> None:
    side = [{"role": "assistant", "content": "yes", "score": 1}]
    data = {"input": {"messages": side}, "preferred_output": side, "non_preferred_output": None}
    record = Record(1, b"", data, "preference")
    assert unknown(record) == ["/input/messages/0/score", "/preferred_output/0/score"]


def test_messages_of_other_formats_have_other_keys() -> None:
    record = Record(
        1, b"", {"conversations": [{"from": "human", "value": "hi", "x": 1}]}, "sharegpt"
    )
    assert misspelt(record) == []
    assert unknown(record) == []


values = st.recursive(st.none() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))


@given(st.dictionaries(st.text(max_size=12), values, max_size=4), values)
def test_no_row_raises_and_no_key_is_told_twice(message: dict[str, object], other: object) -> None:
    record = row(message, other)
    told = [pointer for pointer, _ in misspelt(record)] + unknown(record)
    assert len(told) == len(set(told)) == len(message.keys() - chat.KEYS - chat.REASONING)
