"""How many tokens a record has: what is billed, what is learned, and how sure that is.

The way is that of OpenAI's cookbook: three tokens a message beside its texts, one more for a name,
and three a conversation. Nobody publishes what a training job counts; where sources differ, the
count is the highest that any of them gives, and the bound is how far the lowest lies below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import orjson

from dslint.facts.batch import Batch
from dslint.facts.tokens import images, tools
from dslint.facts.tokens.encodings import Counter
from dslint.facts.tokens.images import DEFAULT, UNSIZED, Vision
from dslint.facts.tokens.said import Kind, Said, called, said, thought, unseen
from dslint.formats import FORMATS
from dslint.formats.llamafactory import MEDIA
from dslint.formats.openai import REINFORCEMENT

MESSAGE = 3
"""Tokens that a message has beside its texts."""

CONVERSATION = 3
"""Tokens that a conversation has beside its messages: sources say 0, 1 or 3."""

_BARE = frozenset({"prompt", "completion"})
_LEARNED = frozenset({Kind.PROSE, Kind.REASONING, Kind.CALL})
_SIDES = frozenset({"preferred", "non_preferred"})


class Counted(NamedTuple):
    """The tokens of a record. It is as many as records, hence no slower class.

    `total` is what is billed for an epoch: the messages by `roles`, `tools`, and three a sequence.
    `reasoning` and `images` are parts of the messages. `trained` are an answer's text, reasoning
    and calls, unless its weight is 0; none in reinforcement. `longest` is the longest sequence that
    is trained on: the whole record, or the input with one side of a preference, for which `total`
    has the input with each side: OpenAI bills the tokens in the file, Vertex the input twice. A
    provider may count up to `bound` less; `estimated` says that tools, images or files made the
    count an estimate, with no bound known.
    """

    total: int
    trained: int
    roles: Mapping[str, int]
    reasoning: int
    tools: int
    images: int
    longest: int
    bound: int
    estimated: bool


class Counts(NamedTuple):
    """The tokens of a batch: its records, and each turn's share, in order."""

    records: list[Counted]
    turns: list[int]


@dataclass(slots=True)
class _Turns:
    """What each turn of a batch has, in tokens."""

    cost: list[int]
    learned: list[int]
    reasoning: list[int]
    images: list[int]
    bound: list[int]
    estimated: list[bool]


def count(batch: Batch, counter: Counter, vision: Vision = DEFAULT) -> Counts:
    """Count the tokens of a batch's records, each distinct text once.

    An image in the record is counted by its size, another as one of 1024 pixels a side.
    """
    contents = [
        content if type(content := message.get("content")) is str else ""
        for message in batch.messages
    ]
    sheets = _sheets(batch, counter.name)
    systems = _first_systems(batch, sheets)
    pieces = _pieces(batch, contents)
    texts = dict.fromkeys(contents)
    texts |= dict.fromkeys(role for role in set(batch.roles) if role)
    texts |= dict.fromkeys(piece.text for _, piece in pieces)
    texts |= dict.fromkeys(text for used in sheets.values() for text in used.texts)
    texts |= dict.fromkeys(text for pair in systems.values() for text in pair)
    size = dict(zip(texts, counter.counts(list(texts)), strict=True))

    turns = _turns(batch, [size[text] for text in contents], size, pieces)
    _add_images(batch, vision, turns)
    records = []
    for position in range(len(batch.records)):
        used = sheets.get(position)
        cost = used.constant + sum(size[text] for text in used.texts) if used else 0
        if position in systems:
            plain, padded = systems[position]
            cost += tools.SYSTEM + size[padded] - size[plain]
        records.append(_record(batch, position, turns, cost, used is not None))
    return Counts(records, turns.cost)


def bytes_bound(record_bytes: int, pictures: int = 0, vision: Vision = DEFAULT) -> int:
    """Return a number of tokens that no sequence of a record of so many bytes exceeds.

    A token of a byte-level encoding is at least a byte, and what a message, a call or a tool has
    beside its texts is less than the JSON around it. Images are added at the most that one costs.
    It holds for texts that stand in the row as they are counted: a reader that writes arguments
    anew may add a space after each comma.
    """
    return record_bytes + (pictures * images.most(vision) if pictures else 0)


def _pieces(batch: Batch, contents: Sequence[str]) -> list[tuple[int, Said]]:
    """Return the texts of the turns but for roles and contents that are text."""
    found = []
    for at, (message, content) in enumerate(zip(batch.messages, contents, strict=True)):
        if len(message) != 2 or not content:
            found += [(at, each) for each in said(message)]
        if "<think>" in content and (inside := thought(content)):
            found.append((at, Said(Kind.THOUGHT, inside)))
    found += [(call.turn, each) for call in batch.calls for each in called(call.function)]
    return found


def _turns(
    batch: Batch, prose: list[int], size: Mapping[str, int], pieces: Iterable[tuple[int, Said]]
) -> _Turns:
    frames: dict[str | None, int] = {
        role: 0 if role in _BARE else MESSAGE + (size[role] if role else 0)
        for role in set(batch.roles)
    }
    turns = _Turns(
        cost=[own + frames[role] for own, role in zip(prose, batch.roles, strict=True)],
        learned=[
            own if learned else 0 for own, learned in zip(prose, batch.trainable, strict=True)
        ],
        reasoning=[0] * len(prose),
        images=[0] * len(prose),
        bound=[0] * len(prose),
        estimated=[False] * len(prose),
    )
    for at, (kind, text, extra) in pieces:
        tokens = size[text] + extra
        if kind in (Kind.REASONING, Kind.THOUGHT):
            turns.reasoning[at] += tokens
        if kind is Kind.THOUGHT:
            continue
        turns.cost[at] += tokens
        if kind in _LEARNED and batch.trainable[at]:
            turns.learned[at] += tokens
        if kind is Kind.ASIDE:
            turns.bound[at] += tokens
        elif kind is Kind.CALL:
            turns.bound[at] += extra
    return turns


def _add_images(batch: Batch, vision: Vision, turns: _Turns) -> None:
    for at, message in enumerate(batch.messages):
        if "content" in message and type(message["content"]) is list and (parts := unseen(message)):
            _add(turns, at, images.cost(vision, UNSIZED, UNSIZED), parts)
            turns.estimated[at] = True
    if not batch.images:
        return
    from dslint.facts.images import IMAGE  # with it comes polars, which few counts need

    width, height, detail = (
        column.build(batch)
        for name in ("width", "height", "detail")
        if (column := IMAGE.columns[name]).build
    )
    for image, across, down, fidelity in zip(batch.images, width, height, detail, strict=True):
        here = across is not None and down is not None
        cost = images.cost(vision, across if here else UNSIZED, down if here else UNSIZED, fidelity)
        _add(turns, image.turn, cost)
        turns.estimated[image.turn] |= not here and not images.is_flat(vision, fidelity)


def _add(turns: _Turns, at: int, cost: images.Cost, times: int = 1) -> None:
    turns.images[at] += cost.tokens * times
    turns.cost[at] += cost.tokens * times
    turns.bound[at] += cost.bound * times


def _record(batch: Batch, position: int, turns: _Turns, tool_cost: int, has_tools: bool) -> Counted:
    record = batch.records[position]
    if record.format not in FORMATS or not FORMATS[record.format].is_read:
        return Counted(0, 0, {}, 0, 0, 0, 0, 0, True)
    own = batch.turns_of(position)
    sides = _sides(batch, own, turns)
    times = max(1, len(sides))
    inputs = slice(own.start, own.stop - sum(side.turns for side in sides))
    rest = slice(inputs.stop, own.stop)

    def billed(values: list[int]) -> int:
        return sum(values[inputs]) * times + sum(values[rest])

    roles: dict[str, int] = {}
    for span, again in ((inputs, times), (rest, 1)):
        for role, cost in zip(batch.roles[span], turns.cost[span], strict=True):
            roles[role or ""] = roles.get(role or "", 0) + cost * again
    shared = tool_cost + sum(turns.cost[inputs])
    whole = shared + (0 if _is_bare(batch.roles[own.start : own.stop]) else CONVERSATION)
    return Counted(
        total=whole * times + sum(side.cost for side in sides),
        trained=0
        if record.format == REINFORCEMENT.name
        else sum(turns.learned[own.start : own.stop]),
        roles=roles,
        reasoning=billed(turns.reasoning),
        tools=tool_cost * times,
        images=billed(turns.images),
        longest=whole + max((side.cost for side in sides), default=0),
        # at the least, an input is counted once for both its sides, and nothing for a conversation
        bound=whole * times - shared + billed(turns.bound),
        estimated=has_tools
        or record.format == MEDIA.name
        or any(turns.estimated[own.start : own.stop]),
    )


class _Side(NamedTuple):
    turns: int
    cost: int


def _sides(batch: Batch, own: range, turns: _Turns) -> list[_Side]:
    """Return the sides of a preference, whose turns come last; none for another record."""
    if not own or batch.parts[own[-1]] not in _SIDES:
        return []
    found: dict[tuple[str, str], list[int]] = {}
    for at in own:
        turn = batch.turns[at]
        if turn.part in _SIDES:
            found.setdefault((turn.part, turn.base), []).append(turns.cost[at])
    return [_Side(len(costs), sum(costs)) for costs in found.values()]


def _is_bare(roles: Sequence[str | None]) -> bool:
    """Say whether a record is a prompt and a completion, which have nothing around their texts."""
    return bool(roles) and roles[0] in _BARE and _BARE.issuperset(roles)


def _sheets(batch: Batch, encoding: str) -> dict[int, tools.Sheet]:
    """Lay out the tools of each record that has some; those that many records share, once."""
    laid: dict[bytes, tools.Sheet] = {}
    found = {}
    for position, group in groupby(batch.tools, key=lambda tool: tool.record):
        functions = [tool.function for tool in group]
        try:
            key = orjson.dumps(functions)
        except TypeError:  # nested deeper than orjson writes
            found[position] = tools.sheet(functions, encoding)
            continue
        if key not in laid:
            laid[key] = tools.sheet(functions, encoding)
        found[position] = laid[key]
    return found


def _first_systems(batch: Batch, sheets: Mapping[int, tools.Sheet]) -> dict[int, tuple[str, str]]:
    """Return the first system message of each record whose tools are rendered: alone, and as it is
    before tools, with a line break.
    """
    found = {}
    for position, used in sheets.items():
        for at in batch.turns_of(position) if used.nested else ():
            content = batch.messages[at].get("content")
            if batch.roles[at] == "system" and type(content) is str:
                found[position] = content, content + "\n"
                break
    return found
