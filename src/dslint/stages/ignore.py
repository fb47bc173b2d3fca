"""The ignore file: findings that are accepted, held to their record wherever it moves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from json import dumps
from pathlib import Path

import orjson

from dslint.errors import ConfigError, UsageError, did_you_mean
from dslint.facts.hashes import line_hash
from dslint.model import Finding
from dslint.stages import atomic

BASELINE = "baseline"
"""The reason of entries that were written in bulk."""

_KEYS = ("rule", "record", "pointer", "reason", "until", "file")
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is accepted of `rule`: at `pointer` and below it, in the record with the hash `record`.

    Without `record`, all that the rule finds in `file`; with one, `file` says where that was when
    the entry was written. Paths are from the folder of the ignore file. From the day after `until`
    on, the entry has no effect.
    """

    rule: str
    record: str
    pointer: str
    reason: str
    until: date | None = None
    file: str | None = None

    def __str__(self) -> str:
        place = f"{self.file or 'any file'}{self.pointer and ' at ' + self.pointer}"
        until = f", until {self.until}" if self.until else ""
        return f"`{_safe(self.rule)}` in {_safe(place)} ({_safe(self.reason)}{until})"


@dataclass(frozen=True, slots=True)
class Ignores:
    """An ignore file, read: `expired` has entries whose day has passed, `names` is as in `read`."""

    path: Path
    entries: tuple[Entry, ...] = ()
    expired: tuple[Entry, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    by_key: Mapping[_Key, Entry] = field(default_factory=dict)


def fingerprint(rule: str, record: str, pointer: str, file: str = "") -> str:
    """Return 32 hexadecimal digits that name a finding for good, however lines move.

    `record` is the canonical hash of the record. `file` counts only where that is empty: for what
    holds for a whole file.
    """
    said = dumps([rule, record, pointer, "" if record else file]).encode("ascii")
    return blake2b(said, digest_size=16).hexdigest()


def read(path: Path, today: date, names: Mapping[str, str] | None = None) -> Ignores:
    """Read an ignore file; one that is not there has no entries.

    `names` maps former names of rules to present ones. A ConfigError says the line that is broken.
    """
    entries = tuple(entry for _, entry in _lines(path) if entry)
    expired = tuple(entry for entry in entries if entry.until and entry.until < today)
    passed = set(expired)
    names = names or {}
    by_key: dict[_Key, Entry] = {}
    for entry in entries:
        if entry not in passed:
            by_key.setdefault((names.get(entry.rule, entry.rule), *_place(entry)), entry)
    return Ignores(path, entries, expired, names, by_key)


def matches(ignores: Ignores, rule: str, record: str, pointer: str, file: str) -> Entry | None:
    """Return the entry that covers a finding: at its pointer, at one above, or for its whole file.

    `record` is the canonical hash of its record, empty for a finding on a whole file; `file` is a
    path as the user gave it.
    """
    if not ignores.by_key:
        return None
    while record:
        if entry := ignores.by_key.get((rule, record, pointer)):
            return entry
        if not pointer:
            break
        pointer = pointer.rpartition("/")[0]
    return ignores.by_key.get((rule, "", relative(file, ignores.path)))


def stale(
    ignores: Ignores, used: Collection[Entry], files: Iterable[str], rules: Collection[str]
) -> list[Entry]:
    """Return the entries that could have matched and did not.

    An entry is judged if its file is among the `files` that were checked (one that names no file:
    always) and its rule among the `rules` that ran. Expired entries are told apart.
    """
    checked = {relative(file, ignores.path) for file in files}
    kept = {*used, *ignores.expired}
    return [
        entry
        for entry in ignores.entries
        if entry not in kept
        and ignores.names.get(entry.rule, entry.rule) in rules
        and (entry.file is None or entry.file in checked)
    ]


def baseline(findings: Iterable[Finding], path: Path) -> list[Entry]:
    """Return an entry for each finding that is not ignored yet, in an order that lines do not sway.

    `path` is the ignore file. A finding without a line is accepted for its whole file.
    """
    entries = {
        Entry(
            rule=found.rule,
            record=found.record if found.line else "",
            pointer=found.pointer if found.line else "",
            reason=BASELINE,
            file=relative(found.file, path),
        )
        for found in findings
        if not found.ignored
    }
    return sorted(entries, key=lambda each: (each.file or "", each.rule, each.record, each.pointer))


def place(written: str) -> tuple[str, int | None]:
    """Split `FILE:LINE` (or `FILE:LINE:COLUMN`, as reports write it); `FILE` alone has no line."""
    found = re.fullmatch(r"(.+?):([0-9]+)(?::[0-9]+)?", written, re.DOTALL)
    if not found or os.path.exists(written):
        return written, None
    line = int(found[2])
    if line == 0:
        raise UsageError(f"`{_safe(written)}`: lines are counted from 1")
    return found[1], line


def ignore(
    path: Path,
    rule: str,
    file: str,
    line: bytes | None,
    reason: str,
    until: date | None = None,
    pointer: str = "",
) -> Entry:
    """Write an entry to the ignore file and return it.

    `line` is the line of the file that holds the record; None is for what holds for the whole file.
    Without a pointer, the entry covers all that the rule finds in the record.
    """
    if not reason.strip():
        raise UsageError("an entry needs a reason: say why this finding is accepted")
    if line is None and pointer:
        raise UsageError("a pointer is a place in a record, and no line is given")
    record = "" if line is None else line_hash(line)
    entry = Entry(rule, record, pointer, reason.strip(), until, relative(file, path))
    append(path, [entry])
    return entry


def append(path: Path, entries: Iterable[Entry]) -> None:
    """Add entries to the ignore file: one for the same place is replaced, all others stay."""
    new = {(entry.rule, *_place(entry)): entry for entry in entries}
    old = [
        raw for raw, entry in _lines(path) if not entry or (entry.rule, *_place(entry)) not in new
    ]
    _write(path, [*old, *(_written(entry) for entry in new.values())])


def prune(path: Path, keep: Callable[[Entry], bool]) -> int:
    """Remove the entries that `keep` denies, and return how many; all others stay as they are."""
    lines = _lines(path)
    kept = [raw for raw, entry in lines if entry is None or keep(entry)]
    if len(kept) < len(lines):
        _write(path, kept)
    return len(lines) - len(kept)


def relative(file: str, path: Path) -> str:
    """Return a file as the ignore file at `path` names it: from the folder of that, with `/`."""
    if not file or file == "-":
        return file
    try:
        return os.path.relpath(file, path.parent).replace(os.sep, "/")
    except ValueError:  # another drive
        return file


def _place(entry: Entry) -> tuple[str, str]:
    """Return what an entry is held to: a record and a pointer, or nothing and a file."""
    return (entry.record, entry.pointer) if entry.record else ("", entry.file or "")


def _write(path: Path, lines: Iterable[bytes]) -> None:
    atomic.replace(path, b"".join(raw.rstrip(b"\r\n") + b"\n" for raw in lines))


def _written(entry: Entry) -> bytes:
    said = {"rule": entry.rule, "record": entry.record, "pointer": entry.pointer}
    said |= {"reason": entry.reason}
    if entry.until:
        said["until"] = entry.until.isoformat()
    if entry.file is not None:
        said["file"] = entry.file
    # not orjson: a path or a pointer may hold lone surrogates
    return dumps(said, ensure_ascii=not all(map(_is_text, said.values()))).encode()


def _lines(path: Path) -> list[tuple[bytes, Entry | None]]:
    """Return the lines of an ignore file and the entry that each holds; a blank one holds none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror or error}") from None
    numbered = enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1)
    return [(raw, _entry(raw, f"{path}:{line}") if raw.strip() else None) for line, raw in numbered]


def _entry(raw: bytes, where: str) -> Entry:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ConfigError(f"{where}:{error.colno}: not JSON: {error.msg}") from None
    if not isinstance(said, dict):
        raise ConfigError(f"{where}: not an entry: a JSON object with {_list(_KEYS[:4])}")
    for key, value in said.items():
        if key not in _KEYS:
            raise ConfigError(f"{where}: `{_safe(key)}` is not a key{did_you_mean(key, _KEYS)}")
        if not isinstance(value, str):
            raise ConfigError(f"{where}: `{key}` has to be a string")
    if lacking := [key for key in _KEYS[:4] if key not in said]:
        raise ConfigError(f"{where}: the entry lacks {_list(lacking)}")
    if not said["record"] and not said.get("file"):
        raise ConfigError(f"{where}: the entry names neither a `record` nor a `file`")
    until = said.pop("until", None)
    try:
        return Entry(**said, until=date.fromisoformat(until) if until is not None else None)
    except ValueError:
        raise ConfigError(
            f"{where}: `until` is `{_safe(until)}`; it has to be a date such as 2026-12-31"
        ) from None


def _list(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _is_text(value: str) -> bool:
    return value.isprintable()


def _safe(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]
