"""Counting files: sums, what is left out, spread, packing; the same however it is cut up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.config import load
from dslint.errors import InputError, UsageError
from dslint.facts.tokens import encoding
from dslint.stages.count import Count, count, summed
from dslint.stages.packing import pack
from dslint.stages.tally import MOST_PROMPTS, Tally

SYSTEM = "You are the desk of a small bicycle shop. Be brief."


def chat(question: str, answer: str, **also: Any) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer, **also},
        ]
    }


def cost(row: dict[str, Any]) -> int:
    """Count as OpenAI's cookbook does."""
    counter = encoding("o200k_base", fast=False)
    return 3 + sum(
        3 + counter.count(each["role"]) + counter.count(each["content"]) for each in row["messages"]
    )


ROWS = [
    chat("Do you mend wheels?", "We do, on Tuesdays."),
    chat("Is a bell three euros?", "Four."),
    chat("何か安いものはありますか。", "はい、ベルが四ユーロです。" * 20),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "shop.jsonl", ROWS)


def written(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def counted(*paths: Path, model: str | None = None, **given: Any) -> Count:
    return count([str(path) for path in paths], load(config=False, model=model), **given)


def test_tokens_are_those_of_the_cookbook(file: Path) -> None:
    found = counted(file)
    assert (found.encoding, found.exact, found.model) == ("o200k_base", None, None)
    assert list(found.tallies[0].totals) == [cost(row) for row in ROWS]
    assert found.total.tokens == sum(map(cost, ROWS))


def test_only_answers_are_learned_and_only_those_with_a_weight(tmp_path: Path) -> None:
    rows = [ROWS[0], chat("And bells?", "We sell them.", weight=0)]
    found = counted(written(tmp_path / "a.jsonl", rows)).total
    answer = encoding("o200k_base").count("We do, on Tuesdays.")
    assert found.trained == answer
    assert found.idle == (1, cost(rows[1]))


def test_what_is_not_counted_is_said_to_be_left_out(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl", [*ROWS, {"messages": [{"role": "user", "content": 5}]}, {"a": 1}]
    )
    with path.open("a") as out:
        out.write("{broken\n\n[1]\n")
    found = counted(path).total
    assert (found.records, found.malformed, found.invalid, found.unread) == (3, 2, 1, 1)
    assert found.tokens == sum(map(cost, ROWS))


def test_a_prompt_that_an_earlier_record_had_is_counted_as_repeated(file: Path) -> None:
    counter = encoding("o200k_base")
    once = 3 + counter.count("system") + counter.count(SYSTEM)
    assert counted(file).total.repeated == 2 * once
    assert counted(file, file.parent).total.repeated == 2 * once


def test_prompts_are_found_again_in_another_file(tmp_path: Path, file: Path) -> None:
    other = written(tmp_path / "other.jsonl", ROWS[:1])
    found = counted(file, other)
    assert found.files[1].repeated == 0
    assert found.total.repeated == found.files[0].repeated // 2 * 3


@pytest.mark.parametrize("chunk", [1, 300, 10_000])
@pytest.mark.parametrize("jobs", [1, 2])
def test_how_it_is_cut_up_never_shows(file: Path, chunk: int, jobs: int) -> None:
    assert counted(file, chunk=chunk, jobs=jobs).total == counted(file).total


def test_the_longest_are_named_by_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n" + "".join(json.dumps(row) + "\n" for row in ROWS))
    longest = counted(path, chunk=10).total.longest
    assert [each.line for each in longest] == [5, 3, 4]
    assert longest[0].tokens == cost(ROWS[2])


def test_rows_of_an_array_have_the_lines_on_which_they_begin(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ROWS, indent=1))
    found = counted(path)
    assert found.total.tokens == sum(map(cost, ROWS))
    first, second, _ = found.tallies[0].lines
    assert first == 2
    assert second > 10


def test_what_is_beyond_the_context_is_counted(tmp_path: Path) -> None:
    settings = load(config=False)
    long = chat("Why?", "Because " * 70_000)
    path = written(tmp_path / "a.jsonl", [ROWS[0], long])
    found = counted(path, model="gpt-4.1-mini").total
    assert (found.over, found.cut) == (1, cost(long) - 65_536)
    assert count([str(path)], settings).total.over is None


def test_a_model_with_another_tokenizer_gives_estimates(file: Path, tmp_path: Path) -> None:
    config = tmp_path / "dslint.toml"
    config.write_text("[models.heron-7b]\ncontext = 100\n")
    found = count([str(file)], load(config=config, model="heron-7b"))
    assert (found.exact, found.encoding) == (False, "o200k_base")
    assert found.total.over == sum(cost(row) > 100 for row in ROWS)


def test_an_unknown_model_is_told_before_a_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no model `gpt-4\.1-mimi`; did you mean"):
        counted(tmp_path / "none.jsonl", model="gpt-4.1-mimi")


def test_there_must_be_something_to_count(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        counted(tmp_path)


def test_a_file_without_records_has_no_spread(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n")
    found = counted(path, pack=100).total
    assert (found.records, found.spread, found.histogram) == (0, None, ())
    assert found.packing is not None
    assert found.packing.efficiency == 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200))
def test_every_record_is_in_one_bar(sizes: list[int]) -> None:
    tally = Tally()
    for size in sizes:
        tally.totals.append(size)
        tally.longest.append(size)
        tally.lines.append(1)
        tally.trained.append(0)
    found = summed([tally], ["a"])
    assert sum(bar.records for bar in found.histogram) == len(sizes)
    for bar in found.histogram[:-1]:
        assert bar.records == sum(bar.low <= size <= (bar.high or 0) for size in sizes)
    assert len(found.histogram) <= 14
    assert found.spread is not None
    assert found.spread.min <= found.spread.median <= found.spread.max
    assert sum(size <= found.spread.p95 for size in sizes) >= 0.95 * len(sizes)


@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 40))
def test_packing_loses_nothing_but_what_is_too_long(sizes: list[int], length: int) -> None:
    found = pack(sizes, length)
    assert found.tokens == sum(min(size, length) for size in sizes)
    assert found.tokens + found.cut == sum(sizes)
    assert found.sequences * length >= found.tokens
    assert found.sequences <= max(1, 2 * found.tokens // length + 1)
    assert found.efficiency <= 1


def test_packing_fills_what_can_be_filled() -> None:
    assert pack([6, 4, 7, 3, 5, 5], 10).efficiency == 1
    assert pack([6, 6, 6], 10).sequences == 3


def test_no_more_prompts_are_remembered_than_there_is_room_for() -> None:
    tally, later = Tally(), Tally()
    later.prompts = {number.to_bytes(8): (1, 5) for number in range(MOST_PROMPTS + 10)}
    tally.join(later)
    tally.join(later)
    assert len(tally.prompts) == MOST_PROMPTS
