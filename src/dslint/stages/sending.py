"""What is remembered of a file's upload, in a small file beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from dslint.errors import InputError
from dslint.stages import atomic

SUFFIX = ".upload.json"
"""What the name of that file ends in, behind the name of the data."""

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sums:
    """The size and the checksums of a file's bytes."""

    bytes: int
    sha256: str
    md5: str


@dataclass(frozen=True, slots=True)
class Sending:
    """An upload of a file to a service: in parts, or done, and then `file` is its id there.

    `expires` is the time after which the service forgets the parts, in seconds since 1970. `forced`
    is why it was sent in spite of errors.
    """

    url: str
    sha256: str
    bytes: int
    file: str | None = None
    upload: str | None = None
    expires: int = 0
    part_bytes: int = 0
    parts: tuple[str, ...] = ()
    forced: str | None = None


def sums(path: Path, progress: Callable[[int], None] = lambda size: None) -> Sums:
    """Return the checksums of a file. Raises InputError where it can't be read."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                sha256.update(block)
                md5.update(block)
                size += len(block)
                progress(len(block))
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from None
    return Sums(size, sha256.hexdigest(), md5.hexdigest())


def beside(path: Path) -> Path:
    """Return where the upload of a file is remembered."""
    return path.with_name(path.name + SUFFIX)


def remembered(path: Path, url: str, found: Sums) -> Sending | None:
    """Return what is remembered of this content at this address; None where there is nothing."""
    try:
        table = orjson.loads(beside(path).read_bytes())
        known = Sending(**{**table, "parts": tuple(table.get("parts", ()))})
    except (OSError, ValueError, TypeError):
        return None
    same = (known.url, known.sha256, known.bytes) == (url, found.sha256, found.bytes)
    return known if same else None


def remember(path: Path, sending: Sending) -> Sending:
    """Write down how far an upload is; a kill leaves what was known before, or this."""
    table = {name: value for name, value in asdict(sending).items() if value}
    data = orjson.dumps(table, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    atomic.replace(beside(path), data)
    return sending


def done(path: Path, sending: Sending, file: str) -> Sending:
    """Remember that a file is there, under an id."""
    return remember(
        path, replace(sending, file=file, upload=None, expires=0, part_bytes=0, parts=())
    )
