"""`stats` over files: what is in them, whatever the chunks; and contracts, drafted and held."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from laws.rows import Row, chats, preferences

from dslint.checks.dataset import breaches
from dslint.config import load
from dslint.config.contract import Contract, Range, contract
from dslint.errors import InputError
from dslint.stages import stats as stage
from dslint.stages.agree import drafted, rounded
from dslint.stages.stats import Stats, stats

SETTINGS = load(config=False)


@pytest.fixture(autouse=True)
def without_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell scripts alone: the model of languages takes seconds to load."""
    for module in ("dslint.stages.stats", "dslint.stages.agree", "dslint.facts.languages"):
        monkeypatch.setattr(f"{module}.available", lambda: False)


def write(path: Path, rows: list[Row]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def chat(answer: str, system: str | None = None) -> Row:
    first = [] if system is None else [{"role": "system", "content": system}]
    said = [{"role": "user", "content": "?"}, {"role": "assistant", "content": answer}]
    return {"messages": [*first, *said]}


def look(*files: str, chunk: int = 4 << 20, **sides: list[str]) -> Stats:
    return stats(sides or {"": [*files]}, SETTINGS, chunk=chunk, jobs=1)


@given(st.lists(chats() | preferences(), min_size=1, max_size=8), st.integers(1, 2_000))
@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_the_size_of_chunks_never_shows(tmp_path: Path, rows: list[Row], chunk: int) -> None:
    path = write(tmp_path / "rows.jsonl", rows)
    assert look(path, chunk=chunk) == look(path)


def test_packed_files_tables_and_arrays_have_the_same_portrait(tmp_path: Path) -> None:
    rows: list[Row] = [{"prompt": f"{n} ->", "completion": f" {n * n}\n"} for n in range(12)]
    plain = write(tmp_path / "a.jsonl", rows)
    packed, array, table = (tmp_path / name for name in ("a.jsonl.gz", "b.jsonl", "c.csv"))
    packed.write_bytes(gzip.compress(Path(plain).read_bytes()))
    array.write_text(json.dumps(rows))
    table.write_text("prompt,completion\n" + "".join(f'{n} ->," {n * n}\n"\n' for n in range(12)))
    found = [look(str(each)).sides[0].portrait for each in (plain, packed, array, table)]
    assert [each.answers for each in found] == [found[0].answers] * 4
    assert [each.messages.times for each in found] == [found[0].messages.times] * 4


def test_broken_lines_are_counted_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(chat("Yes.")) + "\r\n\r\n{broken\r\n[1]\r\n")
    (side,) = look(str(path)).sides
    assert (side.records, side.malformed, side.portrait.answers.total) == (1, 2, 1)


def test_an_empty_file_has_no_rows_and_a_binary_one_is_said_to_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "noise.bin").write_bytes(b"\x00\x01\x02" * 50)
    found = look(str(tmp_path / "empty.jsonl"), str(tmp_path / "noise.bin"))
    assert found.sides[0].records == 0
    assert [each.what.endswith("noise.bin") for each in found.skipped] == [True]


def test_no_file_is_an_error() -> None:
    with pytest.raises(InputError):
        look("nowhere.jsonl")


def test_prompts_that_differ_by_a_space_know_each_other(tmp_path: Path) -> None:
    rows = [chat("Yes.", "Be kind."), chat("No.", "Be kind."), chat("Oh.", "be kind. "), chat("?")]
    (side,) = look(write(tmp_path / "a.jsonl", rows)).sides
    assert [(each.text, each.rows, each.like) for each in side.prompts] == [
        ("Be kind.", 2, None),
        ("be kind. ", 1, "Be kind."),
    ]
    assert side.portrait.repeats.bare == 1


def test_sides_are_compared_with_the_first(tmp_path: Path) -> None:
    train = write(tmp_path / "a.jsonl", [chat("praise"), chat("complaint")] * 20)
    tested = write(tmp_path / "b.jsonl", [chat("praise")] * 20)
    found = look(train=[train], validation=[tested])
    (labels,) = (each for each in found.drifts["validation"] if each.what == "labels")
    assert (labels.distance, labels.ours, labels.theirs) == (0.5, 0.5, 0.0)
    assert labels.stands_out


# contracts


@given(st.lists(chats() | preferences(), min_size=1, max_size=8))
@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_data_keeps_the_contract_that_is_drafted_from_it(tmp_path: Path, rows: list[Row]) -> None:
    found = look(write(tmp_path / "a.jsonl", rows))
    agreed = drafted(found.sides)
    assert list(breaches(agreed, [found.sides[0].portrait], ["train"])) == []


def test_so_do_labels_on_two_sides(tmp_path: Path) -> None:
    train = write(tmp_path / "a.jsonl", [chat("praise"), chat("complaint")] * 20)
    tested = write(tmp_path / "b.jsonl", [chat("praise"), chat("question")] * 10)
    found = look(train=[train], validation=[tested])
    agreed = drafted(found.sides)
    assert agreed.labels == ("complaint", "praise", "question")
    assert agreed.label_rows == Range(10, None)
    portraits = [side.portrait for side in found.sides]
    assert list(breaches(agreed, portraits, ["train", "validation"])) == []
    assert list(breaches(replace(agreed, rows=Range(1, 20)), portraits, ["train", "validation"]))


@pytest.mark.parametrize(
    ("agreed", "found"),
    [
        ({"rows": "13.."}, "there are 12 rows"),
        ({"turns": 3}, "12 rows have 2"),
        ({"answer-characters": "..5"}, "12 rows have 6 to 9"),
        ({"system-prompts": 0}, "there is 1 different system prompt"),
        ({"labels": ["praise"]}, "`complaint` is in 6 rows"),
        ({"labels": ["praise", "complaint", "question"]}, "no row has `question`"),
        ({"label-rows": "7.."}, "`complaint` is in 6 rows"),
        ({"roles": ["user", "assistant"]}, "there is `system`"),
    ],
)
def test_what_breaks_a_contract_is_said_with_what_was_found(
    tmp_path: Path, agreed: dict[str, Any], found: str
) -> None:
    rows = [chat("praise", "Classify."), chat("complaint", "Classify.")] * 6
    (side,) = look(write(tmp_path / "a.jsonl", rows)).sides
    held = contract(agreed, "the test")
    assert held is not None
    said = [each[-1] for each in breaches(held, [side.portrait], ["train"])]
    assert found in said


def test_tools_that_nobody_agreed_on_break_it(tmp_path: Path) -> None:
    tool = {"type": "function", "function": {"name": "find_order", "parameters": {}}}
    (side,) = look(write(tmp_path / "a.jsonl", [chat("Yes.") | {"tools": [tool]}])).sides
    (said,) = breaches(Contract(tools=("refund",)), [side.portrait], ["train"])
    assert said[2:] == ("tools", "`refund`", "there is `find_order`")


def test_evaluation_sets_have_no_contract(tmp_path: Path) -> None:
    (side,) = look(write(tmp_path / "a.jsonl", [chat("Yes.")])).sides
    held = Contract(turns=Range(5, 9))
    assert not list(breaches(held, [side.portrait], ["evaluation"]))
    assert list(breaches(held, [side.portrait], ["validation"]))


@given(st.integers(0, 10**9))
def test_drafted_numbers_are_round_and_on_the_right_side(number: int) -> None:
    assert rounded(number, down=True) <= number <= rounded(number)
    assert len(str(rounded(number)).rstrip("0")) <= 2


def test_a_look_at_several_files_tells_lines_from_one_to_the_next(tmp_path: Path) -> None:
    from dslint.jsonl.source import Source
    from dslint.stages.files import opened

    for name in "ab":
        write(tmp_path / f"{name}.jsonl", [chat(name)] * 3)
    files = [opened(Source(n, str(tmp_path / n)), None) for n in ("a.jsonl", "b.jsonl")]
    short = stage.look(files, None).labels.short
    assert {text: met.first for text, met in short.items()} == {"a": 1, "b": 4}
