"""ShareGPT and its kin: conversations whose messages have `from` and `value`, or stand elsewhere.

Source: the data pages of FastChat and LLaMA-Factory (2026-08), whose calls and replies are turns.
"""

from __future__ import annotations

from dslint.formats.pieces import calls_in, first_of, put, written_tools
from dslint.formats.shape import Format, Row, Turn, chain

ROLES = {
    "human": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "observation": "tool",
    "function_response": "tool",
}
"""Whom `from` means; a name that is not here means itself."""

KEYS = {"role": "/from", "content": "/value", "tool_calls": "/value"}


def message(turn: Row) -> Row:
    """Return a turn of `from` and `value` as a message; a turn that is a call has its calls."""
    found: Row = {}
    speaker = turn.get("from")
    if "from" in turn:
        found["role"] = ROLES.get(speaker, speaker) if type(speaker) is str else speaker
    if speaker == "function_call" and (calls := calls_in(turn.get("value"))):
        found["tool_calls"] = calls
    elif "value" in turn:
        found["content"] = turn["value"]
    return found


def spoken(turns: list[Turn], part: str, row: Row) -> None:
    """Add a row's `system` and the turns of its conversation."""
    if type(row.get("system")) is str and row["system"]:
        put(turns, part, "/system", {"role": "system", "content": row["system"]})
    key = under(row)
    for index, turn in enumerate(row[key] if key else ()):
        if type(turn) is dict:
            put(turns, part, f"/{key}", message(turn), index=index)


def under(row: Row) -> str:
    """Return the key of a row's conversation; an empty text where it has none."""
    return next(
        (key for key in ("conversations", "conversation") if type(row.get(key)) is list), ""
    )


def has_sides(row: Row) -> bool:
    return "chosen" in row and "rejected" in row


def _is_sharegpt(row: Row) -> bool:
    key = under(row)
    if not key or has_sides(row):
        return False
    first = first_of(row[key])
    return not first or "from" in first or "value" in first


def _sharegpt(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    spoken(turns, "messages", row)
    return turns


def _is_conversations(row: Row) -> bool:
    first = first_of(row[key]) if (key := under(row)) else {}
    return "role" in first and "from" not in first and "value" not in first and not has_sides(row)


def _conversations(row: Row) -> list[Turn]:
    key = under(row)
    return chain("messages", f"/{key}", row[key]) if key else []


SHAREGPT = Format(
    "sharegpt", "ShareGPT", _is_sharegpt, _sharegpt, KEYS, written_tools, family="chat"
)
CONVERSATIONS = Format(
    "conversations",
    "chat under `conversations`",
    _is_conversations,
    _conversations,
    tools=written_tools,
    family="chat",
)
