"""What a file's prompts and completions have in common, and what a few of them lack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from dslint.checks import completion
from dslint.facts.files import FileFacts
from dslint.facts.pairs import Pairs
from dslint.model import Hit

FRUIT = [
    *("apples", "pears", "plums", "quinces", "figs", "cherries"),
    *("medlars", "grapes", "lemons", "dates", "olives", "limes"),
]
CHECKS: list[Callable[..., Iterator[Hit]]] = [
    completion.identical_prompts,
    completion.identical_completions,
    completion.prompts_end_differently,
    completion.separator_missing,
    completion.completions_end_differently,
    completion.stop_sequence_missing,
    completion.old_stop_sequence,
    completion.separator_inside,
    completion.mixed_leading_space,
    completion.glued_completion,
]
Row = tuple[object, object]


def sound(fruit: str) -> Row:
    return f"What do {fruit} cost? ->", f" {fruit} are two crowns a box\n"


def facts(rows: Sequence[Row]) -> FileFacts:
    pairs = Pairs()
    for line, (prompt, said) in enumerate(rows, 1):
        pairs.add(line, prompt, said)
    return FileFacts(pairs=pairs)


def raised(rows: Sequence[Row]) -> dict[str, Hit]:
    """Return what each check says of a file, by the check's name; no check says two things."""
    found = {}
    for check in CHECKS:
        hits = list(check(facts(rows)))
        assert len(hits) < 2
        if hits:
            found[check.__name__] = hits[0]
    for check, least in (
        (completion.common_prompt_start, 13),
        (completion.common_completion_start, 5),
    ):
        limits: Mapping[str, Any] = {"option_characters": least}
        if hits := list(check(facts(rows), limits)):
            found[check.__name__] = hits[0]
    return found


SOUND = [sound(fruit) for fruit in FRUIT]


def test_sound_files_are_silent() -> None:
    assert raised(SOUND) == {}
    assert raised([]) == {}
    assert all(not list(check(FileFacts())) for check in CHECKS)


def test_labels_need_no_stop_sequence() -> None:
    rows = [(prompt, (" dear", " cheap", " fair")[at % 3]) for at, (prompt, _) in enumerate(SOUND)]
    assert raised(rows) == {}


def test_open_ended_rows_have_no_prompts_to_speak_of() -> None:
    assert raised([("", f" {fruit} are two crowns a box\n") for fruit in FRUIT]) == {}


def test_what_is_no_text_is_left_to_other_rules() -> None:
    assert raised([*SOUND, (None, 3), ([], {})]) == {}


def test_punctuation_of_prose_is_no_separator() -> None:
    rows = [(f"Have you got {fruit}?", f" Two boxes of {fruit}.") for fruit in FRUIT]
    found = raised(rows)
    assert "prompts_end_differently" in found
    assert "completions_end_differently" in found


@pytest.mark.parametrize("separator", [" ->", "\n", "\n\n###\n\n", "\n\n===>\n\n", " END"])
def test_whatever_all_prompts_end_with_is_a_separator(separator: str) -> None:
    rows: list[Row] = [(f"Price of {fruit}{separator}", f" {fruit} are two\n") for fruit in FRUIT]
    assert raised(rows) == {}


def test_the_few_without_separator_or_stop_are_counted_and_the_first_is_named() -> None:
    found = raised([*SOUND, ("Price of nuts", " nuts are nine")])
    assert found["separator_missing"].line == found["stop_sequence_missing"].line == 13
    assert found["separator_missing"].values == {"end": "->", "rows": 1, "of": 13}
    assert found["stop_sequence_missing"].values == {"end": r"\n", "rows": 1, "of": 13}


def test_a_separator_inside_prompts_is_counted() -> None:
    hit = raised([*SOUND, ("Is it ? -> or not? ->", " it is not\n")])["separator_inside"]
    assert (hit.values["rows"], hit.line) == (1, 13)


def test_end_tokens_are_named() -> None:
    rows: list[Row] = [(prompt, f"{said}".strip() + "<|endoftext|>") for prompt, said in SOUND]
    hit = raised(rows)["old_stop_sequence"]
    assert hit.values == {"token": "<|endoftext|>", "rows": 12, "of": 12}
    rows = [(prompt, f"{said}".strip() + " </s>") for prompt, said in SOUND]
    assert raised(rows)["old_stop_sequence"].values["token"] == "</s>"


def test_one_prompt_or_one_completion_for_all_rows_is_told_alone() -> None:
    same: list[Row] = [("Price ->", said) for _, said in SOUND]
    assert set(raised(same)) == {"identical_prompts"}
    same = [(prompt, " two\n") for prompt, _ in SOUND]
    assert set(raised(same)) == {"identical_completions"}


def test_leading_spaces_are_mixed_unless_few_have_one() -> None:
    bare: list[Row] = [(f"{prompt}\n", f"{said}".lstrip()) for prompt, said in SOUND]
    spaced: list[Row] = [(f"{prompt}\n", said) for prompt, said in SOUND]
    assert raised(spaced + bare[:1])["mixed_leading_space"].line == 13
    assert raised(bare + spaced[:1])["mixed_leading_space"].line == 13
    assert "mixed_leading_space" not in raised(bare * 2 + spaced[:1])


def test_scripts_without_spaces_have_no_leading_space_to_miss() -> None:
    assert raised([(f"{fruit}多少钱？->", f"一箱{fruit}两克朗\n") for fruit in FRUIT]) == {}


def test_completions_that_run_into_prompts_are_counted() -> None:
    rows: list[Row] = [(prompt, f"{said}".lstrip()) for prompt, said in SOUND]
    assert set(raised(rows)) == {"glued_completion"}


def test_what_all_begin_with_is_shown() -> None:
    rows: list[Row] = [
        (f"You are a greengrocer.\n{prompt}", f" Price: {said}") for prompt, said in SOUND
    ]
    found = raised(rows)
    assert set(found) == {"common_prompt_start", "common_completion_start"}
    assert found["common_prompt_start"].values["start"] == r"You are a greengrocer.\nWhat do "
