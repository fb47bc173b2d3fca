"""The elements of a document come out as they are in it, wherever the blocks' borders lie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl.diagnose import diagnose
from dslint.jsonl.split import values

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6)
TRICKY = st.sampled_from(['"', "\\", "[{,", "]},", '\\"', "\n", "// x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | TEXT | TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | TRICKY, inner, max_size=4),
    max_leaves=12,
)
INDENTS = st.sampled_from([None, 0, 2, "\t"])


def _blocks(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[at : at + size] for at in range(0, len(raw), size))


@given(st.lists(VALUES, max_size=5), INDENTS, st.booleans(), st.integers(1, 40))
def test_the_elements_of_an_array_come_out_at_their_lines(
    elements: list[Any], indent: int | str | None, mark: bool, size: int
) -> None:
    raw = b"\xef\xbb\xbf" * mark + b" \n" + json.dumps(elements, indent=indent).encode() + b"\r\n"
    found = list(values(_blocks(raw, size)))
    assert [json.loads(each) for _, each in found] == elements
    lines = raw.split(b"\n")
    at = 0
    for line, each in found:
        at = raw.index(each, at)
        assert line == raw.count(b"\n", 0, at) + 1
        assert each.split(b"\n")[0] in lines[line - 1]
        at += len(each)


@given(
    st.lists(st.dictionaries(TEXT | TRICKY, VALUES, max_size=4), max_size=5),
    INDENTS,
    st.sampled_from(["", "\n", "\r\n", " \n\n"]),
    st.integers(1, 40),
)
def test_objects_one_after_another_come_out_as_they_are(
    objects: list[Any], indent: int | str | None, between: str, size: int
) -> None:
    texts = [json.dumps(each, indent=indent, ensure_ascii=False) for each in objects]
    raw = between.join(texts).encode()
    assert [each.decode() for _, each in values(_blocks(raw, size))] == texts


PIECES = ['{"a":', "1", '"', "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "x", "é", '"k"', "'"]
BROKEN = st.lists(st.sampled_from(PIECES), max_size=20).map(lambda each: "".join(each).encode())


@given(st.binary(max_size=50) | BROKEN | BROKEN.map(lambda each: b"[" + each), st.integers(1, 9))
def test_any_bytes_come_out_somehow_and_borders_never_show(raw: bytes, size: int) -> None:
    whole = list(values([raw]))
    assert list(values(_blocks(raw, size))) == whole
    assert list(values([b"", raw, b""])) == whole
    for line, each in whole:
        assert each in raw
        assert each == each.strip(b" \t\r\n") != b""
        assert 1 <= line <= raw.count(b"\n") + 1


def _parsed(raw: bytes) -> list[Any]:
    return [orjson.loads(each) for _, each in values([raw])]


@given(BROKEN.map(lambda each: b"[" + each) | BROKEN.map(lambda each: b"[1, 2" + each))
def test_a_broken_array_never_passes_for_a_sound_one(raw: bytes) -> None:
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        with pytest.raises(orjson.JSONDecodeError):
            _parsed(raw)
    else:
        assert _parsed(raw) == parsed


@pytest.mark.parametrize(
    ("text", "elements", "kind"),
    [
        ('[{"a":1},\n{"b":2},\n]', [(1, '{"a":1}'), (2, '{"b":2}'), (2, ",")], "trailing-comma"),
        ('[{"a":1}\n{"b":2}]', [(1, '{"a":1}\n{"b":2}')], "concatenated-objects"),
        ('[\n{"a":1}', [(2, '{"a":1}'), (1, "[")], "cut-line"),
        ('[\n{"a":1},', [(2, '{"a":1}'), (1, "[")], "cut-line"),
        ('[\n{"a":1},\n{"b":', [(2, '{"a":1}'), (3, '{"b":')], "cut-line"),
        ("[{'a': 1}, {}]", [(1, "{'a': 1}"), (1, "{}")], "single-quotes"),
        ("{}\n// end", [(1, "{}"), (2, "// end")], "comment"),
        ("[{}\n]\n{}", [(1, "{}"), (2, "]"), (3, "{}")], "not-json"),
        ("[,{}]", [(1, ","), (1, "{}")], "trailing-comma"),
        ('{\n"a": 1\n},\n{}', [(1, '{\n"a": 1\n}'), (3, ","), (4, "{}")], "trailing-comma"),
        ("{}\nsome text\n{}", [(1, "{}"), (2, "some text"), (3, "{}")], "not-json"),
    ],
)
def test_what_is_broken_is_handed_on_to_be_explained(
    text: str, elements: list[tuple[int, str]], kind: str
) -> None:
    found = [(line, each.decode()) for line, each in values([text.encode()])]
    assert found == elements
    kinds = []
    for _, each in found:
        try:
            orjson.loads(each)
        except orjson.JSONDecodeError:
            kinds += [defect.kind for defect in diagnose(each.encode())]
    assert kinds == [kind]


def test_lines_are_counted_from_where_the_caller_says() -> None:
    assert list(values([b"[\n{},\n\n{}]"], first_line=10)) == [(11, b"{}"), (13, b"{}")]


def test_nothing_comes_out_of_nothing() -> None:
    for raw in (b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"[]", b"[ \n ]\n"):
        assert list(values([raw])) == []
