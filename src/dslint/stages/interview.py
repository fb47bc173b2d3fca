"""The interview: questions are asked several at a time, within limits and a bound on the cost, and
answers are kept as they come.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Condition, Event, Thread

from dslint.stages.asking import Gate, answered
from dslint.stages.exam import Order, Plan, Wish, distinct
from dslint.stages.journal import Journal
from dslint.stages.money import shown
from dslint.stages.remote import NoAnswerError, Remote, UnfitError

HOPELESS = 3
"""Questions in a row that a model does not take before any other: it takes none."""

LOST = 3
"""How often a question is asked whose answer is lost: each time it may be billed."""

GRACE = 8.0
"""Seconds that an interruption waits for answers that are on their way."""

Tell = Callable[[int], None]


@dataclass(slots=True)
class Interview:
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
        self.left.extend(distinct(self.plan.orders, self.journal.known))
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
            with self.lock:
                self.lock.notify_all()
            for thread in threads:  # of one interrupted: what is on its way is paid for
                thread.join(GRACE / len(threads))
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
