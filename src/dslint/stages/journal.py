"""The answers that were given so far, in a small file beside the data: what is in it is not asked
again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from dslint.errors import InputError, UsageError

SUFFIX = ".answers.jsonl"
"""What the name of that file ends in, behind the name of the data."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a model answered: its message, why it ended there, and the tokens that are billed."""

    message: dict[str, Any]
    finish: str = ""
    input: int = 0
    output: int = 0


@dataclass(slots=True)
class Journal:
    """Answers by the key of what was asked. Threads may add to it."""

    number: int
    path: Path
    known: dict[str, Given]
    lock: Lock = field(default_factory=Lock)
    closed: bool = False

    def add(self, key: str, model: str, line: int, given: Given) -> None:
        """Keep an answer: it is on its way to the disk when this returns."""
        table = {
            "key": key,
            "model": model,
            "line": line,
            "message": given.message,
            "finish": given.finish,
            "tokens": [given.input, given.output],
        }
        with self.lock:
            self.known[key] = given
            if self.closed:
                return
            try:
                _write(self.number, json.dumps(table).encode() + b"\n")
            except OSError as error:
                raise InputError(f"{self.path} can't be written: {error.strerror}") from None


def key(url: str, request: dict[str, Any]) -> str:
    """Return what a request is told by: where it goes, and all that is in it."""
    text = json.dumps([url, request], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def read(path: Path) -> dict[str, Given]:
    """Return the answers in a file; none where there is none. A line that a kill left half is none.

    Raises UsageError for a file with other things in it.
    """
    known: dict[str, Given] = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from None
    for line in filter(None, lines):
        try:
            table = orjson.loads(line)
        except ValueError:
            continue
        try:
            given = Given(table["message"], table["finish"], *table["tokens"])
            known[table["key"]] = given
        except (KeyError, TypeError):
            raise UsageError(
                f"{path} holds no answers that dslint wrote; name another file: --answers FILE"
            ) from None
    return known


@contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """Open a file of answers to add to it. Raises UsageError where another run is at it."""
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror or error}") from None
    journal = Journal(number, path, {})
    try:
        _alone(number, path)
        journal.known = read(path)
        if os.fstat(number).st_size and not path.read_bytes().endswith(b"\n"):
            _write(number, b"\n")
        yield journal
    finally:
        with journal.lock:  # an answer that comes later finds the file closed
            journal.closed = True
        if not os.fstat(number).st_size:  # nothing was answered
            with suppress(OSError):
                path.unlink(missing_ok=True)
        os.close(number)


def _alone(number: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has none
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(f"another run is writing to {path}; wait, or use --answers FILE") from None
    except OSError:  # a file system without locks
        return


def _write(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data) :]
    with suppress(OSError):
        os.fsync(number)
