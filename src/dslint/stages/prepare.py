"""The verb `prepare`: from whatever people have to a file to train on and one to validate with, a
remedy at a time, each agreed to. A recipe: it calls the other verbs.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from dslint import targets
from dslint.config.toml import shown
from dslint.errors import InputError, UsageError
from dslint.formats import FORMATS, UNKNOWN
from dslint.formats.conversation import LOSSES
from dslint.formats.openai import CHAT, PREFERENCE
from dslint.formats.shape import Row
from dslint.jsonl import source
from dslint.stages import convert as conversion
from dslint.stages import lock, outputs, split
from dslint.stages.atomic import Draft
from dslint.stages.convert import Conversion, Progress
from dslint.stages.first_remedies import first_remedies
from dslint.stages.mended_copy import mended_copy
from dslint.stages.remedies import (
    Changes,
    Remedy,
    Survey,
    changed,
    changes,
    remedies,
)
from dslint.stages.sides import Size
from dslint.stages.tables import Reading, told

Ask = Callable[[Remedy], bool]

FEWEST = 10
"""Rows from which a part of them is proposed for validation."""

MOST_VALIDATION = 1_000
"""Rows that are proposed for validation at the most: more say nothing more."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be prepared, and how what is proposed is reckoned.

    `out` is what the names of the files begin with, by default the input's. `validation` is a share
    (below 1) or a number of rows, by default a fifth, 1,000 at the most; 0 for none. `context` is
    the most tokens of a row, by default the target's. `reading` says how to read the input.
    """

    out: str | None = None
    validation: float | None = None
    seed: int = 0
    context: int | None = None
    force: bool = False
    lock: bool = True
    reading: conversion.Wish = field(default_factory=conversion.Wish)


def wish_of(
    *,
    out: str | None = None,
    validation: float | None = None,
    seed: int = 0,
    context: int | None = None,
    force: bool = False,
    lock: bool = True,
    **reading: Any,
) -> Wish:
    """Return a wish; `reading` is what `convert` is told of how to read: system, format, map,
    encoding, delimiter, sheet. Raises UsageError for a part that is neither a share nor a number.
    """
    if validation is not None and validation >= 1 and validation == validation // 1:
        validation = int(validation)
    if validation is not None and not (
        0 <= validation < 1 or (type(validation) is int and validation > 0)
    ):
        raise UsageError("validation is a share below 1, such as 0.1, or a whole number of rows")
    return Wish(out, validation, seed, context, force, lock, conversion.Wish(**reading))


@dataclass(frozen=True, slots=True)
class Preparation:
    """What was found, proposed, agreed to and written.

    `dropped` counts rows by the remedy that left them out; `train` and `validation` are the files
    and how many rows are in them. `classes` are the rows by label, where answers look like labels.
    Where `refusal` says something, nothing was written.
    """

    conversion: Conversion
    answers: tuple[tuple[Remedy, bool], ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    train: tuple[str, int] = ("", 0)
    validation: tuple[str, int] | None = None
    classes: Mapping[str, int] = field(default_factory=dict)
    same_prompt: bool = False
    same_answer: bool = False
    refusal: str = ""
    lock: str | None = None


@dataclass(slots=True)
class _Tour:
    """What was agreed to so far."""

    ask: Ask
    answers: list[tuple[Remedy, bool]] = field(default_factory=list)

    def agrees(self, remedy: Remedy) -> bool:
        agreed = self.ask(remedy)
        self.answers.append((remedy, agreed))
        return agreed

    @property
    def names(self) -> set[str]:
        return {remedy.name for remedy, agreed in self.answers if agreed}


def prepare(
    path: str,
    wish: Wish,
    ask: Ask,
    tell: Callable[[Conversion], None] = lambda found: None,
    begin: Callable[[int], Progress] = lambda size: lambda done: None,
) -> Preparation:
    """Prepare the file at `path`: `tell` is told what was found in it, `ask` whether to do what
    could be done. What it raises ends it, and nothing is written.

    Raises UsageError or InputError; what is wrong with the rows is in the result.
    """
    if path == source.STDIN:
        raise UsageError("a file is prepared: write standard input to one first")
    names = _names(path, wish)
    tour = _Tour(ask)
    with tempfile.TemporaryDirectory(prefix="dslint-") as folder:
        rows = Path(folder) / "rows.jsonl"
        found = _converted(path, wish, rows, begin)
        tell(found)
        now = path
        mended = mended_copy(path, wish.reading, Path(folder), begin)
        if mended and tour.agrees(mended[1]):
            now = str(mended[0])
            found = replace(_converted(now, wish, rows, begin), source=found.source)
        if found.refusal:
            return Preparation(found, tuple(tour.answers), refusal=found.refusal)
        for remedy in first_remedies(now, wish.reading, found):
            agreed = tour.agrees(remedy)
            if not agreed and remedy.needed:
                why = f"nothing is written: it takes `{remedy.name}`"
                return Preparation(found, tuple(tour.answers), refusal=why)
            if not agreed:
                reading = replace(wish.reading, renew=False)
                again = _converted(now, replace(wish, reading=reading), rows, begin)
                found = replace(again, source=found.source)
        survey = _surveyed(rows, wish)
        for remedy in remedies(survey):
            tour.agrees(remedy)
        kept = Path(folder) / "kept.jsonl"
        count, dropped = _kept(rows, kept, wish, tour.names, changes(survey, tour.names))
        done = Preparation(
            found,
            dropped=dropped,
            classes=survey.classes,
            same_prompt=survey.prompts.rows > 1 and not survey.prompts.differ,
            same_answer=survey.answers.rows > 1 and not survey.answers.differ,
        )
        if not count:
            why = "no row would be left: nothing is written"
            return replace(done, answers=tuple(tour.answers), refusal=why)
        parts = _parts(kept, count, wish, tour)
        done = replace(done, answers=tuple(tour.answers))
        return _written(path, wish, done, dict(zip(names, parts, strict=False)))


def _names(path: str, wish: Wish) -> tuple[str, str]:
    """Return the files that are written. Raises UsageError where they are there already."""
    name = path[: len(path) - len(source.Source(path, path).packing)]
    stem = wish.out or os.path.splitext(name)[0]
    joint = "" if stem.endswith(("/", os.sep)) else "-"
    names = f"{stem}{joint}train.jsonl", f"{stem}{joint}validation.jsonl"
    outputs.verify(names, [path], force=wish.force)
    if wish.lock:
        lock.read(lock.beside(names[0]))  # one that can't be read is said at once
    return names


def _converted(path: str, wish: Wish, rows: Path, begin: Callable[[int], Progress]) -> Conversion:
    """Convert the input with all that it may lose; what that is will be asked."""
    wanted = replace(
        wish.reading,
        to=PREFERENCE.name if _prefers(path, wish.reading) else CHAT.name,
        out=str(rows),
        allow_loss=tuple(LOSSES),
        max_rejects=2**62,
        force=True,
        lock=False,
    )
    found = conversion.convert(path, wanted, begin=begin)
    return replace(found, out="")  # where it was written is nobody's business


def _prefers(path: str, reading: conversion.Wish) -> bool:
    """Say whether rows have a preferred answer and another one."""
    file, _ = conversion.looked_at(path, reading)
    name = file.facts.format
    return name != UNKNOWN and (FORMATS[name].family or name) == PREFERENCE.name


def _surveyed(rows: Path, wish: Wish) -> Survey:
    survey = Survey(context=_context(wish))
    for raw, row in _rows(rows):
        survey.add(row, raw)
    return survey


def _context(wish: Wish) -> int | None:
    """Return the most tokens of a row; 0 asks for no limit."""
    stated = targets.load(targets.DEFAULT).limits.get("context")
    return (stated if wish.context is None else wish.context) or None


def _kept(
    rows: Path, kept: Path, wish: Wish, agreed: set[str], what: Changes
) -> tuple[int, dict[str, int]]:
    """Write the rows that stay, as they are to be, and return how many they are, and how many were
    left out by which remedy.
    """
    survey, count, dropped = Survey(context=_context(wish)), 0, Counter[str]()
    declined = survey.dropped.keys() - agreed
    with kept.open("wb") as out:
        for raw, row in _rows(rows):
            if name := survey.fault(row, raw, declined):
                dropped[name] += 1
                continue
            count += 1
            other = changed(row, what) if what and "messages" in row else row
            out.write((raw if other == row else orjson.dumps(other)) + b"\n")
    return count, dict(dropped)


def _parts(kept: Path, count: int, wish: Wish, tour: _Tour) -> list[tuple[Path, int]]:
    """Return the rows to train on and, if a part is to be put aside, those to validate with: where
    they are, and how many.
    """
    whole = [(kept, count)]
    size = _validation(wish, count)
    if size is None:
        return whole
    how = split.Wish({"validation": size}, str(kept.with_name("part")), seed=wish.seed, lock=False)
    try:
        found = split.split([str(kept)], how)
    except InputError:  # rows that belong together are too many for a part
        if wish.validation is not None:
            raise
        return whole
    parts = [(Path(side.path), side.rows) for side in found.sides]
    remedy = Remedy(
        "validation",
        f"put a part of the {count:,} rows aside for validation",
        "what a model was not trained on says how good it is; what asks the same stays together",
        parts[1][1],
    )
    return parts if tour.agrees(remedy) else whole


def _validation(wish: Wish, count: int) -> Size | None:
    """Return how much is for validation."""
    match wish.validation:
        case None:
            wanted = min(MOST_VALIDATION, count - int(0.8 * count))
            return Size(count=wanted) if count >= FEWEST else None
        case 0:
            return None
        case share if share < 1:
            return Size(share=share)
        case number:
            return Size(count=int(number))


def _written(
    path: str, wish: Wish, done: Preparation, parts: Mapping[str, tuple[Path, int]]
) -> Preparation:
    """Write the files and the lock, all of them whole."""
    with ExitStack() as open_:
        drafts = []
        for name, (part, _) in parts.items():
            draft = open_.enter_context(Draft(Path(name)))
            with part.open("rb") as rows:
                while block := rows.read(source.CHUNK):
                    draft.write(block)
            draft.finished()  # what may fail for want of room fails before any is in its place
            drafts.append(draft)
        for draft in drafts:
            draft.keep()
    written = [(name, rows) for name, (_, rows) in parts.items()]
    done = replace(done, train=written[0], validation=written[1] if written[1:] else None)
    if not wish.lock:
        return done
    left_out = sum(done.dropped.values()) + done.conversion.rejected
    (locked,) = lock.record(
        "prepare",
        dict.fromkeys(parts),
        {path: lock.content_of(path, _reading(wish.reading))},
        {
            "remedies": [remedy.name for remedy, agreed in done.answers if agreed],
            "declined": [remedy.name for remedy, agreed in done.answers if not agreed],
            "seed": wish.seed,
            "validation": wish.validation,
            "context": wish.context,
            **conversion.read_as(wish.reading),
        },
        f"{left_out:,} of {done.conversion.read:,} rows left out",
    )
    return replace(done, lock=shown(locked))


def _reading(said: conversion.Wish) -> Reading:
    return told(said.encoding, said.delimiter, said.sheet)


def _rows(path: Path) -> Iterator[tuple[bytes, Row]]:
    """Yield the rows that were just written, with their bytes."""
    with path.open("rb") as lines:
        for line in lines:
            yield line.rstrip(b"\n"), orjson.loads(line)
