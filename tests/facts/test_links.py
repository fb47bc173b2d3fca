"""Which reply belongs to which call, whatever the format says of ids."""

from __future__ import annotations

from typing import Any

from dslint.facts.batch import Batch
from dslint.facts.links import Link
from dslint.formats import of_row
from dslint.model import Record


def links(row: dict[str, Any]) -> tuple[list[Link], list[int | None]]:
    found = Batch([Record(1, b"", row, of_row(row))]).links
    return found.calls, found.answers


def call(identifier: str | None, name: str = "f", arguments: str = "{}") -> dict[str, Any]:
    found: dict[str, Any] = {"function": {"name": name, "arguments": arguments}}
    return found if identifier is None else {"id": identifier, "type": "function", **found}


def calling(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "tool_calls": list(calls)}


def reply(identifier: str | None) -> dict[str, Any]:
    found = {"role": "tool", "content": "42"}
    return found if identifier is None else {**found, "tool_call_id": identifier}


ASK = {"role": "user", "content": "?"}
SAY = {"role": "assistant", "content": "42"}


def test_replies_may_come_in_any_order() -> None:
    calls, answers = links(
        {"messages": [ASK, calling(call("a"), call("b")), reply("b"), reply("a"), SAY]}
    )
    assert [each.reply for each in calls] == [3, 2]
    assert all(each.answered_in_turn for each in calls)
    assert answers == [None, None, 1, 1, None]


def test_two_open_calls_with_one_id_are_answered_one_after_the_other() -> None:
    calls, answers = links(
        {"messages": [ASK, calling(call("a"), call("a")), reply("a"), reply("a"), SAY]}
    )
    assert [each.reply for each in calls] == [2, 3]
    assert [each.open_duplicate_id for each in calls] == [False, True]
    assert answers[2:4] == [1, 1]


def test_an_id_that_was_answered_may_come_again() -> None:
    calls, _ = links(
        {"messages": [ASK, calling(call("a")), reply("a"), calling(call("a")), reply("a"), SAY]}
    )
    assert [each.duplicate_id for each in calls] == [False, True]
    assert not any(each.open_duplicate_id for each in calls)


def test_calls_and_replies_without_ids_are_paired_in_order() -> None:
    calls, _ = links(
        {
            "messages": [
                *(ASK, calling(call(None, "f"), call(None, "g")), reply(None), reply(None)),
                *(calling(call(None, "h")), reply(None), SAY),
            ]
        }
    )
    assert [each.reply for each in calls] == [2, 3, 5]
    assert not any(each.duplicate_id or each.open_duplicate_id for each in calls)


def test_one_reply_without_an_id_may_hold_the_results_of_several_calls() -> None:
    calls, _ = links(
        {"messages": [ASK, calling(call(None, "f"), call(None, "g")), reply(None), SAY]}
    )
    assert [each.reply for each in calls] == [2, 2]


def test_a_call_with_an_id_waits_for_a_reply_of_its_own() -> None:
    calls, _ = links({"messages": [ASK, calling(call("a"), call("b")), reply("a"), SAY]})
    assert [each.reply for each in calls] == [2, None]


def test_a_reply_after_the_user_spoke_is_late() -> None:
    calls, _ = links({"messages": [ASK, calling(call("a")), ASK, reply("a"), SAY]})
    assert (calls[0].reply, calls[0].answered_in_turn) == (3, False)


def test_the_sides_of_a_preference_do_not_see_one_another() -> None:
    side = [calling(call("a"))]
    row = {"input": {"messages": [ASK]}, "preferred_output": side, "non_preferred_output": side}
    calls, _ = links(row)
    assert not any(each.duplicate_id or each.open_duplicate_id or each.repeated for each in calls)
    assert all(each.in_last_message for each in calls)


def test_both_sides_may_answer_a_call_of_the_input() -> None:
    side = [reply("a"), SAY]
    calls, answers = links(
        {
            "input": {"messages": [ASK, calling(call("a"))]},
            "preferred_output": side,
            "non_preferred_output": side,
        }
    )
    assert [each for each in answers if each is not None] == [1, 1]
    assert calls[0].reply is not None


def test_a_result_inside_a_message_answers_its_call() -> None:
    row = {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {"role": "user", "content": [{"text": "?"}]},
            {
                "role": "assistant",
                "content": [{"toolUse": {"name": "f", "toolUseId": "a", "input": {}}}],
            },
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "a", "content": [{"text": "42"}]}}],
            },
            {"role": "assistant", "content": [{"text": "42"}]},
        ],
    }
    calls, answers = links(row)
    assert calls[0].reply is not None
    assert [each is not None for each in answers] == [False, False, True, False]


def test_a_call_that_is_made_again_is_repeated_until_the_user_speaks() -> None:
    calls, _ = links(
        {
            "messages": [
                *(ASK, calling(call("a")), reply("a"), calling(call("b")), reply("b")),
                *(ASK, calling(call("c")), reply("c"), SAY),
            ]
        }
    )
    assert [each.repeated for each in calls] == [False, True, False]
