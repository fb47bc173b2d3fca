"""The verb `evaluate`: asks models the questions of a file, side by side, each once, and grades
what they answer.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any, Literal

from dslint.config import Settings
from dslint.errors import RemoteError, UsageError
from dslint.stages import grades, journal
from dslint.stages.asking import Gate, Rate, answered, rate, request, sizes
from dslint.stages.grades import Comparison, Grades
from dslint.stages.journal import Given, Journal
from dslint.stages.money import shown
from dslint.stages.questions import Paper, Question, answer_of
from dslint.stages.remote import NoAnswerError, Remote, UnfitError

SHORTEST = 1_024
"""Tokens that an answer may have at the least; twice those of the longest that is wanted."""

HOPELESS = 3
"""Questions in a row that a model does not take before any other: it takes none."""

LOST = 3
"""How often a question is asked whose answer is lost: each time it may be billed."""

Tell = Callable[[int], None]


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
    for order in _distinct(planned.orders, {}):
        answered(remote, order.body, Gate())


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
        run = _Run(planned, wish, remote, kept, tell)
        run.spent = sum((run.bill(each) for each in _again(planned.orders, before)), Decimal(0))
        run.all()
        return _summed(planned, wish, run, before)


def _distinct(orders: Iterable[Order], known: dict[str, Given]) -> list[Order]:
    """Return the orders that are not answered, each once."""
    return list({each.key: each for each in orders if each.key not in known}.values())


def _again(orders: Iterable[Order], before: set[str]) -> list[Order]:
    return [each for each in _distinct(orders, {}) if each.key in before]


@dataclass(slots=True)
class _Run:
    """What threads share while they ask."""

    plan: Plan
    wish: Wish
    remote: Remote
    journal: Journal
    tell: Tell
    gate: Gate = field(default_factory=Gate)
    spent: Decimal = Decimal(0)
    refused: dict[str, dict[str, str]] = field(default_factory=dict)
    came: Counter[str] = field(default_factory=Counter)
    left: deque[Order] = field(default_factory=deque)
    flying: int = 0
    lock: Condition = field(default_factory=Condition)
    ended: Event = field(default_factory=Event)
    failure: BaseException | None = None
    stopped: str = ""

    def all(self) -> None:
        """Ask everything that is left; raises what ended it."""
        self.came.update(each.model for each in self.plan.orders if each.key in self.journal.known)
        self.left.extend(_distinct(self.plan.orders, self.journal.known))
        threads = [
            Thread(target=self._work, daemon=True)
            for _ in range(min(self.wish.concurrency, len(self.left)))
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(0.05)
        finally:
            self.ended.set()
        if self.failure is not None:
            raise self.failure

    def _work(self) -> None:
        try:
            while (order := self._next()) is not None:
                try:
                    self._ask(order)
                finally:
                    with self.lock:
                        self.flying -= 1
                        self.lock.notify_all()
        except BaseException as error:
            with self.lock:
                self.failure = self.failure or error
            self.ended.set()

    def _next(self) -> Order | None:
        with self.lock:
            while not self.ended.is_set() and self.left:
                if self._affords(self.left[0]):
                    self.flying += 1
                    return self.left.popleft()
                if not self.flying:
                    self.stopped = (
                        f"{shown(self.spent)} are spent, and the next answer may cost "
                        f"{shown(self.left[0].most)}, which is more than --max-cost allows"
                    )
                    return None
                self.lock.wait()  # others may cost less than was set aside for them
            return None

    def _affords(self, order: Order) -> bool:
        """Set aside what an order may cost, where the bound allows it."""
        if self.wish.max_cost is not None and self.spent + order.most > self.wish.max_cost:
            return False
        self.spent += order.most
        return True

    def _ask(self, order: Order) -> None:
        for last in (*[False] * (LOST - 1), True):
            try:
                given = answered(self.remote, order.body, self.gate)
                break
            except UnfitError as error:
                self._refused(order, error)
                return
            except NoAnswerError:
                with self.lock:
                    if last or not self._affords(order):
                        raise
        self.journal.add(order.key, order.model, self._line(order), given)
        with self.lock:
            self.came[order.model] += 1
            self.spent += self.bill(order) - order.most
        self.tell(1)

    def _line(self, order: Order) -> int:
        return self.plan.paper.questions[order.at].line

    def _refused(self, order: Order, error: UnfitError) -> None:
        with self.lock:
            self.spent -= order.most
            found = self.refused.setdefault(order.model, {})
            found[order.key] = f"line {self._line(order):,}: {error}"
            hopeless = not self.came[order.model] and len(found) >= HOPELESS
        if hopeless:
            raise error
        self.tell(1)

    def bill(self, order: Order) -> Decimal:
        """Return what an answer cost; the most, where the service does not say how long it is."""
        given, price = self.journal.known[order.key], self.plan.rates[order.model]
        if price is None:
            return Decimal(0)
        return order.most if given.input < 0 else price.cost(given.input, given.output)


def _summed(planned: Plan, wish: Wish, run: _Run, before: set[str]) -> Evaluation:
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
    model: str, orders: Sequence[Order], run: _Run, before: set[str], graded: Grades
) -> Result:
    known = run.journal.known
    own = [each for each in _distinct(orders, {}) if each.key in known]
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
