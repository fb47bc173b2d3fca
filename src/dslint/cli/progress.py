"""A progress bar on standard error, for work that takes more than a second."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

PATIENCE = 1.0
"""Seconds before a bar appears: what is quick needs none."""


class Bar:
    """Counts bytes; the bar appears once the work has taken longer than `PATIENCE`."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.done = 0
        self.begun = time.monotonic()
        self.progress: Progress | None = None

    def advance(self, size: int) -> None:
        self.done += size
        if self.progress is None and time.monotonic() - self.begun > PATIENCE:
            self.progress = Progress(
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.progress.add_task("", total=self.size)
            self.progress.start()
        if self.progress is not None:
            self.progress.update(self.progress.task_ids[0], completed=self.done)
            if self.done >= self.size:
                self.progress.stop()
