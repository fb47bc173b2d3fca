"""Asks what is asked of the training job as a whole: of its model, its tokens and its price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from dslint.errors import DslintError, InputError
from dslint.facts.job import Bill, Job
from dslint.facts.ruler import Ruler, ruler_of
from dslint.figures import Model
from dslint.model import Skipped
from dslint.stages import money
from dslint.stages.files import File, opened
from dslint.stages.plan import Plan
from dslint.stages.scan import Hits, Raised, fill

if TYPE_CHECKING:
    from dslint.stages.tally import Tally

Counted = Callable[[Ruler, str], "Sequence[Tally]"]
"""What counts the files of one side, once for each ruler."""


def ask(plan: Plan, files: Sequence[File], jobs: int = 1) -> tuple[Hits, list[Skipped]]:
    """Return what functions find in the job at each target, and what they could not look at.

    `files` have been looked at; they are read again only where something has to be counted.
    """
    hits: Hits = {}
    skipped: list[Skipped] = []
    known: dict[int, Job] = {}
    counted: Counted = cache(partial(_counted, plan, files, jobs))
    for check in plan.checks.get("totals", []):
        if check.whole:
            continue
        if check.target not in known:
            known[check.target] = _job(plan, check.target, files, counted, skipped)
        for hit in check.of(known[check.target]):
            message = fill(plan.rules[check.rule].message, hit.values)
            hits.setdefault((check.rule, check.target), []).append(Raised(0, hit.pointer, message))
    return hits, list(dict.fromkeys(skipped))


def _job(
    plan: Plan, position: int, files: Sequence[File], counted: Counted, skipped: list[Skipped]
) -> Job:
    purpose, target = plan.purpose, plan.targets[position]
    model = purpose.model(position)
    train = _side(plan, files, "train")

    @cache
    def bill() -> Bill | None:
        try:
            return _bill(plan, model, files, counted)
        except DslintError as error:
            what = "the tokens of the job"
            if purpose.budget is not None:
                what = f"the budget of {money.shown(purpose.budget)}"
            skipped.append(Skipped(what, str(error).replace("\n", "; ")))
            return None

    return Job(
        target=target.name,
        listed=bool(target.models),
        today=purpose.today,
        named=purpose.named,
        model=model,
        own=purpose.own,
        bytes=sum(file.facts.bytes for file in train),
        epochs=money.epochs(sum(file.facts.records for file in train)),
        budget=purpose.budget is not None and bool(train),
        bill=bill,
    )


def _bill(plan: Plan, model: Model | None, files: Sequence[File], counted: Counted) -> Bill:
    """Count, and return the bill; an InputError says why there is none for what was asked."""
    from dslint.stages import estimate
    from dslint.stages.count import summed

    budget, named = plan.purpose.budget, plan.purpose.named
    if model is None and budget is not None:
        why = f"the model `{named}` is not known" if named else "no model is named"
        raise InputError(f"{why} (--model, or `model` in the configuration)")
    ruler = ruler_of(model, format=plan.format)
    tallies = counted(ruler, "train")
    context = model.context if model else None
    train = summed(tallies, [""] * len(tallies), context)
    if not train.records:
        raise InputError("no record could be counted")
    if model is None:
        times = money.epochs(train.records)
        return Bill(tokens=train.tokens * times, epochs=times, exact=False)
    tested = counted(ruler, "validation")
    validation = summed(tested, [""] * len(tested), context) if tested else None
    cost = estimate.cost_of(model, train, validation, estimate.format_of(tallies))
    if cost.epochs is None or cost.tokens is None:
        raise InputError("reinforcement is billed by the hour: see `dslint estimate --hours`")
    bill = Bill(cost.tokens[1], cost.epochs, exact=model.encoding is not None)
    if budget is None:
        return bill
    if cost.total is None:
        raise InputError(
            f"no price of training `{model.name}` is known: put one under [models] in the "
            "configuration"
        )
    over = money.over(cost.total, budget)
    return replace(
        bill,
        cost=money.shown(cost.total.most),
        budget=money.shown(budget),
        over=money.shown(over) if over else None,
    )


def _counted(
    plan: Plan,
    files: Sequence[File],
    jobs: int,
    ruler: Ruler,
    side: str,
) -> Sequence[Tally]:
    from dslint.stages.count import tallied

    own = _side(plan, files, side)
    for file in own:
        if not file.readable and file.facts.container != "empty":
            raise InputError(f"`{file.source.name}` can't be counted: it {file.obstacle}")
    ruler.counter()
    fresh = [opened(file.source, plan.format) for file in own]
    return tallied(ruler, fresh, jobs)


def _side(plan: Plan, files: Sequence[File], side: str) -> list[File]:
    return [file for file in files if plan.purpose.side(file.source.name) == side]
