"""ShareGPT and its kin: conversations whose messages have `from` and `value`, or stand elsewhere.

Source: the data pages of FastChat and LLaMA-Factory (2026-08), whose calls and replies are turns.
"""

from __future__ import annotations

from typing import Any

from dslint.formats.beside import marked, verified
from dslint.formats.calling import as_text
from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import Call, exact_object, exchanges
from dslint.formats.openai import write_chat
from dslint.formats.pieces import calls_in, first_of, put, written_tools
from dslint.formats.shape import Format, Row, Turn, chain
from dslint.formats.writing import closed, leave, one_answer, role_of, words

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
    thought, said = _apart(turn.get("value")) if speaker == "function_call" else ("", None)
    if calls := calls_in(said):
        found["tool_calls"] = calls
        if thought:
            found["content"] = thought
    elif "value" in turn:
        found["content"] = turn["value"]
    return found


def _apart(value: object) -> tuple[str, object]:
    """Return the reasoning before a call, with its marks, and the call."""
    if type(value) is str and value.lstrip().startswith("<think>") and "</think>" in value:
        before, mark, after = value.partition("</think>")
        return before + mark, after
    return "", value


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


_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}


def said_by(messages: list[Row], images: list[str], lost: set[str]) -> list[Row]:
    """Return messages as turns of `from` and `value`; calls and their replies are turns as well.

    Pictures are added to `images`.
    """
    turns: list[Row] = []
    for each, calls, replies in exchanges(messages, lost):
        leave(each, lost)
        text = words(marked(each, images, lost), lost)
        if calls:
            thought = text.strip()
            if thought and not (thought.startswith("<think>") and thought.endswith("</think>")):
                lost.add("remarks")
                thought = ""
            listed = [_called(call) for call in calls]
            value = as_text(listed[0] if len(listed) == 1 else listed)
            turns.append(
                {"from": "function_call", "value": thought + "\n\n" * bool(thought) + value}
            )
        else:
            turns.append({"from": _SPEAKERS[role_of(each)], "value": text})
        if replies:
            for reply in replies:
                leave(reply, lost)
            results = [words(reply, lost) for reply in replies]
            value = results[0] if len(results) == 1 else as_text(results)
            turns.append({"from": "observation", "value": value})
    return turns


def _called(call: Call) -> Row:
    arguments = exact_object(call.arguments)
    return {"name": call.name, "arguments": call.arguments if arguments is None else arguments}


def flat_tools(found: Conversation) -> Row:
    """Return the tools under their key, as the JSON text of a list of functions."""
    if not found.tools:
        return {}
    return {"tools": as_text([_flat(each) for each in found.tools])}


def _flat(tool: Any) -> Any:
    inner = tool.get("function") if type(tool) is dict else None
    if type(inner) is not dict or tool.keys() != {"type", "function"}:
        return tool
    return inner if inner.keys() <= {"name", "description", "parameters", "strict"} else tool


def _write(found: Conversation) -> Row:
    closed(found)
    images: list[str] = []
    row: Row = {"conversations": said_by(one_answer(found), images, found.lost)}
    return {**row, **flat_tools(found), **pictured(row["conversations"], images)}


def pictured(turns: list[Row], images: list[str]) -> Row:
    """Return the pictures of turns under their key, if there are any."""
    return verified([each["value"] for each in turns], images)


def _write_conversations(found: Conversation) -> Row:
    row = write_chat(found, anywhere=True)
    if not row["messages"] or "role" not in first_of(row["messages"]):
        raise Unconvertible("its first message is from nobody")
    return {"conversations": row.pop("messages"), **row}


SHAREGPT = Format(
    "sharegpt",
    "ShareGPT",
    _is_sharegpt,
    _sharegpt,
    KEYS,
    written_tools,
    family="chat",
    write=_write,
)
CONVERSATIONS = Format(
    "conversations",
    "chat under `conversations`",
    _is_conversations,
    _conversations,
    tools=written_tools,
    family="chat",
    write=_write_conversations,
)
