"""Foreign shapes are known by name, and read as OpenAI's messages that still point into the row."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.formats.foreign import FOREIGN
from dslint.formats.openai import CHAT, COMPLETION, PREFERENCE, REINFORCEMENT
from dslint.formats.shape import Format, Row
from dslint.resources import folder

BY_NAME = {each.name: each for each in FOREIGN}
OPENAI = (CHAT, COMPLETION, PREFERENCE, REINFORCEMENT)

ASKED = {"role": "user", "content": "Does the ferry run on Sundays?"}
YES = {"role": "assistant", "content": "Yes, hourly from nine."}
NO = {"role": "assistant", "content": "No idea."}
FERRIES = {
    "name": "ferries",
    "description": "Departures of a day",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
}
CALL = {"name": "ferries", "arguments": {"day": "Sunday"}}


def said(speaker: str, text: str) -> Row:
    return {"from": speaker, "value": text}


def piece(kind: str, value: str) -> Row:
    return {"type": kind, "value": value}


ROWS: dict[str, list[Row]] = {
    "sharegpt": [
        {"conversations": [said("human", "Hello"), said("gpt", "Hi, how can I help?")]},
        {"conversation": [said("human", "Hello")], "system": "Be brief.", "id": "a1"},
        {"conversations": [{"value": "whose words are these?"}]},
        {"conversations": []},
    ],
    "conversations": [{"conversations": [ASKED, YES], "id": 7}],
    "alpaca": [
        {"instruction": "Translate to Welsh.", "input": "Good morning", "output": "Bore da"},
        {"instruction": "Name a harbour.", "output": "Fishguard", "history": [["Hi", "Hello"]]},
    ],
    "alpaca-preference": [
        {
            "instruction": "Name a harbour.",
            "input": "",
            "chosen": "Fishguard",
            "rejected": "Cardigan",
        }
    ],
    "llamafactory-v1": [
        {"messages": [{"role": "user", "content": [piece("text", "Hi")], "loss_weight": 0.0}]},
        {"messages": [{"role": "user", "content": [piece("image_url", "pier.jpg")]}]},
    ],
    "llamafactory-v1-preference": [
        {
            "chosen_messages": [{"role": "assistant", "content": [piece("text", "Hourly.")]}],
            "rejected_messages": [{"role": "assistant", "content": [piece("text", "No.")]}],
        }
    ],
    "llamafactory-preference": [
        {
            "conversations": [said("human", "Does it run?")],
            "chosen": said("gpt", "Hourly."),
            "rejected": said("gpt", "No."),
        }
    ],
    "llamafactory-kto": [
        {"messages": [ASKED, YES], "label": True},
        {"messages": [ASKED, NO], "kto_tag": False},
    ],
    "llamafactory-media": [
        {"messages": [{"role": "user", "content": "<image>Where?"}, YES], "images": ["pier.jpg"]}
    ],
    "text": [{"text": "The ferry leaves at nine."}, {"text": "So it does.", "source": "log"}],
    "trl-completion": [
        {"prompt": [ASKED], "completion": [YES]},
        {"prompt": [ASKED], "completion": "Hourly."},
    ],
    "trl-preference": [
        {"prompt": [ASKED], "chosen": [YES], "rejected": [NO]},
        {"prompt": "Does it run?", "chosen": "Hourly.", "rejected": "No."},
        {"chosen": [ASKED, YES], "rejected": [ASKED, NO]},
        {"chosen": "Does it run? Hourly.", "rejected": "Does it run? No."},
        {"messages": [ASKED], "chosen": YES, "rejected": NO},
    ],
    "trl-kto": [
        {"prompt": [ASKED], "completion": [YES], "label": True},
        {"prompt": "Does it run?", "completion": "No.", "label": False},
    ],
    "trl-prompt": [{"prompt": [ASKED], "solution": "hourly"}],
    "trl-stepwise": [
        {"prompt": "Does it run?", "completions": ["It is Sunday.", "Yes."], "labels": [True, True]}
    ],
    "bedrock-converse": [
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": "Be brief."}],
            "messages": [
                {"role": "user", "content": [{"text": "Does it run?"}]},
                {"role": "assistant", "content": [{"text": "Hourly."}]},
            ],
        },
        {"messages": [{"role": "user", "content": [{"text": "Does it run?"}]}]},
        {"system": [{"text": "Be brief."}], "messages": []},
    ],
    "bedrock-claude": [{"system": "Be brief.", "messages": [ASKED, YES]}],
    "vertex": [
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "Does it run?"}]},
                {"role": "model", "parts": [{"text": "Hourly."}]},
            ],
        }
    ],
    "conversation-array": [
        {"conversation": [{"system": "Be brief.", "input": "Does it run?", "output": "Hourly."}]},
        {"conversations": [{"input": "Hi", "output": "Hello"}, {"input": "Bye", "output": "Bye!"}]},
    ],
    "axolotl-input-output": [
        {"segments": [{"label": False, "text": "Q: "}, {"label": True, "text": "A.</s>"}]}
    ],
    "openai-batch-input": [
        {
            "custom_id": "1",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "gpt-4.1", "messages": [ASKED], "temperature": 0},
        },
        {"custom_id": "1", "method": "POST", "url": "/v1/embeddings", "body": {"input": "pier"}},
    ],
    "openai-batch-output": [
        {
            "id": "b1",
            "custom_id": "1",
            "response": {"status_code": 200, "body": {"choices": [{"index": 0, "message": YES}]}},
            "error": None,
        },
        {"id": "b1", "custom_id": "1", "response": None, "error": {"code": "batch_expired"}},
    ],
    "openai-stored-completion": [
        {"id": "c1", "object": "chat.completion", "choices": [{"message": YES}]},
        {"choices": [{"message": YES}], "messages": [ASKED], "usage": {"total_tokens": 31}},
    ],
    "openai-log": [
        {"request": {"messages": [ASKED]}, "response": {"choices": [{"message": YES}]}},
        {"body": {"messages": [ASKED]}, "response": {"body": {"choices": [{"message": YES}]}}},
        {"messages": [ASKED], "response": {"choices": [{"message": YES}]}},
    ],
}

OURS: list[Row] = [
    {"messages": [ASKED, YES]},
    {"messages": [{**ASKED, "content": [{"type": "text", "text": "Hi"}]}, YES], "tools": []},
    {"messages": [ASKED], "label": True, "images": ["pier.jpg"], "reference": "hourly"},
    {"messages": []},
    {"prompt": "Does it run?", "completion": " Hourly."},
    {"prompt": "Does it run?"},
    {"input": {"messages": [ASKED]}, "preferred_output": [YES], "non_preferred_output": [NO]},
    {"text": "?", "input": {"messages": [ASKED]}, "preferred_completion": [YES]},
]

EXAMPLES = [(name, row) for name, rows in ROWS.items() for row in rows]


def read(name: str, row: Row) -> list[tuple[str, str, Any]]:
    """Return where each turn stands, who speaks in it, and what."""
    return [
        (turn.pointer, turn.message["role"], words(turn.message.get("content")))
        for turn in BY_NAME[name].turns(row)
    ]


def words(content: object) -> object:
    parts = content if isinstance(content, list) else []
    return parts[0]["text"] if len(parts) == 1 and "text" in parts[0] else content


def find(row: object, pointer: str) -> object:
    """Return what a JSON pointer points at; KeyError or IndexError where it points at nothing."""
    for step in pointer.split("/")[1:]:
        row = row[int(step)] if isinstance(row, list) else row[step]  # type: ignore[index]
    return row


def test_every_format_has_an_example_and_a_name_of_its_own() -> None:
    assert set(ROWS) == {each.name for each in FOREIGN}
    assert len(FOREIGN) == len(BY_NAME)


def test_a_target_may_name_every_format_that_can_be_read() -> None:
    schema = json.loads((folder("schemas") / "target.schema.json").read_text(encoding="utf-8"))
    named = set(schema["$defs"]["format"]["enum"])
    readable = {each.name for each in FOREIGN if not each.name.startswith("openai-")}
    assert named == readable | {each.name for each in OPENAI}


@pytest.mark.parametrize(("name", "row"), EXAMPLES)
def test_a_row_is_known_as_one_format_and_no_other(name: str, row: Row) -> None:
    assert [each.name for each in FOREIGN if each.detect(row)] == [name]


@pytest.mark.parametrize("row", OURS)
def test_a_row_of_openais_is_claimed_by_no_other_format(row: Row) -> None:
    assert any(each.detect(row) for each in OPENAI)
    assert [each.name for each in FOREIGN if each.detect(row)] == []


@pytest.mark.parametrize(("name", "row"), EXAMPLES)
def test_a_turn_points_into_its_row_and_at_its_role_and_text(name: str, row: Row) -> None:
    shape = BY_NAME[name]
    for at, turn in enumerate(shape.turns(row)):
        place = find(row, turn.pointer)
        assert -1 <= turn.previous < at
        if isinstance(place, dict) and "content" in turn.message:
            found = find(place, shape.keys.get("content", "/content" if "content" in place else ""))
            assert uttered(turn.message["content"]) <= strings(found)


def uttered(content: Any) -> set[object]:
    if not isinstance(content, list):
        return {content}
    return {part["text"] if "text" in part else part["image_url"]["url"] for part in content}


def strings(value: object) -> set[object]:
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return {text for each in inside for text in strings(each)}
    return {value}


keys = st.sampled_from(
    sorted(
        {key for rows in ROWS.values() for row in rows for key in row}
        | {"tools", "toolConfig", "completions", "label", "history", "images"}
    )
)
inner = st.sampled_from(
    re.findall(
        r"\w+",
        """
        from value role content parts text type label input output system toolUse toolResult json
        image source s3Location functionCall functionResponse fileData mimeType score completion
        name arguments loss_weight functionDeclarations toolSpec inputSchema parameters tools
        reasoningContent
        """,
    )
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-1, 2)
    | st.floats()
    | st.sampled_from(
        ["function_call", "human", "image/png", "tool_call", "reasoning", "[{}]", "{", ""]
    )
    | st.text(max_size=4)
)
anything = st.recursive(
    leaves,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(inner, each, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys | st.text(max_size=3), anything, max_size=5))
def test_no_row_breaks_a_detector_or_a_reader(row: Row) -> None:
    for shape in FOREIGN:
        assert shape.detect(row) in (True, False)
        for at, turn in enumerate(shape.turns(row)):
            find(row, turn.pointer)
            assert isinstance(turn.message, dict)
            assert -1 <= turn.previous < at
        pointer, tools = shape.tools(row)
        assert isinstance(tools, list)
        assert not tools or find(row, pointer)


def nested(levels: int) -> object:
    value: object = "bottom"
    for _ in range(levels):
        value = {"args": [value]}
    return value


@pytest.mark.parametrize("shape", FOREIGN, ids=lambda each: each.name)
def test_a_row_as_deep_as_json_goes_does_not_break_a_reader(shape: Format) -> None:
    deep, twin = nested(500), nested(500)
    part = {
        "functionCall": deep,
        "toolUse": {"input": deep},
        "functionResponse": {"response": deep},
        "toolResult": {"content": [{"json": deep}]},
    }
    row: Row = {
        "contents": [{"role": "model", "parts": [part]}],
        "messages": [{"role": "user", "content": [part]}],
        "chosen": [{"content": deep}, ASKED],
        "rejected": [{"content": twin}, ASKED],
        "tools": [{"functionDeclarations": [{"name": "deep", "parameters": deep}]}],
    }
    assert isinstance(shape.turns(row), list)
    assert isinstance(shape.tools(row)[1], list)


def test_sharegpt_speakers_have_openais_roles_and_the_system_may_stand_beside() -> None:
    turns = [said("system", "S"), said("human", "H"), said("gpt", "G"), said("narrator", "N")]
    assert read("sharegpt", {"system": "Be brief.", "conversations": turns}) == [
        ("/system", "system", "Be brief."),
        ("/conversations/0", "system", "S"),
        ("/conversations/1", "user", "H"),
        ("/conversations/2", "assistant", "G"),
        ("/conversations/3", "narrator", "N"),
    ]


def test_a_sharegpt_call_is_a_tool_call_and_its_observation_a_tool_message() -> None:
    row = {
        "conversations": [
            said("human", "Does it run?"),
            said("function_call", json.dumps([CALL, CALL])),
            said("observation", "09:00, 10:00"),
        ],
        "tools": json.dumps([FERRIES]),
    }
    _, call, result = BY_NAME["sharegpt"].turns(row)
    assert call.message == {
        "role": "assistant",
        "tool_calls": [
            {"type": "function", "function": {"name": "ferries", "arguments": '{"day": "Sunday"}'}}
        ]
        * 2,
    }
    assert result.message == {"role": "tool", "content": "09:00, 10:00"}
    assert BY_NAME["sharegpt"].tools(row) == ("/tools", [{"type": "function", "function": FERRIES}])


def test_a_sharegpt_call_that_is_not_json_stays_what_it_says() -> None:
    row = {"conversations": [said("function_call", "ferries(Sunday)")]}
    assert read("sharegpt", row) == [("/conversations/0", "assistant", "ferries(Sunday)")]


def test_an_alpaca_instruction_and_its_input_are_one_message() -> None:
    row = {
        "system": "Be brief.",
        "history": [["Hi", "Hello"]],
        "instruction": "Translate.",
        "input": "Good morning",
        "output": "Bore da",
    }
    assert read("alpaca", row) == [
        ("/system", "system", "Be brief."),
        ("/history/0/0", "user", "Hi"),
        ("/history/0/1", "assistant", "Hello"),
        ("/instruction", "user", "Translate.\nGood morning"),
        ("/output", "assistant", "Bore da"),
    ]


@pytest.mark.parametrize(
    ("name", "row"), [each for each in EXAMPLES if BY_NAME[each[0]].family == "preference"]
)
def test_both_sides_of_a_preference_answer_the_last_message_of_the_prompt(
    name: str, row: Row
) -> None:
    turns = BY_NAME[name].turns(row)
    parts = [turn.part for turn in turns]
    asked = parts.count("input")
    assert parts == ["input"] * asked + ["preferred", "non_preferred"]
    assert [turn.previous for turn in turns[asked:]] == [asked - 1, asked - 1]
    assert all(turn.message["role"] == "assistant" for turn in turns[asked:])


def test_what_chosen_and_rejected_begin_with_is_the_prompt() -> None:
    later = {"role": "user", "content": "And on Mondays?"}
    row = {"chosen": [ASKED, YES, later, YES], "rejected": [ASKED, YES, later, NO]}
    turns = BY_NAME["trl-preference"].turns(row)
    assert [(turn.part, turn.pointer, turn.previous) for turn in turns] == [
        ("input", "/chosen/0", -1),
        ("input", "/chosen/1", 0),
        ("input", "/chosen/2", 1),
        ("preferred", "/chosen/3", 2),
        ("non_preferred", "/rejected/3", 2),
    ]


def test_sides_that_are_identical_still_have_an_answer_each() -> None:
    turns = BY_NAME["trl-preference"].turns({"chosen": [ASKED, YES], "rejected": [ASKED, YES]})
    assert [turn.part for turn in turns] == ["input", "preferred", "non_preferred"]


def test_a_trl_prompt_is_not_learned_and_its_completion_is() -> None:
    turns = BY_NAME["trl-completion"].turns({"prompt": [ASKED, YES, ASKED], "completion": [YES]})
    assert [turn.part for turn in turns] == ["input", "input", "input", "completion"]


def test_v1_parts_keep_their_places_and_weights_calls_and_reasoning_are_openais() -> None:
    row = {
        "messages": [
            {"role": "user", "content": [piece("image_url", "pier.jpg"), piece("text", "Where?")]},
            {
                "role": "assistant",
                "content": [
                    piece("reasoning", "Let me look."),
                    piece("tool_call", json.dumps(CALL)),
                ],
                "loss_weight": 1.0,
            },
        ]
    }
    asked, called = (turn.message for turn in BY_NAME["llamafactory-v1"].turns(row))
    assert asked["content"] == [
        {"type": "image_url", "image_url": {"url": "pier.jpg"}},
        {"type": "text", "text": "Where?"},
    ]
    assert called["weight"] == 1
    assert called["reasoning_content"] == "Let me look."
    assert called["tool_calls"][0]["function"]["name"] == "ferries"
    assert "loss_weight" not in called


def test_converse_tools_calls_and_results_are_openais() -> None:
    use = {"toolUse": {"toolUseId": "t1", "name": "ferries", "input": {"day": "Sunday"}}}
    result = {"toolResult": {"toolUseId": "t1", "content": [{"json": {"first": "09:00"}}]}}
    spec = {**FERRIES, "inputSchema": {"json": FERRIES["parameters"]}}
    del spec["parameters"]
    row = {
        "messages": [
            {"role": "user", "content": [{"text": "Does it run?"}]},
            {"role": "assistant", "content": [{"text": "I'll look."}, use]},
            {"role": "user", "content": [result]},
        ],
        "toolConfig": {"tools": [{"toolSpec": spec}]},
    }
    shape = BY_NAME["bedrock-converse"]
    _, called, answered = shape.turns(row)
    assert called.message["tool_calls"] == [
        {
            "id": "t1",
            "type": "function",
            "function": {"name": "ferries", "arguments": '{"day": "Sunday"}'},
        }
    ]
    assert answered.pointer == "/messages/2/content/0/toolResult"
    assert answered.message == {
        "role": "tool",
        "content": [{"type": "text", "text": '{"first": "09:00"}'}],
        "tool_call_id": "t1",
    }
    assert shape.tools(row) == (
        "/toolConfig/tools",
        [{"type": "function", "function": FERRIES}],
    )


def test_a_converse_image_is_where_its_bucket_says() -> None:
    block = {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://lab/pier.png"}}}}
    row = {"messages": [{"role": "user", "content": [block, {"text": "Where is this?"}]}]}
    (asked,) = BY_NAME["bedrock-converse"].turns(row)
    assert asked.message["content"][0] == {
        "type": "image_url",
        "image_url": {"url": "s3://lab/pier.png"},
    }


def test_vertex_calls_results_images_and_tools_are_openais() -> None:
    parameters = {"type": "OBJECT", "properties": {"day": {"type": "STRING"}}}
    row = {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"fileData": {"mimeType": "image/png", "fileUri": "gs://lab/pier.png"}},
                    {"inlineData": {"mimeType": "image/png", "data": "iVBO"}},
                ],
            },
            {
                "role": "model",
                "parts": [{"functionCall": {"name": "ferries", "args": {"day": "Sunday"}}}],
            },
            {
                "role": "user",
                "parts": [
                    {"functionResponse": {"name": "ferries", "response": {"first": "09:00"}}}
                ],
            },
        ],
        "tools": [{"functionDeclarations": [{**FERRIES, "parameters": parameters}]}],
    }
    shape = BY_NAME["vertex"]
    asked, called, answered = shape.turns(row)
    urls = [part["image_url"]["url"] for part in asked.message["content"]]
    assert urls == ["gs://lab/pier.png", "data:image/png;base64,iVBO"]
    assert called.message["role"] == "assistant"
    assert called.message["tool_calls"][0]["function"]["arguments"] == '{"day": "Sunday"}'
    assert answered.message == {"role": "tool", "name": "ferries", "content": '{"first": "09:00"}'}
    assert shape.tools(row) == (
        "/tools/0/functionDeclarations",
        [{"type": "function", "function": FERRIES}],
    )


def test_vertex_completions_are_sides_by_their_scores() -> None:
    sides = [
        {"score": 0.0, "completion": {"role": "model", "parts": [{"text": "No."}]}},
        {"score": 1.0, "completion": {"role": "model", "parts": [{"text": "Hourly."}]}},
    ]
    row = {
        "contents": [{"role": "user", "parts": [{"text": "Does it run?"}]}],
        "completions": sides,
    }
    assert [(turn.part, turn.pointer) for turn in BY_NAME["vertex"].turns(row)] == [
        ("input", "/contents/0"),
        ("non_preferred", "/completions/0/completion"),
        ("preferred", "/completions/1/completion"),
    ]


def test_an_array_of_inputs_and_outputs_is_a_conversation_without_its_empty_system() -> None:
    row = {"conversation": [{"system": "", "input": "Hi", "output": "Hello"}]}
    assert read("conversation-array", row) == [
        ("/conversation/0/input", "user", "Hi"),
        ("/conversation/0/output", "assistant", "Hello"),
    ]


def test_only_labelled_segments_are_learned() -> None:
    row = ROWS["axolotl-input-output"][0]
    assert read("axolotl-input-output", row) == [
        ("/segments/0", "prompt", "Q: "),
        ("/segments/1", "completion", "A.</s>"),
    ]
