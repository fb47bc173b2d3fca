"""A line that does not parse is explained, by the right kinds at the right bytes."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl.diagnose import KINDS, MAX_DEPTH, diagnose, not_an_object
from dslint.resources import folder

CURLY = "{“role”: “user”, “content”: “It’s late, isn’t it?”}"

ONE_KIND: list[tuple[str, str, str]] = [
    # the line; the kind that explains it alone; the text its span covers
    ('{"a": 1,}', "trailing-comma", ","),
    ('{"a": [1, 2, ], "b": 1}', "trailing-comma", ","),
    ('{"a": 1},', "trailing-comma", ","),
    (",", "trailing-comma", ","),
    ("{'role': 'user', 'content': 'hi'}", "single-quotes", "'role'"),
    ("{'role': \"It's late\"}", "single-quotes", "'role'"),
    ("{'content': 'it's late', 'n': 1}", "single-quotes", "'content'"),
    ('{"a": \'say "hi"\'}', "single-quotes", "'say \"hi\"'"),
    (CURLY, "typographic-quotes", "“role”"),
    ('{"role”: "user"}', "typographic-quotes", '"role”: "'),
    ('{"role": "user”, "content": "hi"}', "typographic-quotes", '"user”, "'),
    ('{"role": "user”}', "typographic-quotes", '"user”}'),
    ('{"a": None}', "python-literal", "None"),
    ('{"a": [True, False]}', "python-literal", "True"),
    ('{"a": 1} // note', "comment", "// note"),
    ('{"a": /* one */ 1}', "comment", "/* one */"),
    ("# version 2", "comment", "# version 2"),
    ('{"a":1}{"b":2}', "concatenated-objects", "{"),
    ('{"a":1},{"b":2}', "concatenated-objects", "{"),
    ('{"a":1} {"b":2} {"c":3}', "concatenated-objects", "{"),
    ('{"a": NaN}', "nan-or-infinity", "NaN"),
    ('{"a": [1, -Infinity]}', "nan-or-infinity", "-Infinity"),
    ('{"a": 1e400}', "number-out-of-range", "1e400"),
    ('{"a": -1' + "0" * 400 + "}", "number-out-of-range", "-1" + "0" * 400),
    ('{"a": "\\ud83d"}', "lone-surrogate", "\\ud83d"),
    ('{"a": "\\ud83d\\ude00\\ude00"}', "lone-surrogate", "\\ude00"),
    ('{"\\udc00": 1}', "lone-surrogate", "\\udc00"),
    ('{"a": "one\ttwo"}', "unescaped-control-character", "\t"),
    ('{"a": "one\ntwo"}', "unescaped-control-character", "\n"),
    ('{"a": 1}\x1a', "unescaped-control-character", "\x1a"),
    ("{role: 1}", "unquoted-key", "role"),
    ("{1: 2}", "unquoted-key", "1"),
    ('{"a": 1 "b": 2}', "missing-comma", '"b"'),
    ('{"a": "x" "b": 2}', "missing-comma", '"b"'),
    ('[{"a": 1} {"b": 2}]', "missing-comma", "{"),
    ('["a" 5]', "missing-comma", "5"),
    ('{"a": "\\x41"}', "bad-escape", "\\x41"),
    ('{"a": "it\\\'s"}', "bad-escape", "\\'"),
    ('{"a": "\\u12"}', "bad-escape", "\\u12"),
    ('{\\"a\\": 1}', "bad-escape", '\\"'),
    ('{"a": "She said "hello" to me"}', "unescaped-quote", '"'),
    ('{"a": "say "" twice"}', "unescaped-quote", '"'),
    ('{"a": "don"t", "b": 1}', "unescaped-quote", '"'),
    ('{"a": "hel', "cut-line", '"hel'),
    ('{"a": tru', "cut-line", "tru"),
    ('{"a": 1.', "cut-line", "1."),
    ('{"a": [1, 2', "cut-line", ""),
    ('{"a":', "cut-line", ""),
    ("[", "cut-line", ""),
    ("", "cut-line", ""),
    ("\ufeff{}", "byte-order-mark", "\ufeff"),
    ("{}\ufeff", "byte-order-mark", "\ufeff"),
    ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too-deep", "["),
    ('{"a": "\0"}', "nul-byte", "\0"),
    ("Hello there", "not-json", "Hello"),
    ('{"a" 1}', "not-json", "1"),
    ('{"a" = 1}', "not-json", "="),
    ('{"a": 01}', "not-json", "01"),
    ('{"a": undefined}', "not-json", "undefined"),
    ('{"a": 1}}', "not-json", "}"),
    ('{"a": 1]', "not-json", "]"),
    ('["a",, "b"]', "not-json", ","),
    ('{"a":\u00a01}', "not-json", "\u00a0"),
]


@pytest.mark.parametrize(("line", "kind", "covered"), ONE_KIND)
def test_a_mistake_is_named_at_its_place_and_nothing_else_is(
    line: str, kind: str, covered: str
) -> None:
    raw = line.encode()
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(raw)
    (defect,) = diagnose(raw)
    assert defect.kind == kind
    assert raw[defect.start : defect.end].decode() == covered


@pytest.mark.parametrize(("line", "kind", "covered"), ONE_KIND)
def test_the_same_is_found_at_the_same_place_with_a_carriage_return(
    line: str, kind: str, covered: str
) -> None:
    assert diagnose(line.encode() + b"\r") == diagnose(line.encode())


@pytest.mark.parametrize(
    ("raw", "kinds"),
    [
        (b"{'a': None, 'b': NaN}", ["single-quotes", "python-literal", "nan-or-infinity"]),
        (
            b'{"a": nan, "b": "\\ud800", // x\n"c": 1}',
            ["comment", "nan-or-infinity", "lone-surrogate"],
        ),
        (b"{a: 1 b: 2}", ["unquoted-key", "missing-comma"]),
        (b'{"path": "C:\\dir\\", "b": 1}', ["bad-escape", "unescaped-quote"]),
        (b'{"a": "caf\xe9", "b": None}', ["not-utf8", "python-literal"]),
        (b'{"a": "caf\xc3', ["not-utf8", "cut-line"]),
        (b"{'a': 'b", ["single-quotes", "cut-line"]),
    ],
)
def test_several_mistakes_are_each_named_once_the_most_fundamental_first(
    raw: bytes, kinds: list[str]
) -> None:
    assert [defect.kind for defect in diagnose(raw)] == kinds


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"a": "caf\xe9!"}', "`0xe9`, `é` in Windows-1252"),
        (b'{"a": "\x93Hi\x94"}', "`0x93`, `“` in Windows-1252"),
        (b'{"a": "\xc4\xe3\xba\xc3\xc2\xf0"}', "`0xc4`"),
        (
            b'{"a": "\xed\xa0\xbd\xed\xb8\x80"}',
            "`0xed`, half of a surrogate pair written as bytes (CESU-8)",
        ),
        (b'{"a": "caf\xc3', "`0xc3`, the beginning of a character that the line's end cuts off"),
    ],
)
def test_a_byte_that_is_not_utf8_is_said_with_what_it_probably_is(raw: bytes, found: str) -> None:
    defect = diagnose(raw)[0]
    assert (defect.kind, defect.found) == ("not-utf8", found)
    assert defect.end == defect.start + 1


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"a": "x\x1b[31m"}', "\\u001b"),
        (b'{"a": hello}', "expected a value, found `hello`"),
        (b'{"a": 007}', "`007` is not a JSON number"),
        (b'{"a": "b"', "inside an object"),
        (b'{"a":1}{"a":2}\x00', "1 NUL byte"),
    ],
)
def test_what_was_found_is_said_in_words_fit_to_print(raw: bytes, found: str) -> None:
    assert diagnose(raw)[0].found == found


def test_text_in_another_encoding_is_not_judged_by_json_grammar() -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
        assert [each.kind for each in diagnose('{"a": 1}'.encode(encoding))] == ["nul-byte"]


def test_typographic_quotes_and_everything_else_are_free_inside_a_string() -> None:
    inside = "“quoted”, 'single', NaN, None, // no comment, {a: 1}, \\x,} ‘’ \ufeff"
    raw = b'{"text": ' + json.dumps(inside, ensure_ascii=False).encode() + b', "n": 1,}'
    assert [each.kind for each in diagnose(raw)] == ["trailing-comma"]


PIECES = [
    *['{"a":', '"k"', "None", "NaN", "1e999", "x", "-", " ", "\n", "\t", "\0", "\x85", "\u00a0"],
    *[
        '"',
        "'",
        "“",
        "”",
        "\\",
        "\\u",
        "\\ud800",
        "}",
        "[",
        "]",
        ",",
        ":",
        "//",
        "/*",
        "#",
        "\ufeff",
    ],
]
FRAGMENTS = st.lists(st.sampled_from(PIECES), max_size=14).map(lambda each: "".join(each).encode())


@given(st.one_of(st.binary(), FRAGMENTS, st.tuples(FRAGMENTS, st.binary(max_size=3)).map(b"".join)))
def test_any_bytes_are_explained_by_known_kinds_within_the_line(raw: bytes) -> None:
    defects = diagnose(raw)
    assert defects
    kinds = [KINDS.index(each.kind) for each in defects]
    assert kinds == sorted(set(kinds))
    for each in defects:
        assert 0 <= each.start <= each.end <= len(raw)
        each.found.encode()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=8,
    ).map(lambda each: {"a": each}),
    st.data(),
)
def test_a_line_cut_anywhere_is_a_cut_line(row: object, data: st.DataObject) -> None:
    raw = orjson.dumps(row)
    cut = raw[: data.draw(st.integers(1, len(raw) - 1))]
    assert "cut-line" in [each.kind for each in diagnose(cut)]


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 10**6,
        b'{"a":' * 10**5,
        b"9" * 10**6,
        b'{"a": "' + b"\\" * 10**6,
        b"'" * 10**6,
        b'"' * 10**6,
    ],
)
def test_a_long_hostile_line_is_explained_too(raw: bytes) -> None:
    assert diagnose(raw)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b" [1] \r", "an array"),
        (b'"text"', "a string"),
        (b"12", "a number"),
        (b"1.5", "a number"),
        (b"true", "`true`"),
        (b"null", "`null`"),
        (b"[" * 1000 + b"]" * 1000, "an array"),
    ],
)
def test_a_line_that_is_no_object_says_what_it_is(raw: bytes, found: str) -> None:
    defect = not_an_object(raw, orjson.loads(raw))
    assert (defect.kind, defect.found) == ("not-an-object", found)
    assert raw[defect.start : defect.end] == raw.strip()


def test_every_kind_has_a_page_that_explains_it_and_no_page_lacks_its_kind() -> None:
    pages = {page.stem for page in (folder("rules") / "json").glob("*.md")}
    assert pages == {*KINDS, "duplicate-key", "number-loses-precision"}
