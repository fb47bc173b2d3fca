"""The verb `evaluate`: asks models the questions of a file, side by side, each once, and grades
what they answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from dslint.errors import RemoteError, UsageError
from dslint.stages import grades, journal
from dslint.stages.exam import Order, Plan, Wish, distinct
from dslint.stages.grades import Comparison, Grades
from dslint.stages.interview import Interview, Tell
from dslint.stages.questions import Paper, answer_of
from dslint.stages.remote import Remote


@dataclass(frozen=True, slots=True)
class Result:
    """What a model did: `asked` now, `kept` from before; `refused` are questions that the service
    did not take, and why the first; `cut` are answers that ended at the most tokens.
    """

    model: str
    grades: Grades
    answers: int
    asked: int
    kept: int
    refused: tuple[int, str]
    cut: int
    tokens: tuple[int, int]
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was found. `stopped` says why not every question was asked, where that is so."""

    paper: Paper
    host: str
    results: tuple[Result, ...]
    comparisons: tuple[Comparison, ...]
    stopped: str = ""
    answers: Path | None = None


def evaluate(
    planned: Plan, wish: Wish, remote: Remote, tell: Tell = lambda done: None
) -> Evaluation:
    """Ask what was not asked before, and grade all answers. `tell` hears of each that came.

    Answers are kept as they come, so that nothing is asked twice. Raises RemoteError where the
    service refuses, can't be reached, or gives no answer to a model.
    """
    if wish.answers is None:
        raise UsageError("answers need a file in which they are kept: --answers FILE")
    with journal.opened(wish.answers) as kept:
        before = {order.key for order in planned.orders if order.key in kept.known}
        run = Interview(planned, wish, remote, kept, tell)
        run.spent = sum((run.bill(each) for each in _again(planned.orders, before)), Decimal(0))
        run.all()
        return _summed(planned, wish, run, before)


def _again(orders: Iterable[Order], before: set[str]) -> list[Order]:
    return [each for each in distinct(orders) if each.key in before]


def _summed(planned: Plan, wish: Wish, run: Interview, before: set[str]) -> Evaluation:
    questions = planned.paper.questions
    kinds = grades.kinds(questions, wish.kind)
    by_model: dict[str, list[Order]] = {}
    for order in planned.orders:
        by_model.setdefault(order.model, []).append(order)
    answers = {
        model: {
            each.at: answer_of(run.journal.known[each.key].message)
            for each in orders
            if each.key in run.journal.known
        }
        for model, orders in by_model.items()
    }
    for model, found in answers.items():
        if not found and (reasons := run.refused.get(model)):
            raise RemoteError(next(iter(reasons.values())))
    return Evaluation(
        planned.paper,
        run.remote.host,
        tuple(
            _result(model, orders, run, before, grades.graded(questions, kinds, answers[model]))
            for model, orders in by_model.items()
        ),
        tuple(grades.compared(questions, kinds, answers)),
        run.stopped,
        wish.answers,
    )


def _result(
    model: str, orders: Sequence[Order], run: Interview, before: set[str], graded: Grades
) -> Result:
    known = run.journal.known
    own = [each for each in distinct(orders) if each.key in known]
    given = [known[each.key] for each in own]
    refused = run.refused.get(model, {})
    return Result(
        model=model,
        grades=graded,
        answers=sum(each.key in known for each in orders),
        asked=sum(each.key not in before for each in own),
        kept=sum(each.key in before for each in own),
        refused=(sum(each.key in refused for each in orders), next(iter(refused.values()), "")),
        cut=sum(each.finish == "length" for each in given),
        tokens=(
            sum(max(0, each.input) for each in given),
            sum(max(0, each.output) for each in given),
        ),
        cost=None
        if run.plan.rates[model] is None
        else sum((run.bill(each) for each in own), Decimal(0)),
    )
