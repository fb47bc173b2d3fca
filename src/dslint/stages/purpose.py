"""What the data of a run is for: the model, as each target trains it, and what the job may cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from dslint.config.contract import Contract
from dslint.errors import UsageError
from dslint.facts.ruler import PLAIN, Ruler, ruler_of
from dslint.figures import Model
from dslint.model import Skipped
from dslint.models import Own, resolve
from dslint.stages import money
from dslint.targets import Target


@dataclass(frozen=True, slots=True)
class Purpose:
    """A pure value, which travels to workers with the plan.

    `named` is the model as the user wrote it, and `models` has what it is at each of the plan's
    targets, None where nobody knows it. `ruler` counts, None where nothing on this machine does,
    for the reason that `skipped` has. `sides` say what files are for, by their names; those that it
    does not have are trained on.
    """

    named: str | None = None
    models: tuple[Model | None, ...] = ()
    ruler: Ruler | None = PLAIN
    own: Own = field(default_factory=dict)
    budget: Decimal | None = None
    contract: Contract | None = None
    sides: Mapping[str, str] = field(default_factory=dict)
    today: date = field(default_factory=date.today)
    skipped: tuple[Skipped, ...] = ()

    def model(self, target: int) -> Model | None:
        """Return the model as the target at a position trains it."""
        return self.models[target] if self.models else None

    def side(self, name: str) -> str:
        """Return what the file of a name is for."""
        return self.sides.get(name, "train")

    def figures(self, position: int, target: Target) -> dict[str, Any]:
        """Return what functions are told beside limits and options, at the target at a position.

        `exact` says that the ruler counts as models there do.
        """
        model = self.model(position)
        known = [model] if model else target.models
        return {"model": model, "exact": all(each.encoding for each in known)}


def purpose_of(
    targets: Sequence[Target],
    named: str | None = None,
    own: Own | None = None,
    *,
    budget: str | None = None,
    contract: Contract | None = None,
    sides: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Purpose:
    """Return the purpose of data that trains the model `named`, or none in particular.

    A model that nobody knows is told by a rule. Raises UsageError for an encoding that there is not
    and for a budget that is none.
    """
    own = own or {}
    known = tuple(_known(named, target, own) for target in targets) if named else ()
    ruler: Ruler | None = ruler_of(next(filter(None, known), None))
    skipped: tuple[Skipped, ...] = ()
    if ruler != PLAIN and ruler is not None:
        from dslint.facts.tokens import VocabularyError

        try:
            ruler.counter()
        except VocabularyError as error:
            skipped = (Skipped("rules on tokens", str(error)),)
            ruler = None
    return Purpose(
        named=named,
        models=known,
        ruler=ruler,
        own=own,
        budget=money.budget(budget) if budget is not None else None,
        contract=contract,
        sides=sides or {},
        today=today or date.today(),
        skipped=skipped,
    )


def _known(name: str, target: Target, own: Own) -> Model | None:
    try:
        return resolve(name, target, own)
    except UsageError:
        return None


def for_model(target: Target, model: Model | None) -> Target:
    """Return a target with the context of the model that it trains, where that is known."""
    if model is None or model.context is None or model.target not in (None, target.name):
        return target
    return replace(target, limits={**target.limits, "context": model.context})
