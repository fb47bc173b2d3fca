"""The command line as it is called: in this process where that is enough, or in a terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dslint.cli import main

Run = Callable[..., tuple[int, str, str]]
Typed = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Work in an empty folder, with nothing around that colours or configures."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Call dslint, and return its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        out, err = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, out, err

    return call


@pytest.fixture
def typed() -> Iterator[Typed]:
    """Call dslint in a terminal, answer its questions, and return its exit code and the screen."""
    pty = pytest.importorskip("pty")
    opened: list[int] = []

    def call(*arguments: str, answers: str = "", **env: str) -> tuple[int, str]:
        master, slave = pty.openpty()
        opened.append(master)
        command = [sys.executable, "-m", "dslint", *arguments]
        # the terminal's size is unknown to the kernel: it would be 0 by 0
        around = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "40", **env}
        process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=around, start_new_session=True
        )
        os.close(slave)
        os.write(master, answers.encode())
        screen, until = b"", time.monotonic() + 30
        while time.monotonic() < until:
            ready, _, _ = select.select([master], [], [], 0.1)
            try:
                part = os.read(master, 65536) if ready else None
            except OSError:  # the other side has hung up
                break
            if part == b"" or (part is None and process.poll() is not None):
                break
            screen += part or b""
        code = process.wait(timeout=30)
        return code, screen.decode().replace("\r\n", "\n")

    yield call
    for master in opened:
        os.close(master)
