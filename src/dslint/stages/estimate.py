"""The verb `estimate`: what training on files costs, at a model or at all that take them, and what
using the model costs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dslint import formats, models, targets
from dslint.config import Settings
from dslint.config.toml import printable
from dslint.errors import InputError, UsageError
from dslint.facts.ruler import Ruler, ruler_of
from dslint.figures import Model
from dslint.formats import FORMATS
from dslint.formats.openai import REINFORCEMENT
from dslint.jsonl.source import Source
from dslint.stages import money
from dslint.stages.count import Progress, Summary, files_of, summed, tallied
from dslint.stages.files import File, opened
from dslint.stages.money import Cost, Tokens, Traffic
from dslint.stages.tally import Tally

_NUMBER = r"[0-9][0-9,_]*"
_TRAFFIC = re.compile(rf"\s*({_NUMBER})\s*[x×*]\s*({_NUMBER})\s*/\s*({_NUMBER})\s*")
_HOURS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:\s*-\s*([0-9]+(?:\.[0-9]+)?))?")


@dataclass(frozen=True, slots=True)
class Wish:
    """What else is asked. `hours` are those of a reinforcement job, the least and the most."""

    epochs: int | None = None
    budget: Decimal | None = None
    traffic: Traffic | None = None
    hours: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a job at one model costs.

    `train` and `validation` are as that model counts; `exact` says that it counts so. `tuned` and
    `base` are a month of the traffic with the tuned model and with the one it is of, None where a
    price is missing. `over` is by how much the most that it can cost is over the budget: None
    without a budget, and where the cost is not known. `age` is that of its oldest price in days.
    """

    model: Model
    exact: bool
    train: Summary
    validation: Summary | None
    cost: Cost
    tuned: Decimal | None
    base: Decimal | None
    over: Decimal | None
    age: int | None
    warning: str | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The offers, the cheapest first and those of unknown cost last; `chosen` where a model was
    named.
    """

    offers: tuple[Offer, ...]
    wish: Wish
    chosen: bool

    @property
    def fails(self) -> bool:
        """Say whether no offer is known to keep the budget."""
        return self.wish.budget is not None and all(offer.over != 0 for offer in self.offers)


def traffic(text: str) -> Traffic:
    """Return what `10000 x 500/200` says: requests a month, tokens in and out of one.

    Raises UsageError for anything else.
    """
    found = _TRAFFIC.fullmatch(text)
    if found is None:
        raise UsageError(
            f"`{printable(text)}` is no traffic; write requests a month x tokens in/out: "
            "`10000 x 500/200`"
        )
    requests, given, output = (int(re.sub(r"[,_]", "", each)) for each in found.groups())
    return Traffic(requests, given, output)


def hours(text: str) -> tuple[Decimal, Decimal]:
    """Return the least and the most of `4` or `2-6.5` hours; UsageError for anything else."""
    found = _HOURS.fullmatch(text.strip())
    least = Decimal(found[1]) if found else Decimal(0)
    most = Decimal(found[2] or found[1]) if found else Decimal(0)
    if found is None or most < least:
        raise UsageError(f"`{printable(text)}` is no number of hours; write `4`, or `2-6`")
    return least, most


def estimate(
    paths: Sequence[str | Source],
    settings: Settings,
    wish: Wish | None = None,
    *,
    validation: Sequence[str | Source] = (),
    fast: bool | None = None,
    jobs: int | None = None,
    begin: Callable[[int], Progress] | None = None,
    today: date | None = None,
) -> Estimate:
    """Say what training on `paths` costs at the settings' model, or at all that are open to it.

    Without a model these are all that can still be trained, in the way that the rows' format is
    for, at the settings' target if one was named. `jobs` and `begin` are as in `check`. Raises
    UsageError, VocabularyError or InputError.
    """
    formats.verify(settings.format)
    if wish is not None and wish.epochs is not None and wish.epochs < 1:
        raise UsageError(f"epochs are 1 or more; not {wish.epochs}")
    wish, today = wish or Wish(), today or date.today()
    model = None
    if settings.model is not None:
        model = models.resolve(settings.model, settings.target[0], settings.models)
    with ExitStack() as open_:  # models count in several ways: standard input stays until all have
        sides = [
            _Side(open_.enter_context(files_of(each, settings)), settings, jobs, begin, fast)
            for each in ((paths, validation) if validation else (paths,))
        ]
        found = sides[0].tallies(model)
        if not any(each.totals for each in found):
            raise InputError("there is nothing to estimate: no record could be counted")
        format = format_of(found)
        wanted = [model] if model else _open(format, settings, today)
        offers = [_offer(each, sides, format, wish, today) for each in wanted]
    return Estimate(tuple(sorted(offers, key=_rank)), wish, model is not None)


def _rank(offer: Offer) -> tuple[bool, Decimal]:
    total = offer.cost.total
    return total is None, total.most if total else Decimal(0)


class _Side:
    """Files of one purpose, counted no more often than models that count differently ask for."""

    def __init__(
        self,
        files: Sequence[File],
        settings: Settings,
        jobs: int | None,
        begin: Callable[[int], Progress] | None,
        fast: bool | None,
    ) -> None:
        for file in files:
            if not file.readable and file.facts.container != "empty":
                raise InputError(f"`{file.source.name}` can't be counted: it {file.obstacle}")
        self._asked = files, settings.format, jobs, begin, fast
        self._known: dict[Ruler, list[Tally]] = {}
        self.names = [file.source.name for file in files]

    def tallies(self, model: Model | None) -> list[Tally]:
        files, format, jobs, begin, fast = self._asked
        ruler = ruler_of(model, None, fast, format)
        ruler.counter()
        for known, found in self._known.items():
            # only images are counted otherwise in the same encoding
            if known.encoding == ruler.encoding and not any(each.images for each in found):
                return found
        if ruler not in self._known:
            fresh = [opened(file.source, format) for file in files]
            self._known[ruler] = tallied(ruler, fresh, jobs, begin=begin)
        return self._known[ruler]

    def summary(self, model: Model) -> Summary:
        return summed(self.tallies(model), self.names, model.context)


def format_of(tallies: Sequence[Tally]) -> str:
    """Return the format of most rows, OpenAI's where it is one of its family."""
    rows: dict[str, int] = {}
    for each in tallies:
        for name, seen in each.file.formats.items():
            family = FORMATS[name].family or name if name in FORMATS else name
            rows[family] = rows.get(family, 0) + seen.rows
    return max(rows, key=lambda name: rows[name], default="chat")


def _open(format: str, settings: Settings, today: date) -> list[Model]:
    named = settings.origin.get("target", "default") != "default"
    where = targets.load(settings.target[0]).name if named else None
    method = models.METHODS.get(format, "supervised")
    found = [
        each
        for each in models.every(settings.models, *settings.target)
        if models.status(each, today).state in ("open", "closing")
        and (not each.methods or method in each.methods)
        and where in (None, each.target)
    ]
    if not found:
        place = f" at {where}" if where else ""
        raise UsageError(
            f"no model that is open{place} is known to train on {format} rows; name one: --model"
        )
    return found


def _offer(model: Model, sides: Sequence[_Side], format: str, wish: Wish, today: date) -> Offer:
    train = sides[0].summary(model)
    validation = sides[1].summary(model) if len(sides) > 1 else None
    cost = cost_of(model, train, validation, format, wish)
    return Offer(
        model=model,
        exact=model.encoding is not None,
        train=train,
        validation=validation,
        cost=cost,
        tuned=money.inference(model, wish.traffic) if wish.traffic else None,
        base=money.inference(model, wish.traffic, tuned=False) if wish.traffic else None,
        over=money.over(cost.total, wish.budget)
        if cost.total is not None and wish.budget is not None
        else None,
        age=money.ages(model, today),
        warning=money.warning(model, today),
    )


def cost_of(
    model: Model,
    train: Summary,
    validation: Summary | None,
    format: str,
    wish: Wish | None = None,
) -> Cost:
    """Return what a job at a model costs, of rows in a format."""
    wish = wish or Wish()
    if format == REINFORCEMENT.name or model.methods == ("reinforcement",):
        if wish.hours is not None:
            return money.reinforcement(model, wish.hours)
        return Cost(
            model=model,
            price=model.prices.get("reinforcement_hour"),
            source=model.sources.get("reinforcement_hour"),
            training=None,
        )
    tokens = _billed(train)
    # a target of one's own is known by its file, and its model has only its name
    place = targets.load(model.target) if model.target in targets.names() else None
    return money.training(
        model,
        tokens,
        money.epochs(train.records) if wish.epochs is None else wish.epochs,
        idle=(min(train.idle[1], tokens[0]), min(train.idle[1], tokens[1])),
        validation=_billed(validation) if validation else (0, 0),
        bills_validation=place.billing.get("validation") if place else None,
    )


def _billed(summary: Summary) -> Tokens:
    """Return the least and the most tokens of an epoch, cut at the context."""
    most = summary.tokens - (summary.cut or 0)
    return max(0, most - summary.bound), most
