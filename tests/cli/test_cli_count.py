"""`dslint count` as it is called."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from cli.conftest import Run, Typed

ROW = json.dumps(
    {
        "messages": [
            {"role": "user", "content": "Is the museum open on Monday?"},
            {"role": "assistant", "content": "It is closed on Mondays."},
        ]
    }
)


@pytest.fixture(autouse=True)
def museum() -> None:
    Path("museum.jsonl").write_text(f"{ROW}\n{ROW}\n")


def test_it_says_how_it_counted_and_what(run: Run) -> None:
    code, out, err = run("count", "museum.jsonl")
    assert (code, err) == (0, "")
    assert "counted in o200k_base" in out
    assert "museum.jsonl  chat · 2 records · 48 tokens, 12 trained" in out
    assert "▌" in out


def test_a_model_brings_its_context(run: Run) -> None:
    _, out, _ = run("count", "museum.jsonl", "--model", "gpt-4.1-mini")
    assert "counted as gpt-4.1-mini-2025-04-14 does, in o200k_base" in out
    assert "no record is longer than its 65,536 tokens" in out


def test_records_can_be_told_one_by_one(run: Run) -> None:
    _, out, _ = run("count", "museum.jsonl", "--per-record", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["file"], row["line"], row["tokens"]) for row in rows] == [
        ("museum.jsonl", "1", "24"),
        ("museum.jsonl", "2", "24"),
    ]
    _, out, _ = run("count", "museum.jsonl", "--per-record", "jsonl")
    assert json.loads(out.splitlines()[1]) == {
        "file": "museum.jsonl",
        "line": 2,
        "tokens": 24,
        "trained": 6,
        "sequence": 24,
    }


def test_programs_get_the_same_sums(run: Run) -> None:
    _, out, _ = run("count", "museum.jsonl", "--json", "--pack", "30")
    found = json.loads(out)
    total = found["total"]
    assert (found["version"], total["records"], total["tokens"]) == (1, 2, 48)
    assert total["packing"]["sequences"] == 2
    assert total["left_out"] == {"malformed": 0, "invalid": 0, "unread": 0}


def test_packing_says_what_padding_would_waste(run: Run) -> None:
    _, out, _ = run("count", "museum.jsonl", "--pack", "48")
    assert "1 sequence of 48, 100.0 % full" in out
    assert "50.0 % padding" in out


def test_datasets_of_the_configuration_are_counted_by_name(run: Run) -> None:
    Path("dslint.toml").write_text(
        '[datasets.museum]\ntrain = "museum.jsonl"\nmodel = "gpt-4.1-nano"\n'
    )
    code, out, _ = run("count", "museum")
    assert code == 0
    assert "gpt-4.1-nano" in out


def test_what_is_left_out_is_said(run: Run) -> None:
    Path("museum.jsonl").write_text(f"{ROW}\n{{}}\nnone\n")
    _, out, _ = run("count", "museum.jsonl")
    assert "1 record" in out
    assert "not counted" in out


def test_an_unknown_model_is_answered_with_the_nearest_names(run: Run) -> None:
    code, _, err = run("count", "museum.jsonl", "--model", "gpt-4.1-miny")
    assert code == 2
    assert "did you mean `gpt-4.1-mini" in err
    assert "dslint.toml" in err


def test_bars_are_drawn_in_ascii_where_there_is_no_more(typed: Typed) -> None:
    _, screen = typed("count", "museum.jsonl", PYTHONIOENCODING="ascii")
    assert "####" in screen
    assert "▌" not in screen


def test_what_cannot_be_counted_at_all_is_no_success(run: Run) -> None:
    Path("wide.jsonl").write_text('{"prompt": "Lima?", "completion": "Peru"}\n', encoding="utf-16")
    Path("plain.jsonl").write_text('{"prompt": "Lima?", "completion": "Peru"}\n')
    code, out, _ = run("count", "wide.jsonl")
    assert code == 2
    assert "wide.jsonl is not counted: it is UTF-16-LE" in out
    assert run("count", "wide.jsonl", "plain.jsonl")[0] == 0
