"""A record has the tokens that OpenAI's cookbook counts, and says how sure that is."""

from __future__ import annotations

import base64
import struct
from collections import Counter
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.facts.batch import Batch
from dslint.facts.tokens import encoding
from dslint.facts.tokens.images import DEFAULT, Vision
from dslint.facts.tokens.record import Counts, bytes_bound, count
from dslint.facts.tokens.totals import Counted, by_role
from dslint.figures import Patches
from dslint.formats import of_row
from dslint.model import Record

Row = dict[str, Any]
O200K, CL100K = encoding("o200k_base"), encoding("cl100k_base")

# The example of the cookbook's page on counting tokens (MIT), for which OpenAI's API says the same.
COOKBOOK = [
    {
        "role": "system",
        "content": "You are a helpful, pattern-following assistant that translates corporate jargon"
        " into plain English.",
    },
    {
        "role": "system",
        "name": "example_user",
        "content": "New synergies will help drive top-line growth.",
    },
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Things working well together will increase revenue.",
    },
    {
        "role": "system",
        "name": "example_user",
        "content": "Let's circle back when we have more bandwidth to touch base on opportunities"
        " for increased leverage.",
    },
    {
        "role": "system",
        "name": "example_assistant",
        "content": "Let's talk later when we're less busy about how to do better.",
    },
    {
        "role": "user",
        "content": "This late pivot means we don't have time to boil the ocean for the client"
        " deliverable.",
    },
]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {
                    "type": "string",
                    "description": "The city and state, e.g. San Francisco, CA",
                },
                "unit": {
                    "type": "string",
                    "description": "The unit of temperature to return",
                    "enum": ["celsius", "fahrenheit"],
                },
            },
            "required": ["location"],
        },
    },
}
ASK_WEATHER = [
    {
        "role": "system",
        "content": "You are a helpful assistant that can answer to questions about the weather.",
    },
    {"role": "user", "content": "What's the weather like in San Francisco?"},
]


def batch(*rows: Row) -> Batch:
    return Batch([Record(1, orjson.dumps(row), row, of_row(row)) for row in rows])


def counts(*rows: Row, vision: Vision = DEFAULT) -> Counts:
    return count(batch(*rows), O200K, vision)


def counted(row: Row, vision: Vision = DEFAULT) -> Counted:
    (found,) = counts(row, vision=vision).records
    return found


def roles(row: Row, vision: Vision = DEFAULT) -> dict[str, int]:
    made = batch(row)
    return by_role(made, count(made, O200K, vision).turns)


def chat(*messages: Row, **more: Any) -> Row:
    return {"messages": list(messages), **more}


def say(role: str, content: object, **more: Any) -> Row:
    return {"role": role, "content": content, **more}


def n(*texts: str) -> int:
    return sum(O200K.counts(texts))


ASK = say("user", "Where is my parcel?")
ANSWER = say("assistant", "In Leipzig, and with you tomorrow.")
ASKED, ANSWERED = 3 + n("user", ASK["content"]), 3 + n("assistant", ANSWER["content"])


@pytest.mark.parametrize(
    ("counter", "plain", "with_tools"), [(CL100K, 129, 105), (O200K, 124, 101)]
)
def test_the_published_examples_have_the_published_counts(
    counter: Any, plain: int, with_tools: int
) -> None:
    rows = {"messages": COOKBOOK}, {"messages": ASK_WEATHER, "tools": [WEATHER]}
    found = count(batch(*rows), counter).records
    assert [each.total for each in found] == [plain, with_tools]
    assert [each.estimated for each in found] == [False, True]


def test_a_chat_is_its_messages_by_role_and_three() -> None:
    row = chat(say("system", "Be kind."), ASK, ANSWER)
    found = counted(row)
    system = 3 + n("system", "Be kind.")
    assert roles(row) == {"system": system, "user": ASKED, "assistant": ANSWERED}
    assert found.total == found.longest == system + ASKED + ANSWERED + 3
    assert found.trained == n(ANSWER["content"])
    assert (found.bound, found.estimated, found.tools, found.images) == (3, False, 0, 0)


def test_each_turn_has_its_share() -> None:
    assert counts(chat(ASK, ANSWER), chat(ANSWER)).turns == [ASKED, ANSWERED, ANSWERED]


def test_an_answer_of_weight_0_is_billed_and_not_learned() -> None:
    found = counted(chat(ASK, ANSWER | {"weight": 0}, ASK, ANSWER | {"weight": 1}))
    assert found.trained == n(ANSWER["content"])
    assert found.total == 2 * (ASKED + ANSWERED) + 3


def test_parts_of_a_content_are_counted_as_texts() -> None:
    parts = [{"type": "text", "text": "Where is"}, {"type": "text", "text": "my parcel?"}]
    row = chat(say("user", parts), say("assistant", [{"type": "refusal", "refusal": "No"}]))
    found = counted(row)
    assert roles(row) == {
        "user": 3 + n("user", "Where is", "my parcel?"),
        "assistant": 3 + n("assistant", "No"),
    }
    assert found.trained == n("No")


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_reasoning_in_a_field_is_learned_and_is_told_apart(key: str) -> None:
    row = chat(ASK, ANSWER | {key: "They want the parcel's place."})
    found = counted(row)
    thought = n("They want the parcel's place.")
    assert found.reasoning == thought
    assert found.trained == thought + n(ANSWER["content"])
    assert roles(row)["assistant"] == ANSWERED + thought


def test_reasoning_in_the_text_is_counted_once() -> None:
    content = "<think>They want its place.</think>In Leipzig."
    found = counted(chat(ASK, say("assistant", content)))
    assert found.reasoning == n("They want its place.")
    assert found.trained == n(content)
    assert found.total == ASKED + 3 + n("assistant", content) + 3


def test_calls_are_names_and_arguments_and_three_and_ids_are_not() -> None:
    function = {"name": "locate", "arguments": '{"parcel": "C-1182"}'}
    call = {"id": "call_abc123", "type": "function", "function": function}
    row = chat(ASK, {"role": "assistant", "tool_calls": [call, call]})
    found = counted(row)
    calls = 2 * (3 + n(*function.values()))
    assert roles(row)["assistant"] == 3 + n("assistant") + calls
    assert found.trained == calls
    assert found.bound == 3 + 2 * 3


def test_a_call_whose_arguments_are_an_object_is_counted_as_its_json() -> None:
    call = {"function": {"name": "locate", "arguments": {"parcel": "C-1182"}}}
    found = counted(chat(ASK, {"role": "assistant", "tool_calls": [call]}))
    assert found.trained == 3 + n("locate", '{"parcel":"C-1182"}')


def test_what_only_some_count_is_in_the_total_and_in_the_bound() -> None:
    reply = say("tool", "Leipzig", tool_call_id="call_abc123")
    assert counted(chat(ASK, reply, ANSWER)).bound == 3 + n("call_abc123")


def test_a_name_is_one_more() -> None:
    assert roles(chat(ASK | {"name": "anna"}, ANSWER))["user"] == ASKED + n("anna") + 1


def test_a_prompt_and_its_completion_are_their_texts() -> None:
    row = {"prompt": "Where is my parcel?\n\n###\n\n", "completion": " In Leipzig. END"}
    found = counted(row)
    prompt, completion = n("Where is my parcel?\n\n###\n\n"), n(" In Leipzig. END")
    assert roles(row) == {"prompt": prompt, "completion": completion}
    assert (found.total, found.trained, found.bound) == (prompt + completion, completion, 0)


def test_a_preference_has_its_input_with_each_side() -> None:
    good, bad = (
        say("assistant", "In Leipzig."),
        say("assistant", "I don't know that at all, sorry."),
    )
    row = {
        "input": {"messages": [ASK], "tools": [WEATHER]},
        "preferred_output": [good],
        "non_preferred_output": [bad],
    }
    found = counted(row)
    one, other = (3 + n("assistant", each["content"]) for each in (good, bad))
    tools = found.tools // 2
    assert found.total == 2 * (ASKED + tools + 3) + one + other
    assert found.longest == ASKED + tools + 3 + other
    assert roles(row) == {"user": 2 * ASKED, "assistant": one + other}
    assert found.trained == n(good["content"], bad["content"])
    # billed by the tokens in the file, the input counts once
    assert found.total - found.bound == ASKED + tools + one + other


def test_nested_tools_are_an_estimate_and_pad_the_system_message() -> None:
    order = {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}}
    parameters = {"type": "object", "properties": {"order": order}}
    tool = {"type": "function", "function": {"name": "buy", "parameters": parameters}}
    with_system = counted(chat(say("system", "Be kind."), ASK, tools=[tool]))
    without = counted(chat(ASK, tools=[tool]))
    in_parts = say("system", [{"type": "text", "text": "Be kind."}])
    assert counted(chat(in_parts, ASK, tools=[tool])) == with_system
    assert with_system.estimated
    assert with_system.tools == without.tools - 4 + n("Be kind.\n") - n("Be kind.")


def test_legacy_functions_are_tools() -> None:
    tools = counted(chat(*ASK_WEATHER, tools=[WEATHER]))
    assert counted(chat(*ASK_WEATHER, functions=[WEATHER["function"]])) == tools


def png(width: int, height: int) -> str:
    raw = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    return "data:image/png;base64," + base64.b64encode(raw).decode()


def shown(url: str, **more: str) -> Row:
    return say("user", [{"type": "image_url", "image_url": {"url": url, **more}}])


@pytest.mark.parametrize(
    ("message", "tokens", "estimated"),
    [
        (shown(png(1024, 1024)), 765, False),
        (shown(png(512, 300)), 255, False),
        (shown(png(1024, 1024), detail="low"), 85, False),
        (shown("https://example.org/a.png"), 765, True),
        (shown("https://example.org/a.png", detail="low"), 85, False),
        (shown("data:image/png;base64,broken"), 765, True),
        (say("user", [{"type": "image", "source": {"type": "base64"}}]), 765, True),
    ],
)
def test_an_image_costs_what_its_size_does(message: Row, tokens: int, estimated: bool) -> None:
    row = chat(message, ANSWER)
    found = counted(row)
    assert (found.images, found.estimated) == (tokens, estimated)
    assert roles(row)["user"] == 3 + n("user") + tokens


def test_the_bound_has_what_sources_of_images_disagree_on() -> None:
    vision = Patches(Decimal(1), budget=6144, least_budget=1536)
    found = counted(chat(shown(png(2048, 2048)), ANSWER), vision)
    assert (found.images, found.bound) == (4096, 3 + 4096 - 1521)


@pytest.mark.parametrize(
    "row",
    [
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
        {"instruction": "Hi", "output": "Hello"},
        {
            "messages": [
                {"role": "user", "content": [{"text": "Hi"}]},
                say("assistant", [{"text": "Hello"}]),
            ]
        },
        {
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}]},
                {"role": "model", "parts": [{"text": "Hello"}]},
            ]
        },
        {"prompt": [say("user", "Hi")], "completion": [say("assistant", "Hello")]},
    ],
    ids=of_row,
)
def test_a_foreign_row_counts_as_the_chat_that_it_is(row: Row) -> None:
    assert counted(row) == counted(chat(say("user", "Hi"), say("assistant", "Hello")))


def test_claudes_calls_and_results_are_counted() -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "locate", "input": {"parcel": 1}}
    result = {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "content": [{"type": "text", "text": "Leipzig"}],
    }
    row = {"system": "Be kind.", "messages": [ASK, say("assistant", [use]), say("user", [result])]}
    found = counted(row)
    assert found.trained == 3 + n("locate", '{"parcel":1}')
    assert roles(row)["user"] == ASKED + 3 + n("user", "Leipzig")


def test_reinforcement_learns_nothing_from_what_is_written() -> None:
    row = chat(ANSWER, ASK, answer="Leipzig")
    found = count(Batch([Record(1, b"", row, "reinforcement")]), O200K).records[0]
    assert (found.trained, found.total) == (0, ASKED + ANSWERED + 3)


def test_a_row_of_no_format_has_no_count() -> None:
    found = counted({"question": "Where is my parcel?", "label": 1})
    assert (found.total, found.estimated) == (0, True)


PREFERENCE = {
    "input": {"messages": [say("system", "Be kind."), ASK], "tools": [WEATHER]},
    "preferred_output": [ANSWER],
    "non_preferred_output": [say("assistant", "I don't know that at all, sorry.")],
}
VARIOUS = (
    *(chat(ASK, ANSWER), chat(*COOKBOOK), chat(), {"messages": ASK_WEATHER, "tools": [WEATHER]}),
    *({"prompt": "a", "completion": "b"}, PREFERENCE, {"custom_id": "1", "url": "/v1/chat"}),
    chat(say("user", [{"type": "text", "text": "a"}, {"type": "input_audio"}]), ANSWER),
)


@given(st.lists(st.sampled_from(VARIOUS), max_size=6))
@settings(deadline=None)
def test_records_are_counted_alike_alone_and_together(rows: list[Row]) -> None:
    assert counts(*rows).records == [counted(row) for row in rows]


@given(st.lists(st.sampled_from(VARIOUS), max_size=6))
@settings(deadline=None)
def test_the_roles_of_rows_are_those_of_each(rows: list[Row]) -> None:
    made = batch(*rows)
    each = Counter[str]()
    for row in rows:
        each.update(roles(row))
    assert by_role(made, count(made, O200K).turns) == each


text = st.text(max_size=12)
name = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=6)
messages = st.lists(
    st.builds(say, st.sampled_from(["system", "user", "assistant", "tool"]), st.none() | text)
    | st.builds(
        lambda name, arguments: {
            "role": "assistant",
            "tool_calls": [{"function": {"name": name, "arguments": arguments}}],
        },
        name,
        text,
    )
    | st.builds(lambda name, text: say("user", text, name=name), name, text),
    max_size=5,
)
scalar = st.fixed_dictionaries({"type": st.just("string")}, optional={"enum": st.lists(text)})
nested = st.fixed_dictionaries({"type": st.just("array")}, optional={"items": scalar}) | st.builds(
    lambda numbers: {"enum": numbers}, st.lists(st.integers(0, 9), max_size=60)
)
tools = st.lists(
    st.builds(
        lambda name, properties: {
            "function": {"name": name, "parameters": {"properties": properties}}
        },
        name,
        st.dictionaries(name, scalar | nested, max_size=4),
    ),
    max_size=3,
)


@given(messages, tools)
@settings(deadline=None)
def test_no_record_has_more_tokens_than_its_bytes_allow(
    said: list[Row], declared: list[Row]
) -> None:
    row = chat(*said, tools=declared) if declared else chat(*said)
    assert counted(row).longest <= bytes_bound(len(orjson.dumps(row)))


def test_the_bound_by_bytes_has_room_for_images() -> None:
    row = chat(shown("https://example.org/a.png"), ANSWER)
    assert counted(row).total <= bytes_bound(len(orjson.dumps(row)), 1)
    assert bytes_bound(100, 2) == 100 + 2 * (85 + 8 * 170)


json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("messages", "role", "content", "tools", "type", "text", "function", "name"),
                    *("tool_calls", "arguments", "image_url", "url", "preferred_output", "input"),
                    *(
                        "prompt",
                        "completion",
                        "contents",
                        "parts",
                        "conversations",
                        "value",
                        "from",
                    ),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(
    st.dictionaries(st.sampled_from(["messages", "tools", "prompt", "completion", "input"]), json)
)
@settings(deadline=None)
def test_any_row_has_a_count(row: Row) -> None:
    found = counted(row)
    assert 0 <= found.bound <= found.total
    assert found.longest <= found.total or not found.total
