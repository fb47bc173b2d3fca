"""What a job costs: as many tokens as are counted, at the model's price, against a budget."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dslint import models
from dslint.config import load
from dslint.errors import InputError, UsageError
from dslint.stages.count import count
from dslint.stages.estimate import Estimate, Wish, estimate, hours, traffic
from dslint.stages.money import Traffic

TODAY = date(2026, 11, 20)


def row(answer: str, **also: Any) -> str:
    messages = [
        {"role": "user", "content": "Which train goes to the sea?"},
        {"role": "assistant", "content": answer, **also},
    ]
    return json.dumps({"messages": messages}) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "trains.jsonl"
    path.write_text("".join(row(f"The one at {hour}.") for hour in range(12)))
    return path


def estimated(*paths: Path, model: str | None = "gpt-4.1-mini", **given: Any) -> Estimate:
    validation = given.pop("validation", ())
    settings = load(config=given.pop("config", False), model=model, **given.pop("settings", {}))
    return estimate(
        [str(path) for path in paths],
        settings,
        Wish(**given),
        validation=[str(path) for path in validation],
        today=TODAY,
    )


def tokens(path: Path) -> int:
    return count([str(path)], load(config=False)).total.tokens


def test_all_tokens_are_billed_in_each_epoch(file: Path) -> None:
    (offer,) = estimated(file, epochs=2).offers
    price = models.resolve("gpt-4.1-mini", "openai").prices["training"]
    assert offer.cost.tokens == (2 * (tokens(file) - offer.train.bound), 2 * tokens(file))
    assert offer.cost.total is not None
    assert offer.cost.total.most == 2 * tokens(file) * price / 1_000_000
    assert offer.cost.total.least < offer.cost.total.most


def test_epochs_are_those_of_the_heuristic(file: Path) -> None:
    (offer,) = estimated(file).offers
    assert offer.cost.epochs == 100 // 12


def test_what_is_beyond_the_context_is_not_billed(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text(row("far " * 70_000))
    (offer,) = estimated(path, epochs=1).offers
    assert offer.cost.tokens is not None
    assert offer.cost.tokens[1] == 65_536


def test_rows_that_teach_nothing_have_their_price(file: Path) -> None:
    (clean,) = estimated(file, epochs=1).offers
    assert clean.cost.idle is not None
    assert clean.cost.idle.most == 0
    file.write_text(file.read_text() + row("None.", weight=0))
    (offer,) = estimated(file, epochs=1).offers
    assert offer.cost.idle is not None
    assert offer.cost.idle.most == Decimal(offer.train.idle[1]) * 5 / 1_000_000


def test_validation_is_billed_where_the_target_says_so(file: Path) -> None:
    (offer,) = estimated(file, validation=[file]).offers
    assert offer.validation == offer.train
    assert offer.cost.validation is not None
    assert offer.cost.validation.most == 0


def test_without_a_model_all_that_are_open_are_compared_the_cheapest_first(file: Path) -> None:
    found = estimated(file, model=None)
    assert not found.chosen
    costs = [offer.cost.total.most for offer in found.offers if offer.cost.total]
    assert costs == sorted(costs)
    assert {"openai", "azure"} <= {offer.model.target for offer in found.offers}
    for offer in found.offers:
        assert models.status(offer.model, TODAY).state in ("open", "closing")
        assert not offer.model.methods or "supervised" in offer.model.methods


def test_a_target_that_is_named_narrows_the_comparison(file: Path) -> None:
    found = estimated(file, model=None, settings={"target": ("azure",)})
    assert {offer.model.target for offer in found.offers} == {"azure"}


def test_a_missing_price_leaves_the_tokens(file: Path) -> None:
    (offer,) = estimated(file, settings={"target": ("azure",)}).offers
    assert offer.cost.total is None
    assert offer.cost.tokens is not None
    assert offer.train.tokens == tokens(file)


@pytest.mark.parametrize(("budget", "fails"), [("1", False), ("0.0001", True)])
def test_a_budget_is_a_gate(file: Path, budget: str, fails: bool) -> None:
    assert estimated(file, budget=Decimal(budget)).fails is fails


def test_a_budget_can_not_be_kept_where_the_cost_is_not_known(file: Path) -> None:
    found = estimated(file, budget=Decimal(1000), settings={"target": ("azure",)})
    assert found.fails
    assert estimated(file, model=None, budget=Decimal(1000)).fails is False


@pytest.mark.parametrize("text", ["", "{}\n", "no JSON at all", "PAR1 and so on PAR1"])
def test_what_can_not_be_counted_keeps_no_budget(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match="counted"):
        estimated(path, budget=Decimal(1))


def test_reinforcement_is_billed_by_the_hour(tmp_path: Path) -> None:
    path = tmp_path / "rft.jsonl"
    messages = [{"role": "user", "content": "What is 2 + 2?"}]
    path.write_text(json.dumps({"messages": messages, "answer": 4}) + "\n")
    given: dict[str, Any] = {"model": "o4-mini", "settings": {"target": ("azure",)}}
    (unknown,) = estimated(path, **given).offers
    assert (unknown.cost.total, unknown.cost.price) == (None, Decimal("100.00"))
    (offer,) = estimated(path, hours=hours("2-6"), **given).offers
    assert offer.cost.total is not None
    assert [offer.cost.total.least, offer.cost.total.most] == [Decimal(200), Decimal(600)]


def test_a_month_of_traffic_is_told_for_the_tuned_and_the_base_model(file: Path) -> None:
    (offer,) = estimated(file, traffic=traffic("10,000 x 500/200")).offers
    assert (offer.tuned, offer.base) == (Decimal("10.4"), Decimal("5.2"))


def test_an_old_price_is_warned_of(file: Path) -> None:
    settings = load(config=False, model="gpt-4.1-mini")
    (offer,) = estimate([str(file)], settings, today=date(2027, 6, 1)).offers
    assert offer.warning is not None
    assert "days ago" in offer.warning


def test_traffic_and_hours_are_read_as_people_write_them() -> None:
    assert traffic("10000 x 500/200") == traffic("10_000×500 / 200") == Traffic(10_000, 500, 200)
    assert hours("4") == (Decimal(4), Decimal(4))
    for text in ("", "500/200", "10 x 5", "x 1/2"):
        with pytest.raises(UsageError, match="is no traffic"):
            traffic(text)
    for text in ("", "two", "6-2"):
        with pytest.raises(UsageError, match="is no number of hours"):
            hours(text)
