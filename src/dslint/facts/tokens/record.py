"""How many tokens a record has: what is billed, what is learned, and how sure that is.

The way is that of OpenAI's cookbook: three tokens a message beside its texts, one more for a name,
and three a conversation. Nobody publishes what a training job counts; where sources differ, the
count is the highest that any of them gives, and the bound is how far the lowest lies below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import orjson

from dslint.facts.batch import Batch
from dslint.facts.flat import TEXTS
from dslint.facts.tokens import images, tools
from dslint.facts.tokens.encodings import Counter
from dslint.facts.tokens.images import DEFAULT, UNSIZED, Vision
from dslint.facts.tokens.said import Kind, Said, called, said, thought, unseen
from dslint.facts.tokens.totals import BARE, Counted, Turns, totals

MESSAGE = 3
"""Tokens that a message has beside its texts."""

_LEARNED = frozenset({Kind.PROSE, Kind.REASONING, Kind.CALL})


class Counts(NamedTuple):
    """The tokens of a batch: its records, and each turn's share, in order."""

    records: list[Counted]
    turns: list[int]


def count(batch: Batch, counter: Counter, vision: Vision = DEFAULT) -> Counts:
    """Count the tokens of a batch's records, each distinct text once.

    An image in the record is counted by its size, another as one of 1024 pixels a side.
    """
    contents = batch.contents
    if {*map(type, contents)} != TEXTS:
        contents = [content if type(content) is str else "" for content in contents]
    sheets = _sheets(batch, counter.name)
    systems = _first_systems(batch, sheets)
    pieces = _pieces(batch, contents)
    texts = dict.fromkeys(contents)
    texts |= dict.fromkeys(role for role in {*batch.roles} if role)
    texts |= dict.fromkeys(piece.text for _, piece in pieces)
    texts |= dict.fromkeys(text for used in sheets.values() for text in used.texts)
    texts |= dict.fromkeys(text for pair in systems.values() for text in pair)
    size = dict(zip(texts, counter.counts(list(texts)), strict=True))

    turns = _turns(batch, [size[text] for text in contents], size, pieces)
    _add_images(batch, vision, turns)
    costs = {
        position: used.constant + sum(size[text] for text in used.texts)
        for position, used in sheets.items()
    }
    for position, (plain, padded) in systems.items():
        costs[position] += tools.SYSTEM + size[padded] - size[plain]
    return Counts(totals(batch, turns, costs), turns.cost)


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
    found = [(at, each) for at in batch.rich for each in said(batch.messages[at])]
    for at, content in enumerate(contents):
        if "<think>" in content and (inside := thought(content)):
            found.append((at, Said(Kind.THOUGHT, inside)))
    found += [(call.turn, each) for call in batch.calls for each in called(call.function)]
    return found


def _turns(
    batch: Batch, prose: list[int], size: Mapping[str, int], pieces: Iterable[tuple[int, Said]]
) -> Turns:
    frames: dict[str | None, int] = {
        role: 0 if role in BARE else MESSAGE + (size[role] if role else 0)
        for role in {*batch.roles}
    }
    turns = Turns(
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


def _add_images(batch: Batch, vision: Vision, turns: Turns) -> None:
    for at in batch.rich:
        if parts := unseen(batch.messages[at]):
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


def _add(turns: Turns, at: int, cost: images.Cost, times: int = 1) -> None:
    turns.images[at] += cost.tokens * times
    turns.cost[at] += cost.tokens * times
    turns.bound[at] += cost.bound * times


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
            text = batch.texts[at]
            if batch.roles[at] == "system" and text is not None:
                found[position] = text, text + "\n"
                break
    return found
