"""The verb `dedupe`: writes rows without those that repeat another one, or that an evaluation set
has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl

from dslint.config import toml
from dslint.errors import InputError, UsageError, did_you_mean
from dslint.facts import near as signatures
from dslint.facts.hashes import MODULUS
from dslint.formats import FORMATS
from dslint.jsonl import source
from dslint.jsonl.source import STDIN, Source
from dslint.stages import executor, lock, outputs, remains
from dslint.stages.alike import read
from dslint.stages.atomic import Draft
from dslint.stages.files import File, opened
from dslint.stages.lock import Content, content_of_rows
from dslint.stages.overlap import Overlap, overlaps
from dslint.stages.prints import Wanted, prints
from dslint.stages.remains import Cluster, Place
from dslint.stages.thin import Thinned, order_of, thinned

COVERED = 0.4
"""The share of a question that a row has to have to be left out: below it, it may be chance."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done. `out` and `dropped` are paths, `out` None for no output at all and `-`
    for the standard output; `near` and `covered` are shares, `keep` is first, longest or
    newest:FIELD.
    """

    out: str | None = None
    key: Literal["record", "prompt"] = "record"
    normalised: bool = False
    near: float | None = None
    against: tuple[str, ...] = ()
    covered: float = COVERED
    keep: str = "first"
    dropped: str | None = None
    force: bool = False
    format: str | None = None
    lock: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that went because an evaluation set has `covered` of its question, at `other`."""

    row: Place
    other: Place
    covered: float
    question: str


@dataclass(frozen=True, slots=True)
class Deduped:
    """What was done: `read` rows, of which `kept` were written, and `gone` by reason: exact,
    normalised, prompt, near or evaluation. `unsound` rows are no JSON objects; they are kept, but
    for the second of the same.

    `clusters` is how many rows stayed for others, `largest` has some of them; `compared` counts the
    pairs that were compared for near duplicates.
    """

    sources: tuple[str, ...]
    out: str | None
    read: int
    kept: int
    gone: Mapping[str, int] = field(default_factory=dict)
    unsound: int = 0
    compared: int = 0
    clusters: int = 0
    largest: tuple[Cluster, ...] = ()
    hits: tuple[Hit, ...] = ()
    against: tuple[str, ...] = ()
    near: float | None = None
    keep: str = "first"
    dropped: str | None = None
    lock: str | None = None


def dedupe(
    paths: Sequence[str | Source],
    wish: Wish,
    stream: BinaryIO | None = None,
    jobs: int | None = None,
    begin: Callable[[int], Progress] = lambda size: lambda done: None,
) -> Deduped:
    """Read what `paths` name through, and write the rows that stay, in their order and with their
    bytes, to one new file or to `stream`.

    Rows stay in memory as some hashes each, 175 bytes with `near`. Of a file that has
    lines, lines are written as they are; of others each row on a line of its own. Blank lines are
    left out. Raises UsageError or InputError.
    """
    _verify(wish)
    sources = source.find(paths)
    if not sources:
        raise InputError("there is nothing to read: name a file or a folder")
    spooled = source.spool() if any(each.path == STDIN for each in sources) else None
    try:
        if spooled:
            sources = [spooled if each.path == STDIN else each for each in sources]
        files = [readable(each, wish.format) for each in sources]
        evaluation = [readable(each, None) for each in source.find(wish.against)]
        _verify_outputs(wish, [*files, *evaluation])
        return _deduped(files, evaluation, wish, stream, jobs, begin)
    finally:
        if spooled:
            Path(spooled.path).unlink(missing_ok=True)


def _verify(wish: Wish) -> None:
    if wish.format is not None and wish.format not in FORMATS:
        near = did_you_mean(wish.format, FORMATS)
        raise UsageError(f"there is no format `{wish.format}`{near} (all: {', '.join(FORMATS)})")
    for name, value in (("--near", wish.near), ("--covered", wish.covered)):
        if value is not None and not 0 < value <= 1:
            raise UsageError(f"{name} is a share: more than 0, at most 1; not {value:g}")
    kind, _, key = wish.keep.partition(":")
    if wish.keep not in ("first", "longest") and not (kind == "newest" and key):
        raise UsageError(f"--keep is first, longest or newest:FIELD, not `{wish.keep}`")
    if STDIN in wish.against:
        raise UsageError("--against reads files; standard input can only be deduplicated")
    if wish.near is not None:
        signatures.require()


def _verify_outputs(wish: Wish, files: Sequence[File]) -> None:
    if wish.dropped == "-":
        raise UsageError("rows that are dropped need a file of their own: --dropped FILE")
    places = [each for each in (wish.out, wish.dropped) if each and each != "-"]
    outputs.verify(places, [each.source.path for each in files], force=wish.force)


def readable(found: Source, format: str | None) -> File:
    file = opened(found, format)
    if not file.readable:
        raise InputError(f"`{found.name}` can't be read: it {file.obstacle}")
    return file


def _deduped(
    files: list[File],
    evaluation: list[File],
    wish: Wish,
    stream: BinaryIO | None,
    jobs: int | None,
    begin: Callable[[int], Progress],
) -> Deduped:
    size = executor.size(files)
    locks = wish.lock and wish.out not in (None, "-")
    if locks:
        assert wish.out is not None
        lock.read(lock.beside(wish.out))  # one that can't be read is said at once
    progress, jobs = begin(size), executor.workers(size, jobs)
    newest = wish.keep.partition(":")[2]
    wanted = Wanted(
        prompt=wish.key == "prompt",
        normalised=wish.normalised,
        bands=None if wish.near is None else signatures.bands_of(wish.near),
        fields=(newest,) if newest else (),
        format=wish.format,
        content=locks,
    )
    contents: list[Content] = []
    rows = prints(files, wanted, jobs, progress, contents)
    met: dict[int, Overlap] = {}
    if evaluation:
        fresh = [opened(each.source, wish.format) for each in files]
        met = _met(overlaps(fresh, evaluation, wish.format, jobs), rows, wish.covered)
    found = thinned(
        files,
        rows,
        prompt=wanted.prompt,
        normalised=wish.normalised,
        near=wish.near,
        order=order_of(wish.keep, rows),
        out=met,
        format=wish.format,
    )
    rows = rows.select("file", "line", "offset", "size", "sound")  # hashes have served
    gone = Counter[str](drop.why for drop in found.drops.values())
    if met:
        gone["evaluation"] = len(met)
    _write(files, evaluation, rows, found, met, wish, stream)
    return Deduped(
        sources=tuple(each.source.name for each in files),
        out=wish.out,
        read=len(rows),
        kept=len(rows) - len(found.drops) - len(met),
        gone=dict(gone),
        unsound=len(rows) - int(rows["sound"].sum()),
        compared=found.compared,
        clusters=len({drop.twin for drop in found.drops.values()}),
        largest=tuple(remains.largest(files, rows, found.drops, wish.format)),
        hits=tuple(_hits(files, evaluation, met)),
        against=tuple(each.source.name for each in evaluation),
        near=wish.near,
        keep=wish.keep,
        dropped=wish.dropped,
        lock=_recorded(files, rows, {*found.drops, *met}, wish, contents, gone) if locks else None,
    )


def _hits(
    files: Sequence[File], evaluation: Sequence[File], met: Mapping[int, Overlap]
) -> Iterator[Hit]:
    for each in sorted(met.values(), key=lambda each: (-each.covered, each.file, each.line)):
        yield Hit(
            remains.place(files, each.file, each.line),
            remains.place(evaluation, each.other_file, each.other_line),
            each.covered,
            each.question,
        )


def _write(
    files: Sequence[File],
    evaluation: Sequence[File],
    rows: pl.DataFrame,
    found: Thinned,
    met: Mapping[int, Overlap],
    wish: Wish,
    stream: BinaryIO | None,
) -> None:
    """Write what stays and what went, or nothing at all."""
    with ExitStack() as open_:
        drafts = []
        if wish.dropped:
            aside = open_.enter_context(Draft(Path(wish.dropped)))
            remains.list_dropped(files, evaluation, rows, found.drops, met, wish.format, aside)
            drafts.append(aside)
        if wish.out == "-":
            assert stream is not None
            remains.write(files, rows, {*found.drops, *met}, stream)
            stream.flush()
        elif wish.out:
            draft = open_.enter_context(Draft(Path(wish.out)))
            remains.write(files, rows, {*found.drops, *met}, draft)
            drafts.append(draft)
        for each in drafts:
            each.keep()


def _recorded(
    files: Sequence[File],
    rows: pl.DataFrame,
    out: Collection[int],
    wish: Wish,
    contents: Sequence[Content],
    gone: Mapping[str, int],
) -> str:
    assert wish.out is not None
    given = dict(zip((each.source.name for each in files), contents, strict=True))
    # sums of hashes: what is left is what there was without what went
    went = content_of_rows(row.raw for _, row in read(files, rows, sorted(out), wish.format))
    left = Content((sum(each.sum for each in contents) - went.sum) % MODULUS, len(rows) - went.rows)
    (place,) = lock.record(
        "dedupe",
        {wish.out: left},
        given,
        {
            "key": wish.key if wish.key != "record" else None,
            "normalised": wish.normalised,
            "near": wish.near,
            "against": wish.against,
            "covered": wish.covered if wish.against else None,
            "keep": wish.keep if wish.keep != "first" else None,
            "format": wish.format,
        },
        ", ".join(f"{rows:,} {why}" for why, rows in sorted(gone.items())) or "nothing dropped",
    )
    return toml.shown(place)


def _met(found: Sequence[Overlap], rows: pl.DataFrame, covered: float) -> dict[int, Overlap]:
    """Return the rows that an evaluation set has enough of, by their positions."""
    enough = {(each.file, each.line): each for each in found if each.covered >= covered}
    if not enough:
        return {}
    places = pl.DataFrame(list(enough), schema={"file": pl.UInt32, "line": pl.UInt32}, orient="row")
    known = rows.select("file", "line").with_row_index("row").join(places, on=["file", "line"])
    return {row: enough[file, line] for row, file, line in known.sort("row").iter_rows()}
