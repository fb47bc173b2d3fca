"""Tokens and money from Python: the same inputs as `check`, the same numbers as the commands."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import dslint

ROOT = Path(__file__).parent.parent
FILE = ROOT / "examples" / "support-train.jsonl"
ROW: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": "Is the tower open?"},
        {"role": "assistant", "content": "From nine to five."},
    ]
}


def test_rows_count_as_their_file_does(tmp_path: Path) -> None:
    import polars as pl

    rows = [ROW, ROW]
    found = dslint.count_tokens(rows)
    assert (found.total.path, found.total.records) == ("<rows>", 2)
    assert found.total.tokens == dslint.count_tokens(pl.DataFrame(rows)).total.tokens
    assert dslint.count_tokens([FILE]).total == dslint.count_tokens(FILE).total


def test_a_model_brings_its_context_and_packing_is_asked_for() -> None:
    found = dslint.count_tokens(FILE, model="gpt-4.1-mini", pack=1024)
    assert (found.exact, found.total.over) == (True, 0)
    assert found.total.packing is not None
    assert found.total.packing.tokens == found.total.tokens


def test_an_estimate_takes_rows_on_both_sides() -> None:
    job = dslint.estimate([ROW] * 20, model="gpt-4.1-mini", validation=[ROW], epochs=2)
    (offer,) = job.offers
    assert offer.validation is not None
    assert offer.validation.records == 1
    assert offer.cost.total is not None
    assert offer.cost.total.most == Decimal(offer.train.tokens * 2 * 5) / 1_000_000


def test_a_budget_is_told_as_on_the_command_line() -> None:
    assert dslint.estimate(FILE, model="gpt-4.1-mini", budget="0.0001 USD").fails
    assert not dslint.estimate(FILE, model="gpt-4.1-mini", budget="$50").fails
    with pytest.raises(dslint.DslintError):
        dslint.estimate(FILE, budget="50 EUR")


def test_a_budget_gates_check_as_it_gates_the_estimate() -> None:
    rows = [ROW] * 12
    report = dslint.check(rows, model="gpt-4.1-mini", budget="0.001 USD")
    (found,) = (each for each in report.findings if each.rule == "budget-exceeded")
    assert (found.level, found.line) == ("error", None)
    assert dslint.estimate(rows, model="gpt-4.1-mini", budget="0.001 USD").fails
    assert not dslint.check(rows, model="gpt-4.1-mini", budget="5 USD").fails()
