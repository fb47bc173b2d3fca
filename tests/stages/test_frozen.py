"""A frozen check says where data, inputs and lock part; what it could not compare is listed."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from dslint.config import load
from dslint.errors import ConfigError, InputError
from dslint.model import Report
from dslint.stages.check import check
from dslint.stages.convert import Wish, convert

RULE = "lock-does-not-match"


def rows(count: int, word: str = "tea") -> bytes:
    pairs = ({"prompt": f"Which {word}, {at}?", "completion": f"{at}."} for at in range(count))
    return b"".join(orjson.dumps(each) + b"\n" for each in pairs)


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that was converted from `old.jsonl`, both in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("old.jsonl").write_bytes(rows(12))
    return Path(convert("old.jsonl", Wish(out="train.jsonl")).out)


def frozen(*paths: str) -> Report:
    return check(list(paths), load(config=False), frozen=True)[0]


def told(*paths: str) -> list[tuple[str, str]]:
    found = frozen(*paths).findings
    return [(each.file, each.message) for each in found if each.rule == RULE]


def test_what_was_just_written_is_as_it_was_locked(train: Path) -> None:
    assert told("train.jsonl") == told("old.jsonl", "train.jsonl") == []
    assert frozen("train.jsonl").skipped == ()


def test_order_and_spacing_may_change(train: Path) -> None:
    lines = train.read_bytes().splitlines()
    train.write_bytes(b"\r\n".join(line.replace(b":", b" : ", 1) for line in reversed(lines)))
    assert told("train.jsonl") == []


def test_rows_may_not_change(train: Path) -> None:
    whole = train.read_bytes()
    train.write_bytes(whole.replace(b"tea, 3", b"tea, 4"))
    assert told("train.jsonl") == [
        ("train.jsonl", "`train.jsonl` has rows that are not those of the lock")
    ]
    train.write_bytes(whole + whole.splitlines()[0])
    assert told("train.jsonl") == [
        ("train.jsonl", "`train.jsonl` has 13 rows where the lock says 12")
    ]


def test_an_input_that_changed_makes_the_output_stale(train: Path) -> None:
    Path("old.jsonl").write_bytes(rows(12, "soup"))
    assert told("train.jsonl") == [
        ("train.jsonl", "`old.jsonl` has changed since this file was made of it")
    ]
    assert told("old.jsonl") == [
        ("old.jsonl", "`old.jsonl` has rows that are not those of the lock")
    ]


def test_nobody_asks_without_frozen(train: Path) -> None:
    train.write_bytes(rows(3))
    report = check(["train.jsonl"], load(config=False))[0]
    assert RULE not in {each.rule for each in report.findings}


def test_what_could_not_be_compared_is_listed(train: Path) -> None:
    Path("old.jsonl").unlink()
    Path("new.jsonl").write_bytes(train.read_bytes())
    skipped = [(each.what, each.why) for each in frozen("train.jsonl", "new.jsonl").skipped]
    assert skipped == [
        ("train.jsonl", "whether its input `old.jsonl` has changed: it is not here"),
        ("new.jsonl", "whether it is as locked: dslint.lock does not speak of it"),
    ]


def test_a_pointer_in_the_place_of_the_data_is_no_match(train: Path) -> None:
    train.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    report = frozen("train.jsonl")
    assert "no rows" in report.skipped[0].why
    assert report.fails()


def test_a_pointer_in_the_place_of_an_input_is_listed(train: Path) -> None:
    Path("old.jsonl").write_bytes(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    )
    (skipped,) = frozen("train.jsonl").skipped
    assert skipped.why.startswith("whether its input `old.jsonl` has changed: ")


def test_where_no_lock_speaks_the_call_is_wrong(train: Path) -> None:
    for remove in ("train.jsonl", "dslint.lock"):
        Path("new.jsonl").write_bytes(rows(2))
        with pytest.raises(InputError, match="that speaks of what is to be checked"):
            frozen("new.jsonl")
        Path(remove).unlink()


def test_a_broken_lock_is_said(train: Path) -> None:
    Path("dslint.lock").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"dslint\.lock:1:1"):
        frozen("train.jsonl")
