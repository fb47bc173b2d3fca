"""`dslint.lock`: what was written from what, by the meaning of the rows and not by their bytes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from dslint.config import toml
from dslint.errors import ConfigError, InputError
from dslint.facts.files import FileFacts
from dslint.facts.hashes import MODULUS, line_hash, total
from dslint.jsonl import parse
from dslint.jsonl.parse import Malformed
from dslint.jsonl.source import CHUNK, STDIN, Source
from dslint.stages import atomic, executor
from dslint.stages.files import File, opened
from dslint.stages.tables import AS_IT_IS, Reading
from dslint.version import VERSION

NAME = "dslint.lock"
"""What the lock is called, in the folder of the files that it speaks of."""

VERSION_OF_LOCK = 1

ABANDONED = 10.0
"""Seconds after which a process that is changing a lock is taken for dead: it needs thousandths."""

_HEAD = """\
# Written by dslint: what files were made of, and what their rows mean, in whatever order.
# `dslint check --frozen` says where the data is no longer what this says.
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, whatever the order of its rows and keys and however it is spaced.

    `sum` is `hashes.total` of its rows; blank lines are none. `tokens` is None where nobody counted
    them. Contents of parts add up to the content of the whole.
    """

    sum: int = 0
    rows: int = 0
    tokens: int | None = None

    @property
    def hash(self) -> str:
        """Return the sum as it is stored: 32 hexadecimal digits."""
        return f"{self.sum % MODULUS:032x}"

    def __add__(self, other: Content) -> Content:
        return Content((self.sum + other.sum) % MODULUS, self.rows + other.rows)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is recorded of a file that was written: its content, the verb that wrote it and with
    which version and settings, what it was made of (by path from the lock), and what the verb said.
    """

    content: Content
    verb: str
    version: str
    inputs: Mapping[str, Content] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = ""


def record(
    verb: str,
    outputs: Mapping[str, Content | None],
    inputs: Mapping[str, Content | None],
    settings: Mapping[str, Any],
    verdict: str,
) -> list[Path]:
    """Record what a verb wrote in the lock of each output's folder, and return these locks.

    Both are paths, `-` being standard input; a file whose content is None is read for it. Settings
    that are None, false or empty are left out. What the locks say of other files stays, whoever
    writes to them meanwhile. Raises ConfigError for a lock that can't be read, InputError for one
    that can't be written.
    """
    made_of = {path: content_of(path) if each is None else each for path, each in inputs.items()}
    said = {
        name.replace("_", "-"): value
        for name, value in settings.items()
        if value is not None and value is not False and value not in ((), [], "")
    }
    locks: dict[Path, dict[str, Entry]] = {}
    for path, content in outputs.items():
        folder = Path(os.path.abspath(path)).parent
        locks.setdefault(folder / NAME, {})[_inside(path, folder)] = Entry(
            content=content_of(path) if content is None else content,
            verb=verb,
            version=VERSION,
            inputs={_inside(each, folder): found for each, found in made_of.items()},
            settings=said,
            verdict=verdict,
        )
    for place, entries in locks.items():
        with _alone(place):
            atomic.replace(place, written({**read(place), **entries}).encode())
    return list(locks)


def beside(path: str) -> Path:
    """Return where the lock is that speaks of a file."""
    return Path(os.path.abspath(path)).parent / NAME


def name_in(lock: Path, path: str) -> str:
    """Return the name that a file has in a lock."""
    return _inside(path, lock.parent)


def read(path: Path) -> dict[str, Entry]:
    """Return the entries of a lock by file; none where there is no lock. Raises ConfigError."""
    if not path.exists():
        return {}
    table = toml.read(path)
    where = toml.shown(path)
    if isinstance(table.get("lock"), int) and table["lock"] > VERSION_OF_LOCK:
        raise ConfigError(f"{where}: it was written by a later dslint than {VERSION}")
    try:
        if table["lock"] != VERSION_OF_LOCK:
            raise ValueError
        return {name: _entry(each) for name, each in table.get("outputs", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConfigError(
            f"{where}: it is not as dslint writes it; delete it, and write the data once more"
        ) from None


def written(entries: Mapping[str, Entry]) -> str:
    """Return a lock as TOML; the same entries give the same text, and a change few lines of it."""
    lines = [_HEAD, f"lock = {VERSION_OF_LOCK}"]
    for name, entry in sorted(entries.items()):
        table = {
            **_table(entry.content),
            "verb": entry.verb,
            "version": entry.version,
            "settings": dict(sorted(entry.settings.items())),
            "verdict": entry.verdict,
        }
        lines.append(f"\n[outputs.{toml.key(name)}]")
        lines += [f"{key} = {toml.literal(value)}" for key, value in table.items()]
        lines.append("inputs = [")
        lines += [
            f"    {toml.literal({'path': path, **_table(content)})},"
            for path, content in sorted(entry.inputs.items())
        ]
        lines.append("]")
    return "\n".join(lines) + "\n"


def content_of(path: str, reading: Reading = AS_IT_IS) -> Content:
    """Return what the file at `path` holds, read in any container that `check` reads, or as a user
    said of it.
    """
    return content(opened(Source(Path(path).as_posix(), path), None, reading))


def content(
    file: File, jobs: int | None = None, progress: Callable[[int], None] = lambda size: None
) -> Content:
    """Return what a file holds; a large one is read by several processes. Raises InputError where
    it is something without rows.
    """
    if not file.readable and file.facts.container != "empty":
        raise InputError(f"`{file.source.name}` has no rows to be read: {file.facts.container}")
    found = Content()
    # 110 MB/s in one process: the others pay later than elsewhere
    jobs = executor.workers(executor.size([file]) // 4, jobs)
    for _, _, part in executor.run(summed, executor.tasks([file], CHUNK), jobs):
        found += part.content
        progress(part.file.bytes)
    return found


@dataclass(slots=True)
class Summed:
    """What a piece of a file holds."""

    file: FileFacts
    content: Content


def content_of_rows(lines: Iterable[bytes]) -> Content:
    """Return what lines hold; one that is not JSON counts by its bytes."""
    values, broken = [], []
    for raw in lines:
        try:
            values.append(orjson.loads(raw))
        except ValueError:
            if raw.strip():
                broken.append(int(line_hash(raw), 16))
    return Content((total(values) + sum(broken)) % MODULUS, len(values) + len(broken))


def summed(
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Summed:
    """Return the content of a chunk of whole lines, or of numbered and of broken rows. Pure."""
    lines = [raw for _, raw in (parse.lines(whole) if numbered is None else numbered)]
    lines += [each.raw for each in broken]
    return Summed(FileFacts(bytes=len(whole)), content_of_rows(lines))


def _table(content: Content) -> dict[str, Any]:
    tokens = {} if content.tokens is None else {"tokens": content.tokens}
    return {"hash": content.hash, "rows": content.rows, **tokens}


def _entry(table: dict[str, Any]) -> Entry:
    return Entry(
        content=_content(table),
        verb=str(table["verb"]),
        version=str(table["version"]),
        inputs={str(each["path"]): _content(each) for each in table["inputs"]},
        settings=dict(table["settings"]),
        verdict=str(table["verdict"]),
    )


def _content(table: dict[str, Any]) -> Content:
    tokens = table.get("tokens")
    return Content(
        int(table["hash"], 16), int(table["rows"]), None if tokens is None else int(tokens)
    )


def _inside(path: str, folder: Path) -> str:
    """Return a path as a lock in `folder` names it: relative, with slashes."""
    if path == STDIN:
        return path
    whole = os.path.abspath(path)
    try:
        near = Path(os.path.relpath(whole, folder)).as_posix()
    except ValueError:  # another drive
        near = Path(whole).as_posix()
    return near.encode("utf-8", "backslashreplace").decode()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes away from a lock while it is read and written again."""
    guard = path.with_name(f".{path.name}.busy")
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(guard, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except OSError as error:
            # Windows denies what it is about to delete
            if isinstance(error, FileExistsError) or (os.name == "nt" and guard.exists()):
                _free(guard)
                time.sleep(0.01)
                continue
            raise InputError(f"{path} can't be written: {error.strerror or error}") from None
    try:
        yield
    finally:
        guard.unlink(missing_ok=True)


def _free(guard: Path) -> None:
    """Take away what a process left behind that was killed while it changed a lock."""
    with suppress(OSError):  # whoever is first takes it away
        if time.time() - guard.stat().st_mtime > ABANDONED:
            aside = guard.with_name(f"{guard.name}.{os.getpid()}")
            os.replace(guard, aside)
            aside.unlink()
