"""The ignore file: what it covers, what is wrong with it, and that no kill leaves half of it."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.errors import ConfigError, UsageError
from dslint.facts.hashes import line_hash
from dslint.model import Finding
from dslint.stages.ignore import (
    Entry,
    append,
    baseline,
    fingerprint,
    ignore,
    matches,
    place,
    prune,
    read,
    relative,
    stale,
)

TODAY = date(2026, 11, 20)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "dslint-ignore.jsonl"


# fingerprints


def test_a_fingerprint_follows_the_record_and_without_one_the_file() -> None:
    assert fingerprint("empty-answer", "ab", "/messages/2") == "f01e79d5ed13514337750717181ebbf7"
    assert fingerprint("r", "ab", "/x", "a.jsonl") == fingerprint("r", "ab", "/x", "b.jsonl")
    assert fingerprint("r", "", "", "a.jsonl") != fingerprint("r", "", "", "b.jsonl")
    assert fingerprint("r", "a", "b") != fingerprint("r", "ab", "")


# what is covered


ROWS = st.lists(
    st.fixed_dictionaries({"prompt": st.text(max_size=5), "completion": st.text(max_size=5)}),
    min_size=1,
    max_size=6,
)


@given(ROWS, st.randoms())
def test_moving_and_reformatting_lines_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], order: random.Random
) -> None:
    path = tmp_path_factory.mktemp("moved") / "ignored.jsonl"
    ignore(path, "empty-answer", "train.jsonl", json.dumps(rows[0]).encode(), "known")
    moved = order.sample(rows, len(rows))
    ignores = read(path, TODAY)
    for row in moved:
        line = json.dumps(dict(reversed(row.items())), indent=1).encode()
        found = matches(ignores, "empty-answer", line_hash(line), "/completion", "other.jsonl")
        assert (found is not None) is (row == rows[0])


@pytest.mark.parametrize(
    ("pointer", "covered"),
    [
        ("/messages/1", True),
        ("/messages/1/content", True),
        ("/messages/1/content/0", True),
        ("/messages/10", False),
        ("/messages", False),
        ("", False),
    ],
)
def test_an_entry_covers_its_pointer_and_all_below(path: Path, pointer: str, covered: bool) -> None:
    append(path, [Entry("r", "ab", "/messages/1", "known")])
    ignores = read(path, TODAY)
    assert (matches(ignores, "r", "ab", pointer, "a.jsonl") is not None) is covered
    assert matches(ignores, "r", "cd", pointer, "a.jsonl") is None
    assert matches(ignores, "other", "ab", pointer, "a.jsonl") is None


def test_an_entry_without_a_record_covers_its_file_alone(path: Path) -> None:
    ignore(path, "no-final-newline", "data/a.jsonl", None, "made so by the export")
    ignores = read(path, TODAY)
    here = str(path.parent / "data" / "a.jsonl")
    assert matches(ignores, "no-final-newline", "", "", here)
    assert matches(ignores, "no-final-newline", "ab", "/messages", "data/../data/a.jsonl")
    assert not matches(ignores, "no-final-newline", "", "", "data/b.jsonl")


def test_former_names_of_rules_still_count(path: Path) -> None:
    append(path, [Entry("old", "ab", "", "known")])
    ignores = read(path, TODAY, {"old": "new"})
    entry = matches(ignores, "new", "ab", "", "a.jsonl")
    assert entry
    assert stale(ignores, [entry], ["a.jsonl"], {"new"}) == []
    assert stale(ignores, [], ["a.jsonl"], {"new"}) == [entry]


def test_an_entry_holds_through_its_last_day(path: Path) -> None:
    entry = ignore(path, "r", "a.jsonl", b"{}", "until the export is mended", date(2026, 11, 20))
    record = line_hash(b"{}")
    assert matches(read(path, TODAY), "r", record, "", "a.jsonl") == entry
    later = read(path, date(2026, 11, 21))
    assert matches(later, "r", record, "", "a.jsonl") is None
    assert later.expired == (entry,)
    assert stale(later, [], ["a.jsonl"], {"r"}) == []


def test_only_what_was_looked_at_can_be_stale(path: Path) -> None:
    entries = [
        Entry("ran", "ab", "", "used", file="a.jsonl"),
        Entry("ran", "cd", "", "gone", file="a.jsonl"),
        Entry("ran", "ef", "", "not looked at", file="b.jsonl"),
        Entry("off", "cd", "", "did not run", file="a.jsonl"),
        Entry("ran", "12", "", "gone, of no file"),
    ]
    append(path, entries)
    found = stale(read(path, TODAY), {entries[0]}, ["./a.jsonl"], {"ran"})
    assert found == [entries[1], entries[4]]
    assert str(found[0]) == "`ran` in a.jsonl (gone)"


# writing


def test_an_entry_needs_a_reason_and_a_line_for_a_pointer(path: Path) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        ignore(path, "r", "a.jsonl", b"{}", " ")
    with pytest.raises(UsageError, match="no line is given"):
        ignore(path, "r", "a.jsonl", None, "known", pointer="/messages")
    assert not path.exists()


def test_a_second_word_on_the_same_place_replaces_the_first(path: Path) -> None:
    ignore(path, "r", "a.jsonl", b"{}", "first")
    ignore(path, "s", "a.jsonl", b"{}", "another rule")
    ignore(path, "r", "b.jsonl", b"{ }", "second")
    assert [entry.reason for entry in read(path, TODAY).entries] == ["another rule", "second"]


ENTRIES = st.lists(
    st.builds(
        Entry,
        rule=st.sampled_from(["r", "s"]),
        record=st.sampled_from(["ab", "cd", "ef"]),
        pointer=st.sampled_from(["", "/é", "/\x1b", "/\u2028"]),
        reason=st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        until=st.none() | st.dates(),
        file=st.none() | st.just("a.jsonl"),
    ),
    max_size=5,
    unique_by=lambda entry: (entry.rule, entry.record, entry.pointer),
)


@given(ENTRIES)
def test_what_is_written_is_read_back_a_line_each(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]
) -> None:
    path = tmp_path_factory.mktemp("written") / "ignored.jsonl"
    append(path, entries)
    assert read(path, TODAY).entries == tuple(entries)
    assert path.read_bytes().count(b"\n") == len(entries)
    assert all(char.isprintable() for char in path.read_text("utf-8").replace("\n", ""))


def test_pruning_leaves_every_other_byte(path: Path) -> None:
    kept = b'{ "rule":"r",  "record": "ab", "pointer":"", "reason":"kept" }\n\n'
    gone = b'{"rule":"r","record":"cd","pointer":"","reason":"gone"}\n'
    path.write_bytes(gone + kept + gone)
    assert prune(path, lambda entry: entry.reason == "kept") == 2
    assert path.read_bytes() == kept
    assert prune(path, lambda entry: True) == 0


def test_a_baseline_has_each_finding_once_in_an_order_that_lines_do_not_sway(path: Path) -> None:
    def finding(line: int | None, record: str, ignored: str | None = None) -> Finding:
        return Finding(
            rule="r",
            level="warn",
            file="b.jsonl",
            message="m",
            help="h",
            line=line,
            pointer="/messages/0",
            record=record,
            ignored=ignored,
        )

    found = [finding(9, "cd"), finding(1, "ab"), finding(3, "ab"), finding(5, "ef", "known")]
    entries = baseline([*found, finding(None, "ab")], path)
    assert entries == baseline([finding(None, "zz"), *reversed(found)], path)
    assert [(each.record, each.pointer) for each in entries] == [
        ("", ""),
        ("ab", "/messages/0"),
        ("cd", "/messages/0"),
    ]
    append(path, entries)
    ignores = read(path, TODAY)
    assert matches(ignores, "r", "cd", "/messages/0", "b.jsonl") == entries[2]
    assert {entry.reason for entry in entries} == {"baseline"}


def test_paths_are_from_the_folder_of_the_ignore_file(path: Path) -> None:
    assert relative("data/a.jsonl", path) == "data/a.jsonl"
    assert relative(str(path.parent / "a.jsonl"), path) == "a.jsonl"
    assert relative("a.jsonl", path.parent / "lint" / "ignored.jsonl") == "../a.jsonl"
    assert relative("-", path) == "-"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.jsonl:3", ("a.jsonl", 3)),
        ("a.jsonl:3:17", ("a.jsonl", 3)),
        ("a.jsonl", ("a.jsonl", None)),
        (r"C:\data\a.jsonl:3", (r"C:\data\a.jsonl", 3)),
        ("odd:3", ("odd:3", None)),
    ],
)
def test_a_place_is_a_file_and_a_line(path: Path, written: str, expected: Any) -> None:
    (path.parent / "odd:3").touch()
    assert place(written) == expected


def test_lines_are_counted_from_one() -> None:
    with pytest.raises(UsageError, match="counted from 1"):
        place("a.jsonl:0")


# mistakes


GOOD = '{"rule": "r", "record": "ab", "pointer": "", "reason": "known"}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not an entry"),
        ("[" * 3000, "not JSON"),
        ('{"rule": "r", "record": "ab"}', "the entry lacks `pointer`, `reason`"),
        (GOOD.replace('"rule"', '"rul"'), "`rul` is not a key; did you mean `rule`?"),
        (GOOD.replace('"ab"', "3"), "`record` has to be a string"),
        (GOOD.replace('"ab"', '""'), "names neither a `record` nor a `file`"),
        (GOOD[:-1] + ', "until": "31.12.2026"}', "`until` is `31.12.2026`; it has to be a date"),
        (GOOD[:-1] + ', "until": "\\u001b[31m"}', r"`until` is `\x1b[31m`"),
    ],
)
def test_a_broken_line_is_told_by_file_and_line(path: Path, line: str, told: str) -> None:
    before = f"\ufeff{GOOD}\n\n{line}\n"
    path.write_text(before, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read(path, TODAY)
    assert str(caught.value).startswith(f"{path}:3:")
    assert told in str(caught.value)
    # and nothing is added to what could not be read
    with pytest.raises(ConfigError):
        ignore(path, "r", "a.jsonl", b"{}", "known")
    assert path.read_text(encoding="utf-8") == before


@given(st.binary(max_size=80))
def test_any_bytes_are_entries_or_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "ignored.jsonl"
    path.write_bytes(data)
    try:
        entries = read(path, TODAY).entries
    except ConfigError:
        return
    assert len(entries) <= data.count(b"{")


def test_no_file_is_no_entries_and_a_folder_is_a_mistake(path: Path) -> None:
    assert read(path, TODAY).entries == ()
    path.mkdir()
    with pytest.raises(ConfigError, match="can't be read"):
        read(path, TODAY)
