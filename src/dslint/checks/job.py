"""The training job as a whole: its model, its tokens and its price. Without a model and a budget
nobody looks further.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dslint.facts.files import FileFacts
from dslint.facts.job import Job
from dslint.figures import Model
from dslint.model import Hit
from dslint.targets import Target

_ROWS = {
    "supervised": "chats",
    "completion": "prompts and completions",
    "preference": "preferences",
    "reinforcement": "prompts for reinforcement",
    "vision": "images",
}


def over_budget(job: Job, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a job that may cost more than its budget."""
    if job.budget and (bill := job.bill()) and bill.over and job.model:
        yield Hit(
            values={
                "model": job.model.name,
                "cost": bill.cost if bill.exact else f"about {bill.cost}",
                "over": bill.over,
                "budget": bill.budget,
                "epochs": "1 epoch" if bill.epochs == 1 else f"{bill.epochs} epochs",
                "tokens": bill.tokens,
            }
        )


def too_many_tokens(job: Job, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a job of more tokens, over all epochs, than the target takes.

    A token is at least a byte: nearly every job is told to have fewer without counting.
    """
    most = limits["limit_max_job_tokens"]
    if most is None or job.bytes * job.epochs <= most:
        return
    bill = job.bill()
    if bill and bill.tokens > most:
        tokens = f"{bill.tokens:,}" if bill.exact else f"about {bill.tokens:,}"
        yield Hit(values={"tokens": tokens, "epochs": bill.epochs, "most": most})


def closed(job: Job, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a model that is closed to training, or shut, with what is open instead."""
    if (model := _here(job)) is None:
        return
    from dslint import models

    status = models.status(model, job.today)
    if status.state in ("closed", "shut"):
        instead = models.suggest(model, job.today, job.own)[:1]
        yield Hit(
            values={
                "model": model.name,
                "how": "was shut" if status.state == "shut" else "was closed to training",
                "on": status.on,
                "instead": "".join(
                    f"; `{each.name}`{_at(each.target)} is open" for each in instead
                ),
            }
        )


def closing(job: Job, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a model that closes, or is shut, within some days."""
    if (model := _here(job)) is None:
        return
    from dslint import models

    status = models.status(model, job.today)
    if status.state != "closing" or status.on is None:
        return
    days = (status.on - job.today).days
    if days > limits["option_days"]:
        return
    first = "closes to training" if status.on == model.closed else "is shut"
    then = model.shut if model.shut and model.shut > status.on else None
    yield Hit(
        values={
            "model": model.name,
            "ends": f"{first} on {status.on}",
            "days": "tomorrow" if days == 1 else f"in {days} days",
            "then": f", and what was tuned from it answers until {then}" if then else "",
        }
    )


def not_trained_there(job: Job, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a model that is not among those that the target is known to train."""
    if job.named is None or not job.listed or _here(job):
        return
    from dslint import models, targets

    if job.model:
        places = (each.name for each in targets.every() if _trains(each, job.model))
        values = {"model": job.model.name, "said": f"is known at {' and '.join(places)}"}
    else:
        # a target of one's own is known by its file only
        place = job.target if job.target in targets.names() else None
        near = models.nearest(job.named, place, job.own)[:1]
        hint = "".join(f"; did you mean `{each}`?" for each in near)
        values = {"model": job.named, "said": f"is not known at all{hint}"}
    yield Hit(values=values | {"target": job.target})


def method_not_taken(file: FileFacts, limits: Mapping[str, Any]) -> Iterable[Hit]:
    """Yield for a file whose rows are for a method by which the model is not trained."""
    model: Model | None = limits["model"]
    return _methods(file, model) if model and model.methods else ()


def _methods(file: FileFacts, model: Model) -> Iterator[Hit]:
    from dslint.formats import FORMATS
    from dslint.models import METHODS

    family = FORMATS[file.format].family or file.format if file.format in FORMATS else ""
    method, images = METHODS.get(family), file.images
    values = {"model": model.name, "taken": ", ".join(_ROWS[each] for each in model.methods)}
    if method and method not in model.methods:
        yield Hit(values={"what": f"the rows are {_ROWS[method]}", **values})
    elif images.rows and "vision" not in model.methods:
        rows = "1 row has" if images.rows == 1 else f"{images.rows:,} rows have"
        yield Hit(line=images.first, values={"what": f"{rows} images", **values})


def _trains(target: Target, model: Model) -> bool:
    from dslint.models import alike

    return any(alike(each, model) for each in target.models)


def _at(target: str | None) -> str:
    return f" at {target}" if target else ""


def _here(job: Job) -> Model | None:
    """Return the model, if it is one that the target trains or the user describes."""
    model = job.model
    return model if model and model.target in (None, job.target) else None
