"""The verb `split`: divides rows into train, validation and test; nothing is on two sides."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl

from dslint import formats, targets
from dslint.config import Settings, toml
from dslint.errors import InputError, UsageError
from dslint.jsonl import source
from dslint.jsonl.source import STDIN, Source
from dslint.stages import executor, lock, outputs
from dslint.stages.atomic import Draft
from dslint.stages.dedupe import readable
from dslint.stages.files import File, opened
from dslint.stages.groups import groups, united
from dslint.stages.kinship import Kin, kin
from dslint.stages.lock import Content
from dslint.stages.remains import BLOCK, as_line
from dslint.stages.sides import TRAIN, Size, Unit, divided

STRATA = 8
"""Strata that are told of."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted. `sizes` has the sides beside train; `out` is what the outputs' names begin
    with; rows with one value under a key of `group` stay together, and those that have the share
    `near` of their shingles in common; `stratify` is label, system, length or a key of the rows.

    `least` is how many rows train must have at the least.
    """

    sizes: Mapping[str, Size]
    out: str | None = None
    group: tuple[str, ...] = ()
    near: float | None = None
    stratify: str | None = None
    seed: int = 0
    least: int = 1
    force: bool = False
    dry_run: bool = False
    format: str | None = None
    lock: bool = True


@dataclass(frozen=True, slots=True)
class Side:
    """A part of the rows, and the file that it was written to."""

    name: str
    path: str
    rows: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """How many rows of a kind each side has."""

    name: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Split:
    """What was done: `rows` rows in `sides`, of which `together` in `groups` groups of two or more
    that were not divided, the largest of `largest` rows. `strata` are the largest of `kinds`.
    """

    sources: tuple[str, ...]
    rows: int
    sides: tuple[Side, ...]
    groups: int = 0
    together: int = 0
    largest: int = 0
    unsound: int = 0
    stratify: str | None = None
    kinds: int = 0
    strata: tuple[Stratum, ...] = ()
    seed: int = 0
    written: bool = True
    locks: tuple[str, ...] = field(default=())


def split(
    paths: Sequence[str],
    wish: Wish,
    jobs: int | None = None,
    begin: Callable[[int], Progress] = lambda size: lambda done: None,
) -> Split:
    """Divide the rows of files as `wish` says, into new files.

    Rows that say the same, that ask the same (tools and messages before the answer), of which one
    is the beginning of the other's conversation, or that `wish` says belong together, are on one
    side. Rows that are no JSON are rows too. Raises UsageError or InputError, before anything is
    written.
    """
    formats.verify(wish.format)
    if wish.near is not None and not 0 < wish.near <= 1:
        raise UsageError(f"--near is a share: more than 0, at most 1; not {wish.near:g}")
    found = source.find(paths)
    if any(each.path == STDIN for each in found):
        raise UsageError("standard input can't be split: save it to a file first")
    files = [readable(each, wish.format) for each in found]
    places = _places(found, wish)
    if not wish.dry_run:
        outputs.verify(
            list(places.values()), [each.source.path for each in files], force=wish.force
        )
    return _split(files, wish, places, jobs, begin)


def least_rows(settings: Settings) -> int:
    """Return how few rows the target of the settings trains on."""
    least = targets.load(settings.target[0]).limits.get("min_rows")
    return least if isinstance(least, int) else 1


def _places(found: Sequence[Source], wish: Wish) -> dict[str, str]:
    """Return the path of each side, train first."""
    if wish.out is None and len(found) > 1:
        raise UsageError(
            f"{len(found)} files make one split: say what its files are called, with -o PREFIX"
        )
    name = found[0].name[: len(found[0].name) - len(found[0].packing)]
    prefix = wish.out or os.path.splitext(name)[0]
    joint = "" if prefix.endswith(("/", os.sep)) else "-"
    return {side: f"{prefix}{joint}{side}.jsonl" for side in (TRAIN, *reversed([*wish.sizes]))}


def _split(
    files: list[File],
    wish: Wish,
    places: Mapping[str, str],
    jobs: int | None,
    begin: Callable[[int], Progress],
) -> Split:
    size = executor.size(files)
    progress, jobs = begin(2 * size), executor.workers(size, jobs)
    contents: list[Content] | None = [] if wish.lock and not wish.dry_run else None
    known = groups(
        files,
        near=wish.near,
        prompt=True,
        fields=wish.group,
        format=wish.format,
        jobs=jobs,
        progress=progress,
        contents=contents,
    )
    if known.is_empty():
        raise InputError(f"there is no row to split in {_named(files)}")
    fresh = [opened(each.source, wish.format) for each in files]
    related = kin(fresh, wish.group, wish.stratify, wish.format, jobs, progress)
    group = _united(known, related)
    sides = _sides(group, known, related, wish)
    counts = {name: sides.count(name) for name in places}
    _verify(counts, len(known), group, wish)
    if not wish.dry_run:
        _write(files, known, sides, places)
    sizes = pl.Series(group).value_counts()["count"]
    several = sizes.filter(sizes > 1)
    return Split(
        sources=tuple(each.source.name for each in files),
        rows=len(known),
        sides=tuple(Side(name, path, counts[name]) for name, path in places.items()),
        groups=len(several),
        together=int(several.sum()),
        largest=int(sizes.max()),  # type: ignore[arg-type]  # there is a row
        unsound=len(known) - int(known["sound"].sum()),
        stratify=wish.stratify,
        kinds=related.rows["stratum"].n_unique() if wish.stratify else 0,
        strata=_strata(known, related, sides, places) if wish.stratify else (),
        seed=wish.seed,
        written=not wish.dry_run,
        locks=() if contents is None else _recorded(files, wish, places, counts, contents),
    )


def _united(known: pl.DataFrame, related: Kin) -> pl.Series:
    pairs = [(at, first) for at, first in enumerate(known["group"]) if at != first]
    return united(len(known), [*pairs, *related.pairs])


def _sides(group: pl.Series, known: pl.DataFrame, related: Kin, wish: Wish) -> list[str]:
    """Return the side of each row."""
    strata = related.rows["stratum"]
    if wish.stratify == "length":
        strata = _fifths(known["size"])
    units = (
        pl.DataFrame({"group": group, "anchor": related.rows["anchor"], "stratum": strata})
        .group_by("group", maintain_order=True)
        .agg(pl.len(), pl.col("anchor").min(), pl.col("stratum").first())
    )
    made = [Unit(*each) for each in units.select("len", "anchor", "stratum").iter_rows()]
    side = dict(zip(units["group"], divided(made, wish.sizes, wish.seed), strict=True))
    return [side[each] for each in group]


def _fifths(sizes: pl.Series) -> pl.Series:
    """Return which fifth of the rows, by their length, each is in."""
    return (sizes.rank("ordinal") - 1) * 5 // max(1, len(sizes))


def _verify(counts: Mapping[str, int], rows: int, group: pl.Series, wish: Wish) -> None:
    """Raise InputError for a split that is of no use, and say what would be."""
    largest = int(group.value_counts()["count"].max())  # type: ignore[arg-type]  # there is a row
    if rows == 1:
        raise InputError("there is one row: nothing can be divided")
    if largest == rows:
        raise InputError(
            f"all {rows:,} rows belong together (they say or ask the same): nothing can be divided"
        )
    for name, size in wish.sizes.items():
        if size.count is not None and size.count >= rows:
            raise InputError(f"{name} can't have {size} rows: there are {rows:,}")
        if not counts[name]:
            raise InputError(
                f"{name} would have no row: it is to have {size} of {rows:,} rows, and the largest "
                f"part that can't be divided has {largest:,}; ask for more with --{name}, or try "
                "another --seed"
            )
    if counts[TRAIN] < wish.least:
        raise InputError(
            f"train would have {counts[TRAIN]:,} of the {rows:,} rows, and the target takes no "
            f"fewer than {wish.least:,}"
        )


def _write(
    files: Sequence[File], known: pl.DataFrame, sides: Sequence[str], places: Mapping[str, str]
) -> None:
    """Write each row to its side, in order, with its bytes; all sides, or none."""
    with ExitStack() as open_:
        drafts = {name: open_.enter_context(Draft(Path(path))) for name, path in places.items()}
        side = iter(sides)
        for (number,), own in known.group_by("file", maintain_order=True):
            for block in _blocks(files[number].rows_at(own["line"].to_list())):
                lines: dict[str, list[bytes]] = {name: [] for name in drafts}
                for _, raw in block:
                    lines[next(side)].append(as_line(raw))
                for name, each in lines.items():
                    drafts[name].write(b"".join(each))
        for draft in drafts.values():
            draft.finished()  # what may fail for want of room fails before any is in its place
        for draft in drafts.values():
            draft.keep()


def _blocks(rows: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    while some := list(islice(rows, BLOCK)):
        yield some


def _strata(
    known: pl.DataFrame, related: Kin, sides: Sequence[str], places: Mapping[str, str]
) -> tuple[Stratum, ...]:
    """Return how many rows of the largest strata each side has."""
    strata = related.rows["stratum"] if related.names else _fifths(known["size"])
    names = related.names or dict(enumerate(_LENGTHS))
    frame = pl.DataFrame({"stratum": strata, "side": sides})
    largest = frame["stratum"].value_counts().sort("count", "stratum", descending=[True, False])
    counts = {
        (stratum, side): rows
        for stratum, side, rows in frame.group_by("stratum", "side").len().iter_rows()
    }
    return tuple(
        Stratum(
            names.get(stratum, "none"), {side: counts.get((stratum, side), 0) for side in places}
        )
        for stratum in largest["stratum"].head(STRATA)
    )


_LENGTHS = ("the shortest fifth", "short", "middling", "long", "the longest fifth")


def _recorded(
    files: Sequence[File],
    wish: Wish,
    places: Mapping[str, str],
    counts: Mapping[str, int],
    contents: Sequence[Content],
) -> tuple[str, ...]:
    made = lock.record(
        "split",
        dict.fromkeys(places.values()),
        dict(zip((each.source.name for each in files), contents, strict=True)),
        {
            **{name: str(size) for name, size in wish.sizes.items()},
            "group": wish.group,
            "near": wish.near,
            "stratify": wish.stratify,
            "seed": wish.seed,
            "format": wish.format,
        },
        ", ".join(f"{rows:,} {name}" for name, rows in counts.items()),
    )
    return tuple(map(toml.shown, made))


def _named(files: Sequence[File]) -> str:
    return ", ".join(f"`{each.source.name}`" for each in files[:3])
