"""Decides which rows go: those that repeat another one, or nearly, and those that an evaluation set
has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import orjson
import polars as pl

from dslint.errors import UsageError
from dslint.stages import twins
from dslint.stages.alike import Pair, alike
from dslint.stages.files import File

Why = Literal["exact", "normalised", "prompt", "near", "evaluation"]


class Drop(NamedTuple):
    """A row that goes: its position in the prints, and that of its twin, which stays; the share of
    shingles that they have in common, 1 where they say the same.
    """

    row: int
    twin: int
    why: Why
    share: float


@dataclass(slots=True)
class Thinned:
    """What was decided: the rows that go, by their positions, and how many pairs were compared."""

    drops: dict[int, Drop] = field(default_factory=dict)
    compared: int = 0


def thinned(
    files: Sequence[File],
    rows: pl.DataFrame,
    *,
    prompt: bool = False,
    normalised: bool = False,
    near: float | None = None,
    order: pl.Series | None = None,
    out: Iterable[int] = (),
    format: str | None = None,
) -> Thinned:
    """Decide which of the rows of prints repeat another one, which stays.

    Rows repeat each other where they say the same; or the same before the answer, if `prompt`; past
    case, spacing and punctuation, if `normalised`; or where they have the share `near` of their
    shingles in common. Of such rows the first in `order` stays (its numbers are places; by default
    the order of the prints), so that whatever goes has a twin that stays. Rows `out` are not
    looked at.
    """
    place = pl.int_range(len(rows), eager=True, dtype=pl.UInt32) if order is None else order
    key = "prompt" if prompt else "record"
    tell = {
        (False, False): twins.whole,
        (False, True): twins.plain,
        (True, False): twins.prompt,
        (True, True): twins.plain_prompt,
    }[prompt, normalised]
    why: Why = "prompt" if prompt else "normalised" if normalised else "exact"
    rows = _without(rows, out)
    found = Thinned()
    for row, first in twins.firsts(files, rows, key, tell, place, format).iter_rows():
        found.drops[row] = Drop(row, first, why, 1.0)
    if near is not None:
        places = range(len(rows)) if order is None else place.to_list()
        pairs = alike(
            files,
            rows,
            near,
            lambda pairs: left(len(rows), [*found.drops, *spared(pairs, places)]),
            place,
            format,
        )
        found.compared = pairs.compared
        for row, (share, twin) in spared(pairs.pairs, places).items():
            found.drops[row] = Drop(row, twin, "near", share)
        for row, drop in found.drops.items():
            if above := found.drops.get(drop.twin):
                found.drops[row] = Drop(row, above.twin, "near", above.share)
    return found


def _without(rows: pl.DataFrame, out: Iterable[int]) -> pl.DataFrame:
    """Take away the hashes of rows, so that they are like no other."""
    places = list(out)
    hashes = [each for each in rows.columns if each.startswith(("record", "prompt", "band_"))]
    return rows.with_columns(rows[each].clone().scatter(places, None) for each in hashes if places)


def spared(pairs: Mapping[Pair, float], places: Sequence[int]) -> dict[int, tuple[float, int]]:
    """Return the rows that go, each with the one that it shares most with among those that stay.

    One row after another, in the order of their places: a row stays if it is like none that stays.
    """
    others: dict[int, list[tuple[float, int]]] = {}
    for (one, other), share in pairs.items():
        others.setdefault(one, []).append((share, other))
        others.setdefault(other, []).append((share, one))
    gone: dict[int, tuple[float, int]] = {}
    for row in sorted(others, key=lambda each: places[each]):
        before = [
            (share, -places[other], other)
            for share, other in others[row]
            if places[other] < places[row] and other not in gone
        ]
        if before:
            share, _, other = max(before)
            gone[row] = (share, other)
    return gone


def left(size: int, gone: Iterable[int]) -> pl.Series:
    """Return a number for each row that stays, null for one that goes: the others are compared."""
    return pl.int_range(size, eager=True, dtype=pl.UInt32).scatter(list(gone), None)


def order_of(keep: str, rows: pl.DataFrame) -> pl.Series | None:
    """Return the place of each row in the order in which rows are kept; None for their own.

    `keep` is first, longest or newest:FIELD, whose values are in the column `field_0`: numbers, or
    texts in which what is later is greater, as dates of ISO 8601 are. Raises UsageError for others.
    """
    row = pl.int_range(len(rows), eager=True, dtype=pl.UInt32)
    frame = pl.DataFrame({"row": row})
    if keep == "first":
        return None
    if keep == "longest":
        sorted_ = frame.with_columns(by=rows["size"]).sort("by", "row", descending=[True, False])
    else:
        values = _values(rows["field_0"], keep.partition(":")[2])
        sorted_ = frame.with_columns(by=values).sort(
            "by", "row", descending=[True, False], nulls_last=True
        )
    return frame.with_columns(place=pl.Series(row).clone().scatter(sorted_["row"], row))["place"]


def _values(written: pl.Series, name: str) -> pl.Series:
    values = [None if each is None else orjson.loads(each) for each in written]
    kinds = {_kind(each) for each in values if each is not None}
    if not kinds:
        raise UsageError(f"--keep newest:{name}: no row has a key `{name}`")
    if len(kinds) > 1 or not kinds <= {"a number", "a text"}:
        raise UsageError(
            f"--keep newest:{name}: `{name}` has to be a number in every row, or a text; here it "
            f"is {' and '.join(sorted(kinds))}"
        )
    return pl.Series(values, dtype=pl.Float64 if kinds == {"a number"} else pl.String)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a text" if isinstance(value, str) else "an object or a list"
