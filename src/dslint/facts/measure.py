"""The tokens of a batch's records, counted when somebody asks and no more than once; and what of a
record lies within so many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from dslint.facts.batch import Batch

if TYPE_CHECKING:
    from dslint.facts.tokens.totals import Counted


class Measure(NamedTuple):
    """The tokens of a record, and of each of its messages, in order."""

    counted: Counted
    turns: list[int]


class Answer(NamedTuple):
    """Where a learned message begins and ends, in tokens of the sequence that it is trained in."""

    start: int
    end: int


def measures(batch: Batch, positions: Iterable[int]) -> Iterator[Measure]:
    """Yield the measure of each record at `positions`; none where nothing can count."""
    wanted = list(positions)
    if batch.ruler is None or not wanted:
        return
    if fresh := [at for at in wanted if at not in batch.measures]:
        from dslint.facts.tokens.record import count  # it loads what counts

        part = Batch([batch.records[at] for at in fresh])
        counts, turns = count(part, batch.ruler.counter(), batch.ruler.vision)
        for number, (at, counted) in enumerate(zip(fresh, counts, strict=True)):
            own = part.turns_of(number)
            batch.measures[at] = Measure(counted, turns[own.start : own.stop])
    for at in wanted:
        yield batch.measures[at]


def every(batch: Batch) -> list[Measure]:
    """Return the measures of all records."""
    return list(measures(batch, range(len(batch.records))))


def may_exceed(batch: Batch, most: int) -> list[int]:
    """Return the positions of the records whose longest sequence may have more than `most` tokens.

    A token is at least a byte, so that nearly every row can be told not to without a vocabulary.
    """
    found = [
        at for at, record in enumerate(batch.records) if len(record.raw) > most or record.images > 0
    ]
    if not found or batch.ruler is None:
        return []
    from dslint.facts.tokens.record import bytes_bound

    records, vision = batch.records, batch.ruler.vision
    return [
        at for at in found if bytes_bound(len(records[at].raw), records[at].images, vision) > most
    ]


def answers(batch: Batch, position: int, measure: Measure) -> list[Answer]:
    """Return the learned messages of a record; a preference's sides each follow its input."""
    own = batch.turns_of(position)
    at = shared = measure.counted.tools
    side = ""
    found = []
    for turn, tokens in zip(own, measure.turns, strict=True):
        part = batch.parts[turn]
        if part in ("preferred", "non_preferred"):
            if (base := f"{part} {batch.turn(turn).base}") != side:
                side, at = base, shared
        else:
            shared += tokens
        if batch.trainable[turn]:
            found.append(Answer(at, at + tokens))
        at += tokens
    return found
