"""Rules on the job: the days of a model, where it is trained, and its price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dslint import models
from dslint.checks import job as checks
from dslint.facts.job import Bill, Job
from dslint.figures import Model
from dslint.model import Hit

CLOSES, SHUT = date(2026, 12, 1), date(2027, 1, 1)
MODEL = Model("pilot-1", "openai", closed=CLOSES, shut=SHUT)
JOB = Job(target="openai", listed=True, today=date(2026, 11, 20), named="pilot-1", model=MODEL)
Check = Callable[[Job, Mapping[str, Any]], Iterable[Hit]]


def told(check: Check, job: Job, **limits: Any) -> list[Mapping[str, object]]:
    return [hit.values for hit in check(job, limits)]


@pytest.mark.parametrize(
    ("day", "how"),
    [
        (CLOSES - timedelta(1), None),
        (CLOSES, "was closed to training"),
        (SHUT - timedelta(1), "was closed to training"),
        (SHUT, "was shut"),
    ],
)
def test_a_model_is_closed_from_its_day_on(day: date, how: str | None) -> None:
    found = told(checks.closed, replace(JOB, today=day))
    assert [values["how"] for values in found] == ([how] if how else [])


@pytest.mark.parametrize(
    ("days", "said"), [(0, None), (1, "tomorrow"), (30, "in 30 days"), (31, None)]
)
def test_a_model_closes_soon_within_so_many_days(days: int, said: str | None) -> None:
    job = replace(JOB, today=CLOSES - timedelta(days))
    found = told(checks.closing, job, option_days=30)
    assert [values["days"] for values in found] == ([said] if said else [])


def test_a_closing_model_is_told_with_the_day_on_which_what_is_tuned_from_it_is_shut() -> None:
    ((values),) = told(checks.closing, JOB, option_days=90)
    assert values["ends"] == "closes to training on 2026-12-01"
    assert values["then"] == ", and what was tuned from it answers until 2027-01-01"
    job = replace(JOB, model=replace(MODEL, closed=None))
    ((values),) = told(checks.closing, job, option_days=90)
    assert (values["ends"], values["then"]) == ("is shut on 2027-01-01", "")


@pytest.mark.parametrize("check", [checks.closed, checks.closing, checks.not_trained_there])
def test_without_a_model_nothing_is_asked(check: Check) -> None:
    job = replace(JOB, named=None, model=None, today=SHUT)
    assert told(check, job, option_days=90) == []


def test_the_days_of_a_model_at_another_target_are_not_told() -> None:
    job = replace(JOB, target="fireworks", today=SHUT)
    assert told(checks.closed, job) == told(checks.closing, job, option_days=90) == []
    assert len(told(checks.not_trained_there, job)) == 1


def test_a_target_whose_models_nobody_lists_trains_any() -> None:
    job = replace(JOB, target="trl", listed=False, named="harbour/pilot", model=None)
    assert told(checks.not_trained_there, job) == []


def test_a_model_that_is_known_elsewhere_is_told_with_all_places() -> None:
    mini = models.resolve("gpt-4.1-mini")
    ((values),) = told(checks.not_trained_there, replace(JOB, target="bedrock", model=mini))
    assert values["said"] == "is known at openai and azure"


def test_a_job_is_counted_only_where_its_bytes_could_be_too_many() -> None:
    def never() -> Bill | None:
        raise AssertionError("counted")

    small = replace(JOB, bytes=500, epochs=2, bill=never)
    assert told(checks.too_many_tokens, small, limit_max_job_tokens=1_000) == []
    assert told(checks.too_many_tokens, small, limit_max_job_tokens=None) == []
    large = replace(small, bytes=501, bill=lambda: Bill(tokens=1_001, epochs=2))
    ((values),) = told(checks.too_many_tokens, large, limit_max_job_tokens=1_000)
    assert values["tokens"] == "1,001"
    fewer = replace(large, bill=lambda: Bill(tokens=1_000, epochs=2))
    assert told(checks.too_many_tokens, fewer, limit_max_job_tokens=1_000) == []


def test_a_job_without_a_budget_is_not_counted() -> None:
    def never() -> Bill | None:
        raise AssertionError("counted")

    assert told(checks.over_budget, replace(JOB, bill=never)) == []


def test_an_estimated_sum_is_told_as_one() -> None:
    bill = Bill(tokens=9, epochs=1, exact=False, cost="$2.00", budget="$1.00", over="$1.00")
    ((values),) = told(checks.over_budget, replace(JOB, budget=True, bill=lambda: bill))
    assert (values["cost"], values["epochs"]) == ("about $2.00", "1 epoch")
