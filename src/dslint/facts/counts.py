"""Counts that stay small however much there is to be counted: of texts, and of lengths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

MOST = 10_000
"""Different texts that are counted; what first comes after these is in `others`."""

EXACT = 10_000
"""Lengths up to this one are kept as they are; of longer ones, the first three digits."""


@dataclass(slots=True)
class Counts:
    """How often each of some texts was met, in the order in which they first were.

    What one chunk has is counted whole; joining keeps the first `most` texts, so that the result is
    the same however the data is cut.
    """

    times: dict[str, int] = field(default_factory=dict)
    others: int = 0
    most: int = MOST

    def add(self, texts: Iterable[str]) -> None:
        for text, times in Counter(texts).items():
            self.times[text] = self.times.get(text, 0) + times

    def join(self, later: Counts) -> None:
        """Take in what a later chunk counted."""
        self.others += later.others
        for text, times in later.times.items():
            if text in self.times or len(self.times) < self.most:
                self.times[text] = self.times.get(text, 0) + times
            else:
                self.others += times

    @property
    def total(self) -> int:
        return sum(self.times.values()) + self.others

    def top(self, most: int | None = None) -> list[tuple[str, int]]:
        """Return the most frequent texts, those that are as frequent by their names."""
        return sorted(self.times.items(), key=lambda each: (-each[1], each[0]))[:most]


@dataclass(frozen=True, slots=True)
class Spread:
    """What numbers are like; `p95` is one that 95 % do not exceed."""

    min: int
    median: int
    mean: float
    p95: int
    max: int


@dataclass(slots=True)
class Lengths:
    """How often each length was met: exact up to `EXACT`, beyond it to three digits. The sum and
    the largest are exact.
    """

    times: Counter[int] = field(default_factory=Counter)
    sum: int = 0
    max: int = 0

    def add(self, lengths: Iterable[int]) -> None:
        for length, times in Counter(lengths).items():
            self.times[rounded(length)] += times
            self.sum += length * times
            self.max = max(self.max, length)

    def join(self, later: Lengths) -> None:
        """Take in those of a later chunk."""
        self.times.update(later.times)
        self.sum += later.sum
        self.max = max(self.max, later.max)

    @property
    def total(self) -> int:
        return self.times.total()

    def spread(self) -> Spread | None:
        """Return what they are like; None without any."""
        if not self.times:
            return None
        values, total = sorted(self.times), self.total
        below = list(accumulate(self.times[value] for value in values))

        def at(share: float) -> int:
            wanted = max(1, -int(-share * total // 1))
            return next(v for v, many in zip(values, below, strict=True) if many >= wanted)

        return Spread(values[0], at(0.5), self.sum / total, at(0.95), self.max)


def rounded(length: int) -> int:
    """Return a length to three digits, where it is longer than `EXACT`."""
    if length <= EXACT:
        return length
    step: int = 10 ** (len(str(length)) - 3)
    return length - length % step
