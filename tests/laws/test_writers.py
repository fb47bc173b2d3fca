"""Every format is written, too: what is written is read as it was, but for the losses named."""

from __future__ import annotations

import copy
import json
from itertools import count
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from laws.conversations import paired, talks

from dslint.formats import FORMATS, of_row
from dslint.formats.content import Unconvertible
from dslint.formats.conversation import LOSSES
from dslint.formats.reading import read, write

Row = dict[str, Any]

WRITTEN = [name for name, each in FORMATS.items() if each.write]
PAIRS = [name for name in WRITTEN if FORMATS[name].family == "preference"] + ["preference"]
TASKS = ["reinforcement", "trl-prompt"]
LABELLED = ["trl-kto", "llamafactory-kto"]
CHATS = [name for name in WRITTEN if name not in (*PAIRS, *TASKS, *LABELLED)]
TOOLED = [
    *("chat", "conversations", "sharegpt", "llamafactory-v1", "llamafactory-media"),
    *("bedrock-converse", "vertex", "trl-completion"),
]
"""Formats whose rows call tools."""
SINGLE = ["completion", "text"]
"""Formats of one answer, or of one text alone."""

REASONING = ("reasoning_content", "reasoning", "thinking")


def converted(row: Row, of: str, to: str) -> tuple[Row, set[str]]:
    """Return a row in another format and what that lost; the row itself must stay as it is."""
    before = copy.deepcopy(row)
    found = read(row, FORMATS[of])
    out = write(found, FORMATS[to])
    assert row == before
    assert found.lost <= LOSSES.keys()
    return json.loads(json.dumps(out)), found.lost


def parts(message: Row, lost: set[str]) -> list[Row]:
    """Return what a message says as parts, without those that say nothing."""
    content = message.get("content")
    listed: list[Row] = (
        content if type(content) is list else [{"type": "text", "text": content or ""}]
    )
    if "refusals" in lost and content is None and "refusal" in message:
        listed = [{"type": "text", "text": message["refusal"]}]
    if "remarks" in lost and message.get("tool_calls"):
        listed = []
    out: list[Row] = []
    for part in listed:
        if part["type"] == "image_url":
            where = part["image_url"]
            keys = ("url",) if "extra-keys" in lost else ("url", "detail")
            kept = {key: where[key] for key in keys if key in where}
            if "images" not in lost:
                out.append({"type": "image_url", "image_url": kept})
        elif "parts" in lost and part["text"] and out and out[-1]["type"] == "text":
            out[-1] = {"type": "text", "text": out[-1]["text"] + "\n" + part["text"]}
        elif part["text"]:
            out.append(dict(part))
    return out


def tool(found: Row, lost: set[str]) -> Row:
    function = {key: each for key, each in found["function"].items() if each is not None}
    function.setdefault("parameters", {"type": "object", "properties": {}})
    if "extra-keys" in lost:
        known = ("name", "description", "parameters")
        function = {key: function[key] for key in known if key in function}
    if "schemas" in lost:
        function["parameters"] = sorted(function["parameters"].get("properties", ()))
    return {**found, "function": function}


def calls(message: Row) -> list[Row]:
    return [
        {**each, "function": {**each["function"], "arguments": json.loads(args)}}
        for each in message.get("tool_calls", ())
        for args in [each["function"]["arguments"]]
    ]


def alike(row: Row, lost: set[str]) -> Row:
    """Return what is left of a chat: the same before and after, unless something was lost that is
    not named. How reasoning is spelled, how arguments are spaced, what says no more than nothing,
    which of its two names the system has, and names that only repeat what was called don't count.
    """
    messages: list[Row] = []
    ids: dict[str, str] = {}
    numbers = count(10_000)
    called: dict[str, str] = {}
    for each in row["messages"]:
        called |= {call["id"]: call["function"]["name"] for call in each.get("tool_calls") or ()}
        if each["role"] == "tool" and each.get("name") == called.get(each["tool_call_id"]):
            each = {key: value for key, value in each.items() if key != "name"}
        left: Row = {"role": each["role"], "content": parts(each, lost)}
        if left["role"] == "developer":
            left["role"] = "system"
        for key, loss in (("name", "names"), ("refusal", "refusals")):
            if each.get(key) is not None and loss not in lost:
                left[key] = each[key]
        usual = 1 if each["role"] == "assistant" else 0
        if each.get("weight", usual) != usual and "weights" not in lost:
            left["weight"] = each["weight"]
        thought = [each[key] for key in REASONING if each.get(key)]
        if thought and "reasoning" not in lost:
            left["reasoning"] = thought
        if each.get("tool_calls"):
            left["calls"] = calls(each)
        if "tool_call_id" in each:
            left["answers"] = each["tool_call_id"]
        if "tool-ids" in lost:
            for call in left.get("calls", ()):
                ids[call["id"]] = str(next(numbers))
                call["id"] = ids[call["id"]]
            if "answers" in left:
                left["answers"] = ids[left["answers"]]
        messages.append(left)
    if "tool-ids" in lost:
        messages = ordered(messages)
    if "turns" in lost:
        messages = merged(messages)
    found: Row = {"messages": messages}
    if row.get("tools") and "tools" not in lost:
        found["tools"] = [tool(each, lost) for each in row["tools"]]
    if row.get("parallel_tool_calls") is False and "extra-keys" not in lost:
        found["parallel_tool_calls"] = False
    return found


def ordered(messages: list[Row]) -> list[Row]:
    """Return messages with each run of replies in the order of their calls."""
    out: list[Row] = []
    run: list[Row] = []
    for each in [*messages, {"role": "end"}]:
        if "answers" in each:
            run.append(each)
            continue
        out += sorted(run, key=lambda said: int(said["answers"]))
        run = []
        out.append(each)
    return out[:-1]


def merged(messages: list[Row]) -> list[Row]:
    """Return messages with those of one speaker in a row as one, whatever stands between them."""
    out: list[Row] = []
    for each in messages:
        if out and out[-1]["role"] == each["role"] != "tool":
            before = out[-1]
            whole = {**before, **each, "content": before["content"] + each["content"]}
            whole["calls"] = before.get("calls", []) + each.get("calls", [])
            out[-1] = {key: value for key, value in whole.items() if value or key == "content"}
        else:
            out.append(each)
    for each in out:
        texts = [part["text"] for part in each["content"] if "text" in part]
        rest = [part for part in each["content"] if "text" not in part]
        each["content"] = [" ".join(" ".join(texts).split()), *rest]
    return out


@pytest.mark.parametrize("to", CHATS)
@given(talk=talks())
@settings(max_examples=15, deadline=None)
def test_a_chat_comes_back_from_every_format_up_to_what_is_named(to: str, talk: Row) -> None:
    try:
        row, lost = converted(talk, "chat", to)
    except Unconvertible:
        return
    back, late = converted(row, to, "chat")
    lost |= late
    if to == "completion" and "roles" in lost:
        return
    assert alike(back, lost) == alike(talk, lost)


@pytest.mark.parametrize("to", CHATS)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_plain_chat_comes_back_from_every_format_whole(to: str, data: st.DataObject) -> None:
    talk = data.draw(talks(plain=True, tooled=to in TOOLED))
    if to in ("completion", "text", "axolotl-input-output"):
        talk["messages"] = [each for each in talk["messages"] if each["role"] != "system"]
        if to == "completion":
            del talk["messages"][2:]
        elif to == "text":
            del talk["messages"][:-1]
    row, lost = converted(talk, "chat", to)
    assert lost == set()
    assert of_row(row) == to or (to, of_row(row)) == ("bedrock-claude", "chat")
    assert alike(converted(row, to, "chat")[0], set()) == alike(talk, set())


@pytest.mark.parametrize("to", PAIRS)
@given(pair=paired())
@settings(max_examples=15, deadline=None)
def test_a_pair_comes_back_from_every_format_up_to_what_is_named(to: str, pair: Row) -> None:
    try:
        row, lost = converted(pair, "preference", to)
        back, late = converted(row, to, "preference")
    except Unconvertible:
        return
    lost |= late
    assume("turns" not in lost)
    for side in ("preferred_output", "non_preferred_output"):
        whole = [
            {**each["input"], "messages": each["input"]["messages"] + each[side]}
            for each in (pair, back)
        ]
        assert alike(whole[1], lost) == alike(whole[0], lost)


@pytest.mark.parametrize("to", PAIRS)
@given(pair=paired(plain=True))
@settings(max_examples=10, deadline=None)
def test_a_plain_pair_is_known_for_what_it_is(to: str, pair: Row) -> None:
    if to == "alpaca-preference":
        assume("tools" not in pair["input"])
    if to == "llamafactory-v1-preference":
        assume(pair["preferred_output"] != pair["non_preferred_output"])
    row, lost = converted(pair, "preference", to)
    assert (of_row(row), lost) == (to, set())


@pytest.mark.parametrize("name", WRITTEN)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_what_is_written_is_read_and_written_as_it_is(name: str, data: st.DataObject) -> None:
    made = data.draw(paired() if name in PAIRS else talks())
    of = "preference" if name in PAIRS else "chat"
    if name in TASKS:
        made["messages"].pop()
        of = "reinforcement"
        made["answer"] = {"text": "nine", "points": 2}
    if name in LABELLED:
        made = {**made, "label": data.draw(st.booleans())}
        made.pop("parallel_tool_calls", None)
        of = "llamafactory-kto"
    try:
        row, _ = converted(made, of, name)
    except Unconvertible:
        return
    again, lost = converted(row, name, name)
    assert again == row
    assert lost == set()
