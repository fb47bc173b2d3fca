"""Files are written whole or not at all, and stay what they are."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from dslint.errors import InputError
from dslint.stages import atomic
from dslint.stages.ignore import ignore, read

TODAY = date(2026, 11, 20)
GOOD = '{"rule": "r", "record": "ab", "pointer": "", "reason": "known"}'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "dslint-ignore.jsonl"


@pytest.mark.parametrize("moment", ["os.fsync", "os.chmod", "os.replace", "after"])
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(path: Path, moment: str) -> None:
    """The process really ends there, with `os._exit`: nothing is tidied up."""
    path.write_text(GOOD + "\n")
    script = f"""
import os
from pathlib import Path
from dslint.stages.ignore import ignore
if {moment!r} != "after":
    setattr(os, {moment!r}[3:], lambda *ignored: os._exit(9))
ignore(Path({str(path)!r}), "s", "a.jsonl", b"{{}}", "new")
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 9, done.stderr
    reasons = [entry.reason for entry in read(path, TODAY).entries]
    assert reasons == (["known", "new"] if moment == "after" else ["known"])


def test_permissions_stay_and_a_link_stays_a_link(path: Path) -> None:
    kept = path.parent / "kept.jsonl"
    kept.write_text(GOOD + "\n")
    kept.chmod(0o640)
    path.symlink_to(kept)
    ignore(path, "s", "a.jsonl", b"{}", "new")
    assert path.is_symlink()
    assert len(read(kept, TODAY).entries) == 2
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, kept.name]


def test_a_new_file_may_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        atomic.replace(tmp_path / "deep" / "new", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "deep" / "new").stat().st_mode) == 0o644


def test_creating_never_writes_over(tmp_path: Path) -> None:
    assert atomic.create(tmp_path / "new", b"mine")
    assert not atomic.create(tmp_path / "new", b"yours")
    assert (tmp_path / "new").read_bytes() == b"mine"
    assert [each.name for each in tmp_path.iterdir()] == ["new"]


def test_where_nothing_can_be_written_the_path_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file/new can't be written: "):
        atomic.replace(tmp_path / "file" / "new", b"")


def test_a_draft_is_nobodys_until_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "new"
    with atomic.Draft(path) as draft:
        draft.write(b"one ")
        draft.write(b"two")
        assert not path.exists()
        draft.keep()
    assert [each.name for each in tmp_path.iterdir()] == ["new"]
    with atomic.Draft(path) as draft:
        draft.write(b"three")
    assert path.read_bytes() == b"one two"
    assert [each.name for each in tmp_path.iterdir()] == ["new"]
