"""The exam: which models are asked what, and what that may cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from dslint.config import Settings
from dslint.errors import UsageError
from dslint.stages import journal
from dslint.stages.asking import Gate, Rate, answered, rate, request, sizes
from dslint.stages.questions import Paper, Question
from dslint.stages.remote import Remote

SHORTEST = 1_024
"""Tokens that an answer may have at the least; twice those of the longest that is wanted."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How models are asked. `max_cost` in US dollars binds what is spent in all, with earlier runs
    of the same evaluation; `answers` is the file in which they are kept.
    """

    models: tuple[str, ...]
    concurrency: int = 4
    max_cost: Decimal | None = None
    max_tokens: int | None = None
    temperature: float | None = 0.0
    kind: Literal["labels", "text"] | None = None
    answers: Path | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A question to a model: its position, what is sent, its key, and what it costs at the most."""

    model: str
    at: int
    body: dict[str, Any]
    key: str
    most: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be asked, and what it may cost: `likely` where answers are as long as those
    that are wanted, `most` where they are as long as they may be; None where a price is not known.
    """

    paper: Paper
    orders: tuple[Order, ...]
    rates: dict[str, Rate | None]
    max_tokens: int
    tokens: int
    likely: Decimal | None
    most: Decimal | None


def plan(paper: Paper, wish: Wish, remote: Remote, settings: Settings) -> Plan:
    """Say what is to be asked, and what it may cost.

    Raises UsageError for a bound on a cost that is not known.
    """
    names = list(dict.fromkeys(wish.models))
    rates, counted = {}, {}
    for name in names:
        rates[name], ruler = rate(name, settings)
        counted[name] = sizes(paper.questions, ruler)
    unknown = [name for name in names if rates[name] is None]
    if unknown and wish.max_cost is not None:
        raise UsageError(
            f"--max-cost can't be kept: what `{unknown[0]}` costs at {remote.target.title} is not "
            f'known; say it under [models."{unknown[0]}"] in dslint.toml, as `base_input` and '
            "`base_output` (`input` and `output` of a tuned model)"
        )
    longest = max(own for name in names for _, own in counted[name])
    most = wish.max_tokens or max(SHORTEST, 2 * longest)
    orders, likely, tokens = [], Decimal(0), 0
    for at, question in enumerate(paper.questions):
        for name in names:
            price, (given, own) = rates[name], counted[name][at]
            body = _body(name, question, most, wish)
            worst = price.cost(given, most) if price else Decimal(0)
            orders.append(Order(name, at, body, journal.key(remote.url, body), worst))
            likely += price.cost(given, own) if price else 0
            tokens += given
    total = sum((each.most for each in orders), Decimal(0))
    return Plan(
        paper,
        tuple(orders),
        rates,
        most,
        tokens,
        None if unknown else likely,
        None if unknown else total,
    )


def _body(model: str, question: Question, most: int, wish: Wish) -> dict[str, Any]:
    return request(
        model, question.messages, most, wish.temperature, question.tools, question.settings
    )


def rehearse(planned: Plan, remote: Remote) -> None:
    """Make every request of a plan; a rehearsal tells them, and sends none."""
    for order in distinct(planned.orders):
        answered(remote, order.body, Gate())


def distinct(orders: Iterable[Order], known: Collection[str] = ()) -> list[Order]:
    """Return the orders that are not answered, each once."""
    return list({each.key: each for each in orders if each.key not in known}.values())
