"""Which tool call belongs to which reply: what a row's messages, tools and calls say of one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from dslint.facts.parts import Call, Tool
from dslint.formats import Turn


@dataclass(slots=True)
class Link:
    """What is known of one call from its record. `reply` is the index of the message that answers it."""

    declared: bool = False
    tools: int = 0
    duplicate_id: bool = False
    open_duplicate_id: bool = False
    reply: int | None = None
    answered_in_turn: bool = False
    repeated: bool = False
    in_last_message: bool = False


@dataclass(slots=True)
class Links:
    """A link for each call, in order, and for each message the index of the one whose call it answers."""

    calls: list[Link] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)


def identifier(call: Call) -> object:
    """Return what a reply to the call must give: its id, or for a legacy call the function's name."""
    return call.value.get("name") if call.legacy else call.value.get("id")


def link(turns: Sequence[Turn], starts: Sequence[int], calls: list[Call], tools: list[Tool]) -> Links:
    """Link the calls and replies of a batch; `starts` says where each record's turns begin."""
    links = Links(answers=[None] * len(turns))
    declared: dict[int, list[object]] = {}
    for tool in tools:
        declared.setdefault(tool.record, []).append(tool.function.get("name"))
    for record, group in groupby(calls, key=lambda call: call.record):
        own = list(group)
        names = declared.get(record, [])
        new = [
            Link(declared=call.function.get("name") in names, tools=len(names)) for call in own
        ]
        end = starts[record + 1]
        for call, fresh in zip(own, new, strict=True):
            fresh.in_last_message = call.turn + 1 >= end or turns[call.turn + 1].part != turns[call.turn].part
        _reply(own, new, turns, end, links.answers)
        _repeat(own, new, turns)
        links.calls += new
    return links


def _reply(
    calls: list[Call], links: list[Link], turns: Sequence[Turn], end: int, answers: list[int | None]
) -> None:
    """Walk a record's messages from its first call on, and pair each reply with the call that is open for it."""
    by_turn: dict[int, list[int]] = {}
    for position, call in enumerate(calls):
        by_turn.setdefault(call.turn, []).append(position)
    waiting: dict[object, int] = {}
    nameless: list[int] = []
    seen: set[object] = set()
    in_turn = True
    for at in range(calls[0].turn, end):
        message = turns[at].message
        role = message.get("role")
        if at in by_turn:
            in_turn = True
            for position in by_turn[at]:
                name = _key(identifier(calls[position]))
                if name is None:
                    nameless.append(position)
                    continue
                links[position].duplicate_id = not calls[position].legacy and name in seen
                if name in waiting and not calls[position].legacy:
                    links[position].open_duplicate_id = True
                seen.add(name)
                waiting[name] = position
        elif role in ("tool", "function"):
            name = _key(message.get("tool_call_id" if role == "tool" else "name"))
            # formats without ids answer all open calls with one message, or each in turn
            found = [waiting.pop(name)] if name in waiting else []
            if role == "tool" and name is None:
                found, nameless = nameless or found, []
            for position in found:
                answers[at] = turns[calls[position].turn].index
                links[position].reply = turns[at].index
                links[position].answered_in_turn = in_turn
        else:
            in_turn = False


def _repeat(calls: list[Call], links: list[Link], turns: Sequence[Turn]) -> None:
    """Mark the calls that say again what the call before said, with no word from the user between."""
    for (before, call), fresh in zip(zip(calls, calls[1:], strict=False), links[1:], strict=True):
        same = before.function.get("name") == call.function.get("name") and before.function.get(
            "arguments"
        ) == call.function.get("arguments")
        between = (turns[at].message.get("role") for at in range(before.turn, call.turn))
        fresh.repeated = same and "user" not in between and before.function.get("name") is not None


def _key(value: object) -> object:
    return value if isinstance(value, str) else None if value is None else repr(value)
