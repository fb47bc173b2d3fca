"""Edits: only the slices that they are about change, and what is left is what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.fixes.places import ABSENT, at
from dslint.jsonl.edit import edited, flat
from dslint.model import (
    Edit,
    Insert,
    Quote,
    Remove,
    Rename,
    Replace,
    Splice,
    Unquote,
    Wrap,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
ROWS = st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4)
STYLES = st.sampled_from([(", ", ": "), (",", ":"), (" ,\t", " :  ")])


def one(raw: str, *edits: Edit) -> str:
    made, _ = edited(raw.encode(), [edits])
    return made.decode()


def pointers(data: Any, here: str = "") -> list[str]:
    """All pointers into a value, its own aside."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for key, value in items if isinstance(data, dict | list) else ():
        place = f"{here}/{str(key).replace('~', '~0').replace('/', '~1')}"
        found += [place, *(pointers(value, place) if isinstance(value, dict | list) else [])]
    return found


@pytest.mark.parametrize(
    ("raw", "edit", "then"),
    [
        ('{"a": 1, "b": 2}', Remove("/a"), '{"b": 2}'),
        ('{"a": 1 ,"b": 2 }', Remove("/b"), '{"a": 1 }'),
        ('{ "a": 1 }', Remove("/a"), "{  }"),
        ('{"a": [1,  2, 3]}', Remove("/a/1"), '{"a": [1,  3]}'),
        ('{"a":1.50,"b":2}', Replace("/b", [1, "x"]), '{"a":1.50,"b":[1,"x"]}'),
        ('{"a": "caf\\u00e9 x"}', Splice("/a", 4, 6), '{"a": "caf\\u00e9"}'),
        ('{"a": "é"}', Splice("/a", 0, 1, "ü"), '{"a": "ü"}'),
        ('{"a": "e"}', Splice("/a", 0, 1, "ü"), '{"a": "\\u00fc"}'),
        ('{"a": 1}', Rename("/a", "b"), '{"b": 1}'),
        ('{"a": {}}', Insert("/a", "b", None), '{"a": {"b": null}}'),
        ('{"a":1,"b":"x"}', Insert("", "c", 2), '{"a":1,"b":"x","c":2}'),
        ('{"a": {"b": 1}}', Wrap("/a", "[", "]"), '{"a": [{"b": 1}]}'),
        ('{"a": {"b":  1.0}}', Quote("/a"), '{"a": "{\\"b\\":  1.0}"}'),
        ('{"a": "{\\"b\\":\\n 1.0}"}', Unquote("/a"), '{"a": {"b": 1.0}}'),
        ('{"a": 1, "a": 2}', Replace("/a", 3), '{"a": 1, "a": 3}'),
    ],
)
def test_an_edit_changes_its_slice_alone(raw: str, edit: Edit, then: str) -> None:
    assert one(raw, edit) == then


def test_several_edits_of_one_fix_are_made_together() -> None:
    raw = '{"tools": [{"type": "function", "name": "a", "inputSchema": {}}]}'
    fix = (
        Wrap("/tools/0", '{"type": "function", "function": ', "}"),
        Remove("/tools/0/type"),
        Rename("/tools/0/inputSchema", "parameters"),
    )
    assert one(raw, *fix) == (
        '{"tools": [{"type": "function", "function": {"name": "a", "parameters": {}}}]}'
    )


def test_siblings_that_go_take_their_commas_with_them() -> None:
    raw = '{"a": [0, 1, 2, 3, 4]}'
    fixes = [[Remove(f"/a/{index}")] for index in (0, 3, 4)]
    assert edited(raw.encode(), fixes) == (b'{"a": [1, 2]}', [0, 1, 2])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Replace("/a", 1), Replace("/a", 2)),
        (Remove("/a"), Replace("/a/b", 2)),
        (Replace("/a/b", 2), Remove("/a")),
        (Splice("/a/b", 0, 2), Splice("/a/b", 1, 3)),
        (Insert("/a", "c", 1), Insert("/a", "c", 2)),
    ],
)
def test_of_two_fixes_that_touch_the_same_place_the_first_is_made(
    first: Edit, second: Edit
) -> None:
    raw = b'{"a": {"b": "text"}}'
    alone, _ = edited(raw, [[first]])
    assert edited(raw, [[first], [second]]) == (alone, [0])


@given(ROWS, STYLES, st.booleans(), st.data())
def test_what_is_replaced_is_there_and_all_other_bytes_are_as_they_were(
    row: dict[str, Any], style: tuple[str, str], is_ascii: bool, data: st.DataObject
) -> None:
    raw = json.dumps(row, separators=style, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    pointer = data.draw(st.sampled_from(pointers(row)))
    value = data.draw(JSON)
    new, made = edited(raw, [[Replace(pointer, value)]])
    assert made == [0]
    assert at(json.loads(new), pointer) == value
    back, _ = edited(new, [[Replace(pointer, None)]])
    assert back == edited(raw, [[Replace(pointer, None)]])[0]


@given(ROWS, STYLES, st.data())
def test_what_is_removed_is_gone_and_nothing_else(
    row: dict[str, Any], style: tuple[str, str], data: st.DataObject
) -> None:
    raw = json.dumps(row, separators=style).encode()
    chosen = data.draw(st.lists(st.sampled_from(pointers(row)), min_size=1, unique=True))
    new, made = edited(raw, [[Remove(pointer)] for pointer in chosen])
    expected = json.loads(raw)
    for pointer in sorted((chosen[number] for number in made), key=_from_behind, reverse=True):
        above, _, last = pointer.rpartition("/")
        held = at(expected, above)
        del held[
            int(last) if isinstance(held, list) else last.replace("~1", "/").replace("~0", "~")
        ]
    assert json.loads(new) == expected
    assert at(expected, "/nowhere at all") is ABSENT


def _from_behind(pointer: str) -> list[tuple[int, str]]:
    return [(int(step) if step.isdecimal() else 0, step) for step in pointer.split("/")]


@given(st.text(max_size=12), st.data())
def test_a_splice_is_of_characters_whatever_they_are_written_as(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.text(max_size=4))
    for is_ascii in (True, False):
        raw = json.dumps({"a": text}, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
        made, _ = edited(raw, [[Splice("/a", start, end, new)]])
        assert json.loads(made) == {"a": text[:start] + new + text[end:]}


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4)), min_size=1, max_size=6)


@given(SPANS)
def test_splices_of_different_fixes_are_made_where_they_do_not_overlap(
    spans: list[tuple[int, int]],
) -> None:
    """Also where there are very many of them: each is compared with its neighbours alone."""
    fixes = [[Splice("/a", start, start + length)] for start, length in spans]
    _, made = edited(json.dumps({"a": "x" * 16}).encode(), fixes)
    kept: list[Splice] = []
    for number, (splice,) in enumerate(fixes):
        free = all(
            (splice.end <= each.start or each.end <= splice.start) and splice.start != each.start
            for each in kept
        )
        assert (number in made) == free
        kept += [splice] * free


@given(JSON, st.integers(0, 4))
def test_flat_text_is_one_line_that_means_the_same(value: Any, indent: int) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert b"\n" not in flat(raw)
    assert json.loads(flat(raw)) == value
