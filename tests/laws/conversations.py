"""Chats with all that a chat can hold, and pairs of answers: what is written in every format."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from laws.rows import names, texts

Row = dict[str, Any]

said = texts | st.sampled_from(["", "two\nlines", "[1, 2]", '{"a": 1}', '"quoted"', "  spaced  "])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | texts,
    lambda each: (
        st.lists(each, max_size=2) | st.dictionaries(st.sampled_from("abc"), each, max_size=2)
    ),
    max_leaves=4,
)
arguments = st.dictionaries(names, values, max_size=3).map(
    lambda found: json.dumps(found, ensure_ascii=False)
)
urls = st.sampled_from(
    [
        "https://example.com/pier.jpg",
        "https://example.com/pier?size=small",
        "data:image/png;base64,iVBORw0KGgo=",
        "s3://harbour/pier.png",
        "gs://harbour/pier.webp",
    ]
)


@st.composite
def pictures(draw: st.DrawFn) -> Row:
    found: Row = {"url": draw(urls)}
    if draw(st.booleans()):
        found["detail"] = draw(st.sampled_from(["low", "high"]))
    return {"type": "image_url", "image_url": found}


written = said.map(lambda each: {"type": "text", "text": each})


@st.composite
def parameters(draw: st.DrawFn) -> Row:
    """A JSON Schema: perhaps with what only some formats can say."""
    kinds = st.sampled_from(["string", "integer", ["string", "null"]])
    found: Row = {
        "type": "object",
        "properties": {
            name: {"type": draw(kinds), "description": draw(texts)}
            for name in draw(st.lists(names, max_size=2, unique=True))
        },
    }
    if draw(st.booleans()):
        found["properties"]["kind"] = {"type": "array", "items": {"type": "string"}}
    if draw(st.integers(0, 3)) == 0:
        found["additionalProperties"] = False
    return found


@st.composite
def tools(draw: st.DrawFn) -> Row:
    function: Row = {"name": draw(names)}
    if draw(st.booleans()):
        function["description"] = draw(texts)
    if draw(st.integers(0, 3)):
        function["parameters"] = draw(parameters())
    if draw(st.integers(0, 3)) == 0:
        function["strict"] = draw(st.booleans())
    return {"type": "function", "function": function}


def _extras(draw: st.DrawFn, message: Row, plain: bool) -> Row:
    """Give a message, now and then, what few formats have: a name, a weight, reasoning."""
    if plain:
        return message
    if draw(st.integers(0, 5)) == 0:
        message["name"] = draw(names)
    if message["role"] == "assistant":
        if draw(st.integers(0, 3)) == 0:
            message["weight"] = draw(st.sampled_from([0, 1]))
        if draw(st.integers(0, 3)) == 0:
            key = draw(st.sampled_from(["reasoning_content", "reasoning", "thinking"]))
            message[key] = draw(texts)
    return message


def _content(draw: st.DrawFn, role: str, plain: bool) -> Any:
    if plain or draw(st.integers(0, 3)):
        return draw(said if not plain else texts)
    part = written | pictures() if role == "user" else written
    return draw(st.lists(part, min_size=1, max_size=3))


@st.composite
def answers(draw: st.DrawFn, plain: bool = False) -> Row:
    message: Row = {"role": "assistant", "content": _content(draw, "assistant", plain)}
    if not plain and draw(st.integers(0, 9)) == 0:
        message |= {"content": None, "refusal": draw(texts)}
    return _extras(draw, message, plain)


@st.composite
def exchanged(draw: st.DrawFn, name: str, plain: bool, ids: list[str]) -> list[Row]:
    """A message with calls, perhaps several at once, and the replies to them."""
    calls = []
    for _ in range(draw(st.integers(1, 3))):
        usual = f"call_{len(ids) + 1:04}"
        ids.append(usual if plain or draw(st.booleans()) else f"id-{len(ids)}")
        function = {"name": name, "arguments": draw(arguments)}
        calls.append({"id": ids[-1], "type": "function", "function": function})
    message: Row = {"role": "assistant", "tool_calls": calls}
    if not plain and draw(st.integers(0, 3)) == 0:
        message["content"] = draw(st.none() | texts)
    replies: list[Row] = [
        {"role": "tool", "tool_call_id": each["id"], "content": _content(draw, "tool", plain)}
        for each in calls
    ]
    if not plain and draw(st.integers(0, 3)) == 0:
        replies.reverse()
    if not plain and draw(st.integers(0, 3)) == 0:
        for each in replies:
            each["name"] = name
    return [_extras(draw, message, plain), *replies]


@st.composite
def talks(draw: st.DrawFn, plain: bool = False, tooled: bool = True) -> Row:
    """A chat that ends on the assistant. A plain one has texts only, and ids as dslint gives them:
    what a format that knows tools can hold without a loss.
    """
    messages: list[Row] = []
    if draw(st.booleans()):
        roles = ["system"] if plain else ["system", "system", "developer"]
        message = {"role": draw(st.sampled_from(roles)), "content": draw(texts)}
        messages.append(_extras(draw, message, plain))
    row: Row = {"messages": messages}
    known = draw(st.lists(tools(), max_size=2)) if tooled and not plain else []
    if tooled and plain and draw(st.booleans()):
        shape = {"type": "object", "properties": {"city": {"type": "string"}}}
        function = {"name": draw(names), "description": draw(texts), "parameters": shape}
        known = [{"type": "function", "function": function}]
    if known:
        row["tools"] = known
        if not plain and draw(st.integers(0, 3)) == 0:
            row["parallel_tool_calls"] = draw(st.booleans())
    ids: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        for _ in range(1 if plain else draw(st.sampled_from([1, 1, 1, 2]))):
            asked: Row = {"role": "user", "content": _content(draw, "user", plain)}
            messages.append(_extras(draw, asked, plain))
        calls = draw(st.booleans())
        if known and calls:
            messages += draw(exchanged(known[0]["function"]["name"], plain, ids))
        messages.append(draw(answers(plain)))
    return row


@st.composite
def paired(draw: st.DrawFn, plain: bool = False) -> Row:
    """A pair of answers to a chat."""
    talk = draw(talks(plain))
    last = talk["messages"].pop()
    last.pop("weight", None)
    other = draw(answers(plain))
    other.pop("weight", None)
    return {"input": talk, "preferred_output": [last], "non_preferred_output": [other]}
