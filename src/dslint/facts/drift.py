"""How far two sets of rows are from each other: a plain distance between shares, and what chance
alone would make of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dslint.facts.counts import Lengths


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the shares of something are apart. `distance` is the total variation distance, half
    the sum of the differences between the shares: 0 where they are the same, 1 where nothing is in
    common. `chance` is what two fair draws of these sizes would have on average. `most` is what
    differs most, with its share on either side.
    """

    what: str
    distance: float
    chance: float
    most: str
    ours: float
    theirs: float

    @property
    def stands_out(self) -> bool:
        """Whether it is more than chance makes likely, and enough to matter."""
        return self.distance > max(0.05, 2 * self.chance)


def drift(what: str, ours: Mapping[Any, int], theirs: Mapping[Any, int]) -> Drift | None:
    """Compare two counts by kind; None where one of them is empty."""
    one, other = sum(ours.values()), sum(theirs.values())
    if not one or not other:
        return None
    kinds = sorted({*ours, *theirs}, key=str)
    shares = {kind: (ours.get(kind, 0) / one, theirs.get(kind, 0) / other) for kind in kinds}
    most = max(kinds, key=lambda kind: abs(shares[kind][0] - shares[kind][1]))
    chance = 0.0
    for kind in kinds:
        pooled = (ours.get(kind, 0) + theirs.get(kind, 0)) / (one + other)
        # the mean absolute difference of two shares that are nearly normal
        chance += math.sqrt(2 / math.pi * pooled * (1 - pooled) * (1 / one + 1 / other)) / 2
    distance = sum(abs(a - b) for a, b in shares.values()) / 2
    return Drift(what, distance, min(1.0, chance), str(most).split("\0")[0], *shares[most])


def doublings(lengths: Lengths) -> dict[Any, int]:
    """Count lengths by powers of two: `128 - 255` and the like."""
    found: dict[Any, int] = {}
    for length, times in lengths.times.items():
        low = 1 << (length.bit_length() - 1) if length else 0
        name = f"{low:,} - {2 * low - 1:,}" if low > 1 else str(low)
        found[name] = found.get(name, 0) + times
    return found


def drifts(
    pairs: Mapping[str, tuple[Mapping[Any, int], Mapping[Any, int]]],
) -> Iterator[Drift]:
    """Compare all that can be compared, what is farthest apart first."""
    found = [each for what, (a, b) in pairs.items() if (each := drift(what, a, b))]
    yield from sorted(found, key=lambda each: -each.distance)
