"""Finds the files that were asked for, opens them whatever they are packed in, and cuts them into
chunks of lines.
"""

from __future__ import annotations

import glob
import gzip
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from dslint.errors import InputError
from dslint.jsonl.encoding import recoded

CHUNK = 4 * 1024 * 1024
"""Bytes of whole lines that are looked at together: measured to be where speed and memory meet."""

HEAD = 1024 * 1024
"""Bytes from which a file's container and format are told."""

ENDINGS = (".jsonl", ".ndjson")
PACKED = (".gz", ".zst")
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: the name that a user sees, and the path that is opened (another one for
    standard input). `encoding` is what it is read from, where that is not UTF-8.
    """

    name: str
    path: str
    encoding: str = ""

    @property
    def packing(self) -> str:
        """Return `.gz` or `.zst` for a compressed file, else an empty string."""
        return next((end for end in PACKED if self.name.lower().endswith(end)), "")

    @property
    def extension(self) -> str:
        """Return the name's ending without its packing, in lower case: `.jsonl` of
        `train.jsonl.gz`.
        """
        name = self.name.lower().removesuffix(self.packing)
        return os.path.splitext(name)[1]

    def open(self) -> BinaryIO:
        """Open for reading, unpacked and in UTF-8. Raises InputError for what can't be opened."""
        unpacked = self._unpacked()
        return recoded(unpacked, self.encoding) if self.encoding else unpacked

    def _unpacked(self) -> BinaryIO:
        try:
            if self.packing == ".gz":
                return cast(BinaryIO, gzip.open(self.path, "rb"))
            if self.packing == ".zst":
                import zstandard

                packed = open(self.path, "rb")  # noqa: SIM115  # the reader closes it
                return cast(
                    BinaryIO,
                    zstandard.ZstdDecompressor().stream_reader(
                        packed, read_across_frames=True, closefd=True
                    ),
                )
            return open(self.path, "rb")
        except OSError as error:
            raise InputError(unreadable(self.name, error)) from None


def unreadable(name: str, error: OSError) -> str:
    """Say in a sentence why the file `name` can't be read."""
    match error:
        case FileNotFoundError():
            return f"`{name}` does not exist"
        case PermissionError():
            return f"`{name}` can't be read: permission denied"
        case IsADirectoryError():
            return f"`{name}` is a folder"
        case _:
            return f"`{name}` can't be read: {error.strerror or error}"


def find(
    paths: Sequence[str | Source], excluded: Callable[[str], bool] = lambda name: False
) -> list[Source]:
    """Return the files that `paths` name or are.

    A folder stands for its `.jsonl` and `.ndjson` files, a glob for what it matches, `-` for
    standard input. In the order of `paths`, a folder's in order of name, none twice. `excluded`
    keeps files of folders and globs out; a file that is named is always read. Raises InputError for
    a path that leads to no file.
    """
    found: dict[str, Source] = {}
    for path in paths:
        if isinstance(path, Source):
            found.setdefault(path.name, path)
            continue
        if path == STDIN:
            found.setdefault(STDIN, Source(STDIN, STDIN))
            continue
        if os.path.isdir(path):
            names = [name for name in _below(path) if not excluded(name)]
            if not names:
                raise InputError(
                    f"the folder `{path}` holds no data: no file in it ends with "
                    f"{' or '.join(ENDINGS)} (also with {' or '.join(PACKED)} behind it)"
                )
        elif os.path.exists(path):
            names = [path]
        elif glob.has_magic(path):
            names = sorted(name for name in glob.glob(path, recursive=True) if os.path.isfile(name))
            names = [name for name in names if not excluded(name)]
            if not names:
                raise InputError(f"no file matches `{path}`")
        else:
            raise InputError(f"`{path}` does not exist")
        for name in names:
            found.setdefault(os.path.normpath(name), Source(Path(name).as_posix(), name))
    return list(found.values())


def _below(folder: str) -> Iterator[str]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in ("node_modules", "__pycache__")
        )
        for name in sorted(files):
            lower = name.lower()
            for end in PACKED:
                lower = lower.removesuffix(end)
            if (
                lower.endswith(ENDINGS)
                and not name.startswith(".")
                and name != "dslint-ignore.jsonl"
            ):
                yield os.path.join(where, name)


def spool(stream: IO[bytes] | None = None) -> Source:
    """Copy standard input to a temporary file, so that it can be read again where a finding is
    shown.
    """
    with tempfile.NamedTemporaryFile(prefix="dslint-", suffix=".jsonl", delete=False) as copy:
        try:
            shutil.copyfileobj(stream or sys.stdin.buffer, copy)
        except BaseException:
            os.unlink(copy.name)
            raise
    return Source(STDIN, copy.name)


def head(source: Source) -> bytes:
    """Return the first bytes of a file, unpacked: `HEAD` of them at the most."""
    with source.open() as file:
        return read(source, file, HEAD)


def read(source: Source, file: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end. Raises InputError where the packing is damaged."""
    parts: list[bytes] = []
    while size:
        try:
            part = file.read(size)
        except UnicodeError as error:
            raise InputError(f"`{source.name}` is not {source.encoding}: {error}") from None
        except (EOFError, OSError) as error:
            raise InputError(_damaged(source, error)) from None
        except Exception as error:  # zlib.error and ZstdError have no ancestor in common
            raise InputError(_damaged(source, error)) from None
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _damaged(source: Source, error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile) and error.errno:
        return unreadable(source.name, error)
    kind = {".gz": "gzip", ".zst": "zstd"}.get(source.packing, "a")
    return f"`{source.name}` is no whole {kind} file: {error}"


@dataclass(frozen=True, slots=True)
class Range:
    """Whole lines of a plain file, as the bytes between two offsets: a worker reads them."""

    offset: int
    length: int


def ranges(source: Source, size: int = CHUNK) -> Iterator[Range]:
    """Cut a plain file into ranges of whole lines of about `size` bytes each."""
    with source.open() as file:
        end = file.seek(0, os.SEEK_END)
        offset = 0
        while offset < end:
            file.seek(min(offset + size, end))
            file.readline()
            border = file.tell()
            yield Range(offset, border - offset)
            offset = border


def blocks(source: Source, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked, in blocks that end with a line (the last one where the
    file does).
    """
    with source.open() as file:
        rest: list[bytes] = []
        while block := read(source, file, size):
            border = block.rfind(b"\n") + 1
            if border:
                yield b"".join([*rest, block[:border]])
                rest = [block[border:]] if border < len(block) else []
            else:
                rest.append(block)
        if rest:
            yield b"".join(rest)
