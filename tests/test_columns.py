"""Columns are told by their names, or by what a user says; where that is not clear, it is said."""

from __future__ import annotations

import pytest

from dslint.errors import UsageError
from dslint.formats import of_row
from dslint.formats.columns import Fields, fields, unmapped


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ("prompt completion", "prompt=prompt completion=completion"),
        ("id Question ANSWER", "prompt=Question completion=ANSWER"),
        ("User-Message Assistant_Response", "prompt=User-Message completion=Assistant_Response"),
        ("input output", "prompt=input completion=output"),
        ("instruction input output", "instruction=instruction output=output input=input"),
        ("instruction context response", "instruction=instruction output=response input=context"),
        ("system question answer", "system=system instruction=question output=answer"),
        ("question chosen rejected", "prompt=question chosen=chosen rejected=rejected"),
        ("Messages Tools", "messages=Messages tools=Tools"),
        ("Conversation id", "conversations=Conversation"),
        ("Frage Antwort", "prompt=Frage completion=Antwort"),
        ("Requête Réponse question", "prompt=question completion=Réponse"),
        ("问题 答案", "prompt=问题 completion=答案"),
        ("prompt query output", "prompt=prompt completion=output"),
    ],
)
def test_names_say_what_columns_are(columns: str, taken: str) -> None:
    found = fields(columns.split(), {}, table=True)
    assert found is not None
    assert {f"{name}={key}" for name, key in found.keys.items()} == {*taken.split()}


@pytest.mark.parametrize("columns", ["text label", "a b c", "id", "question", ""])
def test_names_that_say_nothing_are_not_guessed_at(columns: str) -> None:
    assert fields(columns.split(), {}, table=True) is None


def test_where_two_columns_could_be_meant_both_are_named() -> None:
    with pytest.raises(UsageError, match="several columns could be the prompt") as said:
        fields(["question", "User Input", "answer"], {}, table=True)
    assert "--map prompt=question or --map prompt='User Input'" in str(said.value)


def test_what_is_given_goes_before_what_the_names_say() -> None:
    found = fields(["prompt", "q", "completion"], {"prompt": "q"}, table=True)
    assert found is not None
    assert found.keys == {"prompt": "q", "completion": "completion"}
    assert found.of({"prompt": "1", "q": "2", "completion": "3"}) == {
        "prompt": "2",
        "completion": "3",
        "prompt (column)": "1",
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"promt": "q"}, "nothing is called `promt`; did you mean `prompt`"),
        (
            {"prompt": "qu"},
            r"there is no column `qu`; did you mean `q`\? \(columns: `q`, `an answer`\)",
        ),
    ],
)
def test_what_is_given_wrong_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fields(["q", "an answer"], given, table=True)


def test_a_system_column_makes_an_instruction_of_the_prompt() -> None:
    found = fields(["persona", "q", "a"], {"system": "persona"}, table=True)
    assert found is not None
    row = found.of({"persona": "You are kind", "q": "Hi", "a": "Hello"})
    assert row == {"system": "You are kind", "instruction": "Hi", "output": "Hello"}
    assert of_row(row) == "alpaca"


def test_a_number_of_a_table_is_text_and_one_of_json_is_not() -> None:
    row = {"prompt": "Sum?", "completion": 4}
    keys = {"prompt": "prompt", "completion": "completion"}
    assert Fields(keys, table=True).of(row)["completion"] == "4"
    assert Fields(keys).of(row)["completion"] == 4


def test_a_cell_of_messages_is_read_under_its_new_name() -> None:
    found = Fields({"messages": "chat"}, table=True).of({"chat": '[{"role": "user"}]'})
    assert found == {"messages": [{"role": "user"}]}


def test_a_row_of_a_table_says_which_column_is_empty() -> None:
    found = Fields({"prompt": "q", "completion": "a"}, table=True)
    assert found.empty({"q": "Hi", "a": None}) == "a"
    assert found.empty({"q": "Hi", "a": "Hello"}) is None


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["text", "my label"], "--map prompt=text --map completion='my label'"),
        (["text"], "--map prompt=text --map completion=COLUMN"),
        (
            ["Is the pool open?", "Until nine."],
            "has no header: its first row is `Is the pool open?`",
        ),
        (["1", "2.5"], "has no header"),
    ],
)
def test_what_to_type_is_shown(columns: list[str], said: str) -> None:
    assert said in unmapped(columns)
