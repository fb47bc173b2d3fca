"""Files: what the rows say of a file is told once, at the first place where it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dslint
from dslint import targets
from dslint.formats import FORMATS
from dslint.jsonl.source import Source
from dslint.model import Rule
from dslint.rulebook import book
from dslint.stages.files import opened
from dslint.stages.gather import gather
from dslint.stages.plan import Plan

CHAT = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
PAIR = {"prompt": "Hi", "completion": "Hello"}
CLAUDE = {"system": "Be kind.", **CHAT}

Told = list[tuple[str, int, str]]


def told(folder: Path, data: bytes, name: str = "train.jsonl", target: str = "openai") -> Told:
    """Return rule, line and message of what the rules about files say of one."""
    rules: tuple[Rule, ...] = tuple(rule for rule in book.own().values() if rule.group == "file")
    path = folder / name
    path.write_bytes(data)
    plan = Plan(rules, (targets.load(target),), {})
    found = gather(plan, [opened(Source(name, str(path)), None)], jobs=1)
    return [
        (rules[rule].name, each.line, each.message or rules[rule].message)
        for hits in found.hits
        for (rule, _), raised in hits.items()
        for each in raised
    ]


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_a_sound_file_is_silent(tmp_path: Path) -> None:
    assert told(tmp_path, lines(CHAT, CHAT)) == []


def test_the_minority_of_a_mixed_file_is_told_with_its_first_row_and_its_count(
    tmp_path: Path,
) -> None:
    found = told(tmp_path, lines(CHAT, CHAT, PAIR, CHAT, PAIR))
    assert found == [("mixed-formats", 3, "2 rows are prompt/completion; most of the file is chat")]


def test_a_row_without_an_optional_key_is_no_other_format(tmp_path: Path) -> None:
    assert told(tmp_path, lines(CLAUDE, CLAUDE, CHAT), target="bedrock") == []


def test_such_a_key_in_the_minority_is_another_format(tmp_path: Path) -> None:
    assert [rule for rule, *_ in told(tmp_path, lines(CHAT, CHAT, CLAUDE))] == ["mixed-formats"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"mesages": []}, "1 row is in no known format: `mesages`; did you mean `messages`?"),
        ({"q": 1, "a": 2, "b": 3, "c": 4}, "1 row is in no known format: `q`, `a`, `b` …"),
    ],
)
def test_a_row_in_no_format_is_told_with_its_keys(
    tmp_path: Path, row: object, message: str
) -> None:
    assert told(tmp_path, lines(CHAT, row)) == [("unknown-format", 2, message)]


def test_a_format_that_the_target_does_not_take_is_one_finding(tmp_path: Path) -> None:
    message = "the rows are prompt/completion; the target takes chat, preference or reinforcement"
    assert told(tmp_path, lines(*[PAIR] * 30)) == [("format-not-taken", 0, message)]
    assert told(tmp_path, lines(PAIR), target="bedrock") == []


def test_every_format_that_a_target_takes_has_a_title() -> None:
    taken = {name for target in targets.every() for name in target.limits.get("formats", ())}
    assert taken <= FORMATS.keys()


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (lines(CHAT) + b"\n" + lines(CHAT), 2, "a blank line"),
        (lines(CHAT) + b" \n\t\n", 2, "2 blank lines; this is the first"),
        (lines(CHAT).replace(b"\n", b"\r\n") + b"\r\n", 2, "a blank line"),
    ],
)
def test_blank_lines_are_told_once_at_the_first(
    tmp_path: Path, data: bytes, line: int, message: str
) -> None:
    assert ("blank-lines", line, message) in told(tmp_path, data)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_file_in_a_wide_encoding_is_one_finding_and_names_the_encoding(
    tmp_path: Path, codec: str
) -> None:
    data = lines(CHAT, CHAT).decode().encode(codec)
    assert [rule for rule, *_ in told(tmp_path, data)] == [codec[:6]]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("openai", ["byte-order-mark-at-start"]),
        ("together", ["byte-order-mark-refused"]),
        ("azure", []),
    ],
)
def test_a_byte_order_mark_is_judged_by_the_target(
    tmp_path: Path, target: str, expected: list[str]
) -> None:
    data = lines(CHAT).decode().encode("utf-8-sig")
    assert [rule for rule, *_ in told(tmp_path, data, target=target)] == expected


def test_a_table_that_the_target_takes_is_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    text = "Hi there and good morning to you,Hello\u0003 to you as well and a fine day"
    path.write_text(f"prompt,completion\n{text}\nBye,Goodbye,now\n", encoding="utf-8")
    report = dslint.check(path, target="trl")
    found = {each.rule: each for each in report.findings}
    assert found["too-many-cells"].line == 3
    assert found["control-character"].line == 2
    assert found["control-character"].fix is None
    assert not report.skipped


def test_a_table_that_can_not_be_opened_is_listed_as_not_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text("prompt,prompt\nHi,Hello\n", encoding="utf-8")
    (skipped,) = dslint.check(path, target="trl").skipped
    assert skipped.why.startswith("its rows: it has 2 columns that are called `prompt` (1, 2)")
