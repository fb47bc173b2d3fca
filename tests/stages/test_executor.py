"""Workers: Ctrl-C is the main process's to answer, from the moment in which they are started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dslint.stages.executor import deaf, started

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "pthread_sigmask"), reason="signals can't be held back here"
)


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C as in a terminal: what a shell starts in the background is told to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_is_heard_after_what_must_not_be_disturbed() -> None:
    done = []

    def interrupted() -> None:
        with deaf():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_process_that_is_started_meanwhile_never_hears_it() -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('on')"
    with deaf():
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "on\n", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks the kernel")
def test_workers_never_hear_it() -> None:
    with started(2, "json") as pool:
        assert pool is not None
        status = pool.submit(Path.read_text, Path("/proc/self/status")).result()
    (held,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))
    assert int(held, 16) >> (signal.SIGINT - 1) & 1
