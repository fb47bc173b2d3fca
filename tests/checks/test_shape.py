"""Shape: sound rows are silent, and what is wrong with the others is said once, in plain words."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from dslint.checks import shape
from dslint.model import Hit, Rule
from dslint.resources import folder
from dslint.rulebook import page

PAGES = {path.stem: page.read(path) for path in sorted((folder("rules") / "shape").glob("*.md"))}


def rules(format: str, data: object) -> list[str]:
    return [rule for rule, _ in shape.explain(format, data)]


# Sound rows

ASK = {"role": "user", "content": "Is the ferry running?"}
SAY = {"role": "assistant", "content": "Yes, every hour."}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "ferry_times", "arguments": '{"quay": "north"}'},
}
FERRY = {"name": "ferry_times", "description": "Today's ferries.", "parameters": {"type": "object"}}
TOOL = {"type": "function", "function": FERRY}
REPLY = {"role": "tool", "tool_call_id": "call_1", "content": "[]"}


def chat(*messages: object, **more: object) -> dict[str, object]:
    return {"messages": list(messages), **more}


def picture(url: str, **more: object) -> dict[str, object]:
    part = {"type": "image_url", "image_url": {"url": url, **more}}
    return {"role": "user", "content": [{"type": "text", "text": "What is this?"}, part]}


SOUND = {
    "ends in tool calls without content": chat(ASK, {"role": "assistant", "tool_calls": [CALL]}),
    "ends in tool calls with null content": chat(
        ASK, {"role": "assistant", "content": None, "tool_calls": [CALL]}
    ),
    "text beside tool calls": chat(ASK, SAY | {"tool_calls": [CALL]}, REPLY, SAY),
    "a tool's answer in parts": chat(
        ASK,
        {"role": "assistant", "tool_calls": [CALL]},
        REPLY | {"content": [{"type": "text", "text": "[]"}]},
    ),
    "parallel_tool_calls": chat(ASK, SAY, tools=[TOOL], parallel_tool_calls=False),
    "a tool without parameters": chat(
        ASK, SAY, tools=[{"type": "function", "function": {"name": "now", "strict": None}}]
    ),
    "no tools in a list": chat(ASK, SAY, tools=[]),
    "an https image": chat(picture("https://example.com/quay.png"), SAY),
    "a data image": chat(picture("data:image/png;base64,iVBORw0KGgo=", detail="low"), SAY),
    "an http image": chat(picture("http://example.com/quay.png", detail="auto"), SAY),
    "legacy functions": chat(
        ASK,
        {
            "role": "assistant",
            "content": None,
            "function_call": {"name": "ferry_times", "arguments": "{}"},
        },
        {"role": "function", "name": "ferry_times", "content": None},
        SAY,
        functions=[FERRY],
    ),
    "names": chat(ASK | {"name": "Ada"}, SAY | {"name": "Harbour_Master"}),
    "a refusal": chat(ASK, {"role": "assistant", "content": None, "refusal": "I can't say."}),
    "a refusal part": chat(
        ASK, {"role": "assistant", "content": [{"type": "refusal", "refusal": "I can't say."}]}
    ),
    "weights": chat(ASK, SAY | {"weight": 0}, ASK, SAY | {"weight": 1}),
    "a weight on a user's message": chat(ASK | {"weight": 0}, SAY),
    "a weight of the row": chat(ASK, SAY, weight=-1.5),
    "keys beside the messages": chat(ASK, SAY, id=7, metadata={"source": "desk"}),
    "a developer": chat({"role": "developer", "content": "Be brief."}, ASK, SAY),
    "a system in parts": chat(
        {"role": "system", "content": [{"type": "text", "text": "Be brief."}]}, ASK, SAY
    ),
    "reasoning": chat(
        ASK, SAY | {"reasoning": "It is summer.", "reasoning_content": "…", "thinking": "…"}
    ),
    "arguments as an object": chat(
        ASK,
        {
            "role": "assistant",
            "tool_calls": [CALL | {"function": {"name": "ferry_times", "arguments": {}}}],
        },
    ),
    "arguments that are no JSON": chat(
        ASK,
        {
            "role": "assistant",
            "tool_calls": [CALL | {"function": {"name": "ferry_times", "arguments": "{"}}],
        },
    ),
    "nulls where a key is optional": chat(
        ASK | {"name": None},
        SAY | {"tool_calls": None, "function_call": None, "refusal": None, "weight": None},
        tools=None,
    ),
    "an empty text": chat({"role": "system", "content": ""}, ASK, SAY),
    "ends on the user": chat(SAY, ASK),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_chat_raises_nothing(name: str) -> None:
    assert shape.explain("chat", SOUND[name]) == []
    assert shape.is_valid("chat", SOUND[name])


def test_a_preference_and_a_reinforcement_row_hold_the_same_chats() -> None:
    for row in SOUND.values():
        pair = {"input": row, "preferred_output": [SAY], "non_preferred_output": [SAY]}
        assert shape.is_valid("preference", pair)
        assert shape.is_valid("reinforcement", row | {"answer": [1, 2]})


def test_a_format_without_a_schema_takes_anything() -> None:
    assert shape.is_valid("sharegpt", {"messages": 3})
    assert shape.explain("sharegpt", {"messages": 3}) == []


# Pages


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(rule, each.settings["format"], json.loads(row), id=f"{rule.name}:{each.line}")
        for rule in PAGES.values()
        for each in rule.examples
        if each.kind == kind
        for row in each.data.splitlines()
    ]


@pytest.mark.parametrize(("rule", "format", "row"), examples("bad"))
def test_a_bad_example_raises_its_rule_and_no_other(rule: Rule, format: str, row: object) -> None:
    assert not shape.is_valid(format, row)
    assert set(rules(format, row)) == {rule.name}
    assert format in rule.formats


@pytest.mark.parametrize(("rule", "format", "row"), examples("bad"))
def test_a_message_is_one_line_in_the_users_words(rule: Rule, format: str, row: object) -> None:
    for _, hit in shape.explain(format, row):
        message = rule.message.format(**hit.values)
        assert len(message.splitlines()) == 1
        assert not message.endswith(".")
        for jargon in ("property", "schema", "string", "array", "boolean", "None", "True", "``"):
            assert jargon not in message


@pytest.mark.parametrize(("rule", "format", "row"), examples("good"))
def test_a_good_example_raises_nothing(rule: Rule, format: str, row: object) -> None:
    assert rules(format, row) == []


# Explanations


def only(format: str, data: object) -> tuple[str, Hit]:
    (told,) = shape.explain(format, data)
    return told


@pytest.mark.parametrize(
    ("data", "rule", "pointer", "problem"),
    [
        (5, "wrong-shape", "", "the row is a number, not an object"),
        (chat(ASK, 3), "message-not-an-object", "/messages/1", "an item of `messages` is a number"),
        (chat({}), "message-without-role", "/messages/0", "`role` is missing"),
        (
            chat(ASK, {"role": "assistant", "content": None}),
            "message-without-content",
            "/messages/1/content",
            "`content` is null",
        ),
        (
            chat(ASK, SAY | {"weight": "1"}),
            "bad-weight",
            "/messages/1/weight",
            "`weight` is the text `1`, not `0` or `1`",
        ),
        (
            chat(ASK, SAY | {"weight": True}),
            "bad-weight",
            "/messages/1/weight",
            "`weight` is `true`, not `0` or `1`",
        ),
        (
            chat({"role": "user", "content": [{"type": "text"}]}),
            "wrong-shape",
            "/messages/0/content/0",
            "`text` is missing",
        ),
        (
            chat(picture("x", detail="fine")),
            "wrong-shape",
            "/messages/0/content/1/image_url/detail",
            "`detail` is `fine`, not `auto`, `low` or `high`",
        ),
    ],
)
def test_it_says_where_and_what(data: object, rule: str, pointer: str, problem: str) -> None:
    name, hit = only("chat", data)
    assert (name, hit.pointer) == (rule, pointer)
    assert str(hit.values["problem"]).startswith(problem)


def test_a_broken_message_is_told_by_its_own_role() -> None:
    name, hit = only("chat", chat(ASK, SAY, {"role": "tool", "content": "ok"}))
    assert name == "tool-message-without-id"
    assert (hit.values["role"], hit.values["key"]) == ("tool", "tool_call_id")
    assert hit.values["index"] == 2


def test_a_broken_part_is_told_by_its_own_type() -> None:
    name, hit = only("chat", chat(picture("x"), {"role": "user", "content": [{"type": "video"}]}))
    assert name == "unknown-part-type"
    assert hit.values["found"] == "`video`"
    assert hit.values["expected"] == "`text` or `image_url`"


def test_an_unknown_role_is_one_story_whatever_else_the_message_holds() -> None:
    assert rules("chat", chat({"role": "gpt", "content": 3, "tool_calls": "no"})) == [
        "unknown-role"
    ]


def test_a_wrong_call_is_not_a_missing_content_as_well() -> None:
    assert rules("chat", chat(ASK, {"role": "assistant", "tool_calls": [{"id": "1"}]})) == [
        "unknown-tool-type",
        "tool-call-without-function",
    ]


def test_a_name_may_not_end_in_a_line_break() -> None:
    tools = [{"type": "function", "function": {"name": "now\n"}}]
    assert rules("chat", chat(ASK, SAY, tools=tools)) == ["bad-function-name"]


@pytest.mark.parametrize(("length", "sound"), [(64, True), (65, False)])
def test_a_name_has_64_characters_at_most(length: int, sound: bool) -> None:
    tools = [{"type": "function", "function": {"name": "a" * length}}]
    assert shape.is_valid("chat", chat(ASK, SAY, tools=tools)) is sound


def test_many_failures_of_one_rule_do_not_hide_another() -> None:
    told = rules("chat", chat(*[{}] * 40, tools="[]"))
    assert len(told) == shape.STORIES
    assert set(told) == {"message-without-role", "tools-not-a-list"}


def test_what_stands_there_is_cut_to_forty_characters() -> None:
    for value in ("x" * 500, ["x" * 500] * 3, {"x" * 500: 1}):
        _, hit = only("chat", {"messages": value} if isinstance(value, str) else chat(value))
        assert len(str(hit.values["value"])) <= 40
        assert str(hit.values["value"]).endswith("…") or not isinstance(value, str)
    _, hit = only("chat", chat({"role": "x" * 500}))
    assert len(str(hit.values["role"])) <= 40
    assert len(str(hit.values["found"])) <= 42


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize("format", shape.FORMATS)
@pytest.mark.parametrize(
    "odd",
    [nested(1000), 10**400, -(10**30), 1e308, float("inf"), float("nan"), "\ud800", {"\ud800": 1}],
    ids=["deep", "big", "low", "float", "infinite", "nan", "surrogate", "surrogate key"],
)
def test_no_value_makes_it_raise(format: str, odd: object) -> None:
    places = (
        odd,
        {"messages": odd, "prompt": odd, "completion": odd, "input": odd, "preferred_output": odd},
        chat({"role": odd}, {"role": "user", "content": odd}, SAY | {"weight": odd}, tools=odd),
        chat(ASK, SAY, tools=[{"type": odd, "function": {"name": odd, "parameters": odd}}]),
    )
    for data in places:
        assert bool(shape.explain(format, data)) is not shape.is_valid(format, data)


def test_deep_data_where_no_schema_looks_is_sound() -> None:
    assert shape.is_valid("chat", chat(ASK, SAY, notes=nested(1000)))
    assert shape.explain("chat", chat(ASK, SAY, notes=nested(1000))) == []


def test_a_row_that_json_cannot_hold_is_refused_with_the_fallback() -> None:
    row: dict[Any, Any] = {**chat(ASK, SAY), 7: "a key that is no text"}
    assert not shape.is_valid("chat", row)
    assert only("chat", row)[0] == shape.FALLBACK


def test_a_sound_row_costs_no_import_of_the_library_that_explains() -> None:
    code = (
        "import sys; from dslint.checks import shape; "
        "assert shape.is_valid('chat', {'messages': [{'role': 'user', 'content': 'hi'}]}); "
        "assert 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
