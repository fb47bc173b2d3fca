"""A pointer leads to the bytes that a parser took the value from, bytes to what people count."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl.locate import locate, position, within

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6)
KEYS = st.sampled_from(["a", "b", "~", "/", "~1", "0", "", 'q"', "\\", "名", "{", ":"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=15,
)
DUMPS: list[dict[str, Any]] = [
    {"separators": (",", ":")},
    {"ensure_ascii": False},
    {"indent": 2},
    {"indent": "\t", "separators": (" ,", " : ")},
]


def _places(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    """Return every pointer into a value, with what it names."""
    places = [(pointer, value)]
    members = dict(enumerate(value)) if isinstance(value, list) else value
    for key, inner in members.items() if isinstance(members, dict) else ():
        token = str(key).replace("~", "~0").replace("/", "~1")
        places += _places(inner, f"{pointer}/{token}")
    return places


@given(VALUES, st.sampled_from(DUMPS))
def test_every_pointer_leads_to_the_bytes_of_its_value(value: Any, how: dict[str, Any]) -> None:
    raw = json.dumps(value, **how).encode()
    for pointer, inner in _places(value):
        span = locate(raw, pointer)
        assert span is not None
        piece = raw[slice(*span)]
        assert json.loads(piece) == inner
        assert piece == piece.strip()


@given(VALUES, VALUES)
def test_of_a_key_given_twice_the_last_counts_as_parsers_have_it(first: Any, last: Any) -> None:
    for spelling in ("role", "r\\u006fle"):
        raw = f'{{"role": {json.dumps(first)}, "b": 1, "{spelling}": {json.dumps(last)}}}'.encode()
        assert orjson.loads(raw)["role"] == last
        for pointer, inner in _places(last, "/role"):
            span = locate(raw, pointer)
            assert span is not None
            assert orjson.loads(raw[slice(*span)]) == inner


def test_a_key_with_a_slash_may_be_escaped_the_second_time() -> None:
    raw = rb'{"a/b": 1, "c": 2, "a\/b": 3}'
    assert raw[slice(*locate(raw, "/a~1b") or ())] == b"3"


@pytest.mark.parametrize(
    ("pointer", "piece"),
    [
        ("", b'{"a": {"b": [1, {"c": 2}], "d": "x"}}'),
        ("/z", b'{"a": {"b": [1, {"c": 2}], "d": "x"}}'),
        ("/a/z", b'{"b": [1, {"c": 2}], "d": "x"}'),
        ("/a/z/y/x", b'{"b": [1, {"c": 2}], "d": "x"}'),
        ("/a/b/2", b'[1, {"c": 2}]'),
        ("/a/b/01", b'[1, {"c": 2}]'),
        ("/a/b/-", b'[1, {"c": 2}]'),
        ("/a/b/99999999999999999999", b'[1, {"c": 2}]'),
        ("/a/b/1/c", b"2"),
        ("/a/d/0", b'"x"'),
    ],
)
def test_what_is_not_there_is_shown_by_the_nearest_that_is(pointer: str, piece: bytes) -> None:
    raw = b' {"a": {"b": [1, {"c": 2}], "d": "x"}}\r'
    span = locate(raw, pointer)
    assert span is not None
    assert raw[slice(*span)] == piece


def test_an_empty_array_has_no_elements() -> None:
    assert locate(b'{"a": [ ]}', "/a/0") == (6, 9)


def test_where_there_is_no_value_or_no_pointer_there_is_no_place() -> None:
    assert locate(b"", "/a") is None
    assert locate(b"  ", "") is None
    assert locate(b'{"a": 1}', "a") is None


def test_a_byte_order_mark_before_the_record_is_stepped_over() -> None:
    assert locate(b'\xef\xbb\xbf{"a": 1}', "/a") == (9, 10)


def test_a_value_nested_as_deep_as_parses_is_found() -> None:
    raw = b'{"a":' * 1000 + b"7" + b"}" * 1000
    span = locate(raw, "/a" * 1000)
    assert span is not None
    assert raw[slice(*span)] == b"7"


@given(st.binary(max_size=60), st.sampled_from(["", "/a", "/0", "/a/0/b", "/~", "/é"]))
def test_no_bytes_break_it_and_no_place_lies_outside(raw: bytes, pointer: str) -> None:
    for broken in (raw, b'{"a":[' + raw, b'[{"a' + raw, b'{"a":{"b":"' + raw):
        span = locate(broken, pointer)
        if span:
            assert 0 <= span[0] <= span[1] <= len(broken)
            inside = within(broken, span, 1, 3)
            assert span[0] <= inside[0] <= inside[1] <= span[1]


@given(
    st.lists(TEXT | st.sampled_from(["😀", "\n", '"', "\\", "é", "\x7f", "名"]), max_size=6),
    st.booleans(),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_characters_of_a_string_lead_to_their_bytes(
    pieces: list[str], ascii_only: bool, start: int, size: int
) -> None:
    text = "".join(pieces)
    raw = json.dumps({"t": text}, ensure_ascii=ascii_only).encode()
    span = locate(raw, "/t")
    assert span is not None
    first, last = within(raw, span, start, start + size)
    assert orjson.loads(b'"' + raw[first:last] + b'"') == text[start : start + size]
    assert span[0] < first <= last < span[1]


def test_what_is_no_string_is_taken_whole() -> None:
    assert within(b'{"a": [1, 2]}', (6, 12), 1, 2) == (6, 12)


@given(st.lists(st.sampled_from([b"a", b"\n", "é".encode(), "😀".encode(), b"\xff", b"\xe2\x80"])))
def test_columns_count_characters_and_bytes_that_are_none(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    text = raw.decode("utf-8", "surrogateescape")
    offset = 0
    line, column = 5, 1
    for character in text:
        size = len(character.encode("utf-8", "surrogateescape"))
        for inside in range(size):
            assert position(raw, offset + inside, 5) == (line, column)
        offset += size
        line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
    assert position(raw, offset, 5) == position(raw, offset + 9, 5) == (line, column)


def test_a_record_over_several_lines_has_its_places_on_them() -> None:
    raw = json.dumps({"messages": [{"role": "bot"}]}, indent=2).encode()
    span = locate(raw, "/messages/0/role")
    assert span is not None
    assert position(raw, span[0], first_line=10) == (13, 15)
    assert re.match(rb'"bot"', raw[span[0] :])
