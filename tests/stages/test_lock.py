"""The lock tells what files mean: it knows no order, loses no entry, and reads as TOML."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.rows import chats
from test_conversation import EVERY

from dslint.errors import ConfigError, InputError
from dslint.jsonl import source
from dslint.stages import executor, lock
from dslint.stages.convert import Wish, convert
from dslint.stages.lock import Content, Entry

Row = dict[str, Any]
QUIET = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

TEA = {"prompt": "Which tea is calm?", "completion": " Camomile."}
SOUP = {"prompt": "Which soup is warm?", "completion": " Leek."}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(*rows: object) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def content(data: bytes, name: str = "data.jsonl") -> Content:
    Path(name).write_bytes(data)
    return lock.content_of(name)


@given(rows=st.lists(chats(), min_size=1, max_size=8), seed=st.integers(0, 99))
@QUIET
def test_the_order_of_rows_and_keys_and_their_spacing_make_no_difference(
    folder: Path, rows: list[Row], seed: int
) -> None:
    other = [dict(reversed(row.items())) for row in rows]
    random.Random(seed).shuffle(other)
    spaced = "\n\n".join(json.dumps(row, separators=(" , ", " : ")) for row in other)
    array = json.dumps(other, indent=1)
    expected = content(lines(*rows))
    assert expected.rows == len(rows)
    assert content(spaced.encode().replace(b"\n", b"\r\n")) == expected
    assert content(array.encode(), "data.json") == expected


def test_every_change_of_meaning_makes_a_difference(folder: Path) -> None:
    same = content(lines(TEA, SOUP))
    others = [
        lines(TEA),
        lines(TEA, TEA),
        lines(TEA, SOUP, SOUP),
        lines(TEA, {**SOUP, "completion": "Leek."}),
        lines(TEA, {**SOUP, "weight": None}),
        lines(TEA) + b'{"prompt": "Which soup',
    ]
    assert len({content(data).hash for data in others} | {same.hash}) == len(others) + 1
    assert content(b"") == Content()


def test_contents_of_parts_add_up(folder: Path) -> None:
    assert content(lines(TEA)) + content(lines(SOUP)) == content(lines(SOUP, TEA))


def test_rows_that_are_not_json_count_by_their_bytes(folder: Path) -> None:
    assert content(b"{oh no\n").rows == 1
    assert content(b"  {oh no\r\n") == content(b"{oh no")
    assert content(b"{oh no\n") != content(b"{oh yes\n")


def test_a_lock_says_what_was_written_from_what(folder: Path) -> None:
    Path("raw").mkdir()
    Path("raw/old.jsonl").write_bytes(lines(TEA, SOUP))
    done = convert("raw/old.jsonl", Wish(out="new/train.jsonl", system="You know teas."))
    assert done.lock == os.path.join("new", "dslint.lock")
    text = Path("new/dslint.lock").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        "lock": 1,
        "outputs": {
            "train.jsonl": {
                "hash": lock.content_of("new/train.jsonl").hash,
                "rows": 2,
                "verb": "convert",
                "version": "0.1.0",
                "settings": {"system": "You know teas.", "to": "chat"},
                "verdict": "nothing lost",
                "inputs": [
                    {
                        "path": "../raw/old.jsonl",
                        "hash": lock.content_of("raw/old.jsonl").hash,
                        "rows": 2,
                    }
                ],
            }
        },
    }


def test_the_lock_of_any_conversion_is_what_its_files_hold(folder: Path) -> None:
    huge = {"messages": EVERY[0].get("messages", []), "metadata": {"id": 12345678901234567890123}}
    every = ("extra-keys", "images", "media", "weights", "rejected", "scores", "tools")
    for number, rows in enumerate([EVERY, [*EVERY, huge]]):
        name = f"in{number}.jsonl"
        data = "".join(json.dumps(row) + "\n" for row in rows).encode() + b"\n{broken\n"
        Path(name).write_bytes(data)
        wish = Wish(out=f"out{number}.jsonl", allow_loss=every, max_rejects=len(rows))
        done = convert(name, wish)
        entry = lock.read(Path("dslint.lock"))[done.out]
        assert entry.content == lock.content_of(done.out)
        assert entry.inputs[name] == lock.content_of(name)
        assert entry.content.rows == done.wrote > 10


def test_how_many_processes_convert_never_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"prompt": f"Tea number {at}?\n\n###\n\n", "completion": f" {at}. END"} for at in range(60)
    ]
    Path("in.jsonl").write_bytes(lines(*rows[:40]) + b"{broken\n" + lines(*rows[40:]))
    monkeypatch.setattr(source, "CHUNK", 700)
    found = []
    for large in (executor.LARGE, 0):
        monkeypatch.setattr(executor, "LARGE", large)
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
        done = convert("in.jsonl", Wish(force=True, max_rejects=1, rejects="bad.jsonl"))
        texts = [Path(name).read_bytes() for name in (done.out, "bad.jsonl", "dslint.lock")]
        found.append((done, texts))
    assert found[0] == found[1]
    assert found[0][0].shown[0].line == 41
    assert found[0][0].habits.separator == "\n\n###\n\n"


def test_nothing_is_recorded_where_it_is_not_wanted(folder: Path) -> None:
    Path("in.jsonl").write_bytes(lines(TEA))
    assert convert("in.jsonl", Wish(lock=False)).lock is None
    with open("stdout", "wb") as stream:
        assert convert("in.jsonl", Wish(out="-"), stream).lock is None
    assert not Path("dslint.lock").exists()


def test_a_lock_that_cant_be_read_stops_the_verb_before_it_writes(folder: Path) -> None:
    Path("in.jsonl").write_bytes(lines(TEA))
    for text in ("<<<<<<< HEAD\n", "lock = 2\n", "lock = 1\n[outputs.x]\nrows = 1\n", "x = 1\n"):
        Path("dslint.lock").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=r"dslint\.lock"):
            convert("in.jsonl", Wish())
        assert not Path("in.chat.jsonl").exists()


names = st.text(min_size=1, max_size=12).filter(lambda name: not set(name) & {"\0", "/", "\\"})


@given(
    entries=st.dictionaries(
        names,
        st.builds(
            Entry,
            content=st.builds(
                Content, st.integers(0, 2**128 - 1), st.integers(0), st.none() | st.integers(0)
            ),
            verb=names,
            version=names,
            inputs=st.dictionaries(names, st.builds(Content, st.integers(0, 9), st.integers(0))),
            settings=st.dictionaries(names, names | st.integers(0, 9) | st.just(True)),
            verdict=names,
        ),
        max_size=4,
    )
)
@QUIET
def test_what_is_written_is_toml_and_reads_as_it_was(
    folder: Path, entries: dict[str, Entry]
) -> None:
    safe = {
        name: entry
        for name, entry in entries.items()
        if not any(0xD800 <= ord(char) < 0xE000 for char in name + repr(entry))
    }
    Path("dslint.lock").write_text(lock.written(safe), encoding="utf-8", newline="")
    assert lock.read(Path("dslint.lock")) == safe
    assert lock.written(dict(reversed(safe.items()))) == lock.written(safe)


def test_a_change_of_one_file_leaves_the_lines_of_the_others(folder: Path) -> None:
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        lock.record("convert", {name: Content(1, 1)}, {"-": Content(1, 1)}, {}, "nothing lost")
    before = Path("dslint.lock").read_text(encoding="utf-8").splitlines()
    lock.record("convert", {"b.jsonl": Content(7, 1)}, {"-": Content(1, 1)}, {}, "nothing lost")
    after = Path("dslint.lock").read_text(encoding="utf-8").splitlines()
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


RECORDS = """
import sys
from dslint.stages import lock
from dslint.stages.lock import Content
for number in range(12):
    lock.record("convert", {f"{sys.argv[1]}-{number}.jsonl": Content(number, 1)}, {}, {}, "")
"""


def test_processes_that_record_at_once_lose_no_entry(folder: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", RECORDS, name]) for name in "abcd"]
    assert [each.wait() for each in running] == [0] * 4
    assert len(lock.read(Path("dslint.lock"))) == 4 * 12
    assert [path.name for path in folder.iterdir()] == ["dslint.lock"]


def test_what_a_killed_process_left_is_no_obstacle(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Path(".dslint.lock.busy")
    guard.touch()
    long_ago = time.time() - 60
    os.utime(guard, (long_ago, long_ago))
    lock.record("convert", {"a.jsonl": Content(1, 1)}, {}, {}, "")
    assert [path.name for path in folder.iterdir()] == ["dslint.lock"]


def test_what_has_no_rows_has_no_content(folder: Path) -> None:
    with pytest.raises(InputError, match="no rows"):
        content(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")


def test_the_schema_describes_the_lock(folder: Path) -> None:
    import jsonschema

    from dslint.resources import folder as folder_of

    Path("in.jsonl").write_bytes(lines(TEA))
    convert("in.jsonl", Wish())
    lock.record("split", {"a.jsonl": Content(1, 2, 3)}, {}, {"seed": 0, "by": ("a",)}, "")
    schema = json.loads((folder_of("schemas") / "lock.schema.json").read_text(encoding="utf-8"))
    table = tomllib.loads(Path("dslint.lock").read_text(encoding="utf-8"))
    jsonschema.validate(table, schema)
    assert table["outputs"]["a.jsonl"]["settings"] == {"seed": 0, "by": ["a"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**table, "more": 1}, schema)
