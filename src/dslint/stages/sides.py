"""Decides which rows go to which side of a split. Pure: units, shares and a seed go in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from dslint.errors import UsageError

TRAIN = "train"
"""The side that has what no other side takes."""

_PLACES = 1 << 64


class Unit(NamedTuple):
    """Rows that must not be divided: how many, a number of 64 bits that tells them from others,
    and which stratum they are of.
    """

    rows: int
    anchor: int
    stratum: int = 0


@dataclass(frozen=True, slots=True)
class Size:
    """How large a side is to be: a share of the rows, or a count of them."""

    share: float | None = None
    count: int | None = None

    def of(self, rows: int, total: int) -> float:
        """Return how many of `rows` it takes, which are some of `total`."""
        if self.share is not None:
            return self.share * rows
        return (self.count or 0) * rows / max(1, total)

    def __str__(self) -> str:
        return f"{self.count:,}" if self.share is None else f"{self.share:.4g}"


def place(anchor: int, seed: int) -> float:
    """Return where a unit stands between 0 and 1: a hash of its anchor and the seed, no more, so
    that it stays there whatever else is in the data.
    """
    key = anchor.to_bytes(8, "big") + str(seed).encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") / _PLACES


def divided(units: Sequence[Unit], sizes: Mapping[str, Size], seed: int) -> list[str]:
    """Return the side of each unit: one of `sizes`, in their order, or `TRAIN`.

    With shares and a single stratum, a side is an interval of places: a unit keeps its side when
    others are added. With counts or strata, a side takes the units with the lowest places, as far
    as they fit into it: its size is exact but for what can't be divided, and few units change sides
    when others are added. A unit that is larger than a side is never in it.
    """
    places = [place(unit.anchor, seed) for unit in units]
    total = sum(unit.rows for unit in units)
    if (
        all(size.share is not None for size in sizes.values())
        and len({u.stratum for u in units}) < 2
    ):
        return [
            _side_at(at, unit.rows, sizes, total) for unit, at in zip(units, places, strict=True)
        ]
    order = sorted(range(len(units)), key=lambda each: (places[each], units[each].anchor, each))
    sides = [TRAIN] * len(units)
    for side, size in sizes.items():
        room = _quotas(units, size)
        for at in order:
            unit = units[at]
            if sides[at] == TRAIN and unit.rows <= room[unit.stratum]:
                room[unit.stratum] -= unit.rows
                sides[at] = side
    return sides


def _side_at(at: float, rows: int, sizes: Mapping[str, Size], total: int) -> str:
    border = 0.0
    for side, size in sizes.items():
        border += size.share or 0.0
        if at < border:
            return side if rows <= max(1.0, size.of(total, total)) else TRAIN
    return TRAIN


def _quotas(units: Sequence[Unit], size: Size) -> dict[int, int]:
    """Share a side's rows out among strata: whole numbers that add up, the largest rests first."""
    strata: dict[int, int] = {}
    for unit in units:
        strata[unit.stratum] = strata.get(unit.stratum, 0) + unit.rows
    total = sum(strata.values())
    exact = {stratum: size.of(rows, total) for stratum, rows in strata.items()}
    quotas = {stratum: int(each) for stratum, each in exact.items()}
    left = round(size.of(total, total)) - sum(quotas.values())
    rests = sorted(exact, key=lambda each: (quotas[each] - exact[each], each))
    for stratum in rests[: max(0, left)]:
        quotas[stratum] += 1
    return quotas


def size(text: str) -> Size:
    """Read `0.1`, `10%` or `500`. Raises UsageError for what is neither a share nor a count."""
    bare = text.strip()
    try:
        number = float(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if 0 < number < 1:
        return Size(share=number)
    if bare.isdecimal() and int(bare) > 0:
        return Size(count=int(bare))
    raise UsageError(
        f"`{text}` is no size of a side: a share such as 0.1 or 10%, or a count of rows"
    )
