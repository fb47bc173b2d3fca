"""Losses of a job by its steps, and what they say: learned too little, or too much by heart."""

from __future__ import annotations

import base64
import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

RISES = 0.05
"""The share by which a validation loss has risen above its least where a model overfits."""

FALLS = 0.05
"""The share by which a training loss falls in the last quarter of a job that was too short."""

STAYS = 0.05
"""The share by which a training loss has to fall for anything to have been learned."""


@dataclass(frozen=True, slots=True)
class Step:
    """The losses at a step; None where none was measured. `valid` is that of all validation rows
    where the service has it, else of some.
    """

    number: int
    train: float | None = None
    valid: float | None = None


def step_of(data: Mapping[str, Any]) -> Step | None:
    """Return the losses of an event, a checkpoint or a row of the results; None without a step."""
    number = _number(data.get("step"))
    if number is None:
        return None
    full, some = (_number(data.get(name)) for name in ("full_valid_loss", "valid_loss"))
    full = _number(data.get("full_validation_loss")) if full is None else full
    some = _number(data.get("validation_loss")) if some is None else some
    train = _number(data.get("train_loss"))
    train = _number(data.get("training_loss")) if train is None else train
    return Step(int(number), train, some if full is None else full)


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def results(content: bytes) -> list[Step]:
    """Return the losses of a result file: CSV, or the same in base64, as services have both."""
    with suppress(ValueError):
        content = base64.b64decode(content, validate=True)
    rows = csv.DictReader(io.StringIO(content.decode("utf-8", "replace")))
    return list(filter(None, map(step_of, rows)))


def merged(*sides: Iterable[Step]) -> list[Step]:
    """Return steps of several sources in order, each once; what one lacks another may have."""
    found: dict[int, Step] = {}
    for each in (step for side in sides for step in side):
        known = found.get(each.number, each)
        found[each.number] = Step(
            each.number,
            each.train if known.train is None else known.train,
            each.valid if known.valid is None else known.valid,
        )
    return [found[number] for number in sorted(found)]


def warnings(steps: Sequence[Step]) -> Iterator[str]:
    """Say where losses tell of too much or too little training. Rules of thumb, and no proof."""
    train = [(each.number, each.train) for each in steps if each.train is not None]
    valid = [(each.number, each.valid) for each in steps if each.valid is not None]
    if len(valid) >= 3 and train:
        (at, least), (last, now) = min(valid, key=lambda each: each[1]), valid[-1]
        later = [loss for number, loss in train if number > at]
        earlier = [loss for number, loss in train if number <= at]
        falls = not later or not earlier or _mean(later) <= _mean(earlier[-len(later) :])
        if at < last and now > least * (1 + RISES) and falls:
            yield (
                f"overfitting: the validation loss was least at step {at:,} ({least:.3f}) and is "
                f"{now:.3f} at the end, while the training loss fell: fewer epochs, a checkpoint "
                "from before, or more rows"
            )
            return
    quarter = len(train) // 4
    if quarter < 2:
        return
    losses = [loss for _, loss in train]
    begin, before, end = (
        _mean(losses[:quarter]),
        _mean(losses[-2 * quarter : -quarter]),
        _mean(losses[-quarter:]),
    )
    if end > begin * (1 - STAYS):
        yield (
            f"underfitting: the training loss has hardly fallen, from {begin:.3f} to {end:.3f}: "
            "more epochs, a higher learning rate, or rows that have more in common"
        )
    elif end < before * (1 - FALLS) and (len(valid) < 2 or valid[-1][1] <= valid[-2][1]):
        yield (
            f"underfitting: the training loss still fell in the last quarter, from {before:.3f} to "
            f"{end:.3f}: more epochs may help"
        )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
