"""Repeated keys and lost digits are found exactly; the screen over a chunk never misses one."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl.repeated import (
    duplicate_keys,
    lossy_numbers,
    may_lose_precision,
    may_repeat_keys,
)

AWKWARD = [":", '"', "\\", '":', '\\":', "a", "role", "é", "😀", '{"a":1,"a":2}', "\\u0022", "\x1f"]
TEXTS = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5),
    st.lists(st.sampled_from(AWKWARD), max_size=3).map("".join),
)
GAPS = st.sampled_from(["", " ", "  ", "\t", "\r", " \t "])


@st.composite
def literals(draw: st.DrawFn) -> str:
    """A string literal, each of whose characters may be spelled as an escape."""
    spelled = ""
    for character in draw(TEXTS):
        plain = json.dumps(character, ensure_ascii=False)[1:-1]
        code = ord(character)
        escape = f"\\u{code:04x}" if code < 0x10000 else json.dumps(character)[1:-1]
        spelled += draw(st.sampled_from([plain, escape]))
    return f'"{spelled}"'


def _object(members: list[tuple[str, str, str]]) -> str:
    return "{" + ",".join(key + gap + ":" + gap + value for key, gap, value in members) + "}"


VALUES = st.recursive(
    literals() | st.sampled_from(["1", "-0.5e3", "true", "null", "{}", "[]"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: "[" + " , ".join(each) + "]"),
        st.lists(st.tuples(literals(), GAPS, inner), max_size=4).map(_object),
    ),
    max_leaves=12,
)
OBJECTS = st.lists(st.tuples(literals(), GAPS, VALUES), max_size=5).map(_object)


def _repeats(text: str) -> int:
    """Count, with the standard library, the keys that an object gives more than once."""
    count = 0

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal count
        keys = [key for key, _ in members]
        count += sum(keys.count(key) > 1 for key in set(keys))
        return dict(members)

    json.loads(text, object_pairs_hook=pairs)
    return count


@given(OBJECTS)
def test_as_many_repeated_keys_are_found_as_the_standard_library_sees(text: str) -> None:
    assert len(duplicate_keys(text.encode())) == _repeats(text)


@given(st.lists(OBJECTS, min_size=1, max_size=4))
def test_the_screen_never_misses_a_repeated_key(texts: list[str]) -> None:
    chunk = "\n".join(texts).encode()
    parsed = [orjson.loads(text) for text in texts]
    if duplicate_keys(chunk):
        assert may_repeat_keys(chunk, parsed)


@given(st.lists(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS), max_size=4), max_size=4))
def test_the_screen_is_silent_on_rows_without_one(rows: list[dict[str, Any]]) -> None:
    for separators in ((",", ":"), (" , ", " : ")):
        chunk = "\n".join(
            json.dumps(row, separators=separators, ensure_ascii=False) for row in rows
        ).encode()
        assert may_repeat_keys(chunk, rows) is (b"\\u0022" in chunk)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a\\\\":1,"a\\\\":2}',
        '{"a\\"":1,"a\\u0022":2}',
        '{"a":"\\u0022","a":""}',
        '{"a" :1,"a" :2,"b":":x"}',
        '{"role": 1, "r\\u006fle": 2}',
        '{"x": [{"y": {"a": 1, "b": {"a": 3}, "a": 2}}]}',
    ],
)
def test_a_key_repeated_in_any_spelling_is_found_and_screened(text: str) -> None:
    assert len(duplicate_keys(text.encode())) == 1
    assert may_repeat_keys(text.encode(), [orjson.loads(text)])


def test_the_second_place_is_named_and_a_third_adds_nothing() -> None:
    raw = b'{"role": 1, "role": 2, "role": 3}'
    (defect,) = duplicate_keys(raw)
    assert raw[defect.start : defect.end] == b'"role"'
    assert (defect.start, defect.found) == (12, "role")


def test_the_same_key_in_two_objects_is_not_repeated() -> None:
    assert duplicate_keys(b'{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}], "c": "{\\"c\\": 1}"}') == ()


def test_rows_nested_deeper_than_can_be_written_again_are_not_passed() -> None:
    raw = b'{"a":' * 400 + b"1" + b"}" * 400
    assert may_repeat_keys(raw, [orjson.loads(raw)])


@given(st.integers(), st.sampled_from(["%d", '{"id":%d}', "[1, %d ]", '{"a": "%d"}']))
def test_a_number_is_lossy_where_parsing_changes_it(number: int, text: str) -> None:
    raw = (text % number).encode()
    changed = '"%d"' not in text and json.dumps(orjson.loads(raw)) != json.dumps(json.loads(raw))
    found = lossy_numbers(raw)
    if changed and int(float(number)) != number:
        assert [defect.found for defect in found] == [str(number)]
        assert may_lose_precision(raw)
    else:
        assert not found


def test_numbers_that_keep_their_value_are_not_lossy() -> None:
    assert not lossy_numbers(b"[100000000000000000000, 18446744073709551615]")
    assert not lossy_numbers(b"[12345678901234567890.5]")
    assert not lossy_numbers(b'{"n": 123456789012345678901e3, "s": "123456789012345678901"}')


def test_the_place_of_a_lossy_number_is_its_digits() -> None:
    raw = b'{"id": -123456789012345678901, "s": "123456789012345678901"}'
    (defect,) = lossy_numbers(raw)
    assert raw[defect.start : defect.end] == defect.found.encode() == b"-123456789012345678901"
    assert not may_lose_precision(b'{"id": 123456789012345678}')


@given(st.binary())
def test_no_bytes_break_the_exact_functions(raw: bytes) -> None:
    duplicate_keys(raw)
    lossy_numbers(raw)
