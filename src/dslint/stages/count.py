"""The verb `count`: how many tokens files have, whole and by what they are for."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from pathlib import Path
from statistics import median
from typing import NamedTuple

from dslint import formats, models
from dslint.config import Settings, excluded
from dslint.errors import InputError, UsageError
from dslint.facts.ruler import Ruler, ruler_of
from dslint.figures import Model
from dslint.jsonl import source
from dslint.jsonl.source import Source
from dslint.model import Skipped
from dslint.stages import executor, packing
from dslint.stages.files import File, opened
from dslint.stages.packing import Packing
from dslint.stages.tally import Tally, tally

Progress = Callable[[int], None]

LONGEST = 5
"""Records that are named as the longest."""

BARS = 12
"""Bars of a histogram, about."""


class Bar(NamedTuple):
    """Records of `low` to `high` tokens; `high` is None for the last one, which has the rest."""

    low: int
    high: int | None
    records: int


class Long(NamedTuple):
    """One of the longest records."""

    file: str
    line: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Tokens of a record over all records; `p95` is one that 95 % do not exceed."""

    min: int
    median: float
    mean: float
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Tokens of a file, or of all.

    `records` were counted. Left out are `malformed` lines, `invalid` records, which are not built
    as their schema says, and `unread` ones, whose format is unknown or known by name only. `tokens`
    are billed for an epoch; a provider may count up to `bound` less. `repeated` are those of system
    prompts that an earlier row had. `idle` are rows that teach nothing, and their tokens. `over`
    are records whose sequence is longer than the context, and `cut` the tokens that they lose
    there; both are None where no context is known.
    """

    path: str | None
    format: str | None
    records: int
    malformed: int
    invalid: int
    unread: int
    tokens: int
    trained: int
    bound: int
    estimated: int
    roles: Mapping[str, int]
    reasoning: int
    tools: int
    images: int
    repeated: int
    idle: tuple[int, int]
    spread: Spread | None
    histogram: tuple[Bar, ...]
    longest: tuple[Long, ...]
    over: int | None
    cut: int | None
    packing: Packing | None

    @property
    def left_out(self) -> int:
        """Return how many lines and records were not counted."""
        return self.malformed + self.invalid + self.unread


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted, file by file and in total, and how.

    `exact` says that the encoding is the model's own; without a model that is not known (None).
    """

    model: Model | None
    encoding: str
    exact: bool | None
    files: tuple[Summary, ...]
    total: Summary
    tallies: tuple[Tally, ...]
    skipped: tuple[Skipped, ...]


def count(
    paths: Sequence[str | Source],
    settings: Settings,
    *,
    tokenizer: str | None = None,
    fast: bool | None = None,
    pack: int | None = None,
    jobs: int | None = None,
    chunk: int = source.CHUNK,
    begin: Callable[[int], Progress] | None = None,
) -> Count:
    """Count the tokens of what `paths` name or are, as the model of the settings counts them.

    `tokenizer` is the path of a `tokenizer.json` that counts instead; `pack` packs records into
    sequences of so many tokens. `jobs`, `chunk` and `begin` are as in `check`. Raises UsageError,
    VocabularyError or InputError; what is wrong with the data is left out, and counted as such.
    """
    formats.verify(settings.format)
    if pack is not None and pack < 1:
        raise UsageError(f"sequences have 1 token or more; not {pack}")
    model = None
    if settings.model is not None:
        model = models.resolve(settings.model, settings.target[0], settings.models)
    ruler = ruler_of(model, tokenizer, fast, settings.format)
    ruler.counter()  # what is wrong with it, before any file is read
    with files_of(paths, settings) as files:
        tallies = tallied(ruler, files, jobs, chunk, begin)
    context = model.context if model else None
    names = [file.source.name for file in files]
    each = tuple(
        summed([own], [name], context, pack) for own, name in zip(tallies, names, strict=True)
    )
    return Count(
        model=model,
        encoding=tokenizer or ruler.encoding,
        exact=None if model is None else bool(tokenizer or model.encoding),
        files=each,
        total=each[0] if len(each) == 1 else summed(tallies, names, context, pack),
        tallies=tuple(tallies),
        skipped=tuple(
            Skipped(file.source.name, f"it {file.obstacle}")
            for file in files
            if not file.readable and file.facts.container != "empty"
        ),
    )


@contextmanager
def files_of(paths: Sequence[str | Source], settings: Settings) -> Iterator[list[File]]:
    """Open what `paths` name or are; what standard input gave is gone afterwards."""
    sources = source.find(paths, lambda name: excluded(name, settings))
    if not sources:
        raise InputError("there is nothing to count: name a file or a folder")
    spooled = source.spool() if any(each.path == source.STDIN for each in sources) else None
    try:
        yield [
            opened(spooled if spooled and each.path == source.STDIN else each, settings.format)
            for each in sources
        ]
    finally:
        if spooled:
            Path(spooled.path).unlink(missing_ok=True)


def tallied(
    ruler: Ruler,
    files: Sequence[File],
    jobs: int | None = None,
    chunk: int = source.CHUNK,
    begin: Callable[[int], Progress] | None = None,
) -> list[Tally]:
    """Count file by file."""
    size = executor.size(files)
    progress = begin(size) if begin else lambda done: None
    found = [Tally(file=file.facts) for file in files]
    work = partial(tally, ruler)
    for number, _, part in executor.run(
        work, executor.tasks(files, chunk), executor.workers(size, jobs)
    ):
        found[number].join(part)
        progress(part.file.bytes)
    for each, file in zip(found, files, strict=True):
        if file.starts:
            each.lines = array("I", map(file.line_of, each.lines))
    return found


def summed(
    tallies: Sequence[Tally],
    names: Sequence[str],
    context: int | None = None,
    pack: int | None = None,
) -> Summary:
    """Sum up what files have. `path` and `format` are those of a single file."""
    roles: dict[str, int] = {}
    prompts: dict[bytes, list[tuple[int, int]]] = {}
    for each in tallies:
        for role, tokens in each.roles.items():
            roles[role] = roles.get(role, 0) + tokens
        for digest, known in each.prompts.items():
            prompts.setdefault(digest, []).append(known)
    sizes = sorted(size for each in tallies for size in each.totals)
    single = tallies[0].file if len(tallies) == 1 else None
    over = [size for each in tallies for size in each.longest if context and size > context]
    return Summary(
        path=names[0] if single else None,
        format=single.format if single else None,
        records=len(sizes),
        malformed=sum(each.file.malformed for each in tallies),
        invalid=sum(each.invalid.rows for each in tallies),
        unread=sum(each.unread.rows for each in tallies),
        tokens=sum(sizes),
        trained=sum(sum(each.trained) for each in tallies),
        bound=sum(each.bound for each in tallies),
        estimated=sum(each.estimated for each in tallies),
        roles=dict(sorted(roles.items(), key=lambda item: (-item[1], item[0]))),
        reasoning=sum(each.reasoning for each in tallies),
        tools=sum(each.tools for each in tallies),
        images=sum(each.images for each in tallies),
        repeated=sum(map(_repeated, prompts.values())),
        idle=(sum(each.idle[0] for each in tallies), sum(each.idle[1] for each in tallies)),
        spread=_spread(sizes),
        histogram=tuple(_histogram(sizes)),
        longest=_longest(tallies, names),
        over=None if context is None else len(over),
        cut=None if context is None else sum(over) - len(over) * context,
        packing=packing.pack((s for each in tallies for s in each.longest), pack) if pack else None,
    )


def _repeated(known: Sequence[tuple[int, int]]) -> int:
    """Return the tokens of a prompt in all rows but the first that has it."""
    tokens = sum(tokens for _, tokens in known)
    return tokens - tokens // sum(rows for rows, _ in known)


def _spread(sizes: Sequence[int]) -> Spread | None:
    if not sizes:
        return None
    return Spread(
        min=sizes[0],
        median=median(sizes),
        mean=sum(sizes) / len(sizes),
        p95=sizes[math.ceil(len(sizes) * 0.95) - 1],
        max=sizes[-1],
    )


def _histogram(sizes: Sequence[int]) -> Iterator[Bar]:
    """Yield bars of one width, a round number; what is far beyond the most is in the last."""
    if not sizes:
        return
    step = _round(sizes[math.ceil(len(sizes) * 0.98) - 1] / BARS)
    first, last = sizes[0] // step, min(sizes[-1] // step, sizes[0] // step + BARS)
    counts = [0] * (last - first + 1)
    for size in sizes:
        counts[min(size // step, last) - first] += 1
    for at, records in enumerate(counts, first):
        is_open = at == last and sizes[-1] >= (at + 1) * step
        yield Bar(at * step, None if is_open else (at + 1) * step - 1, records)


def _round(number: float) -> int:
    """Return the least of 1, 2, 5, 10, 20, 50 and so on that is no less than a number."""
    steps: Iterator[int] = (times * 10**power for power in range(20) for times in (1, 2, 5))
    return min(step for step in steps if step >= number)


def _longest(tallies: Sequence[Tally], names: Sequence[str]) -> tuple[Long, ...]:
    every = (
        Long(name, each.lines[at], each.totals[at])
        for each, name in zip(tallies, names, strict=True)
        for at in nlargest(LONGEST, range(len(each.totals)), key=each.totals.__getitem__)
    )
    return tuple(nlargest(LONGEST, every, key=lambda long: long.tokens))
