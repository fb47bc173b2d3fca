"""Fixing files: whole or not at all, in place, in the packing that they had; and what is said."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard

from dslint.config import load
from dslint.errors import InputError, UsageError
from dslint.report.fixes import render
from dslint.report.screen import Look
from dslint.stages import lock
from dslint.stages.fix import Fixes, fix
from dslint.stages.ignore import ignore
from dslint.stages.inplace import Wish
from dslint.stages.pour import pour

PEAS = (
    '{"messages": [{"role": "user", "content": "When do I sow peas?"}, '
    '{"role": "assistant", "content": "In March."}]}'
)
BEANS = (
    '{"messages": [{"role": "user", "content": "And beans?"},  '
    '{"role":"assistant","content":"In May."}]}'
)
WIDE = BEANS.replace("May.", "M\u200bay.")
WRONG = BEANS.replace("May.", "MÃ¤rz.")
OPEN = BEANS.replace("}]}", '}, {"role": "user", "content": "Thanks!"}]}')


def done(path: Path | str, *, target: str | None = None, **wish: Any) -> Fixes:
    settings = load(config=False, target=(target,) if target else None)
    return fix([str(path)], settings, Wish(**wish), io.BytesIO())


def after(path: Path, data: bytes | str, **given: Any) -> bytes:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    done(path, **given)
    return path.read_bytes()


def stamp(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.jsonl"


def test_only_the_place_that_is_mended_changes(path: Path) -> None:
    whole = f"{PEAS}\n{WRONG}\n\t{BEANS} \n"
    assert after(path, whole) == whole.replace("MÃ¤rz", "März").encode()


def test_nothing_is_written_where_there_is_nothing_to_fix(path: Path) -> None:
    path.write_text(f"{PEAS}\n")
    before = stamp(path)
    found = done(path)
    assert not found.changed
    assert stamp(path) == before
    assert os.listdir(path.parent) == [path.name]


def test_a_dry_run_says_all_and_changes_nothing(path: Path) -> None:
    path.write_text(f"{PEAS}\n{WRONG}\n")
    before = path.read_bytes(), stamp(path)
    changes = []
    found = fix(
        [str(path)],
        load(config=False),
        Wish(dry=True),
        tell=lambda name, each: changes.append(each),
    )
    (file,) = found.files
    assert (file.of, file.rows, file.lines) == (2, 1, {"mojibake": 1})
    assert [(each.line, each.rules) for each in changes] == [(2, ("mojibake",))]
    assert (path.read_bytes(), stamp(path)) == before


def test_a_row_is_mended_until_nothing_is_left_to_be_mended(path: Path) -> None:
    broken = (
        "{'messages': [{'role': 'Human', 'content': 'And beans?\\r\\n\\u200b'}, "
        "{'role': 'bot', 'content': 'In M\u200bay.',},],}"
    )
    assert json.loads(after(path, broken)) == {
        "messages": [
            {"role": "user", "content": "And beans?\n"},
            {"role": "assistant", "content": "In May."},
        ]
    }


def test_what_raises_an_error_that_was_not_there_is_not_done(path: Path) -> None:
    """Without its zero-width spaces the answer would be empty."""
    row = BEANS.replace("In May.", "\u200b\u200b")
    assert after(path, f"{row}\n{WRONG}\n") == f"{row}\n{WRONG.replace('Ã¤', 'ä')}\n".encode()
    (file,) = done(path).files
    assert file.kept == {"empty-assistant-message": 1}


def test_the_other_fixes_of_such_a_row_are_made(path: Path) -> None:
    row = BEANS.replace("In May.", "\u200b").replace("beans", "M\u200boss and bÃ¶rk")
    path.write_text(f"{PEAS}\n{row}\n")
    done(path)
    assert "börk" in path.read_text()
    assert path.read_text().count("\u200b") == 2


def test_unsafe_fixes_are_made_when_they_are_asked_for(path: Path) -> None:
    path.write_text(f"{PEAS}\n{OPEN}\n")
    found = done(path)
    assert not found.changed
    assert found.offered == {"last-message-not-assistant": 1}
    assert after(path, f"{PEAS}\n{OPEN}\n", unsafe=True) == f"{PEAS}\n{BEANS}\n".encode()


def test_what_is_taken_away_is_kept_with_its_reason(path: Path) -> None:
    aside = path.with_name("rejects.jsonl")
    nobody = '{"messages": [{"role": "user", "content": "Hello?"}]}'
    path.write_text(f"{OPEN}\n{PEAS}\n{nobody}\n")
    found = done(path, unsafe=True, rejects=str(aside))
    assert path.read_text() == f"{BEANS}\n{PEAS}\n"
    assert found.files[0].of == 3
    kept = [json.loads(line) for line in aside.read_text().splitlines()]
    assert [(each["line"], each["reason"].split(":")[0]) for each in kept] == [
        (1, "last-message-not-assistant"),
        (3, "no-assistant-message"),
    ]
    assert kept[0]["value"] == {"role": "user", "content": "Thanks!"}
    assert kept[1]["row"] == json.loads(nobody)
    with pytest.raises(UsageError, match="exists"):
        done(path, unsafe=True, rejects=str(aside))


def test_only_the_rules_that_are_named_are_fixed_even_if_they_are_off(path: Path) -> None:
    call = '{"id": "c", "type": "function", "function": {"name": "f", "arguments": {"a":  1}}}'
    row = PEAS.replace('"content": "In March."', f'"tool_calls": [{call}]')
    mended = row.replace('{"a":  1}', '"{\\"a\\":  1}"')
    only = ("arguments-as-object",)
    assert (
        after(path, f"{row}\n{WRONG}\n", target="trl", only=only) == f"{mended}\n{WRONG}\n".encode()
    )


def test_a_rule_without_a_fix_cannot_be_named(path: Path) -> None:
    path.write_text(PEAS)
    with pytest.raises(UsageError, match="has no fix"):
        done(path, only=("leftover-placeholder",))


def test_what_was_accepted_is_not_mended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    path.write_text(f"{WRONG}\n{WIDE}\n")
    ignore(Path("dslint-ignore.jsonl"), "mojibake", path.name, WRONG.encode(), "a lesson in bytes")
    fix([path.name], load(), Wish())
    assert path.read_text() == f"{WRONG}\n{BEANS}\n"


def test_what_was_accepted_for_a_whole_file_is_not_mended(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    path.write_bytes(f"{WRONG}\r\n{WRONG}\r\n".encode())
    for rule in ("crlf-line-ends", "mojibake"):
        ignore(Path("dslint-ignore.jsonl"), rule, path.name, None, "as it came")
    assert not fix([path.name], load(), Wish()).changed


@pytest.mark.parametrize(
    ("data", "then"),
    [
        (f"{PEAS}\r\n{BEANS}\r\n".encode(), f"{PEAS}\n{BEANS}\n"),
        (f"{PEAS}\n\n  \n{BEANS}".encode(), f"{PEAS}\n{BEANS}\n"),
        (f"{PEAS}\n{BEANS}\n".encode("utf-8-sig"), f"{PEAS}\n{BEANS}\n"),
        (f"{PEAS}\n{WRONG}\n".encode("utf-16"), f"{PEAS}\n{WRONG.replace('Ã¤', 'ä')}\n"),
        (f"{PEAS}\r\n{BEANS}".encode("utf-32-be"), f"{PEAS}\n{BEANS}\n"),
        (f"[{PEAS},\n {WIDE}\n]".encode(), f"{PEAS}\n{BEANS}\n"),
        (f"[\n{PEAS},\n{BEANS},\n]\n".encode(), f"{PEAS}\n{BEANS}\n"),
        (json.dumps(json.loads(PEAS), indent=2).encode(), f"{PEAS}\n"),
        (f"{PEAS}{BEANS}".encode(), f"{PEAS}\n{BEANS}\n"),
    ],
)
def test_a_file_becomes_a_line_a_row(path: Path, data: bytes, then: str) -> None:
    assert after(path, data) == then.encode()
    assert not done(path).changed


@pytest.mark.parametrize(
    "data",
    [
        f"[{PEAS},\n{BEANS}",  # never closed
        f'[{PEAS},\n{{"a": "he said "no""}}]',
        f'[{PEAS}, "a note"]',
        PEAS.encode("utf-16")[:-1].decode("latin-1"),
    ],
)
def test_a_file_that_could_be_read_in_several_ways_stays(path: Path, data: str) -> None:
    raw = data.encode("latin-1")
    assert after(path, raw) == raw
    (file,) = done(path).files
    assert file.refusal


def test_a_table_is_not_fixed(path: Path) -> None:
    table = path.with_suffix(".csv")
    table.write_text("prompt,completion\nWhen do I sow pe\u200bas?,In March.\nAnd beans?,In May.\n")
    (file,) = done(table).files
    assert "dslint convert" in file.refusal


def test_an_array_that_the_target_takes_stays_one(path: Path) -> None:
    whole = f"[\n  {PEAS},\n\t{WRONG} ,{OPEN},\n{OPEN}]\n\n"
    mended = whole.replace("Ã¤", "ä")
    assert after(path, whole, target="llamafactory") == mended.encode()
    assert (
        after(path, whole, target="llamafactory", unsafe=True)
        == mended.replace(OPEN, BEANS).encode()
    )


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_packed_file_is_packed_again(path: Path, ending: str) -> None:
    packed = path.with_name(path.name + ending)
    data = f"{PEAS}\n{WRONG}\n".encode()
    if ending == ".gz":
        packed.write_bytes(gzip.compress(data))
        done(packed)
        found = gzip.decompress(packed.read_bytes())
    else:
        packed.write_bytes(zstandard.compress(data))
        done(packed)
        found = zstandard.ZstdDecompressor().stream_reader(packed.read_bytes()).read()
    assert found == data.replace("Ã¤".encode(), "ä".encode())
    assert not done(packed).changed


def test_permissions_and_links_stay(path: Path) -> None:
    path.write_text(f"{WRONG}\n")
    path.chmod(0o640)
    link = path.with_name("link.jsonl")
    link.symlink_to(path)
    done(link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "März" in path.read_text()


def test_standard_input_goes_mended_to_standard_output() -> None:
    command = [sys.executable, "-m", "dslint", "fix", "-"]
    given = f"{PEAS}\n{WRONG}\n".encode()
    run = subprocess.run(command, input=given, capture_output=True)
    assert run.stdout == given.replace("Ã¤".encode(), "ä".encode())
    assert b"mojibake" in run.stderr


def test_a_file_that_changes_meanwhile_is_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(f"{WRONG}\n")
    real = pour

    def meanwhile(*given: Any) -> Any:
        found = real(*given)
        path.write_text(f"{WRONG}\n{WRONG}\n")
        return found

    monkeypatch.setattr("dslint.stages.inplace.pour", meanwhile)
    with pytest.raises(InputError, match="meanwhile"):
        done(path)
    assert path.read_text() == f"{WRONG}\n{WRONG}\n"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("moment", ["os.fsync", "os.chmod", "os.replace", "after"])
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(path: Path, moment: str) -> None:
    """The process really ends there, with SIGKILL: nothing is tidied up."""
    path.write_text(f"{PEAS}\n{WRONG}\n")
    script = f"""
import os, signal
from dslint.config import load
from dslint.stages.fix import fix
from dslint.stages.inplace import Wish
def die(*given, **more):
    os.kill(os.getpid(), signal.SIGKILL)
if {moment!r} != "after":
    setattr(os, {moment!r}[3:], die)
fix([{str(path)!r}], load(config=False), Wish())
die()
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == -9, run.stderr
    old, new = f"{PEAS}\n{WRONG}\n", f"{PEAS}\n{WRONG.replace('Ã¤', 'ä')}\n"
    assert path.read_text() == (new if moment == "after" else old)


def test_a_large_file_is_mended_in_pieces_by_several_processes(path: Path) -> None:
    """The first piece has nothing to mend, and stays as it is with its mark; so does the end."""
    long = [each.replace("?", f" {'and carrots, ' * 1_000}?") for each in (PEAS, WRONG)]
    lines = [long[number in (400, 401, 898, 899)] for number in range(900)]
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    off = ("byte-order-mark-at-start", "missing-final-newline", "duplicates")
    settings = load(config=False, levels=[(each, "off") for each in off])
    (file,) = fix([str(path)], settings, Wish(), jobs=2).files
    then = "\n".join(lines).replace("Ã¤", "ä")
    assert path.read_bytes() == b"\xef\xbb\xbf" + then.encode()
    assert file.lines == {"mojibake": 4}
    assert file.examples["mojibake"].line == 401


def test_a_lock_that_speaks_of_the_file_says_that_it_was_mended(path: Path) -> None:
    raw = path.with_name("raw.jsonl")
    raw.write_text(f"{WRONG}\n")
    path.write_text(f"{WRONG}\n")
    lock.record("convert", {str(path): None}, {str(raw): None}, {"to": "chat"}, "nothing lost")
    done(path)
    entry = lock.read(path.with_name("dslint.lock"))["train.jsonl"]
    assert (entry.verb, entry.verdict) == ("fix", "nothing lost; fixed: mojibake (1)")
    assert entry.content == lock.content_of(str(path))
    assert entry.inputs == {"raw.jsonl": lock.content_of(str(raw))}


def test_no_lock_is_made_for_a_file_that_none_speaks_of(path: Path) -> None:
    path.write_text(f"{WRONG}\n")
    done(path)
    assert os.listdir(path.parent) == [path.name]


def test_a_line_is_counted_once_whatever_is_mended_in_it(path: Path) -> None:
    path.write_bytes(f"{WRONG},\r\n\r\n{PEAS}\r\n".encode())
    (file,) = done(path).files
    assert (file.of, file.rows) == (3, 3)
    assert file.lines == {
        "crlf-line-ends": 2,
        "blank-lines": 1,
        "trailing-comma": 1,
        "mojibake": 1,
    }


def test_an_example_in_the_report_shows_no_secret(path: Path) -> None:
    key = "sk-proj-" + "Ab3dE5gH1jK2mN4p" * 4
    row = PEAS.replace("In March.", f"{key} \u200bis the key, write to ann.lee@example.org")
    path.write_text(f"{row}\n")
    out = io.StringIO()
    render(done(path, dry=True), out, Look(), "dslint fix train.jsonl", "masked")
    assert "is the key" in out.getvalue()
    assert "mN4p" not in out.getvalue()
    assert "ann.lee" not in out.getvalue()
