"""Models that can be trained: found by any of their names, with what the user says of them, and
whether they are still open on a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal

from dslint import targets
from dslint.config.toml import key, printable
from dslint.errors import UsageError
from dslint.figures import DATES, PRICES, Method, Model, model_of
from dslint.targets import Target

Own = Mapping[str, Mapping[str, Any]]
"""What a user's configuration says of models: its `[models]`, a table a name."""

State = Literal["open", "closing", "closed", "shut"]

METHODS: Mapping[str, Method] = {
    "chat": "supervised",
    "completion": "completion",
    "preference": "preference",
    "reinforcement": "reinforcement",
}
"""How a model is trained on rows of a format, or of a format's family."""

_CHECKPOINT = re.compile(r":ckpt-step-[0-9]+$")
_REPLACED = ("title", "encoding", "context", "methods", "tiles", "patches", *DATES)


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a model can be trained on a day: open, closing, closed to training, or shut.

    `on` is the day of what comes next (closing) or of what has come; an open one has none.
    """

    state: State
    on: date | None = None


def every(own: Own | None = None, *first: str) -> list[Model]:
    """Return all models that are known: the user's own, those of the targets `first`, the rest.

    What the user says of a model that dslint knows takes the place of what dslint says of it.
    """
    return [model for place in _places(own or {}, first) for model in place]


def alike(model: Model, other: Model) -> bool:
    """Say whether both are one model, at different targets."""
    return not _names(model).isdisjoint(_names(other))


def resolve(name: str, target: str | Target | None = None, own: Own | None = None) -> Model:
    """Return the model that `name` means, preferably as `target` trains it.

    A name is a snapshot, its alias, one of the user's own, or that of a tuned model: `ft:…`,
    `ft-…`, Azure's `….ft-…`, with or without a checkpoint. Case does not matter. A model that
    `target` does not train comes from the target that does, which its `target` says.
    Raises UsageError, with the nearest names, for one that nobody knows.
    """
    spellings = list(dict.fromkeys(_spellings(name)))
    places = list(_places(own or {}, (target,) if target else ()))
    for place in places:
        named = {each: model for model in reversed(place) for each in _names(model)}
        for spelling in spellings:
            if spelling in named:
                return named[spelling]
    shown = [f"`{printable(each)}`" for each in nearest(name, target, own)]
    either = " or ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
    hint = f"; did you mean {either}?" if either else ""
    raise UsageError(
        f"there is no model `{printable(name)}`{hint}\n"
        "`dslint models --all` lists those that are known; describe another one under "
        f"[models.{key(name)}] in dslint.toml"
    )


def nearest(name: str, target: str | Target | None = None, own: Own | None = None) -> list[str]:
    """Return the names of models that look like one that nobody knows, up to three."""
    places = _places(own or {}, (target,) if target else ())
    known = dict.fromkeys(each for place in places for model in place for each in _names(model))
    return get_close_matches(list(_spellings(name))[-1], known, n=3, cutoff=0.6)


def status(model: Model, day: date) -> Status:
    """Return whether the model can be trained on `day`."""
    if model.shut and model.shut <= day:
        return Status("shut", model.shut)
    if model.closed and model.closed <= day:
        return Status("closed", model.closed)
    ahead = [each for each in (model.closed, model.shut) if each]
    return Status("closing", min(ahead)) if ahead else Status("open")


def suggest(model: Model, day: date, own: Own | None = None) -> tuple[Model, ...]:
    """Return the open models that can be trained in the same ways, the nearest first.

    Nearest is the model itself at another target, then what its own target trains, then what can
    do little else. There is none where nobody who is open states that they train in those ways.
    """

    found = [
        each
        for each in every(own)
        if status(each, day).state == "open"
        and (each.name, each.target) != (model.name, model.target)
        and (alike(each, model) or (each.methods and set(model.methods) <= set(each.methods)))
    ]
    return tuple(
        sorted(
            found,
            key=lambda each: (
                not alike(each, model),
                each.target != model.target,
                len(each.methods),
            ),
        )
    )


def _places(own: Own, first: Sequence[str | Target]) -> Iterator[list[Model]]:
    """Yield the user's own models, and then those of each target, of `first` before the others.

    One of the user's own that is only for another target than the one asked for is left out.
    """
    asked = {
        each.name: each
        for each in (one if isinstance(one, Target) else targets.load(one) for one in first)
    }
    rest = {name: targets.load(name) for name in targets.names() if name not in asked}
    tables = {
        name: (table, targets.load(table["target"]).name if "target" in table else None)
        for name, table in own.items()
    }
    places: list[list[Model]] = []
    met: set[str] = set()
    for place in (asked | rest).values():
        models: list[Model] = []
        for model in place.models:
            for name, (table, where) in tables.items():
                if where in (None, place.name) and _folded(name) in _names(model):
                    model = _overridden(model, table)
                    met.add(name)
            models.append(model)
        places.append(models)
    yield [
        model_of({"source": "yours", **table, "name": name}, where)
        for name, (table, where) in tables.items()
        if name not in met and (not asked or where is None or where in asked)
    ]
    yield from places


def _overridden(model: Model, table: Mapping[str, Any]) -> Model:
    said = model_of({"source": "yours", **table, "name": model.name}, model.target)
    return replace(
        model,
        **{name: getattr(said, name) for name in _REPLACED if name in table},
        aliases=tuple(dict.fromkeys((*model.aliases, *said.aliases))),
        prices={name: price for name in PRICES if (price := _price(name, said, model)) is not None},
        sources={**model.sources, **said.sources},
    )


def _price(name: str, *models: Model) -> Any:
    return next((each.prices[name] for each in models if name in each.prices), None)


def _names(model: Model) -> set[str]:
    return {_folded(each) for each in (model.name, *model.aliases)}


def _folded(name: str) -> str:
    return name.strip().casefold()


def _spellings(name: str) -> Iterable[str]:
    """Yield a name as it is, and then what is left where the marks of a tuned model are taken off.

    tiktoken's own table is no help here: it takes `ft:gpt-4.1…` for a GPT-4.
    """
    text = _folded(name)
    yield text
    yield (text := _CHECKPOINT.sub("", text))
    if text.startswith("ft:"):
        yield (text := text.removeprefix("ft:").split(":")[0])
    yield (text := text.removeprefix("ft-"))
    yield text.split(".ft-")[0]
