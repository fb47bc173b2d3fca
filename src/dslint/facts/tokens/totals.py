"""What the turns of a batch come to, record by record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from dslint.facts.batch import Batch
from dslint.formats import FORMATS
from dslint.formats.llamafactory import MEDIA
from dslint.formats.openai import REINFORCEMENT

CONVERSATION = 3
"""Tokens that a conversation has beside its messages: sources say 0, 1 or 3."""

BARE = frozenset({"prompt", "completion"})
"""The roles of what has nothing around its texts."""

_SIDES = frozenset({"preferred", "non_preferred"})


class Counted(NamedTuple):
    """The tokens of a record. It is as many as records, hence no slower class.

    `total` is what is billed for an epoch: the messages, `tools`, and three a sequence.
    `reasoning` and `images` are parts of the messages. `trained` are an answer's text, reasoning
    and calls, unless its weight is 0; none in reinforcement. `longest` is the longest sequence that
    is trained on: the whole record, or the input with one side of a preference, for which `total`
    has the input with each side: OpenAI bills the tokens in the file, Vertex the input twice. A
    provider may count up to `bound` less; `estimated` says that tools, images or files made the
    count an estimate, with no bound known.
    """

    total: int
    trained: int
    reasoning: int
    tools: int
    images: int
    longest: int
    bound: int
    estimated: bool


@dataclass(slots=True)
class Turns:
    """What each turn of a batch has, in tokens."""

    cost: list[int]
    learned: list[int]
    reasoning: list[int]
    images: list[int]
    bound: list[int]
    estimated: list[bool]


def totals(batch: Batch, turns: Turns, tools: Mapping[int, int]) -> list[Counted]:
    """Sum up the turns of each record; `tools` is what tools cost, by the positions of records."""
    found = [
        Counted(
            total=cost + tools.get(position, 0) + frame,
            trained=0 if record.format == REINFORCEMENT.name else learned,
            reasoning=reasoning,
            tools=tools.get(position, 0),
            images=pictures,
            longest=cost + tools.get(position, 0) + frame,
            bound=frame + bound,
            estimated=estimated > 0 or position in tools or record.format == MEDIA.name,
        )
        for position, (record, frame, cost, learned, reasoning, pictures, bound, estimated) in (
            enumerate(
                zip(
                    batch.records,
                    _frames(batch),
                    _sums(turns.cost, batch.starts),
                    _sums(turns.learned, batch.starts),
                    _sums(turns.reasoning, batch.starts),
                    _sums(turns.images, batch.starts),
                    _sums(turns.bound, batch.starts),
                    _sums(turns.estimated, batch.starts),
                    strict=True,
                )
            )
        )
    ]
    for position, sides in _preferences(batch, turns.cost).items():
        found[position] = _preference(batch, position, sides, turns, found[position])
    for position, record in enumerate(batch.records):
        if record.format not in FORMATS or not FORMATS[record.format].is_read:
            found[position] = Counted(0, 0, 0, 0, 0, 0, 0, True)
    return found


def by_role(batch: Batch, turns: Sequence[int]) -> dict[str, int]:
    """Sum up the turns' shares, as billed, by role; an input counts with each side of it."""
    found: defaultdict[str | None, int] = defaultdict(int)
    for role, cost in zip(batch.roles, turns, strict=True):
        found[role] += cost
    for position, sides in _preferences(batch, turns).items():
        for at in _inputs(batch, position, sides):
            found[batch.roles[at]] += turns[at] * (len(sides) - 1)
    if None in found:
        found[""] += found.pop(None)
    return {role or "": cost for role, cost in found.items()}


def _frames(batch: Batch) -> list[int]:
    """Return what each record has beside its messages: a prompt and its completion have nothing."""
    roles, starts = batch.roles, batch.starts
    if BARE.isdisjoint(roles):
        return [CONVERSATION] * len(batch.records)
    return [
        0 if start < end and BARE.issuperset(roles[start:end]) else CONVERSATION
        for start, end in pairwise(starts)
    ]


def _sums(values: Sequence[int], starts: Sequence[int]) -> list[int]:
    """Return the sum of each record's values."""
    if not any(values):
        return [0] * (len(starts) - 1)
    sums = [0, *accumulate(values)]
    return [sums[end] - sums[start] for start, end in pairwise(starts)]


class _Side(NamedTuple):
    """A side of a preference: how many turns it has, and their tokens."""

    turns: int
    cost: int


def _preferences(batch: Batch, costs: Sequence[int]) -> dict[int, list[_Side]]:
    """Return the sides of each preference, its last turns, by its position; one has some."""
    sides: dict[int, dict[tuple[str, str], list[int]]] = {}
    for at, part in enumerate(() if batch.listed else batch.parts):
        if part in _SIDES:
            own = sides.setdefault(batch.owners[at], {})
            own.setdefault((part, batch.turn(at).base), []).append(costs[at])
    return {
        position: [_Side(len(each), sum(each)) for each in own.values()]
        for position, own in sides.items()
    }


def _inputs(batch: Batch, position: int, sides: Sequence[_Side]) -> range:
    own = batch.turns_of(position)
    return range(own.start, own.stop - sum(side.turns for side in sides))


def _preference(
    batch: Batch, position: int, sides: Sequence[_Side], turns: Turns, once: Counted
) -> Counted:
    """Return the tokens of a preference; `once` has its input and its sides once each."""
    inputs, again = _inputs(batch, position, sides), len(sides) - 1

    def more(values: Sequence[int]) -> int:
        return sum(values[inputs.start : inputs.stop]) * again

    shared = sum(turns.cost[inputs.start : inputs.stop]) + once.tools
    whole = once.total - sum(side.cost for side in sides)
    return once._replace(
        total=once.total + whole * again,
        reasoning=once.reasoning + more(turns.reasoning),
        tools=once.tools * len(sides),
        images=once.images + more(turns.images),
        longest=whole + max(side.cost for side in sides),
        # at the least, an input is counted once for both its sides, and nothing for a conversation
        bound=whole * len(sides) - shared + once.bound - (whole - shared) + more(turns.bound),
    )
