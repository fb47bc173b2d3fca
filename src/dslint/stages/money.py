"""What training and using a model costs: exact sums in US dollars, with bounds where tokens have
some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Context, Decimal

from dslint.config.toml import printable
from dslint.errors import UsageError
from dslint.figures import PRICES, Claim, Model

Tokens = tuple[int, int]
"""A number of tokens that is known to lie between two, the least and the most."""

STALE = 90
"""Days after which a price is said to be old."""

HOURS_A_MONTH = 730

# Sums are exact whatever the precision of the program that dslint is a library of.
_EXACT = Context(prec=200)
_CENT = Decimal("0.01")
_NUMBER = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_CURRENCY = r"[^\s0-9.,-]+"
_AMOUNT = re.compile(rf"({_NUMBER})\s*({_CURRENCY})?|({_CURRENCY})\s*({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of US dollars that is known to lie between two."""

    least: Decimal
    most: Decimal

    def __add__(self, other: Money) -> Money:
        """Add the least to the least, and the most to the most."""
        return Money(_EXACT.add(self.least, other.least), _EXACT.add(self.most, other.most))


NOTHING = Money(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job costs. A part is None where its price is not known, and so is the total then.

    `epochs` and `tokens`, those billed over all epochs, are None for a job that is billed by the
    hour, `hours` for one that is billed by the token. `idle` is the part of `training` that goes to
    rows that teach nothing. `price` is that of 1M tokens or of an hour, `source` where it is from.
    """

    model: Model
    price: Decimal | None
    source: Claim | None
    training: Money | None
    validation: Money | None = NOTHING
    idle: Money | None = NOTHING
    epochs: int | None = None
    tokens: Tokens | None = None
    hours: tuple[Decimal, Decimal] | None = None

    @property
    def total(self) -> Money | None:
        """Return what the whole job costs."""
        if self.training is None or self.validation is None:
            return None
        return self.training + self.validation


def epochs(rows: int) -> int:
    """Return how often a training file of so many rows is gone through where nobody says.

    By the heuristic of OpenAI's cookbook (Data preparation and analysis for chat model
    fine-tuning): 3, but as many as 100 examples in all take, up to 25, and no more than 25,000
    examples allow, down to 1. The service chooses for itself, and tells at the job.
    """
    if rows * 3 < 100:
        return min(25, 100 // max(rows, 1))
    if rows * 3 > 25_000:
        return max(1, 25_000 // rows)
    return 3


def training(
    model: Model,
    tokens: Tokens,
    epochs: int,
    *,
    idle: Tokens = (0, 0),
    validation: Tokens = (0, 0),
    bills_validation: bool | None = False,
    evaluations: int | None = None,
) -> Cost:
    """Return what it costs to train on so many tokens (of one epoch, cut at the context).

    Every token of a row is billed, trained or not; `idle` are those of rows that teach nothing, and
    among `tokens`. Those of validation rows are billed once an evaluation (by default once an
    epoch) where the target bills them; where it does not say (None), they are only in the most.
    """
    price = model.prices.get("training")
    over = _times(tokens, epochs)
    least, most = _times(validation, epochs if evaluations is None else evaluations)
    watched = (least if bills_validation else 0, 0 if bills_validation is False else most)
    return Cost(
        model=model,
        price=price,
        source=model.sources.get("training"),
        training=_cost(over, price),
        validation=_cost(watched, price),
        idle=_cost(_times(idle, epochs), price),
        epochs=epochs,
        tokens=over,
    )


def reinforcement(
    model: Model, hours: tuple[Decimal, Decimal], grading: Money | None = NOTHING
) -> Cost:
    """Return what so many hours of reinforcement cost, the least and the most.

    `grading` is what models that grade cost (`inference` has the prices); None is not known.
    """
    price = model.prices.get("reinforcement_hour")
    spent = None
    if price is not None:
        spent = Money(*(_EXACT.multiply(each, price) for each in hours))
        spent = spent + grading if grading is not None else None
    return Cost(
        model=model,
        price=price,
        source=model.sources.get("reinforcement_hour"),
        training=spent,
        hours=hours,
    )


@dataclass(frozen=True, slots=True)
class Traffic:
    """The use of a model in a month: requests, and the tokens of one, in and out.

    `cached` of the tokens in are read from the cache. Raises UsageError where the numbers can't be.
    """

    requests: int
    input: int
    output: int
    cached: int = 0
    batch: bool = False

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        if min(self.requests, self.input, self.output, self.cached) < 0:
            raise UsageError("traffic is counted in requests and tokens, none of them below 0")
        if self.cached > self.input:
            raise UsageError(
                f"{self.cached:,} tokens from the cache are more than the {self.input:,} of a "
                "request"
            )


def inference(model: Model, traffic: Traffic, *, tuned: bool = True) -> Decimal | None:
    """Return what a month of traffic costs with the tuned model, or with the one that it is of.

    The tuned one is also billed for the hours that it is hosted, where there is a price for them.
    Tokens from the cache cost what others do where they have no price. None is not known: a price
    that the traffic needs is missing (for a base model in a batch there is none).
    """
    kind = ("batch_" if traffic.batch else "") + ("" if tuned else "base_")
    given, output = (model.prices.get(f"{kind}{name}") for name in ("input", "output"))
    if (traffic.input and given is None) or (traffic.output and output is None):
        return None
    cached = model.prices.get(f"{kind}cached", given)
    parts = (
        (traffic.input - traffic.cached, given),
        (traffic.cached, cached),
        (traffic.output, output),
    )
    total = Decimal(0)
    for tokens, price in parts:
        if price is not None:
            total = _EXACT.add(total, _million(tokens * traffic.requests, price))
    hour = model.prices.get("hosting_hour")
    if tuned and hour is not None and not traffic.batch:
        total = _EXACT.add(total, _EXACT.multiply(hour, Decimal(HOURS_A_MONTH)))
    return total


def age(source: Claim | None, today: date) -> int | None:
    """Return how many days ago a price was read; None where nobody says when it was."""
    return (today - source.read).days if source and source.read else None


def ages(model: Model, today: date) -> int | None:
    """Return the age in days of the oldest price of a model; None where no price has a date."""
    read = (age(model.sources.get(name), today) for name in PRICES if name in model.prices)
    return max((each for each in read if each is not None), default=None)


def warning(model: Model, today: date) -> str | None:
    """Return what to say of prices that are more than `STALE` days old."""
    days = ages(model, today)
    if days is None or days <= STALE:
        return None
    return (
        f"the prices of {model.name} were read {days:,} days ago; look them up, and put what has "
        "changed under [models] in your configuration"
    )


def budget(text: str) -> Decimal:
    """Return the amount of a budget in US dollars: `50 USD`, `50 usd`, `$50`, `1,250.00 USD`.

    Raises UsageError where it is no amount, or one in another currency or in none.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"`{printable(text)}` is no budget; write it as `50 USD` or `$50`")
    amount, currency = found[1] or found[4], (found[2] or found[3] or "")
    if not currency:
        raise UsageError(f"`{printable(text)}` names no currency; write `{amount} USD`")
    if currency.casefold() not in ("usd", "$", "us$"):
        raise UsageError(
            f"`{printable(text)}` is in `{printable(currency)}`, and prices are in US dollars; "
            "write it in USD"
        )
    return Decimal(amount.replace(",", ""))


def over(cost: Money, budget: Decimal) -> Decimal:
    """Return by how much the most that it can cost is over the budget; 0 where it is not."""
    return max(_EXACT.subtract(cost.most, budget), Decimal(0))


def shown(amount: Decimal) -> str:
    """Return an amount as people read it: cents, rounded up; below a cent with two digits.

    `$14.90`, `$1,234.50`, `$0.0042`, `-$0.32`. Rounded up, a saving is never told as larger.
    """
    unit = _CENT
    if amount and abs(amount) < _CENT:
        unit = Decimal((0, (1,), amount.adjusted() - 1))
    rounded = amount.quantize(unit, ROUND_CEILING, context=_EXACT)
    text = f"{abs(rounded):,f}"
    whole, _, part = text.partition(".")
    text = f"{whole}.{part.rstrip('0').ljust(2, '0')}"
    return f"-${text}" if rounded < 0 else f"${text}"


def _times(tokens: Tokens, times: int) -> Tokens:
    return tokens[0] * times, tokens[1] * times


def _million(tokens: int, price: Decimal) -> Decimal:
    return _EXACT.scaleb(_EXACT.multiply(Decimal(tokens), price), -6)


def _cost(tokens: Tokens, price: Decimal | None) -> Money | None:
    if tokens == (0, 0):
        return NOTHING
    return None if price is None else Money(*(_million(each, price) for each in tokens))
