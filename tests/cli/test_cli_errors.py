"""What a user sees where dslint itself is wrong: a sentence, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cli.conftest import Run

from dslint.cli import main
from dslint.jsonl.source import spool
from dslint.stages import check


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("no such luck")


def test_a_mistake_in_dslint_is_a_sentence_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DSLINT_TRACEBACK", raising=False)
    monkeypatch.setattr(check, "check", broken)
    with pytest.raises(SystemExit) as stopped:
        main(["check", "train.jsonl"])
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    assert said.err.startswith(
        "dslint: a mistake in dslint itself: ZeroDivisionError: no such luck"
    )
    assert "Traceback" not in said.err


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSLINT_TRACEBACK", "1")
    monkeypatch.setattr(check, "check", broken)
    with pytest.raises(ZeroDivisionError):
        main(["check", "train.jsonl"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full is wanted")
@pytest.mark.parametrize("command", [["models"], ["rules"], ["convert", "row.jsonl", "-o", "-"]])
def test_of_a_full_disk_it_is_said_that_it_is_full(command: list[str]) -> None:
    Path("row.jsonl").write_text('{"prompt": "Lima?", "completion": "Peru"}\n')
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "dslint", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "DSLINT_TRACEBACK": ""},
        )
    assert ran.returncode == 2
    assert "can't be written: No space left on device" in ran.stderr
    assert "mistake" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_standard_input_that_does_not_fit_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "work"))
    with pytest.raises(OSError, match="No space"):
        spool(Full())
    assert not list((tmp_path / "work").iterdir())


def test_a_command_that_is_nearly_one_is_told(run: Run) -> None:
    code, _, err = run("convrt", "train.jsonl")
    assert code == 2
    assert "there is no command `convrt`; did you mean `convert`?" in err


def test_an_output_that_nobody_reads_any_more_ends_quietly() -> None:
    Path("rows.jsonl").write_text('{"prompt": "Lima?", "completion": "Peru"}\n' * 20_000)
    command = [sys.executable, "-m", "dslint", "convert", "rows.jsonl", "-o", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() == 141
