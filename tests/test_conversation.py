"""Rows of all formats become chats or preferences by way of conversations; losses have names."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.rows import chats, preferences
from test_foreign_formats import OURS, ROWS

from dslint.checks import shape
from dslint.formats import FORMATS, of_row
from dslint.formats.content import Unconvertible
from dslint.formats.conversation import LOSSES
from dslint.formats.reading import read, write

Row = dict[str, Any]

ASKED = {"role": "user", "content": "Does the ferry run on Sundays?"}
YES = {"role": "assistant", "content": "Yes, hourly from nine."}
NO = {"role": "assistant", "content": "No idea."}
BRIEF = {"role": "system", "content": "Be brief."}
PARAMETERS = {"type": "object", "properties": {"day": {"type": "string"}}}
FERRIES = {"name": "ferries", "description": "Departures of a day", "parameters": PARAMETERS}
TOOL = {"type": "function", "function": FERRIES}
ARGUMENTS = '{"day": "Sunday", "at": 1}'
CALL = f'{{"name": "ferries", "arguments": {ARGUMENTS}}}'


def called(number: int = 1, arguments: str = ARGUMENTS) -> Row:
    function = {"name": "ferries", "arguments": arguments}
    return {"id": f"call_{number:04}", "type": "function", "function": function}


def calls(*numbers: int) -> Row:
    return {"role": "assistant", "tool_calls": [called(number) for number in numbers]}


def reply(number: int, text: str = "hourly") -> Row:
    return {"role": "tool", "tool_call_id": f"call_{number:04}", "content": text}


def said(speaker: str, text: str) -> Row:
    return {"from": speaker, "value": text}


def piece(kind: str, value: str) -> Row:
    return {"type": kind, "value": value}


def converted(row: Row, to: str = "chat") -> tuple[Row, set[str]]:
    """Return what becomes of a row, and what is lost; the row itself must stay as it is."""
    before = copy.deepcopy(row)
    found = read(row, FORMATS[of_row(row)])
    out = write(found, FORMATS[to])
    assert row == before
    assert shape.is_valid(to, out)
    assert found.lost <= LOSSES.keys()
    return out, found.lost


@given(row=chats())
def test_a_chat_is_read_and_written_as_it_is(row: Row) -> None:
    assert converted(row) == (row, set())


@given(row=preferences())
def test_a_preference_is_read_and_written_as_it_is(row: Row) -> None:
    assert converted(row, "preference") == (row, set())


@given(row=chats())
def test_what_a_chat_is_in_bedrocks_words_comes_back(row: Row) -> None:
    """What Converse has no word for is left out of the chat first: weights, ids of one's own."""
    messages: list[Row] = []
    for each in row["messages"]:
        each.pop("weight", None)
        blocks: list[Row] = [{"text": each["content"]}] if each.get("content") else []
        for call in each.get("tool_calls", ()):
            function = call["function"]
            use = {"toolUseId": call["id"], "name": function["name"]}
            blocks.append({"toolUse": {**use, "input": json.loads(function["arguments"])}})
        if each["role"] == "tool":
            result = {"toolUseId": each["tool_call_id"], "content": blocks}
            messages.append({"role": "user", "content": [{"toolResult": result}]})
        elif each["role"] != "system":
            messages.append({"role": each["role"], "content": blocks})
        if each.get("tool_calls"):
            each.pop("content", None)
    foreign: Row = {"schemaVersion": "bedrock-conversation-2024", "messages": messages}
    if row["messages"][0]["role"] == "system":
        foreign["system"] = [{"text": row["messages"][0]["content"]}]
    if "tools" in row:
        functions = [tool["function"] for tool in row["tools"]]
        specs = [
            {**function, "inputSchema": {"json": function["parameters"]}} for function in functions
        ]
        for spec in specs:
            del spec["parameters"]
        foreign["toolConfig"] = {"tools": [{"toolSpec": spec} for spec in specs]}
    row.pop("parallel_tool_calls", None)
    assert converted(foreign) == (row, set())


@pytest.mark.parametrize(
    ("row", "messages"),
    [
        ({"prompt": "Where?", "completion": "Here."}, [("user", "Where?"), ("assistant", "Here.")]),
        ({"text": "It leaves at nine."}, [("assistant", "It leaves at nine.")]),
        (
            {"instruction": "Name one.", "input": "In Wales", "output": "Milford", "system": "Be."},
            [("system", "Be."), ("user", "Name one.\nIn Wales"), ("assistant", "Milford")],
        ),
        (
            {"instruction": "And?", "input": "", "output": "Neyland", "history": [["Hi", "Ho"]]},
            [("user", "Hi"), ("assistant", "Ho"), ("user", "And?"), ("assistant", "Neyland")],
        ),
        (
            {"conversation": [{"system": "Be.", "input": "Hi", "output": "Ho"}]},
            [("system", "Be."), ("user", "Hi"), ("assistant", "Ho")],
        ),
        (
            {"system": "", "conversations": [said("human", "Hi"), said("gpt", "Ho")]},
            [("user", "Hi"), ("assistant", "Ho")],
        ),
        ({"system": "Be.", "messages": [ASKED]}, [("system", "Be."), ("user", ASKED["content"])]),
        (
            {"prompt": [ASKED], "completion": "Yes."},
            [("user", ASKED["content"]), ("assistant", "Yes.")],
        ),
        (
            {"prompt": "Where?", "completion": "Here.", "label": True},
            [("user", "Where?"), ("assistant", "Here.")],
        ),
        (
            {"segments": [{"label": False, "text": "Q"}, {"label": True, "text": "A"}]},
            [("user", "Q"), ("assistant", "A")],
        ),
        (
            {
                "systemInstruction": {"parts": [{"text": "Be."}]},
                "contents": [
                    {"role": "user", "parts": [{"text": "Hi"}]},
                    {"role": "model", "parts": [{"text": "Ho"}]},
                ],
            },
            [("system", "Be."), ("user", "Hi"), ("assistant", "Ho")],
        ),
    ],
)
def test_a_row_of_any_format_becomes_a_chat(row: Row, messages: list[tuple[str, str]]) -> None:
    chat = {"messages": [{"role": role, "content": text} for role, text in messages]}
    assert converted(row) == (chat, set())


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": [ASKED], "chosen": [YES], "rejected": [NO]},
        {"prompt": ASKED["content"], "chosen": YES["content"], "rejected": NO["content"]},
        {"chosen": [ASKED, YES], "rejected": [ASKED, NO]},
        {"instruction": ASKED["content"], "chosen": YES["content"], "rejected": NO["content"]},
        {
            "input": {"messages": [ASKED]},
            "preferred_completion": [YES],
            "non_preferred_output": [NO],
        },
        {
            "conversations": [said("human", ASKED["content"])],
            "chosen": said("gpt", YES["content"]),
            "rejected": said("gpt", NO["content"]),
        },
        {
            "chosen_messages": [
                {"role": "user", "content": [piece("text", ASKED["content"])], "loss_weight": 0.0},
                {
                    "role": "assistant",
                    "content": [piece("text", YES["content"])],
                    "loss_weight": 1.0,
                },
            ],
            "rejected_messages": [
                {"role": "user", "content": [piece("text", ASKED["content"])], "loss_weight": 0.0},
                {
                    "role": "assistant",
                    "content": [piece("text", NO["content"])],
                    "loss_weight": 1.0,
                },
            ],
        },
    ],
)
def test_a_pair_of_any_format_becomes_a_preference_or_a_chat_that_loses_one(row: Row) -> None:
    pair = {
        "input": {"messages": [ASKED]},
        "preferred_output": [YES],
        "non_preferred_output": [NO],
    }
    assert converted(row, "preference") == (pair, set())
    assert converted(row) == ({"messages": [ASKED, YES]}, {"rejected"})


def test_calls_that_are_turns_get_ids_and_replies_that_refer_to_them() -> None:
    row = {
        "tools": json.dumps([FERRIES]),
        "conversations": [
            said("human", ASKED["content"]),
            said("function_call", CALL),
            said("observation", "hourly"),
            said("function_call", f"[{CALL}, {CALL}]"),
            said("observation", '["hourly", {"from": 9}]'),
            said("gpt", YES["content"]),
        ],
    }
    chat = {
        "messages": [
            *(ASKED, calls(1), reply(1), calls(2, 3), reply(2), reply(3, '{"from": 9}'), YES)
        ],
        "tools": [TOOL],
    }
    assert converted(row) == (chat, set())


def test_reasoning_and_calls_that_are_parts_are_taken_out_of_the_content() -> None:
    parts = [piece("reasoning", "Sundays…"), piece("text", "Let me see."), piece("tool_call", CALL)]
    row = {
        "messages": [
            {"role": "user", "content": [piece("text", ASKED["content"])], "loss_weight": 0},
            {"role": "assistant", "content": parts, "loss_weight": 0.0},
            {"role": "tool", "content": [piece("text", "hourly")]},
            {"role": "assistant", "content": [piece("text", YES["content"])], "loss_weight": 1},
        ]
    }
    said_and_called = {
        **calls(1),
        "content": "Let me see.",
        "reasoning_content": "Sundays…",
        "weight": 0,
    }
    assert converted(row) == ({"messages": [ASKED, said_and_called, reply(1), YES]}, set())


def test_replies_find_their_calls_by_name() -> None:
    tides = {"type": "function", "function": {"name": "tides", "arguments": {}}}
    ferries = {"type": "function", "function": {"name": "ferries", "arguments": {"day": "Sunday"}}}
    row = {
        "messages": [
            {"role": "assistant", "tool_calls": [ferries, tides]},
            {"role": "tool", "name": "tides", "content": "high"},
            {"role": "tool", "name": "ferries", "content": "hourly"},
        ]
    }
    chat, _ = converted(row)
    assert chat["messages"][1:] == [reply(2, "high"), reply(1)]
    assert [each["function"]["arguments"] for each in chat["messages"][0]["tool_calls"]] == [
        *('{"day": "Sunday"}', "{}")
    ]


def test_ids_that_are_there_stay_and_are_not_given_again() -> None:
    own = {**called(1), "id": "call_0001"}
    none = {key: each for key, each in called(1).items() if key != "id"}
    row = {"messages": [ASKED, {"role": "assistant", "tool_calls": [none, own]}, YES]}
    chat, _ = converted(row)
    assert [each["id"] for each in chat["messages"][1]["tool_calls"]] == ["call_0002", "call_0001"]


def test_functions_of_old_become_tools() -> None:
    row = {
        "messages": [
            ASKED,
            {"role": "assistant", "content": None, "function_call": called()["function"]},
            {"role": "function", "name": "ferries", "content": "hourly"},
            YES,
        ],
        "functions": [FERRIES],
    }
    chat = {
        "messages": [ASKED, {**calls(1), "content": None}, reply(1), YES],
        "tools": [TOOL],
    }
    assert converted(row) == (chat, set())


@pytest.mark.parametrize(
    "tool",
    [
        FERRIES,
        {"type": "function", **FERRIES},
        {"function": FERRIES},
        {"name": "ferries", "description": "Departures of a day", "inputSchema": PARAMETERS},
        {"name": "ferries", "description": "Departures of a day", "input_schema": PARAMETERS},
    ],
)
@pytest.mark.parametrize("written", [False, True])
def test_tools_of_any_shape_become_function_tools(tool: Row, written: bool) -> None:
    row = {"messages": [ASKED, YES], "tools": json.dumps([tool]) if written else [tool]}
    assert converted(row) == ({"messages": [ASKED, YES], "tools": [TOOL]}, set())


def test_a_whole_number_of_any_length_stays_exact_in_arguments() -> None:
    value = '{"name": "track", "arguments": {"parcel": 12345678901234567890123}}'
    chat, _ = converted({"conversations": [said("human", "?"), said("function_call", value)]})
    arguments = chat["messages"][1]["tool_calls"][0]["function"]["arguments"]
    assert arguments == '{"parcel": 12345678901234567890123}'


LOGGED = {
    "custom_id": "7",
    "request": {
        "model": "gpt-4.1",
        "messages": [ASKED],
        "tools": [TOOL],
        "parallel_tool_calls": False,
    },
    "response": {
        "status_code": 200,
        "body": {
            "id": "chatcmpl-7",
            "choices": [{"message": {**YES, "refusal": None, "annotations": []}}],
            "usage": {"total_tokens": 40},
        },
    },
}

PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/pier.jpg"}}


def test_pictures_beside_the_messages_are_put_where_they_are_meant() -> None:
    row = {
        "messages": [{"role": "user", "content": "<image>Which pier?"}, YES],
        "images": ["https://example.com/pier.jpg"],
    }
    parts = [PICTURE, {"type": "text", "text": "Which pier?"}]
    assert converted(row) == ({"messages": [{"role": "user", "content": parts}, YES]}, set())


@pytest.mark.parametrize(
    ("part", "beside"),
    [
        ({"type": "image"}, ["https://example.com/pier.jpg"]),
        ({"type": "image"}, [{"bytes": None, "path": "https://example.com/pier.jpg"}]),
        ({"type": "image", "url": "https://example.com/pier.jpg"}, []),
    ],
)
def test_pictures_of_trainers_stand_in_parts(part: Row, beside: list[Any]) -> None:
    said = {"type": "text", "text": "Which pier?"}
    row = {"messages": [{"role": "user", "content": [part, said]}, YES], "images": beside}
    asked = {"role": "user", "content": [PICTURE, said]}
    assert converted(row) == ({"messages": [asked, YES]}, set())


def test_the_steps_of_an_answer_are_its_parts() -> None:
    row = {"prompt": "Sundays?", "completions": ["It is Sunday.", "Yes."], "labels": [True, True]}
    chat, lost = converted(row)
    steps = [{"type": "text", "text": each} for each in row["completions"]]
    assert (chat["messages"][1]["content"], lost) == (steps, set())


def test_a_question_may_stand_beside_its_two_answers() -> None:
    row = {"system": "Be brief.", "question": "Sundays?", "chosen": "Yes.", "rejected": "No."}
    pair, lost = converted(row, "preference")
    assert [each["content"] for each in pair["input"]["messages"]] == ["Be brief.", "Sundays?"]
    assert lost == set()


@pytest.mark.parametrize(
    ("row", "lost"),
    [
        ({"messages": [ASKED, YES], "id": 7}, {"extra-keys"}),
        ({"messages": [ASKED, YES], "weight": 0.5}, {"weights"}),
        ({"prompt": "Where?", "completion": "Here.", "source": "log"}, {"extra-keys"}),
        ({"instruction": "?", "output": "!", "score": 0}, {"extra-keys"}),
        ({"conversations": [{**said("human", "?"), "mood": "glad"}]}, {"extra-keys"}),
        ({"conversations": [{**said("human", "?"), "weight": 1}]}, {"weights"}),
        ({"conversations": [said("human", "?")], "source": "", "tags": [], "note": None}, set()),
        ({"messages": [{"role": "user", "content": [piece("image_url", "a.jpg")]}]}, {"images"}),
        ({"messages": [{"role": "user", "content": [piece("video_url", "a.mp4")]}]}, {"media"}),
        (
            {"messages": [{"role": "user", "content": [piece("text", "?")], "loss_weight": 0.5}]},
            {"weights"},
        ),
        (
            {"messages": [{"role": "user", "content": "<video>?"}, YES], "videos": ["a.mp4"]},
            {"media"},
        ),
        ({"messages": [{"role": "user", "content": "<image>?"}, YES], "images": ["a"]}, {"images"}),
        (
            {
                "contents": [{"role": "user", "parts": [{"text": "?"}]}],
                "completions": [
                    {"score": 1, "completion": {"role": "model", "parts": [{"text": "a"}]}},
                    {"score": 0.5, "completion": {"role": "model", "parts": [{"text": "b"}]}},
                ],
            },
            {"rejected", "scores"},
        ),
    ],
)
def test_what_a_chat_cannot_hold_is_named(row: Row, lost: set[str]) -> None:
    assert converted(row)[1] == lost


@pytest.mark.parametrize(
    ("row", "to", "why"),
    [
        ({"messages": []}, "chat", "nothing is said in it"),
        ({"prompt": "Where?"}, "chat", "it has no completion"),
        ({"prompt": [ASKED]}, "chat", "it has no answer"),
        ({"prompt": "?", "completion": "!", "label": False}, "chat", "labelled as a bad one"),
        (
            {"prompt": "?", "completions": ["Hm.", "!"], "labels": [True, False]},
            *("chat", "labelled as a bad one"),
        ),
        ({"messages": [ASKED, YES]}, "preference", "two answers"),
        ({"prompt": "?", "chosen": [YES, YES], "rejected": "!"}, "preference", "2 messages"),
        ({"conversations": [said("human", "?"), "!"]}, "chat", "of `conversations` is no object"),
        ({"conversations": [said("function_call", "ferries()")]}, "chat", "`function_call` is no"),
        ({"conversations": [said("observation", "hourly")]}, "chat", "nothing was called"),
        (
            {
                "conversations": [
                    said("function_call", f"[{CALL}, {CALL}]"),
                    said("observation", "9"),
                ]
            },
            *("chat", "2 calls have one answer"),
        ),
        ({"conversations": [said("human", "?")], "tools": "none"}, "chat", "no JSON list"),
        ({"messages": [ASKED], "tools": [7]}, "chat", "a tool is no object"),
        ({"messages": [ASKED], "tools": [{"type": "retrieval"}]}, "chat", "a tool has no name"),
        ({"instruction": "?", "output": "!", "history": ["Hi"]}, "chat", "`history`"),
        ({"messages": [{"role": "user", "content": "?"}, YES], "images": ["a"]}, "chat", "0 times"),
        ({"custom_id": "1", "url": "/v1", "body": {}}, "chat", "nothing is said in it"),
        ({"custom_id": "1", "url": "/v1", "body": {"messages": [ASKED]}}, "chat", "no answer"),
        ({"choices": [{"message": YES}]}, "chat", "an answer and no question: --join"),
        ({**LOGGED, "error": {"code": "batch_expired"}}, "chat", "its request failed"),
    ],
)
def test_what_cannot_be_converted_says_why(row: Row, to: str, why: str) -> None:
    with pytest.raises(Unconvertible, match=why):
        write(read(row, FORMATS[of_row(row)]), FORMATS[to])


def test_a_request_and_its_answer_become_a_chat() -> None:
    chat = {"messages": [ASKED, YES], "tools": [TOOL], "parallel_tool_calls": False}
    assert converted(LOGGED) == (chat, set())


def test_of_several_answers_to_a_request_the_first_is_the_chats() -> None:
    row = {"messages": [ASKED], "choices": [{"message": YES}, {"message": NO}]}
    assert converted(row) == ({"messages": [ASKED, YES]}, {"choices"})


def test_the_documentation_names_every_loss_and_every_format() -> None:
    page = (Path(__file__).parent.parent / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [f"| `{name}` | {said} |" for name, said in LOSSES.items()] == [
        line
        for line in page.splitlines()
        if line.startswith("| `") and line[3:].split("`")[0] in LOSSES
    ]
    assert [name for name, each in FORMATS.items() if each.write and f"`{name}`" not in page] == []


LEAVES: tuple[Any, ...] = (
    *(None, True, 0, 0.5, "", "user", "assistant", "tool", "human", "gpt", "function_call", "x"),
    *("<image>", CALL, "[1]", "text", "image_url", "tool_call", "model", "function", [], {}),
    *([None], [[]], ["x"], {"role": "tool"}, {"type": "reasoning"}, [{"toolUse": {}}], [TOOL]),
)
EVERY: list[Row] = [
    *(row for rows in ROWS.values() for row in rows),
    *OURS,
    {"messages": [ASKED, {**calls(1), "weight": 1, "name": "x"}, reply(1), YES], "tools": [TOOL]},
    {
        "conversations": [
            said("human", "?"),
            said("function_call", CALL),
            said("observation", "!"),
        ],
        "tools": json.dumps([FERRIES]),
        "images": [],
    },
    {"messages": [{"role": "assistant", "content": [piece("tool_call", CALL), piece("text", "")]}]},
    {
        "messages": [{"role": "assistant", "content": [{"toolUse": {"name": "x", "input": {}}}]}],
        "toolConfig": {"tools": [{"toolSpec": {"name": "x"}}]},
    },
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each list or object inside a value with each of its indices or keys."""
    inside = list(value.items()) if type(value) is dict else list(enumerate(value))
    for key, each in inside:
        yield value, key
        if type(each) in (dict, list):
            yield from places(each)


@given(data=st.data(), to=st.sampled_from([name for name, each in FORMATS.items() if each.write]))
@settings(max_examples=600, deadline=None)
def test_odd_rows_are_refused_and_nothing_else_happens(data: st.DataObject, to: str) -> None:
    row = copy.deepcopy(data.draw(st.sampled_from(EVERY)))
    format = of_row(row)
    for _ in range(data.draw(st.integers(1, 2))):
        holder, key = data.draw(st.sampled_from(list(places(row))))
        holder[key] = copy.deepcopy(data.draw(st.sampled_from(LEAVES)))
    with suppress(Unconvertible):
        write(read(row, FORMATS[format]), FORMATS[to])
