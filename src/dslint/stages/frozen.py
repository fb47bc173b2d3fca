"""Holds data to its locks: whether files and their inputs still mean what was recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from dslint.config import toml
from dslint.errors import InputError
from dslint.jsonl.source import STDIN
from dslint.model import Skipped
from dslint.stages import lock
from dslint.stages.files import File
from dslint.stages.lock import Content, Entry
from dslint.stages.tables import AS_IT_IS, Reading, told


def hold(files: Sequence[File]) -> list[Skipped]:
    """Note in the facts of each file where it and the lock of its folder part, and return what
    could not be compared: files that no lock speaks of, and inputs that are not here.

    Raises ConfigError for a lock that can't be read, InputError where no lock speaks of any file.
    """
    content, locks = cache(lock.content_of), cache(lock.read)
    skipped, known = list[Skipped](), 0
    for file in files:
        at = lock.beside(file.source.path)
        name = lock.name_in(at, file.source.path)
        recorded = _recorded(locks(at), name)
        if file.source.name == STDIN or recorded is None:
            skipped.append(Skipped(file.source.name, f"whether it is as locked: {_silent(at)}"))
            continue
        known += 1
        before, reading = recorded
        try:
            how = _parted(content(file.source.path, reading), before)
        except InputError as error:
            skipped.append(Skipped(file.source.name, f"whether it is as locked: {error}"))
            continue
        if how:
            file.facts.parted.append((file.source.name, how))
        if entry := locks(at).get(name):
            skipped += _inputs(file, at, entry, content)
    if not known:
        raise InputError(
            "there is no dslint.lock that speaks of what is to be checked; what writes data writes "
            "one: dslint convert FILE"
        )
    return skipped


def _inputs(
    file: File, at: Path, entry: Entry, content: Callable[[str, Reading], Content]
) -> Iterator[Skipped]:
    """Note which of the files that a file was made of have changed, and yield those that could not
    be compared.
    """
    for each, before in entry.inputs.items():
        beside = os.path.normpath(at.parent / each)
        why = f"whether its input `{each}` has changed"
        if each == STDIN:
            continue
        if not os.path.isfile(beside):
            yield Skipped(file.source.name, f"{why}: it is not here")
            continue
        try:
            if _parted(content(beside, _reading(entry)), before):
                file.facts.parted.append((each, "has changed since this file was made of it"))
        except InputError as error:
            yield Skipped(file.source.name, f"{why}: {error}")


def _reading(entry: Entry) -> Reading:
    """Return how what a file was made of was read."""
    said = entry.settings
    return told(said.get("encoding"), said.get("delimiter"), said.get("sheet"))


def _recorded(entries: Mapping[str, Entry], name: str) -> tuple[Content, Reading] | None:
    """Return what a lock says that a file holds, and how it was read: as an output, or as what
    outputs were made of.
    """
    if name in entries:
        return entries[name].content, AS_IT_IS
    made = (entry for entry in entries.values() if name in entry.inputs)
    return next(((entry.inputs[name], _reading(entry)) for entry in made), None)


def _parted(found: Content, recorded: Content) -> str:
    """Say how a file's content differs from the recorded one, if it does."""
    if found.rows != recorded.rows:
        return f"has {found.rows:,} rows where the lock says {recorded.rows:,}"
    return "" if found.hash == recorded.hash else "has rows that are not those of the lock"


def _silent(at: Path) -> str:
    where = toml.shown(at)
    return f"{where} does not speak of it" if at.exists() else f"there is no {where}"
