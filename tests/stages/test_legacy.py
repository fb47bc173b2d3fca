"""What prompts and completions have for the old format alone is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws.rows import texts

from dslint.stages.legacy import Habits, Survey, habits, renewed, split

Row = dict[str, Any]

SEPARATORS = (
    *("\n", "\n\n###\n\n", " ->", "\n\n===\n\n", "\n\n---\n\n", "\n\n===>\n\n", "\n\n### =>\n\n"),
    *("\n####\n", " =>", "\n\n"),
)
STOPS = (
    *("<|endoftext|>", "</s>", " END", "\n", "\nEND", " [END]", "***", "+++", "&&&", "$$$", "@@@"),
    *("%%%", " ###", "<|im_end|>\n"),
)


def found(pairs: list[tuple[str, str]]) -> Habits:
    survey = Survey()
    for prompt, completion in pairs:
        survey.add(prompt, completion)
    return habits(survey)


def chat(prompt: str, completion: str, known: Habits) -> list[Row]:
    messages = [
        {"role": "user", "content": prompt},
        {"role": "assistant", "content": completion},
    ]
    return renewed(messages, known, set())


def said(messages: list[Row]) -> list[str]:
    return [each["content"] for each in messages]


@given(
    rows=st.lists(st.tuples(texts, texts), min_size=10, max_size=20),
    separator=st.sampled_from(SEPARATORS),
    stop=st.sampled_from(STOPS),
    lead=st.sampled_from(["", " ", "\n"]),
)
def test_what_was_added_by_construction_is_taken_off_again(
    rows: list[tuple[str, str]], separator: str, stop: str, lead: str
) -> None:
    pairs = [(prompt + separator, lead + completion + stop) for prompt, completion in rows]
    known = found(pairs)
    assert (known.separator, known.lead, known.stop) == (separator, lead, stop)
    assert [said(chat(*pair, known)) for pair in pairs] == [list(row) for row in rows]


@given(rows=st.lists(st.tuples(texts, texts), min_size=10, max_size=20))
def test_one_row_in_ten_without_them_stays_as_it_is(rows: list[tuple[str, str]]) -> None:
    pairs = [(f"{prompt}\n\n###\n\n", f" {completion} END") for prompt, completion in rows]
    pairs[0] = rows[0]
    known = found(pairs)
    assert (known.separated, known.led, known.stopped) == (len(rows) - 1,) * 3
    assert said(chat(*rows[0], known)) == list(rows[0])
    assert said(chat(*pairs[1], known)) == list(rows[1])


@pytest.mark.parametrize(
    "end",
    [".", "?", '"}', "```", ")", "]", "*/", "</html>", "C++", "Summary:", "THE END.", "LEGEND"],
)
def test_what_may_be_part_of_a_text_is_left(end: str) -> None:
    pairs = [(f"{number} poems{end}", f"{number} tides{end}") for number in range(20)]
    assert found(pairs) == Habits(prompts=20, completions=20)


def test_an_end_that_some_prompts_have_is_no_separator() -> None:
    pairs = [(f"poem {number}" + "\n" * (number % 2), "yes") for number in range(20)]
    assert found(pairs).separator == ""


def test_a_handful_of_rows_has_no_habits() -> None:
    assert found([("poem ->", " yes END")] * 4) == Habits(prompts=4, completions=4)


def test_an_empty_prompt_is_no_message_and_an_empty_answer_is_told() -> None:
    notes: set[str] = set()
    asked, answer = {"role": "user", "content": "\n"}, {"role": "assistant", "content": " END"}
    known = Habits(separator="\n", stop=" END")
    assert renewed([asked, answer], known, notes) == [{"role": "assistant", "content": ""}]
    assert notes == {"no-prompt", "empty-answers"}


DIALOGUE = """\
The customer has ordered a raincoat.

###

Customer: Where is it?
Is it lost?
Agent: On its way.
Customer: When?
Agent:"""


def test_a_dialogue_in_the_prompts_becomes_turns() -> None:
    known = found([(DIALOGUE.replace("raincoat", f"{n} hats"), f" In {n} days.") for n in range(9)])
    assert (known.speakers, known.dialogues, known.lead) == (("Customer", "Agent"), 9, " ")
    assert chat(DIALOGUE, " Tomorrow.", known) == [
        {"role": "system", "content": "The customer has ordered a raincoat."},
        {"role": "user", "content": "Where is it?\nIs it lost?"},
        {"role": "assistant", "content": "On its way.", "weight": 0},
        {"role": "user", "content": "When?"},
        {"role": "assistant", "content": "Tomorrow."},
    ]


def test_a_dialogue_in_half_of_the_prompts_is_left_in_them() -> None:
    pairs = [(DIALOGUE if n % 2 else f"Where is hat {n}?", "Here.") for n in range(20)]
    known = found(pairs)
    assert known.speakers is None
    assert said(chat(DIALOGUE, "Here.", known)) == [DIALOGUE, "Here."]


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Customer: When?",
        "Agent:",
        "Agent: Yes?\nAgent:",
        "What does Agent: mean?",
        "Where is it?",
    ],
)
def test_what_is_no_dialogue_is_not_split(prompt: str) -> None:
    assert split(prompt, "Customer", "Agent") == []
