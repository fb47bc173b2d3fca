"""Broken lines: those that read one way only are written as that, all others are left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl.repair import REPAIRED, repaired
from dslint.jsonl.repeated import without_repeats

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
ROWS = st.dictionaries(TEXTS, VALUES, max_size=4)


def read(raw: str) -> list[Any] | None:
    found = repaired(raw.encode("utf-8", "surrogatepass"), REPAIRED)
    return None if found is None else [json.loads(each) for each in found]


@pytest.mark.parametrize(
    ("raw", "then"),
    [
        ('{"a": 1,}', ['{"a": 1}']),
        ('{"a": [1, 2,],},', ['{"a": [1, 2]}']),
        ('{"a": 1}{"b": 2}', ['{"a": 1}', '{"b": 2}']),
        ('{"a": 1}, {"b": 2},', ['{"a": 1}', '{"b": 2}']),
        (
            "{'a': 'b', 'c': None, 'd': [True, False]}",
            ['{"a": "b", "c": null, "d": [true, false]}'],
        ),
        ("{'a': \"it's\", 'b': 'x\\xa0y'}", ['{"a": "it\'s", "b": "x\u00a0y"}']),
        ("{'a': 'say \\'hi\\''}", ['{"a": "say \'hi\'"}']),
        ("{“a”: “don’t”}", ['{"a": "don’t"}']),
        ("{a: 1, $b: 2, 3: 4}", ['{"a": 1, "$b": 2, "3": 4}']),
        ('{"a": 1} // a note', ['{"a": 1}']),
        ('{"a": /* two */ 2}', ['{"a":  2}']),
        ("// nothing but a note", []),
        ('\ufeff{"a": 1}', ['{"a": 1}']),
        ('{"a":\u00a01}', ['{"a": 1}']),
        ('{"a": "x\ty"}', ['{"a": "x\\ty"}']),
        (r'{"a": "it\'s \x41"}', ['{"a": "it\'s A"}']),
        (r"{\"a\": \"b\"}", ['{"a": "b"}']),
        (r'"{\"a\": \"b\"}"', ['{"a": "b"}']),
        (
            '{"a": [{"b": 1} {"c": 2}] "d": "e" "f": 3}',
            ['{"a": [{"b": 1}, {"c": 2}], "d": "e", "f": 3}'],
        ),
        ('{\n  "a": 1,\n  "b": [\n    2,\n  ]\n}', ['{"a": 1, "b": [2]}']),
    ],
)
def test_what_reads_one_way_is_written_so(raw: str, then: list[str]) -> None:
    assert repaired(raw.encode(), REPAIRED) == [each.encode() for each in then]


@pytest.mark.parametrize(
    "raw",
    [
        "{'a': 'it's', 'b': 1}",  # where does the first text end?
        "{'a': 'x', 'b': (1, 2)}",
        '{"a": "he said "hi" to me"}',
        "{“a”: “b “c”, d”}",
        '{"a": "C:\\Data"}',
        '{"a": "\\xc3\\xa9"}',
        '{"a": 1',
        '{"a": 1}}',
        '{"a" 1}',
        '{"a": 007}',
        "{,}",
        '{"a": 1}, , {"b": 2}',
        '{"a": "b" "c"}',
        '{"a": ["b" "c"]}',
        "[1, 2,]",
        "'a'",
        '"a"',
        "some text",
        '{"a": "\\ud83d"}',
        "{'a': b'c'}",
        "{'a': 1} {'b': 'it's'}",
        '{"a": "\0"}\0',
    ],
)
def test_what_leaves_room_for_a_second_reading_is_left_alone(raw: str) -> None:
    assert read(raw) is None


@given(ROWS)
def test_what_python_prints_of_a_row_is_read_as_that_row(row: dict[str, Any]) -> None:
    """But for names of escapes that no other language has: these leave it alone."""
    if json.dumps(row) != repr(row):
        assert read(repr(row)) in ([row], None)


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", "it's", 'a "b"', None, True, 7]))
)
def test_what_python_prints_of_usual_rows_is_always_read(row: dict[str, Any]) -> None:
    try:
        json.loads(repr(row))
    except ValueError:
        assert read(repr(row)) == [row]


@given(ROWS, st.integers(0, 200), st.sampled_from([*"{}[],:'\"\\ntTN#/ \ufeff“0e", "", "None"]))
def test_a_line_with_a_slip_is_mended_to_rows_or_left_alone(
    row: dict[str, Any], place: int, slip: str
) -> None:
    raw = json.dumps(row, ensure_ascii=False)
    broken = raw[:place] + slip + raw[place + 1 :]
    found = repaired(broken.encode("utf-8", "surrogatepass"), REPAIRED)
    for each in found or ():
        assert type(json.loads(each)) is dict
        assert b"\n" not in each


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(raw: bytes) -> None:
    for each in repaired(raw, REPAIRED) or ():
        assert type(json.loads(each)) is dict


@given(ROWS)
def test_only_what_was_asked_for_is_mended(row: dict[str, Any]) -> None:
    assert repaired(json.dumps(row).encode() + b",", REPAIRED - {"trailing-comma"}) is None


def test_very_deep_and_very_long_lines_end() -> None:
    assert repaired(b"{'a':" * 5_000 + b"1" + b"}" * 5_000, REPAIRED) is None
    assert repaired(b"{" + b"'" * 100_000, REPAIRED) is None
    assert repaired(b"[" * 100_000, REPAIRED) is None


@pytest.mark.parametrize(
    ("raw", "then"),
    [
        ('{"a": 1, "a": 1}', '{"a": 1}'),
        ('{"a": 1, "b": 2, "a": 1, "a": 1}', '{"a": 1, "b": 2}'),
        ('{"a": {"x": 1, "y": 2}, "a": {"y":2,"x":1}}', '{"a": {"x": 1, "y": 2}}'),
        ('{"a": [{"b": 1, "b": 1}]}', '{"a": [{"b": 1}]}'),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        ('{"a": 1, "a": 1.0}', '{"a": 1, "a": 1.0}'),
        ('{"a": 1, "a": true}', '{"a": 1, "a": true}'),
    ],
)
def test_a_key_that_says_the_same_again_goes(raw: str, then: str) -> None:
    assert without_repeats(raw.encode()) == then.encode()
