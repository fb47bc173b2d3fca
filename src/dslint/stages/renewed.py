"""Says in the lock what a fix has changed, where a lock speaks of the file: it made no new one."""

from __future__ import annotations

from collections.abc import Mapping

from dslint.jsonl.source import STDIN
from dslint.stages import lock


def is_locked(path: str) -> bool:
    """Say whether a lock speaks of a file. Raises ConfigError for one that can't be read."""
    place = lock.beside(path)
    return lock.name_in(place, path) in lock.read(place)


def renew(path: str, lines: Mapping[str, int], *, unsafe: bool) -> None:
    """Record a file as it is now: it is made of the same inputs, and was mended since."""
    place = lock.beside(path)
    entry = lock.read(place)[lock.name_in(place, path)]
    inputs = {
        name if name == STDIN else str(place.parent / name): content
        for name, content in entry.inputs.items()
    }
    mended = ", ".join(f"{rule} ({count:,})" for rule, count in lines.items())
    lock.record(
        "fix",
        {path: None},
        inputs,
        {**entry.settings, "unsafe": unsafe},
        "; ".join(filter(None, (entry.verdict, f"fixed: {mended}"))),
    )
