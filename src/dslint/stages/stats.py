"""The verb `stats`: what data is like, in numbers, before anybody judges a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from dslint import formats
from dslint.config import Settings
from dslint.facts.drift import Drift, doublings, drifts
from dslint.facts.files import FileFacts
from dslint.facts.languages import available, languages, scripts
from dslint.facts.portrait import Portrait, portrait
from dslint.facts.repeats import Repeats
from dslint.jsonl import source
from dslint.jsonl.parse import Malformed
from dslint.jsonl.source import Source
from dslint.model import Skipped
from dslint.stages import executor
from dslint.stages.count import files_of
from dslint.stages.files import File
from dslint.stages.prints import rows_of

Progress = Callable[[int], None]

ALL = ""
"""The name of the one side of files that are nobody's dataset."""


@dataclass(frozen=True, slots=True)
class FileSize:
    """A file, and how much it has."""

    path: str
    format: str
    records: int
    malformed: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SystemPrompt:
    """A system prompt: how many rows have it, and how it begins. `like` is one of the others that
    it differs from in nothing but white space and case.
    """

    text: str
    rows: int
    bytes: int
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """Files that belong together, and what their rows are like.

    `languages` and `scripts` count the answers of a sample; languages are None where nothing on
    this machine tells them. `prompts` are the most frequent system prompts first.
    """

    name: str
    files: tuple[FileSize, ...]
    portrait: Portrait
    prompts: tuple[SystemPrompt, ...]
    languages: Mapping[str, int] | None
    scripts: Mapping[str, int]

    @property
    def records(self) -> int:
        return sum(each.records for each in self.files)

    @property
    def malformed(self) -> int:
        return sum(each.malformed for each in self.files)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.files)

    @property
    def labels(self) -> dict[str, int]:
        """Return the labels and how many rows have each, the most first; none where the answers do
        not look like labels.
        """
        found = {text: met.rows for text, met in self.portrait.labels.found.items()}
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True, slots=True)
class Stats:
    """What a dataset is like, side by side. `drifts` say of each side after the first how far it is
    from that one. `skipped` could not be looked at.
    """

    name: str
    sides: tuple[Side, ...]
    drifts: Mapping[str, tuple[Drift, ...]]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class Part:
    """What one chunk gave."""

    file: FileFacts
    portrait: Portrait


def taken(
    format: str | None,
    whole: bytes,
    own: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Take what the rows of a chunk are like. Pure."""
    facts, batch = rows_of(format, whole, own, numbered, broken)
    return Part(facts, portrait(batch))


def stats(
    sides: Mapping[str, Sequence[str | Source]],
    settings: Settings,
    *,
    name: str = "",
    jobs: int | None = None,
    chunk: int = source.CHUNK,
    begin: Callable[[int], Progress] | None = None,
) -> Stats:
    """Look at what paths name or are, side by side.

    `jobs`, `chunk` and `begin` are as in `check`. Raises UsageError or InputError; lines that are
    no JSON objects are counted, and left out of all else.
    """
    formats.verify(settings.format)
    with ExitStack() as stack:
        opened = {
            side: stack.enter_context(files_of(paths, settings)) for side, paths in sides.items()
        }
        every = [file for files in opened.values() for file in files]
        size = executor.size(every)
        progress = begin(size) if begin else lambda done: None
        workers = executor.workers(size, jobs)
        found = [
            _side(side, files, settings.format, workers, chunk, progress)
            for side, files in opened.items()
        ]
    skipped = [
        Skipped(file.source.name, f"it {file.obstacle}")
        for file in every
        if not file.readable and file.facts.container != "empty"
    ]
    return Stats(name, tuple(found), _apart(found), tuple(skipped))


def _side(
    name: str,
    files: Sequence[File],
    format: str | None,
    jobs: int,
    chunk: int,
    progress: Progress,
) -> Side:
    found = look(files, format, jobs, chunk, progress)
    texts = [text for _, text in found.sample.texts]
    return Side(
        name,
        tuple(
            FileSize(
                file.source.name,
                file.facts.format,
                file.facts.records,
                file.facts.malformed,
                file.facts.bytes,
            )
            for file in files
        ),
        found,
        tuple(_prompts(found.repeats, found.said)),
        _sorted(languages(texts)) if available() else None,
        _sorted(scripts(texts)),
    )


def look(
    files: Sequence[File],
    format: str | None,
    jobs: int = 1,
    chunk: int = source.CHUNK,
    progress: Progress = lambda done: None,
) -> Portrait:
    """Read files through, and return what the rows of all of them are like."""
    found = Portrait()
    before = 0
    for number, _, part in executor.run(partial(taken, format), executor.tasks(files, chunk), jobs):
        found.join(part.portrait, before)
        before += part.file.lines
        files[number].facts.join(part.file)
        progress(part.file.bytes)
    return found


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _prompts(repeats: Repeats, said: Mapping[bytes, str]) -> list[SystemPrompt]:
    known = sorted(repeats.prompts.items(), key=lambda each: (-each[1].rows, each[0]))
    first: dict[bytes, bytes] = {}
    for mark, shared in known:
        first.setdefault(shared.fold, mark)
    return [
        SystemPrompt(
            said.get(mark, ""),
            shared.rows,
            shared.bytes,
            said.get(first[shared.fold], "") if first[shared.fold] != mark else None,
        )
        for mark, shared in known
    ]


def _apart(sides: Sequence[Side]) -> dict[str, tuple[Drift, ...]]:
    return {side.name: tuple(drifts(_pairs(sides[0], side))) for side in sides[1:]}


def _pairs(one: Side, other: Side) -> dict[str, tuple[Mapping[Any, int], Mapping[Any, int]]]:
    prompted = bool(one.prompts or other.prompts)

    def each(of: Side) -> dict[str, Mapping[Any, int]]:
        said, repeats = of.portrait.said, of.portrait.repeats
        # what is behind NUL tells prompts apart that begin alike
        prompts = {
            f"{said.get(mark, '')}\0{mark.hex()}": shared.rows
            for mark, shared in repeats.prompts.items()
        }
        if prompted and repeats.bare:
            prompts["none"] = repeats.bare
        told = {name: rows for name, rows in (of.languages or of.scripts).items() if name != "?"}
        return {
            "labels": {text: met.rows for text, met in of.portrait.labels.alike.items()},
            "answers' lengths": doublings(of.portrait.answers),
            "turns": {**of.portrait.turns.times},
            "system prompts": prompts,
            "scripts" if of.languages is None else "languages": {**told},
        }

    ours, theirs = each(one), each(other)
    if not one.labels and not other.labels:
        del ours["labels"]
    return {what: (ours[what], theirs[what]) for what in ours}
