"""Finds the rows that are nearly the same: those that meet in a band are read again, and compared
shingle by shingle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.near import SKETCH, promising
from dslint.facts.shingles import bodies, shingles
from dslint.formats import of_row
from dslint.model import Record
from dslint.stages.files import File

MANY = 16
"""How many rows of a band that are not yet told apart are compared with all others of it."""

ROUNDS = 8
"""How often what is left is compared. Each round leaves less; real data needs two or three."""

FIRSTS = 5_000
"""Rows that are paired with others together."""

PAIRS = 5_000
"""Pairs that are compared together: what they say is in memory at one time."""

BANDS = 32
"""More than there are bands."""

READ = 400
"""Rows that are read again together."""

Pair = tuple[int, int]


@dataclass(slots=True)
class Alike:
    """Pairs of rows, by their positions in the prints, and the share of shingles that they have in
    common; `compared` says how many were looked at for them.
    """

    pairs: dict[Pair, float] = field(default_factory=dict)
    compared: int = 0


Left = Callable[[Mapping[Pair, float]], pl.Series]
"""What says, of the pairs found so far, a number for each row: rows of one number need not be
compared with each other; null for a row that need not be compared any more.
"""


def alike(
    files: Sequence[File],
    rows: pl.DataFrame,
    threshold: float,
    left: Left,
    order: pl.Series | None = None,
    format: str | None = None,
) -> Alike:
    """Return pairs of rows that have at least the share `threshold` of their shingles in common.

    `rows` are prints with bands. `order` is the place of each row in the order in which they are
    preferred (by default their own): of each band, the first is compared with the others, and then
    what `left` leaves. Every pair was compared exactly; which pairs are compared is a matter of
    chance, see `near.bands_of`.
    """
    place = pl.int_range(len(rows), eager=True, dtype=pl.UInt32) if order is None else order
    sketches = rows.select(SKETCH).fill_null(0)
    found = Alike()
    kind = left(found.pairs)
    due = meetings = _meetings(rows, place.cast(pl.UInt32), kind)
    seen = pl.DataFrame(schema={"one": pl.UInt32, "other": pl.UInt32})
    for round in range(ROUNDS):
        most = 1 if round == 0 else MANY
        pairs = _pairs(due, kind, most, sketches, threshold)
        pairs = pairs.join(seen, on=["one", "other"], how="anti").sort("one", "other")
        if pairs.is_empty():
            break
        seen = pl.concat([seen, pairs])
        for pair, common in _shares(files, rows, pairs, threshold, format):
            found.compared += 1
            if common >= threshold:
                found.pairs[pair] = common
        before, kind = kind, left(found.pairs)
        if round:
            due = _moved(meetings, kind.ne_missing(before))
    return found


def _meetings(rows: pl.DataFrame, place: pl.Series, kind: pl.Series) -> pl.DataFrame:
    """Return where rows that are of a kind meet: `band`, `row` and `place`, for each band that
    another row has too.
    """
    parts = []
    for number, name in enumerate(each for each in rows.columns if each.startswith("band_")):
        own = rows[name].set(kind.is_null(), None)
        met = (own.is_duplicated() & own.is_not_null()).arg_true()
        band = own.gather(met).cast(pl.UInt64) * BANDS + number
        parts.append(pl.DataFrame({"band": band, "row": met, "place": place.gather(met)}))
    return pl.concat(parts).sort("band", "place").with_columns(pl.col("band").rle_id())


def _moved(meetings: pl.DataFrame, changed: pl.Series) -> pl.DataFrame:
    """Leave out the bands whose rows are all of the kind they were: their pairs are known."""
    band = meetings["band"]
    moved = pl.repeat(value=False, n=len(meetings), dtype=pl.Boolean, eager=True)
    moved = moved.scatter(band.filter(changed.gather(meetings["row"])).unique(), True)
    return meetings.filter(moved.gather(band))


def _pairs(
    meetings: pl.DataFrame, kind: pl.Series, most: int, sketches: pl.DataFrame, threshold: float
) -> pl.DataFrame:
    """Return the pairs of rows that are to be compared: in each band the first `most` rows with all
    that come after them, but for those of one kind, and those whose sketches have too little in
    common.
    """
    open_ = meetings.with_columns(kind=kind.gather(meetings["row"])).filter(
        pl.col("kind").is_not_null()
    )
    open_ = (
        open_.filter(pl.col("kind").n_unique().over("band") > 1)
        .with_columns(nth=pl.int_range(pl.len(), dtype=pl.UInt32).over("band"))
        .select("band", "row", "kind", "nth")
    )
    first = open_.filter(pl.col("nth") < most)
    parts = []
    # a crowd makes many pairs, the same in several bands: some of them at a time
    for begin in range(0, max(1, len(first)), FIRSTS):
        met = first[begin : begin + FIRSTS].join(open_, on="band")
        met = met.filter(
            (pl.col("nth") < pl.col("nth_right")) & (pl.col("kind") != pl.col("kind_right"))
        )
        part = met.select(
            one=pl.min_horizontal("row", "row_right"), other=pl.max_horizontal("row", "row_right")
        ).unique()
        parts.append(part.filter(promising(sketches, part["one"], part["other"], threshold)))
    return pl.concat(parts).unique()


def _shares(
    files: Sequence[File],
    rows: pl.DataFrame,
    pairs: pl.DataFrame,
    least: float,
    format: str | None,
) -> Iterator[tuple[Pair, float]]:
    """Yield the share of shingles that each pair has in common, some pairs at a time: what has no
    offsets is read from its beginning each time, and so but once.
    """
    size = PAIRS if rows["offset"].null_count() == 0 else len(pairs)
    for begin in range(0, len(pairs), max(1, size)):
        yield from _shares_of(files, rows, pairs[begin : begin + size], least, format)


def _shares_of(
    files: Sequence[File],
    rows: pl.DataFrame,
    pairs: pl.DataFrame,
    least: float,
    format: str | None,
) -> Iterator[tuple[Pair, float]]:
    """Read each row once, and keep it only as long as another one that it is compared with is to
    come.
    """
    partners: dict[int, list[int]] = {}
    for one, other in pairs.iter_rows():
        partners.setdefault(one, []).append(other)
        partners.setdefault(other, []).append(one)
    waiting = {row: len(each) for row, each in partners.items()}
    kept: dict[int, Any] = {}
    for row, own in _read(files, rows, sorted(partners), format):
        kept[row] = own
        for other in partners[row]:
            if other in kept and other != row:
                yield (min(row, other), max(row, other)), share(own, kept[other], least)
                for each in (row, other):
                    waiting[each] -= 1
                    if not waiting[each]:
                        del kept[each]


def share(one: Any, other: Any, least: float = 0.0) -> float:
    """Return how many of the shingles of two texts, sorted arrays without repeats, are in both; 0
    where it can't be `least` for their lengths alone.

    Two texts without words have nothing in common.
    """
    import numpy as np

    if len(one) > len(other):
        one, other = other, one
    if not len(one) or len(one) < least * len(other):
        return 0.0
    places = other.searchsorted(one)
    places[places == len(other)] = 0
    both = int(np.count_nonzero(other[places] == one))
    return both / (len(one) + len(other) - both)


def _read(
    files: Sequence[File], rows: pl.DataFrame, wanted: Sequence[int], format: str | None
) -> Iterator[tuple[int, Any]]:
    """Yield each row's shingles, sorted and without repeats, in the rows' order."""
    import numpy as np

    records = read(files, rows, wanted, format)
    while some := list(islice(records, READ)):
        batch = Batch([record for _, record in some])
        found = shingles(bodies(batch))
        for text, (row, _) in enumerate(some):
            own = np.sort(found.of(text))
            first = np.ones(len(own), dtype=bool)
            np.not_equal(own[1:], own[:-1], out=first[1:])
            yield row, own[first]


def read(
    files: Sequence[File], rows: pl.DataFrame, wanted: Sequence[int], format: str | None
) -> Iterator[tuple[int, Record]]:
    """Read rows again, by their positions in the prints, which ascend; broken ones as records of
    nothing.
    """
    columns = [each for each in ("file", "line", "offset", "size") if each in rows.columns]
    places = rows.select(columns)[list(wanted)].with_columns(row=pl.Series(wanted))
    for (number,), own in places.group_by("file", maintain_order=True):
        file = files[number]
        known = dict(zip(own["line"].to_list(), own["row"].to_list(), strict=True))
        for line, raw in _raw(file, own):
            try:
                data = orjson.loads(raw)
            except ValueError:
                data = None
            data = data if type(data) is dict else {}
            kind = format or of_row(data, file.facts.format)
            yield known[line], Record(line, raw, data, kind)


def _raw(file: File, places: pl.DataFrame) -> Iterator[tuple[int, bytes]]:
    """Yield rows of a file by their lines: from where they begin, where that is known."""
    if "offset" not in places.columns or places["offset"].null_count():
        yield from file.rows_at(places["line"].to_list())
        return
    with file.source.open() as opened:
        for line, offset, size in places.select("line", "offset", "size").iter_rows():
            opened.seek(offset)
            yield line, opened.read(size)
