"""Packs records into sequences of one length, as trainers do, and says what padding would waste."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packing:
    """What packing into sequences of `length` tokens gives.

    `cut` are the tokens that records have beyond the length, which are lost. `padding` is what one
    record a sequence would be filled up with.
    """

    length: int
    records: int
    tokens: int
    sequences: int
    cut: int

    @property
    def efficiency(self) -> float:
        """Return the share of the sequences that is data; 0 where there are none."""
        return self.tokens / (self.sequences * self.length) if self.sequences else 0.0

    @property
    def padding(self) -> int:
        return self.records * self.length - self.tokens


def pack(sizes: Iterable[int], length: int) -> Packing:
    """Pack by best fit, the longest first, as TRL's `packing_strategy="bfd"` does.

    A record goes to the sequence that it fills best, and one that is too long is cut. Only the
    room left in sequences is remembered, no more than `length` numbers.
    """
    held = list(sizes)
    counts = Counter(min(size, length) for size in held)
    free: Counter[int] = Counter()
    rooms: list[int] = []
    sequences = 0
    for size in sorted(counts, reverse=True):
        for _ in range(counts[size]):
            at = bisect_left(rooms, size)
            if at < len(rooms):
                room = rooms[at]
                free[room] -= 1
                if not free[room]:
                    rooms.pop(at)
            else:
                room = length
                sequences += 1
            left = room - size
            if left:
                if not free[left]:
                    insort(rooms, left)
                free[left] += 1
    tokens = sum(size * times for size, times in counts.items())
    return Packing(length, len(held), tokens, sequences, sum(held) - tokens)
