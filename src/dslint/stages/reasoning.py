"""Reasoning, written in one of its spellings, whichever the answers had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from dslint.facts.reasoning import KEYS, field, think
from dslint.formats.shape import Row

Spelling = Literal["inline", "field", "drop"]

OPEN, CLOSE = "<think>", "</think>"


def has_reasoning(messages: Iterable[Row]) -> bool:
    """Say whether an answer has reasoning, in a field of its own or before its text."""
    return any(field(each) or _leads(each.get("content")) for each in messages)


def respelled(messages: list[Row], spelling: Spelling) -> list[Row]:
    """Return messages whose answers have their reasoning inline, in `reasoning_content`, or not at
    all.
    """
    return [_respelled(each, spelling) for each in messages]


def _respelled(message: Row, spelling: Spelling) -> Row:
    thought, inside = field(message), ""
    said: Any = message.get("content")
    if _leads(said):
        inside, _, said = said.lstrip().removeprefix(OPEN).partition(CLOSE)
        inside, said = inside.strip(), said.lstrip("\n")
    if message.get("role") != "assistant" or not (thought or inside):
        return message
    found = {key: each for key, each in message.items() if key not in KEYS}
    if "content" in message:
        found["content"] = said
    whole = "\n".join(each for each in (thought, inside) if each)
    if spelling == "field":
        found["reasoning_content"] = whole
    elif spelling == "inline":
        found = {"role": "assistant", "content": _inline(whole, said), **_rest(found)}
    return found


def _rest(message: Row) -> Row:
    return {key: each for key, each in message.items() if key not in ("role", "content")}


def _inline(thought: str, said: Any) -> Any:
    before = f"{OPEN}\n{thought}\n{CLOSE}"
    if type(said) is list:
        return [{"type": "text", "text": f"{before}\n\n"}, *said]
    return f"{before}\n\n{said}" if said else before


def _leads(said: Any) -> bool:
    return type(said) is str and said.lstrip().startswith(OPEN) and think(said) == "closed"
