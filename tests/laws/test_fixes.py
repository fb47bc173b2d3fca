"""The laws of `fix`, whatever the rules: twice is once, what is not mended stays byte by byte, what
is mended raises its rule no more and no error that was not there; nothing crashes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.rows import CHAT_MUTATIONS, TOOL_MUTATIONS, Row, chats
from laws.test_laws import EVERYTHING, corpus

from dslint.config import load
from dslint.rulebook import book
from dslint.stages.check import check
from dslint.stages.examples import mended
from dslint.stages.fix import Fixes, fix
from dslint.stages.inplace import Wish
from dslint.stages.mending import Change


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fixes")


def fixed(path: Path, **given: Any) -> tuple[Fixes, list[Change]]:
    """Fix a file; return what is said of it and every change."""
    changes: list[Change] = []
    wish = Wish(unsafe=given.pop("unsafe", False))
    found = fix(
        [str(path)],
        load(config=False, **given),
        wish,
        jobs=1,
        tell=lambda name, change: changes.append(change),
    )
    return found, changes


def errors(path: Path, line: bytes) -> set[str]:
    """The rules that a line raises as an error, alone in a file."""
    path.write_bytes(line + b"\n")
    (report,) = check([str(path)], load(config=False), locate_all=False)
    rules = book.own()
    return {
        each.rule
        for each in report.findings
        if each.level == "error" and rules[each.rule].over not in ("file", "dataset", "totals")
    }


def spelt(change: str, raw: bytes) -> bytes:
    """Plant a defect of bytes that reads one way only."""
    match change:
        case "comma":
            return raw + b","
        case "comment":
            return raw + b" // mine"
        case "python":
            return repr(json.loads(raw)).encode("utf-8", "surrogatepass")
        case "mark":
            return b"\xef\xbb\xbf" + raw
        case "twice":
            return raw[:-1] + b', "seen": 1, "seen": 1}'
        case "width":
            return raw.replace(b'"content": "', '"content": "\u200b'.encode())
        case "windows":
            return raw.replace(b'"content": "', b'"content": "So,\\r\\n')
        case "wrong":
            return raw.replace(b'"content": "', '"content": "CafÃ© '.encode())
        case "role":
            return raw.replace(b'"role": "user"', b'"role": "Human"')
    return raw


PLANTED = {
    "comma": "trailing-comma",
    "comment": "comment",
    "mark": "byte-order-mark",
    "twice": "duplicate-key",
    "width": "zero-width-character",
    "windows": "crlf-in-content",
    "wrong": "mojibake",
    "role": "unknown-role",
}
SLIPS = st.sampled_from(["", "", "", *PLANTED])


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(chats(), SLIPS), min_size=2, max_size=8))
def test_planted_defects_are_mended_and_all_other_lines_stay(
    folder: Path, given: list[tuple[Row, str]]
) -> None:
    path = folder / "planted.jsonl"
    whole = [
        spelt(change if at else "", json.dumps(row, ensure_ascii=False).encode())
        for at, (row, change) in enumerate(given)  # a mark on the first line is the file's
    ]
    path.write_bytes(b"\n".join(whole) + b"\n")
    found, changes = fixed(path)
    lines = path.read_bytes().split(b"\n")[:-1]
    assert len(lines) == len(whole)
    touched = {change.line for change in changes}
    planted = {at for at, (_, change) in enumerate(given, 1) if change and at > 1}
    assert touched == planted
    for at, (before, after) in enumerate(zip(whole, lines, strict=True), 1):
        assert (before == after) == (at not in touched)
    assert {each.rule for each in found.left.findings}.isdisjoint(PLANTED.values())
    assert not fixed(path)[0].changed


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        chats().flatmap(
            lambda row: st.sampled_from(
                [change(row) for change in CHAT_MUTATIONS.values()]
                + [change(row) for change in TOOL_MUTATIONS.values() if "tools" in row]
            )
        ),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.sampled_from(["openai", "mistral", "llamafactory", "together"]),
)
def test_broken_rows_are_fixed_once_and_get_no_new_error(
    folder: Path, given: list[Row], unsafe: bool, target: str
) -> None:
    path = folder / "broken.jsonl"
    path.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in given))
    _, changes = fixed(path, unsafe=unsafe, target=(target,))
    once = path.read_bytes()
    assert not fixed(path, unsafe=unsafe, target=(target,))[0].changed
    assert path.read_bytes() == once
    for change in changes if target == "openai" else ():
        if change.after:
            assert errors(folder / "one.jsonl", change.after) <= errors(
                folder / "one.jsonl", change.before
            )


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.binary(max_size=30)
        | st.sampled_from(
            [
                *(b'{"messages": [', b'{"prompt": "a", "completion": "b"}', b"[", b"]", b","),
                *(
                    b"\n",
                    b"\r\n",
                    b"\xef\xbb\xbf",
                    b"\0",
                    b"{'a': 1}",
                    b'{"a": 1',
                    "{“a”: 1}".encode(),
                ),
            ]
        ),
        max_size=12,
    ).map(b"".join),
    st.booleans(),
)
def test_no_bytes_crash_it_and_twice_is_once(folder: Path, raw: bytes, unsafe: bool) -> None:
    path = folder / "bytes.jsonl"
    path.write_bytes(raw)
    fixed(path, unsafe=unsafe)
    once = path.read_bytes()
    found, _ = fixed(path, unsafe=unsafe)
    assert not found.changed
    assert path.read_bytes() == once


@pytest.mark.parametrize(("target", "unsafe"), [("openai", False), ("mistral", True)])
def test_the_lines_of_all_pages_are_fixed_once(folder: Path, target: str, unsafe: bool) -> None:
    """With every rule on, also those that contradict each other."""
    path = folder / "corpus.jsonl"
    path.write_bytes(corpus())
    given = {"levels": EVERYTHING, "target": (target,), "unsafe": unsafe}
    found, _ = fixed(path, **given)
    assert found.changed
    once = path.read_bytes()
    assert not fixed(path, **given)[0].changed
    assert path.read_bytes() == once


@pytest.mark.parametrize("name", sorted(rule.name for rule in book.own().values() if rule.fix))
def test_a_fix_leaves_good_examples_alone(name: str) -> None:
    rule = book.own()[name]
    for example in rule.examples:
        if example.kind == "good":
            assert mended(rule, example) == example.data
