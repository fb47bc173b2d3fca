"""Files are converted whole or not at all, row by row, and what becomes of each row is counted."""

from __future__ import annotations

import copy
import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.rows import SOUND, chats, texts
from test_conversation import EVERY, LEAVES, places

from dslint.checks import shape
from dslint.errors import InputError, UsageError
from dslint.stages.convert import Conversion, Wish, convert
from dslint.stages.files import File

Row = dict[str, Any]

CHAT = {
    "messages": [
        {"role": "user", "content": "Ist das Café offen?"},
        {"role": "assistant", "content": "Ja, bis neun."},
    ]
}
TALK = {
    "conversations": [
        {"from": "human", "value": "Ist das Café offen?"},
        {"from": "gpt", "value": "Ja, bis neun."},
    ]
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(*rows: Row) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def run(data: bytes, name: str = "in.jsonl", **wish: Any) -> tuple[Conversion, bytes | None]:
    """Convert a file of these bytes, and return what was done and what was written."""
    Path(name).write_bytes(data)
    done = convert(name, Wish(**wish))
    out = Path(done.out)
    return done, out.read_bytes() if out.exists() else None


def test_the_output_stands_beside_the_input_and_keeps_its_letters(folder: Path) -> None:
    done, out = run(lines(TALK))
    assert out == json.dumps(CHAT, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    assert (done.out, done.read, done.wrote, done.formats) == (
        "in.chat.jsonl",
        1,
        1,
        {"sharegpt": 1},
    )
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["dslint.lock", "in.chat.jsonl", "in.jsonl"]


def test_how_the_rows_are_packed_never_shows(folder: Path) -> None:
    import zstandard

    rows: list[Row] = [TALK, CHAT, {"prompt": "Wann?", "completion": " Um neun."}] * 5
    expected = run(lines(*rows))[1]
    whole = json.dumps(rows, ensure_ascii=False, indent=2).encode()
    pretty = "\n".join(json.dumps(row, indent=2) for row in rows).encode()
    for name, data in {
        "array.json": whole,
        "pretty.jsonl": pretty,
        "gzip.jsonl.gz": gzip.compress(lines(*rows)),
        "zstd.json.zst": zstandard.ZstdCompressor().compress(whole),
        "marked.jsonl": b"\xef\xbb\xbf" + lines(*rows),
        "windows.jsonl": lines(*rows).replace(b"\n", b"\r\n"),
        "open.jsonl": lines(*rows).rstrip(),
    }.items():
        assert run(data, name)[1] == expected, name


def test_rows_that_need_no_change_keep_their_bytes(folder: Path) -> None:
    odd = (
        b'{ "messages" : [ {"content":"caf\\u00e9?","role":"user"},'
        b'{"role":"assistant",\t"content":"1.0"}]}'
    )
    changed = {**CHAT, "functions": [{"name": "menu"}]}
    out = run(odd + b"\n" + lines(changed))[1]
    assert out is not None
    first, second, _ = out.split(b"\n")
    assert first == odd
    assert json.loads(second)["tools"][0]["function"] == {"name": "menu"}


@given(rows=st.lists(chats(), min_size=1, max_size=8))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_chats_become_the_same_chats(folder: Path, rows: list[Row]) -> None:
    assert run(lines(*rows), force=True)[1] == lines(*rows)


@given(rows=st.lists(SOUND["preference"], min_size=1, max_size=8))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_preferences_become_the_same_preferences(folder: Path, rows: list[Row]) -> None:
    assert run(lines(*rows), to="preference", force=True)[1] == lines(*rows)


@given(rows=st.lists(st.tuples(texts, texts), min_size=6, max_size=12))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_old_formats_marks_are_gone(folder: Path, rows: list[tuple[str, str]]) -> None:
    old = [{"prompt": f"{one}\n\n###\n\n", "completion": f" {other} END"} for one, other in rows]
    done, out = run(lines(*old), force=True)
    assert out is not None
    assert (done.habits.separator, done.habits.stop) == ("\n\n###\n\n", " END")
    said = [[each["content"] for each in json.loads(line)["messages"]] for line in out.splitlines()]
    assert said == [list(row) for row in rows]


@given(data=st.data(), to=st.sampled_from(["chat", "preference"]))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_row_is_sound_or_rejected(folder: Path, data: st.DataObject, to: str) -> None:
    rows = copy.deepcopy(data.draw(st.lists(st.sampled_from(EVERY), min_size=1, max_size=6)))
    for row in rows:
        holder, key = data.draw(st.sampled_from(list(places(row))))
        holder[key] = copy.deepcopy(data.draw(st.sampled_from(LEAVES)))
    every = ("extra-keys", "images", "media", "weights", "rejected", "scores", "tools")
    done, out = run(
        lines(*rows), to=to, force=True, allow_loss=every, max_rejects=99, rejects="rejects.jsonl"
    )
    assert done.read == len(rows)
    if done.refusal:
        assert (done.wrote, done.rejected) == (0, len(rows))
    else:
        assert out is not None
        assert (len(out.splitlines()), done.rejected) == (done.wrote, len(rows) - done.wrote)
        assert all(shape.is_valid(to, json.loads(line)) for line in out.splitlines())


@pytest.mark.parametrize(("name", "line"), [("in.jsonl", 8), ("in.json", 30)])
@pytest.mark.parametrize("chunk", [1, 200])
def test_where_a_file_is_cut_never_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, name: str, line: int
) -> None:
    rows = [{"prompt": f"{n}?\n", "completion": f" {n}!"} for n in range(40)]
    rows[7] = {"prompt": "7?\n"}
    data = lines(*rows) if name == "in.jsonl" else json.dumps(rows, indent=1).encode()
    whole = run(data, name, max_rejects=1)
    assert [each.line for each in whole[0].shown] == [line]
    pieces = File.pieces
    monkeypatch.setattr(File, "pieces", lambda file, size: pieces(file, chunk))
    assert run(data, name, max_rejects=1, force=True) == whole


def test_a_loss_is_refused_until_it_is_named(folder: Path) -> None:
    rows = lines({**CHAT, "id": 7}, CHAT, {**CHAT, "weight": 2})
    done, out = run(rows)
    assert (done.lost, done.wrote, out) == ({"extra-keys": 1, "weights": 1}, 0, None)
    assert done.refusal.endswith("--allow-loss extra-keys,weights does it")
    assert run(rows, allow_loss=("extra-keys",))[1] is None
    done, out = run(rows, allow_loss=("extra-keys", "weights"))
    assert (done.refusal, out) == ("", lines(CHAT, CHAT, CHAT))


def test_rows_that_cannot_be_converted_are_kept_aside_with_the_reason(folder: Path) -> None:
    rows = lines(CHAT, {"poem": 1}) + b"{'messages': 2}\n\n" + lines({"messages": [{"role": "x"}]})
    done, out = run(rows, rejects="rejects.jsonl")
    assert (done.rejected, done.wrote, out) == (3, 0, None)
    assert "--max-rejects 0" in done.refusal
    kept = [json.loads(line) for line in Path("rejects.jsonl").read_bytes().splitlines()]
    assert [each["line"] for each in kept] == [2, 3, 5]
    assert kept[0]["row"] == {"poem": 1}
    assert kept[0]["reason"] == "it is in no format that is known (its keys: `poem`)"
    assert kept[1]["text"] == "{'messages': 2}"
    assert kept[1]["reason"] == "it can't be read as JSON: single quotes"
    assert kept[2]["reason"].endswith("(at /messages/0/role)")
    done, out = run(rows, rejects="rejects.jsonl", max_rejects=3, force=True)
    assert (done.wrote, done.refusal, out) == (1, "", lines(CHAT))


def test_a_key_that_is_given_twice_is_not_lost_in_silence(folder: Path) -> None:
    twice = b'{"prompt": "a", "prompt": "b", "completion": "c"}\n'
    done, _ = run(twice)
    assert [each.reason for each in done.shown] == ["the key `prompt` is given twice in it"]


def test_whole_numbers_of_any_length_stay_exact(folder: Path) -> None:
    row = (
        b'{"system": [{"text": "?"}], "messages": [{"role": "assistant", "content": [{"toolUse": '
        b'{"toolUseId": "a", "name": "track", "input": {"parcel": 12345678901234567890123}}}]}]}\n'
    )
    out = run(row)[1]
    assert out is not None
    assert b'{\\"parcel\\": 12345678901234567890123}' in out


def test_a_system_message_is_given_to_rows_that_have_none(folder: Path) -> None:
    own = {"messages": [{"role": "developer", "content": "Be brief."}, *CHAT["messages"]]}
    given_ = {"messages": [{"role": "system", "content": "Be kind."}, *CHAT["messages"]]}
    done, out = run(lines(own, TALK), system="Be kind.")
    assert out == lines(own, given_)
    assert done.notes == {"own-system": 1, "system": 1}


@pytest.mark.parametrize("said", ["field", "think", "reasoning"])
@pytest.mark.parametrize("spelling", ["inline", "field", "drop", None])
def test_reasoning_is_spelled_as_one_likes(folder: Path, said: str, spelling: str | None) -> None:
    plain = {"role": "assistant", "content": "Ja."}
    inline = {"role": "assistant", "content": "<think>\nHm…\n</think>\n\nJa."}
    field = {"role": "assistant", "content": "Ja.", "reasoning_content": "Hm…"}
    own = {"role": "assistant", "content": "Ja.", "reasoning": "Hm…"}
    before = {"think": inline, "field": field, "reasoning": own}[said]
    after = {"inline": inline, "field": field, "drop": plain, None: before}[spelling]
    asked = CHAT["messages"][0]
    done, out = run(lines({"messages": [asked, before]}), reasoning=spelling)
    assert out == lines({"messages": [asked, after]})
    assert done.lost == ({"reasoning": 1} if spelling == "drop" else {})


def test_a_file_that_exists_is_written_over_only_by_force(folder: Path) -> None:
    Path("in.chat.jsonl").write_text("mine")
    with pytest.raises(UsageError, match=r"`in\.chat\.jsonl` exists: --force"):
        run(lines(TALK))
    assert Path("in.chat.jsonl").read_text() == "mine"
    assert run(lines(TALK), force=True)[1] == lines(CHAT)


def test_what_was_there_stays_where_nothing_may_be_written(folder: Path) -> None:
    Path("out.jsonl").write_text("mine")
    done, out = run(lines({"poem": 1}), out="out.jsonl", force=True)
    assert done.refusal
    assert out == b"mine"
    assert sorted(path.name for path in folder.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"out": "in.jsonl"}, "is an input"),
        ({"out": "./in.jsonl", "force": True}, "is an input"),
        ({"out": "link.jsonl", "force": True}, "is an input"),
        ({"out": "hard.jsonl", "force": True}, "is an input"),
        ({"rejects": "in.jsonl", "force": True}, "is an input"),
        ({"out": "x.jsonl", "rejects": "x.jsonl"}, "a file of its own"),
        ({"out": "x.jsonl.gz"}, "is not packed"),
        ({"out": "."}, "is no file"),
        ({"out": "/dev/null", "force": True}, "is no file"),
        ({"to": "chart"}, "did you mean `chat`"),
        ({"allow_loss": ("wieghts",)}, "did you mean `weights`"),
        ({"format": "sharegtp"}, "did you mean `sharegpt`"),
    ],
)
def test_what_would_do_harm_or_nothing_is_refused(
    folder: Path, wish: dict[str, Any], said: str
) -> None:
    (folder / "in.jsonl").write_bytes(lines(TALK))
    (folder / "link.jsonl").symlink_to("in.jsonl")
    (folder / "hard.jsonl").hardlink_to("in.jsonl")
    with pytest.raises(UsageError, match=said):
        convert("in.jsonl", Wish(**wish))
    assert (folder / "in.jsonl").read_bytes() == lines(TALK)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"A note.\nAnother one.\n", "is text: --map completion=line"),
        ('{"a": "Olá, então"}\n'.encode("cp1252"), "it is not UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_what_holds_no_rows_of_json_is_told(folder: Path, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        run(data)


def test_a_folder_is_not_one_file(folder: Path) -> None:
    (folder / "in.jsonl").write_bytes(lines(TALK))
    with pytest.raises(UsageError, match="convert one at a time"):
        convert(".", Wish())


def test_a_file_without_rows_is_not_written(folder: Path) -> None:
    done, out = run(b"[]")
    assert (done.refusal, out) == ("there is no row in it that could be written", None)


@pytest.mark.parametrize("moment", ["os.fsync", "os.chmod", "os.replace"])
def test_a_kill_at_any_moment_leaves_what_was_there(folder: Path, moment: str) -> None:
    """The process really ends there, with `os._exit`: nothing is tidied up."""
    Path("in.jsonl").write_bytes(lines(TALK))
    Path("in.chat.jsonl").write_text("mine")
    script = f"""
import os
from dslint.stages.convert import Wish, convert
setattr(os, {moment!r}[3:], lambda *ignored: os._exit(9))
convert("in.jsonl", Wish(force=True))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    assert Path("in.chat.jsonl").read_text() == "mine"


def test_a_full_disk_is_told_and_leaves_nothing(folder: Path) -> None:
    pytest.importorskip("resource")
    Path("in.jsonl").write_bytes(lines(*[TALK] * 2_000))
    script = """
import resource, signal
from dslint.errors import InputError
from dslint.stages.convert import Wish, convert
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    convert("in.jsonl", Wish())
except InputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "in.chat.jsonl can't be written: " in done.stdout, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["in.jsonl"]
