"""OpenAI's four formats: chat, prompt/completion, preference and reinforcement.

Source: the `FineTune…RequestInput` schemas of OpenAI's published API specification (2025-07).
"""

from __future__ import annotations

from typing import Any

from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.formats.shape import Format, Row, Turn, chain, no_tools, top_level_tools
from dslint.formats.writing import (
    closed,
    leading,
    one_answer,
    pairs,
    reached,
    surplus,
    two_answers,
    without_pictures,
)

CHAT_KEYS = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})
"""The keys of a chat row. What else a row holds is a grader's field in reinforcement, a surplus
elsewhere.
"""


def _is_chat(row: Row) -> bool:
    messages = row.get("messages")
    if type(messages) is not list or "system" in row or "schemaVersion" in row:
        return False
    first = messages[0] if messages else None
    if type(first) is dict:
        content = first.get("content")
        if type(content) is list and content and type(content[0]) is dict:
            return "type" in content[0] and "value" not in content[0]
    return True


def _messages(row: Row) -> list[Turn]:
    return chain("messages", "/messages", row.get("messages"))


def _is_completion(row: Row) -> bool:
    return (
        "prompt" in row and type(row.get("completion")) is str and type(row["prompt"]) is str
    ) or (
        type(row.get("prompt")) is str
        and not row.keys() & {"chosen", "rejected", "label"}
        and ("completion" in row or len(row) == 1)
    )


def _pair(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    for part in ("prompt", "completion"):
        if part in row:
            message = {"role": part, "content": row[part]}
            turns.append(Turn(part, f"/{part}", None, message, len(turns) - 1))
    return turns


PREFERENCE_SIDES = {
    "preferred": ("preferred_output", "preferred_completion"),
    "non_preferred": ("non_preferred_output", "non_preferred_completion"),
}
"""The two sides of a pair, each with its name today and its stale name."""


def _is_preference(row: Row) -> bool:
    return any(name in row for names in PREFERENCE_SIDES.values() for name in names)


def _sides(row: Row) -> list[Turn]:
    given = row.get("input")
    turns = chain(
        "input", "/input/messages", given.get("messages") if type(given) is dict else None
    )
    last_of_input = len(turns) - 1
    for part, names in PREFERENCE_SIDES.items():
        for name in names:
            if name in row:
                turns += chain(part, f"/{name}", row[name], follows=last_of_input, start=len(turns))
                break
    return turns


def _input_tools(row: Row) -> tuple[str, list[Any]]:
    given = row.get("input")
    pointer, tools = top_level_tools(given) if type(given) is dict else ("/tools", [])
    return f"/input{pointer}", tools


def write_chat(found: Conversation, anywhere: bool = False) -> Row:
    """Write a chat; of a pair, with the better answer. Its pictures may be `anywhere`, or have to
    be where OpenAI reaches them.
    """
    messages = one_answer(found)
    row: Row = {"messages": messages if anywhere else reached(messages, found)}
    if found.tools is not None:
        row["tools"] = found.tools
    surplus(found, set(found.graded))
    return row | found.settings


def _write_pair(found: Conversation) -> Row:
    """Write a prompt and its completion; a system message goes before the prompt."""
    system, rest = leading(one_answer(found), found)
    if len(rest) == 1 and rest[0].get("role") == "assistant":
        rest = [{"role": "user", "content": ""}, *rest]
    turns = pairs(rest, found, COMPLETION.title)
    if len(turns) > 1:
        raise Unconvertible(f"it has {len(turns)} answers, and a prompt has one")
    closed(found)
    prompt, completion = turns[0]
    if system is not None:
        found.lost.add("roles")
        prompt = "\n\n".join(each for each in (system, prompt) if each)
    return {"prompt": prompt, "completion": completion}


def _write_preference(found: Conversation) -> Row:
    better, worse = two_answers(found)
    messages = reached(found.messages, found)
    given: Row = {"messages": [without_pictures(each, found.lost) for each in messages]}
    if found.tools is not None:
        given["tools"] = found.tools
    surplus(found, set(found.graded))
    return {
        "input": given | found.settings,
        "preferred_output": [_without_weight(better, found.lost)],
        "non_preferred_output": [_without_weight(worse, found.lost)],
    }


def _without_weight(message: Row, lost: set[str]) -> Row:
    if "weight" not in message:
        return message
    if message["weight"] not in (1, None):
        lost.add("weights")
    return {key: each for key, each in message.items() if key != "weight"}


def _write_task(found: Conversation) -> Row:
    """Write what a model is to answer, with what a grader holds its answers to."""
    messages = reached(found.messages, found)
    if found.preferred or (messages and messages[-1].get("role") == "assistant"):
        raise Unconvertible("it ends on an answer, and reinforcement asks for one")
    row: Row = {"messages": messages}
    if found.tools is not None:
        row["tools"] = found.tools
    if found.settings.get("parallel_tool_calls") is False:
        surplus(found, {"parallel_tool_calls"})
    return row | found.graded


CHAT = Format(
    "chat",
    "chat",
    _is_chat,
    _messages,
    known=CHAT_KEYS,
    listed="messages",
    write=write_chat,
)
COMPLETION = Format(
    "completion",
    "prompt/completion",
    _is_completion,
    _pair,
    keys={"role": "", "content": ""},
    tools=no_tools,
    known=frozenset({"prompt", "completion"}),
    write=_write_pair,
)
PREFERENCE = Format(
    "preference",
    "preference",
    _is_preference,
    _sides,
    tools=_input_tools,
    known=frozenset({"input", *(name for names in PREFERENCE_SIDES.values() for name in names)}),
    write=_write_preference,
)
REINFORCEMENT = Format(
    "reinforcement",
    "reinforcement",
    _is_chat,
    _messages,
    listed="messages",
    write=_write_task,
)


def looks_like_reinforcement(row: Row) -> bool:
    """Say whether a chat-shaped row has fields for a grader and does not end on the assistant."""
    messages = row.get("messages")
    last = messages[-1] if type(messages) is list and messages else None
    return (
        type(last) is dict
        and last.get("role") != "assistant"
        and bool(row.keys() - CHAT_KEYS - {"weight", "id", "metadata"})
    )
