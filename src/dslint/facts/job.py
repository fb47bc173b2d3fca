"""A training job as the data of a run would make it at one target: what is asked of models and of
money is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dslint.figures import Model


@dataclass(frozen=True, slots=True)
class Bill:
    """What a job is billed for: `tokens` over all `epochs`, at the most.

    Amounts are as people read them, None where they are not known; `over` also where the budget is
    kept. `exact` says that the model itself counts so.
    """

    tokens: int
    epochs: int
    exact: bool = True
    cost: str | None = None
    budget: str | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job: the model as it was `named` and as it is known, and the day on which it is asked.

    `bytes` are those of what is trained on, `epochs` how often it is usually gone through; `bill`
    counts, and gives None where nothing can. `own` is what the user says of models.
    """

    target: str
    listed: bool
    today: date
    named: str | None = None
    model: Model | None = None
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    bytes: int = 0
    epochs: int = 1
    budget: bool = False
    bill: Callable[[], Bill | None] = lambda: None
