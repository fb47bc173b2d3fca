"""What is to be launched, put together before anything is sent: files, model, request, cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from dslint import models, targets
from dslint.config import Settings
from dslint.config.paths import sides
from dslint.errors import InputError, UsageError
from dslint.figures import Model
from dslint.formats import FORMATS
from dslint.jsonl.source import Source
from dslint.stages import launch, money, remote
from dslint.stages.count import Progress
from dslint.stages.estimate import Offer, estimate, hours
from dslint.stages.estimate import Wish as Pricing
from dslint.stages.files import opened
from dslint.stages.jobs import state
from dslint.stages.remote import Remote, Tell
from dslint.stages.upload import HOW, Begin, upload
from dslint.targets import Target

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob

_ID = re.compile(r"file-[A-Za-z0-9_-]+")
_FIELD = re.compile(r"\{\{\s*item\.([A-Za-z_][A-Za-z0-9_]*)")
_TUNED = re.compile(r"^ft[:-]|\.ft-")


@dataclass(frozen=True, slots=True)
class Order:
    """A job that is to be created. `files` are paths, or ids of files at the service, by what they
    are for; `model` is what is known of the model, None where nothing is. `settings` are those of
    the data.
    """

    settings: Settings
    target: Target
    files: Mapping[str, str]
    model: Model | None
    request: Mapping[str, Any]

    @property
    def paths(self) -> dict[str, str]:
        """Return the files that lie here."""
        return {side: each for side, each in self.files.items() if not _ID.fullmatch(each)}


def order(
    train: str,
    validation: str | None,
    settings: Settings,
    wish: launch.Wish,
    *,
    elsewhere: bool = False,
    today: date | None = None,
) -> Order:
    """Put a job together and hold it to the target's ranges.

    `train` is a path, an id, or a dataset of the configuration. `elsewhere` says that the service
    is not the target's own: it may have models that nobody here knows. Raises UsageError or
    InputError.
    """
    settings, files = _files(train, validation, settings)
    target = targets.load(settings.target[0])
    remote.speaking(target, files["train"])
    if settings.model is None:
        raise UsageError(f"name the model: --model (`dslint models --target {target.name}`)")
    model = _model(settings, elsewhere=elsewhere)
    tuned = _TUNED.search(settings.model)
    name = model.name if model and model.target == target.name and not tuned else settings.model
    kept = {each: side for side, each in reversed(files.items()) if not _ID.fullmatch(each)}
    settings = replace(settings, sides=kept)
    found = launch.request_of(wish, target, name, _format(files["train"], settings))
    if found["method"]["type"] == "reinforcement" and "validation" not in files:
        raise UsageError("reinforcement needs a validation file: --validation FILE")
    placed = Order(settings, target, files, model, found)
    if wish.grader:
        _graded(placed)
    if model and not elsewhere and not tuned:
        _open(model, target, settings, today or date.today())
    return placed


def _graded(order: Order) -> None:
    """Hold every row to the fields that the grader asks for. Raises UsageError."""
    grader = orjson.dumps(order.request["method"]["reinforcement"]["grader"]).decode()
    fields = dict.fromkeys(_FIELD.findall(grader))
    for path in order.paths.values():
        for number, line in enumerate(Path(path).read_bytes().splitlines(), 1):
            try:
                row = orjson.loads(line)
            except ValueError:
                continue
            lacks = [each for each in fields if isinstance(row, dict) and each not in row]
            if lacks:
                raise UsageError(
                    f"the grader asks for `item.{lacks[0]}`, which {path}:{number} does not have"
                )


def _files(
    train: str, validation: str | None, settings: Settings
) -> tuple[Settings, dict[str, str]]:
    given = {"validation": validation} if validation else {}
    if train not in settings.datasets:
        files = {"train": train, **given}
    else:
        chosen = settings.datasets[train]
        found = sides(chosen, settings)
        settings = replace(
            settings,
            target=chosen.target,
            model=chosen.model,
            format=chosen.format,
            budget=chosen.budget,
        )
        files = {side: _one(train, side, found[side]) for side in ("train", "validation")}
        files = {side: each for side, each in {**files, **given}.items() if each}
        if "train" not in files:
            raise InputError(f"the dataset `{train}` names no training file")
    for each in files.values():
        if not _ID.fullmatch(each) and not Path(each).is_file():
            raise InputError(f"`{each}` is no file, no dataset, and no id of a file (file-…)")
    if len(set(files.values())) < len(files):
        raise UsageError("the training file and the validation file are the same")
    return settings, files


def _one(dataset: str, side: str, found: list[Path]) -> str:
    if len(found) > 1:
        raise InputError(
            f"the dataset `{dataset}` has {len(found)} {side} files, and a job takes one: join them"
        )
    return str(found[0]) if found else ""


def _model(settings: Settings, *, elsewhere: bool) -> Model | None:
    assert settings.model is not None
    try:
        return models.resolve(settings.model, settings.target[0], settings.models)
    except UsageError:
        if elsewhere:
            return None
        raise


def _open(model: Model, target: Target, settings: Settings, today: date) -> None:
    status = models.status(model, today)
    if model.target not in (None, target.name):
        raise UsageError(
            f"`{model.name}` is not trained at {target.title}, but at {model.target}; "
            f"`dslint models --target {target.name}` lists what is"
        )
    if status.state in ("closed", "shut"):
        near = models.suggest(model, today, settings.models)[:3]
        either = ", ".join(f"{each.name} at {each.target}" for each in near)
        instead = f"; open instead: {either}" if either else ""
        raise UsageError(f"`{model.name}` is {status.state} since {status.on}{instead}")


def _format(train: str, settings: Settings) -> str | None:
    if _ID.fullmatch(train) or settings.format:
        return settings.format
    name = opened(Source(train, train), None).facts.format
    return (FORMATS[name].family or name) if name in FORMATS else name


def priced(
    order: Order,
    hours_of: str | None = None,
    begin: Callable[[int], Progress] | None = None,
) -> Offer | None:
    """Return what a job costs; None where its files, or its model, are not known here."""
    paths = order.paths
    if order.model is None or "train" not in paths:
        return None
    method = order.request["method"]
    epochs = method[method["type"]].get("hyperparameters", {}).get("n_epochs")
    wish = Pricing(
        epochs=epochs if isinstance(epochs, int) else None,
        hours=hours(hours_of) if hours_of else None,
    )
    tested = [paths["validation"]] if "validation" in paths else []
    settings = replace(order.settings, target=order.settings.target[:1])
    return estimate([paths["train"]], settings, wish, validation=tested, begin=begin).offers[0]


def bounded(order: Order, offer: Offer | None) -> Order:
    """Return the order with the epochs that its cost was told for, where the service would choose:
    a bound on the cost binds only then.
    """
    request = order.request
    method = request["method"]["type"]
    body = request["method"][method]
    chosen = body.get("hyperparameters", {})
    if offer is None or offer.cost.epochs is None or isinstance(chosen.get("n_epochs"), int):
        return order
    body = {**body, "hyperparameters": {**chosen, "n_epochs": offer.cost.epochs}}
    return replace(order, request={**request, "method": {"type": method, method: body}})


def too_much(offer: Offer | None, bound: str | None) -> str | None:
    """Say why a job is not within a bound on its cost (`50 USD`); None where it is."""
    if bound is None:
        return None
    limit: Decimal = money.budget(bound)
    total = offer.cost.total if offer else None
    if total is None:
        return f"what it costs is not known, and the bound of {money.shown(limit)} holds"
    above = money.over(total, limit)
    if not above:
        return None
    return (
        f"it may cost {money.shown(total.most)}, which is {money.shown(above)} over the bound of "
        f"{money.shown(limit)}"
    )


def placed(
    order: Order,
    service: Remote,
    tell: Tell,
    begin: Begin,
    *,
    forced: str | None = None,
    again: bool = False,
) -> FineTuningJob:
    """Bring the files of an order to a service and create its job, or return the one that is there.

    `forced` is why data with errors is sent; `again` creates a job beside the same one.
    """
    contents, request = dict(order.files), dict(order.request)
    for side, path in order.files.items():
        request[launch.FILES[side]] = path
        if side in order.paths:
            found = upload(path, service, forced=forced, tell=tell, begin=begin)
            contents[side], request[launch.FILES[side]] = found.sha256, found.id
            if not service.dry:
                tell(f"{path}: {HOW[found.how]}, as {found.id}")
    tag = launch.tag_of(order.request, contents, again=again)
    there = launch.tagged(service, tag)
    for each in there:
        if each.status not in launch.ENDED_BADLY:
            tell(f"the same job is there already, and {state(each)}; --again creates another one")
            return each
    return launch.create(service, request, tag, there, tell)
