"""Rows that belong together are found, whatever stands between them; no others are."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl import source
from dslint.stages.files import File, opened
from dslint.stages.groups import groups, united

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def chat(question: str, answer: str, **also: Any) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ],
        **also,
    }


def files(folder: Path, *contents: Sequence[Any]) -> list[File]:
    """Write files of rows, a row that is text as it stands."""
    paths = []
    for number, rows in enumerate(contents):
        path = folder / f"{number}.jsonl"
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        paths.append(str(path))
    return [opened(each, None) for each in source.find(paths)]


def grouped(found: pl.DataFrame) -> list[int]:
    return found["group"].to_list()


def test_the_same_record_is_known_whatever_its_keys_order_and_spacing(tmp_path: Path) -> None:
    row = (
        '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]}'
    )
    other = (
        '{"messages":[{"content":"\\u0048i","role":"user"},{"content":"Yo","role":"assistant"}]}'
    )
    found = groups(files(tmp_path, [row, chat("Hi", "yo"), "", "not json", other, "not json"]))
    assert grouped(found) == [0, 1, 2, 0, 2]
    assert found["line"].to_list() == [1, 2, 4, 5, 6]
    assert found["sound"].to_list() == [True, True, False, True, False]


@pytest.mark.parametrize(
    "other",
    [
        chat("Hi", "Yo", id=1),
        {"messages": [{"role": "user", "content": "Yo"}, {"role": "assistant", "content": "Hi"}]},
        {"messages": [{"role": "assistant", "content": "Yo"}, {"role": "user", "content": "Hi"}]},
        {"messages": [*chat("Hi", "Yo")["messages"], {"role": "user", "content": ""}]},
        {"messages": [*chat("Hi", "Yo")["messages"], "note"]},
        chat("Hi", "Yo") | {"tools": []},
        {"prompt": "Hi", "completion": "Yo"},
        chat("Hi", "Yo", weight=0),
    ],
)
def test_what_differs_anywhere_is_another_record(other: dict[str, Any], tmp_path: Path) -> None:
    assert grouped(groups(files(tmp_path, [chat("Hi", "Yo"), other]))) == [0, 1]


def test_rows_of_other_files_are_in_the_same_groups(tmp_path: Path) -> None:
    found = groups(files(tmp_path, [chat("a", "1"), chat("b", "2")], [chat("b", "2")]))
    assert grouped(found) == [0, 1, 1]
    assert found["file"].to_list() == [0, 0, 1]


def test_a_shared_prompt_or_key_makes_a_group_from_row_to_row(tmp_path: Path) -> None:
    rows = [
        chat("a", "1", user="x"),
        chat("a", "2", user="y"),
        chat("b", "3", user="y"),
        chat("b", "3", user=None),
        chat("c", "4"),
        chat("d", "5"),
    ]
    found = files(tmp_path, rows)
    assert grouped(groups(found)) == [0, 1, 2, 3, 4, 5]
    assert grouped(groups(files(tmp_path, rows), prompt=True)) == [0, 0, 2, 2, 4, 5]
    assert grouped(groups(files(tmp_path, rows), fields=["user"])) == [0, 1, 1, 3, 4, 5]
    both = groups(files(tmp_path, rows), prompt=True, fields=["user"])
    assert grouped(both) == [0, 0, 0, 0, 4, 5]


def test_tools_and_calls_are_part_of_a_prompt(tmp_path: Path) -> None:
    def asked(city: str, tool: str) -> dict[str, Any]:
        call = {"id": "1", "type": "function", "function": {"name": "t", "arguments": city}}
        return {
            "messages": [
                {"role": "user", "content": "weather?"},
                {"role": "assistant", "content": None, "tool_calls": [call], "weight": 0},
                {"role": "tool", "content": "sun", "tool_call_id": "1"},
                {"role": "assistant", "content": city},
            ],
            "tools": [{"type": "function", "function": {"name": tool}}],
        }

    rows = [asked("Rome", "t"), asked("Oslo", "t"), asked("Rome", "u")]
    assert grouped(groups(files(tmp_path, rows), prompt=True)) == [0, 1, 2]


def test_normalised_rows_are_the_same_past_case_spacing_and_punctuation(tmp_path: Path) -> None:
    rows = [chat("What is it?", "A cat."), chat("what  IS it", "a cat!"), chat("what is it", "dog")]
    assert grouped(groups(files(tmp_path, rows))) == [0, 1, 2]
    assert grouped(groups(files(tmp_path, rows), normalised=True)) == [0, 0, 2]
    assert grouped(groups(files(tmp_path, rows), normalised=True, prompt=True)) == [0, 0, 0]


def jaccard(one: str, other: str, length: int) -> float:
    parts = one.split(), other.split()
    runs = [
        {tuple(each[at : at + length]) for at in range(len(each) - length + 1)} for each in parts
    ]
    return len(runs[0] & runs[1]) / len(runs[0] | runs[1])


def test_near_duplicates_are_found_and_nothing_else(tmp_path: Path) -> None:
    """Of planted pairs that share 0.9 of their shingles, 99 of 100 are found; of pairs below the
    threshold none.
    """
    chance = random.Random(7)
    texts, close = [], []
    for _ in range(300):
        words = ["".join(chance.choices(LETTERS, k=5)) for _ in range(chance.randint(70, 140))]
        edited = list(words)
        for at in chance.sample(range(len(words)), k=chance.choice([1, 1, 4, 12])):
            edited[at] = "".join(chance.choices(LETTERS, k=5))
        texts += [" ".join(words), " ".join(edited)]
        close.append(jaccard(texts[-2], texts[-1], 3))
    found = groups(files(tmp_path, [chat(text, "fine") for text in texts]), near=0.8)
    together = [one == other for one, other in zip(*[iter(grouped(found))] * 2, strict=True)]
    planted = [met for met, share in zip(together, close, strict=True) if share >= 0.9]
    assert len(planted) > 100
    assert sum(planted) >= 0.99 * len(planted)
    assert not any(met for met, share in zip(together, close, strict=True) if share < 0.78)
    assert found["group"].n_unique() == len(texts) - sum(together)  # no stranger in any group


def test_near_duplicates_are_found_in_scripts_without_spaces(tmp_path: Path) -> None:
    chance = random.Random(3)
    texts = []
    for _ in range(60):
        text = [chr(chance.randint(0x4E00, 0x6E00)) for _ in range(150)]
        edited = [*text[:70], "新", *text[71:]]
        texts += ["".join(text), "".join(edited)]
    found = groups(files(tmp_path, [chat(text, "好") for text in texts]), near=0.8)
    assert found["group"].n_unique() == 60


def test_a_system_prompt_that_all_share_makes_nothing_alike(tmp_path: Path) -> None:
    system = {"role": "system", "content": " ".join(f"rule {n} of the house" for n in range(90))}
    rows = [
        {"messages": [system, *chat(f"what of {word} then", f"{word} is as it was")["messages"]]}
        for word in ("bread", "salt")
    ]
    assert grouped(groups(files(tmp_path, rows), near=0.8)) == [0, 1]


def test_a_crowd_of_near_duplicates_is_one_group(tmp_path: Path) -> None:
    words = [f"w{n}" for n in range(80)]
    rows = [chat(" ".join([*words, f"n{n}"]), "yes") for n in range(300)]
    assert set(grouped(groups(files(tmp_path, rows), near=0.8))) == {0}


@given(st.integers(1, 30), st.data())
def test_united_rows_are_those_that_pairs_lead_to(size: int, data: st.DataObject) -> None:
    row = st.integers(0, size - 1)
    pairs = data.draw(st.lists(st.tuples(row, row), max_size=40))
    sets = [{at} for at in range(size)]
    for one, other in pairs:
        whole = sets[one] | sets[other]
        for at in whole:
            sets[at] = whole
    assert united(size, pairs).to_list() == [min(each) for each in sets]


def test_what_has_no_rows_has_no_groups(tmp_path: Path) -> None:
    assert groups(files(tmp_path, []), near=0.8).is_empty()
    assert groups([]).is_empty()
