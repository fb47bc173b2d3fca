"""Which tool call belongs to which reply: what messages, tools and calls say of one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from dslint.facts.parts import Call, Tool
from dslint.formats import Turn


@dataclass(slots=True)
class Link:
    """What is known of one call from its record; `reply` is the index of the message to it."""

    declared: bool = False
    tools: int = 0
    tools_legacy: bool = False
    duplicate_id: bool = False
    open_duplicate_id: bool = False
    reply: int | None = None
    answered_in_turn: bool = False
    repeated: bool = False
    in_last_message: bool = False


@dataclass(slots=True)
class Links:
    """A link for each call, in order; for each message the index of the one that it answers."""

    calls: list[Link] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)


def identifier(call: Call) -> object:
    """Return what a reply must give: the call's id, or for a legacy call the function's name."""
    return call.value.get("name") if call.legacy else call.value.get("id")


def link(
    turns: Sequence[Turn], starts: Sequence[int], calls: list[Call], tools: list[Tool]
) -> Links:
    """Link the calls and replies of a batch; `starts` says where each record's turns begin."""
    links = Links(answers=[None] * len(turns))
    declared: dict[int, list[object]] = {}
    legacy: set[int] = set()
    for tool in tools:
        declared.setdefault(tool.record, []).append(tool.function.get("name"))
        if tool.legacy:
            legacy.add(tool.record)
    for record, group in groupby(calls, key=lambda call: call.record):
        own = list(group)
        names = declared.get(record, [])
        new = [
            Link(
                declared=call.function.get("name") in names,
                tools=len(names),
                tools_legacy=record in legacy,
            )
            for call in own
        ]
        end = starts[record + 1]
        for call, fresh in zip(own, new, strict=True):
            fresh.in_last_message = (
                call.turn + 1 >= end or turns[call.turn + 1].part != turns[call.turn].part
            )
        _reply(own, new, turns, end, links.answers)
        _repeat(own, new, turns)
        links.calls += new
    return links


def _reply(
    calls: list[Call], links: list[Link], turns: Sequence[Turn], end: int, answers: list[int | None]
) -> None:
    """Walk a record's messages from its first call on, and pair each reply with its open call.

    The sides of a preference both follow the input: what one calls is unknown to the other.
    """
    by_turn: dict[int, list[int]] = {}
    for position, call in enumerate(calls):
        by_turn.setdefault(call.turn, []).append(position)
    waiting: dict[object, list[int]] = {}
    seen: set[object] = set()
    recent: list[int] = []
    in_turn = True
    part = ""
    fork: tuple[dict[object, list[int]], set[object], list[int], bool] = {}, set(), [], True
    for at in range(calls[0].turn, end):
        message = turns[at].message
        role = message.get("role")
        if turns[at].part != part:
            if part == "input":
                fork = {key: [*each] for key, each in waiting.items()}, {*seen}, [*recent], in_turn
            part = turns[at].part
            if part == "non_preferred":
                waiting, seen, recent, in_turn = fork
        if at in by_turn:
            in_turn = True
            recent = [*by_turn[at]]
            for position in recent:
                name = _key(identifier(calls[position]))
                if name is not None and not calls[position].legacy:
                    links[position].duplicate_id = name in seen
                    links[position].open_duplicate_id = bool(waiting.get(name))
                seen.add(name)
                waiting.setdefault(name, []).append(position)
        elif role in ("tool", "function"):
            name = _key(message.get("tool_call_id" if role == "tool" else "name"))
            # A reply without an id is to the call before it; any reply is to a call without one.
            candidates = recent if name is None else waiting.get(name) or waiting.get(None)
            if candidates:
                found = _first_of_latest(calls, candidates)
                waiting[_key(identifier(calls[found]))].remove(found)
                if found in recent:
                    recent.remove(found)
                # what stands in no list, as a result inside another message, has no index
                answers[at] = turns[calls[found].turn].index or 0
                links[found].reply = turns[at].index or 0
                links[found].answered_in_turn = in_turn
        else:
            in_turn = False
    for positions in by_turn.values():
        _share(calls, links, positions)


def _share(calls: list[Call], links: list[Link], positions: list[int]) -> None:
    """Let the calls of a message that have no ids share its replies: one may hold all results."""
    replied = [links[each] for each in positions if links[each].reply is not None]
    for each in positions:
        if replied and links[each].reply is None and identifier(calls[each]) is None:
            links[each].reply = replied[-1].reply
            links[each].answered_in_turn = replied[-1].answered_in_turn


def _first_of_latest(calls: list[Call], positions: list[int]) -> int:
    """Return the first of those calls that stand in the last of their messages."""
    latest = calls[positions[-1]].turn
    return next(position for position in positions if calls[position].turn == latest)


def _repeat(calls: list[Call], links: list[Link], turns: Sequence[Turn]) -> None:
    """Mark the calls that say what the call before said, with no word from the user between."""
    last: dict[str, Call] = {}
    for call, fresh in zip(calls, links, strict=True):
        part = turns[call.turn].part
        before = last.get(part) or (last.get("input") if part != "input" else None)
        last[part] = call
        if before is None or before.function.get("name") is None:
            continue
        same = all(
            before.function.get(key) == call.function.get(key) for key in ("name", "arguments")
        )
        between = (turns[at].message.get("role") for at in range(before.turn, call.turn))
        fresh.repeated = same and "user" not in between


def _key(value: object) -> object:
    return value if isinstance(value, str) else None if value is None else repr(value)
