"""OpenAI's four formats: chat, prompt/completion, preference and reinforcement.

Source: the `FineTune…RequestInput` schemas of OpenAI's published API specification (2025-07).
"""

from __future__ import annotations

from typing import Any

from dslint.formats.shape import Format, Row, Turn, chain, no_tools, top_level_tools

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


CHAT = Format("chat", "chat", _is_chat, _messages, known=CHAT_KEYS, listed="messages")
COMPLETION = Format(
    "completion",
    "prompt/completion",
    _is_completion,
    _pair,
    keys={"role": "", "content": ""},
    tools=no_tools,
    known=frozenset({"prompt", "completion"}),
)
PREFERENCE = Format(
    "preference",
    "preference",
    _is_preference,
    _sides,
    tools=_input_tools,
    known=frozenset({"input", *(name for names in PREFERENCE_SIDES.values() for name in names)}),
)
REINFORCEMENT = Format("reinforcement", "reinforcement", _is_chat, _messages, listed="messages")


def looks_like_reinforcement(row: Row) -> bool:
    """Say whether a chat-shaped row has fields for a grader and does not end on the assistant."""
    messages = row.get("messages")
    last = messages[-1] if type(messages) is list and messages else None
    return (
        type(last) is dict
        and last.get("role") != "assistant"
        and bool(row.keys() - CHAT_KEYS - {"weight", "id", "metadata"})
    )
