"""`dslint estimate` as it is called."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from cli.conftest import Run

from dslint.config import load
from dslint.report.estimate import lines
from dslint.report.screen import Look
from dslint.stages.estimate import Wish, estimate, traffic

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
    Path("museum.jsonl").write_text(f"{ROW}\n" * 20)


def test_it_says_what_a_job_costs_and_what_that_rests_on(run: Run) -> None:
    code, out, err = run("estimate", "museum.jsonl", "--model", "gpt-4.1-mini", "--epochs", "2")
    assert (code, err) == (0, "")
    assert "museum.jsonl  20 records · 480 tokens · 25.0 % of them trained" in out
    assert "960" in out
    assert "$0.0048" in out
    assert "prices read 2026-" in out


def test_standard_input_is_counted_for_all_models(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Path("museum.jsonl").read_bytes()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(rows)))
    code, out, _ = run("estimate", "-", "--json")
    (found,) = json.loads(out)["estimates"]
    assert code == 0
    assert {each["exact"] for each in found["offers"]} == {True, False}
    assert {each["train"]["records"] for each in found["offers"]} == {20}


def test_of_utf_16_it_is_said_what_it_is(run: Run) -> None:
    Path("wide.jsonl").write_text(f"{ROW}\n" * 20, encoding="utf-16")
    code, _, err = run("estimate", "wide.jsonl")
    assert code == 2
    assert "`wide.jsonl` can't be counted: it is UTF-16-LE, and JSON is UTF-8" in err
    assert "is UTF-16-LE" in run("count", "wide.jsonl")[1]


def test_in_a_narrow_terminal_each_figure_says_what_it_is() -> None:
    wish = Wish(epochs=2, traffic=traffic("10000 x 500/200"))
    found = estimate(["museum.jsonl"], load(config=False, model="gpt-4.1-mini"), wish)
    told = list(lines(found, "museum.jsonl", Look(width=40)))
    assert "gpt-4.1-mini-2025-04-14 at openai" in told
    assert (
        "epochs 2, tokens billed 960, cost $0.0048, a month $10.40, base model $5.20"
        in " ".join(" ".join(told).split())
    )


def test_a_budget_decides_the_exit_code(run: Run) -> None:
    model = ("--model", "gpt-4.1-mini", "--epochs", "2")
    code, out, _ = run("estimate", "museum.jsonl", *model, "--budget", "0.001 USD")
    assert code == 1
    assert "budget $0.001: gpt-4.1-mini-2025-04-14 is over by $0.0038" in out
    code, out, _ = run("estimate", "museum.jsonl", *model, "--budget", "$1")
    assert code == 0
    assert "budget $1.00: kept" in out


def test_a_datasets_own_files_model_and_budget_are_taken(run: Run) -> None:
    Path("dslint.toml").write_text(
        '[datasets.museum]\ntrain = "museum.jsonl"\nvalidation = "museum.jsonl"\n'
        'model = "gpt-4.1-mini"\nbudget = "0.001 USD"\n'
    )
    code, out, _ = run("estimate")
    assert code == 1
    assert "validation: 20 records, 480 tokens, not billed" in out
    code, _, _ = run("estimate", "museum", "--budget", "5 USD")
    assert code == 0


def test_a_price_that_nobody_states_is_said_to_be_unknown(run: Run) -> None:
    code, out, _ = run("estimate", "museum.jsonl", "--target", "azure", "--model", "gpt-4.1-mini")
    assert code == 0
    assert "480 tokens" in out
    assert "not known" in out


def test_programs_get_exact_amounts(run: Run) -> None:
    _, out, _ = run("estimate", "museum.jsonl", "--json")
    (found,) = json.loads(out)["estimates"]
    known = [each for each in found["offers"] if each["cost"]]
    first = known[0]
    assert first["model"] == "gpt-4o-mini-2024-07-18"
    assert Decimal(first["cost"]["most"]) == Decimal(first["tokens"]["most"]) * 3 / 1_000_000


def test_traffic_shows_the_month(run: Run) -> None:
    _, out, _ = run("estimate", "museum.jsonl", "--traffic", "10000 x 500/200")
    assert "a month" in out
    assert "$10.40" in out


@pytest.mark.parametrize(
    "option", [("--budget", "50 EUR"), ("--traffic", "much"), ("--hours", "?")]
)
def test_what_is_not_understood_is_a_wrong_call(run: Run, option: tuple[str, str]) -> None:
    code, _, err = run("estimate", "museum.jsonl", *option)
    assert code == 2
    assert option[1] in err
