"""How much of an evaluation question a text has, and what it has instead of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dslint.jsonl import source
from dslint.stages.files import File, opened
from dslint.stages.overlap import beside, coverage, overlaps

WORDS = [f"w{n}" for n in range(26)]
QUESTION = " ".join(WORDS)


@pytest.mark.parametrize(
    ("text", "share", "stretch"),
    [
        (QUESTION, 1.0, WORDS),
        (f"Before: {QUESTION.upper()}, after", 1.0, WORDS),
        (" ".join(WORDS[:13]), 0.5, WORDS[:13]),
        (" ".join(WORDS[:12]), 0.0, []),
        (" ".join([*WORDS[:12], "x", *WORDS[13:]]), 0.5, WORDS[13:]),
        ("", 0.0, []),
    ],
)
def test_a_question_is_covered_by_runs_of_thirteen_words(
    text: str, share: float, stretch: list[str]
) -> None:
    assert coverage(QUESTION, [text]) == (share, stretch)


def test_runs_of_several_texts_count_together_and_none_goes_across() -> None:
    halves = [" ".join(WORDS[:13]), " ".join(WORDS[13:])]
    assert coverage(QUESTION, halves)[0] == 1.0
    assert coverage(QUESTION, [" ".join(WORDS[:7]), " ".join(WORDS[7:13])])[0] == 0.0


def test_a_short_question_has_to_be_a_message_of_its_own() -> None:
    assert coverage("Who wrote the Iliad, and when?", ["who wrote the iliad and WHEN"])[0] == 1.0
    assert coverage("Who wrote the Iliad?", ["Tell me: who wrote the Iliad?"])[0] == 0.0


def test_what_a_text_has_instead_stands_in_brackets() -> None:
    assert beside("A train takes 3 hours.", "A plane takes 3 hours.") == (
        "A [train → plane] takes 3 hours."
    )
    assert beside("takes 3", "takes all of 3 hours") == "takes [… → all of] 3 [… → hours]"


def files(folder: Path, name: str, rows: list[object]) -> list[File]:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return [opened(each, None) for each in source.find([str(path)])]


def test_each_row_is_told_with_the_question_that_it_has_most_of(tmp_path: Path) -> None:
    other = " ".join([*WORDS[:20], "y", "z"])
    evaluation = files(
        tmp_path,
        "eval.jsonl",
        [
            {"prompt": other, "completion": "1"},
            {"messages": [{"role": "user", "content": QUESTION}]},
            {"prompt": "Hello there, how are you?", "completion": "Well."},
        ],
    )
    rows = [
        {"prompt": "nothing of it", "completion": "at all"},
        {"prompt": "It is", "completion": f"the answer that has it: {QUESTION}"},
        {"prompt": "hello there how are you", "completion": "Fine."},
        {"prompt": "hello there how are you today", "completion": "Fine."},
    ]
    found = overlaps(files(tmp_path, "train.jsonl", list(rows)), evaluation)
    assert [(each.line, each.other_line, each.covered, each.at) for each in found] == [
        (2, 2, 1.0, "completion"),
        (3, 3, 1.0, "prompt"),
    ]


def test_characters_are_words_where_there_are_no_spaces(tmp_path: Path) -> None:
    question = "一艘船每二十分钟可以载十二个人过河那么一小时可以载多少人"
    evaluation = files(tmp_path, "eval.jsonl", [{"prompt": question, "completion": "36"}])
    rows = [
        {"prompt": f"请问：{question}？", "completion": "36"},
        {"prompt": "你好", "completion": "好"},
    ]
    found = overlaps(files(tmp_path, "train.jsonl", list(rows)), evaluation)
    assert [(each.line, each.covered) for each in found] == [(1, 1.0)]
