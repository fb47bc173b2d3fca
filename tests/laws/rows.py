"""Records that are sound by construction, for every format, and mutations that each break one
thing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]

WORDS = (
    *("refund", "order", "parcel", "invoice", "Lisbon", "tomorrow", "please", "thanks", "ok", "12"),
    *("привет", "мир", "שלום", "你好", "世界", "こんにちは", "नमस्ते", "ça va", "œuvre", "Zürich"),
)

texts = st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map(" ".join)
names = st.from_regex(r"[a-z][a-z_]{2,12}", fullmatch=True)
idents = st.integers(0, 10**9).map(lambda number: f"call_{number:09d}")


@st.composite
def chats(draw: st.DrawFn) -> Row:
    """A chat that ends on the assistant: maybe a system message, turns, perhaps a tool call that is
    answered.
    """
    messages: list[Row] = []
    if draw(st.booleans()):
        messages.append({"role": "system", "content": draw(texts)})
    turns = draw(st.integers(1, 3))
    row: Row = {"messages": messages}
    tool = draw(names) if draw(st.booleans()) else None
    if tool:
        row["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool,
                    "description": draw(texts),
                    "parameters": {
                        "type": "object",
                        "properties": {"city": {"type": "string"}, "size": {"type": "integer"}},
                        "required": ["city"],
                    },
                },
            }
        ]
        if draw(st.booleans()):
            row["parallel_tool_calls"] = draw(st.booleans())
    for turn in range(turns):
        messages.append({"role": "user", "content": f"{turn} {draw(texts)}"})
        if tool and turn == 0:
            ident = draw(idents)
            arguments = f'{{"city": "Porto", "size": {draw(st.integers(1, 9))}}}'
            call = {
                "id": ident,
                "type": "function",
                "function": {"name": tool, "arguments": arguments},
            }
            message: Row = {"role": "assistant", "tool_calls": [call]}
            if draw(st.booleans()):
                message["content"] = None
            messages += [message, {"role": "tool", "tool_call_id": ident, "content": draw(texts)}]
        answer: Row = {"role": "assistant", "content": f"so {turn} {draw(texts)}"}
        if draw(st.booleans()):
            answer["weight"] = 1 if turn == turns - 1 else draw(st.sampled_from([0, 1]))
        messages.append(answer)
    return row


@st.composite
def preferences(draw: st.DrawFn) -> Row:
    """A pair: a prompt that ends on the user, and two different answers."""
    return {
        "input": {"messages": [{"role": "user", "content": draw(texts)}]},
        "preferred_output": [{"role": "assistant", "content": "yes " + draw(texts)}],
        "non_preferred_output": [{"role": "assistant", "content": "no " + draw(texts)}],
    }


@st.composite
def reinforcements(draw: st.DrawFn) -> Row:
    """A prompt that ends on the user, and what the grader is given."""
    messages = [{"role": "user", "content": draw(texts)}]
    if draw(st.booleans()):
        messages.insert(0, {"role": "developer", "content": draw(texts)})
    return {"messages": messages, "reference_answer": draw(texts)}


SOUND = {"chat": chats(), "preference": preferences(), "reinforcement": reinforcements()}


def _at(row: Row, role: str) -> Row:
    found: Row = next(each for each in reversed(row["messages"]) if each["role"] == role)
    return found


def _calls(row: Row) -> Row:
    found: Row = next(each for each in row["messages"] if "tool_calls" in each)["tool_calls"][0]
    return found


def _mutation(change: Callable[[Row], object]) -> Callable[[Row], Row]:
    def mutated(row: Row) -> Row:
        fresh = copy.deepcopy(row)
        change(fresh)
        return fresh

    return mutated


CHAT_MUTATIONS: dict[str, Callable[[Row], Row]] = {
    "missing-messages": _mutation(lambda row: row.update(dialogue=row.pop("messages"))),
    "no-messages": _mutation(lambda row: row.update(messages=[])),
    "messages-not-a-list": _mutation(lambda row: row.update(messages="hello")),
    "message-not-an-object": _mutation(lambda row: row["messages"].append("hello")),
    "message-without-role": _mutation(lambda row: _at(row, "user").pop("role")),
    "unknown-role": _mutation(lambda row: _at(row, "user").update(role="human")),
    "message-without-content": _mutation(lambda row: _at(row, "user").pop("content")),
    "content-of-wrong-type": _mutation(lambda row: _at(row, "assistant").update(content=5)),
    "bad-weight": _mutation(lambda row: _at(row, "assistant").update(weight=0.5)),
    "last-message-not-assistant": _mutation(
        lambda row: row["messages"].append({"role": "user", "content": "and another thing"})
    ),
    "empty-assistant-message": _mutation(lambda row: _at(row, "assistant").update(content=" ")),
    "replacement-character": _mutation(lambda row: _at(row, "user").update(content="caf\ufffd")),
    "mojibake": _mutation(lambda row: _at(row, "user").update(content="Ã¼ber den FluÃŸ")),
    "leftover-placeholder": _mutation(
        lambda row: _at(row, "assistant").update(content="Dear {{name}}, yes")
    ),
    "control-character": _mutation(lambda row: _at(row, "user").update(content="bell\x07 rings")),
}
"""What is done to a sound chat, by the rule that has to notice."""

TOOL_MUTATIONS: dict[str, Callable[[Row], Row]] = {
    "arguments-not-json": _mutation(
        lambda row: _calls(row)["function"].update(arguments="{city: Porto}")
    ),
    "arguments-do-not-fit-the-tool": _mutation(
        lambda row: _calls(row)["function"].update(arguments='{"city": 5}')
    ),
    "undeclared-tool": _mutation(lambda row: _calls(row)["function"].update(name="another_name_9")),
    "unknown-tool-reply": _mutation(
        lambda row: _at(row, "tool").update(tool_call_id="call_of_nobody")
    ),
    "unanswered-call": _mutation(lambda row: row["messages"].remove(_at(row, "tool"))),
    "bad-function-name": _mutation(
        lambda row: row["tools"][0]["function"].update(name="get weather!")
    ),
}
"""The same for a chat that calls a tool."""
