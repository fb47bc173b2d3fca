"""Figures of the models that can be trained, as tables describe them, and who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

PRICES = (
    "training",
    "input",
    "cached",
    "output",
    "batch_input",
    "batch_cached",
    "batch_output",
    "base_input",
    "base_cached",
    "base_output",
    "reinforcement_hour",
    "hosting_hour",
)
"""What a model may have a price for: USD per 1M tokens, or an hour where the name says so."""

DATES = ("announced", "closed", "shut")
"""The days of a model's end: its announcement, to new training, and altogether."""

FIGURES = ("encoding", "context", "methods", "tiles", "patches", *PRICES, *DATES)
"""All that is said of a model and has a source."""

Method = Literal["supervised", "vision", "preference", "reinforcement", "completion"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Where what a target says comes from: `about` has dotted settings, as `limits.max_bytes`."""

    about: tuple[str, ...]
    kind: Literal["official", "observed", "inferred", "yours"]
    link: str | None = None
    read: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Tiles:
    """What an image costs in tokens: `base`, and `tile` for each square of 512 pixels."""

    base: int
    tile: int


@dataclass(frozen=True, slots=True)
class Patches:
    """What an image costs in tokens: `multiplier` for each square of 32 pixels.

    A larger image is scaled down to `budget` squares, or to no fewer than `least_budget` where
    sources disagree; None is not stated.
    """

    multiplier: Decimal
    budget: int | None = None
    least_budget: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be trained at `target`, or wherever the user says where that is None.

    `encoding` is tiktoken's name, None where the tokenizer is not tiktoken's; `context` is the most
    tokens of a training row; `methods` is empty where nobody states them. `prices` has those that
    are known, by the names of `PRICES`, `sources` where each of `FIGURES` comes from.
    """

    name: str
    target: str | None
    title: str | None = None
    aliases: tuple[str, ...] = ()
    encoding: str | None = None
    context: int | None = None
    methods: tuple[Method, ...] = ()
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    announced: date | None = None
    closed: date | None = None
    shut: date | None = None
    tiles: Tiles | None = None
    patches: Patches | None = None
    sources: Mapping[str, Claim] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """Return all that is known of the model, by the names of `FIGURES`."""
        known = {name: self.prices.get(name) for name in PRICES}
        known |= {name: getattr(self, name) for name in FIGURES if name not in known}
        return {name: known[name] for name in FIGURES if known[name] not in (None, ())}


def model_of(data: Mapping[str, Any], target: str | None, sources: Sequence[Claim] = ()) -> Model:
    """Return the model that a table describes, in the words of `target.schema.json`.

    A figure's source is the one of `sources` that names it at this model, else the model's own,
    else the one that names it at all models.
    """
    days = {name: day_of(data[name]) if name in data else None for name in DATES}
    patches = data.get("patches")
    model = Model(
        name=data["name"],
        target=target,
        title=data.get("title"),
        aliases=tuple(data.get("aliases", ())),
        encoding=data.get("encoding"),
        context=data.get("context"),
        methods=tuple(data.get("methods", ())),
        prices={name: Decimal(data[name]) for name in PRICES if name in data},
        tiles=Tiles(**data["tiles"]) if "tiles" in data else None,
        patches=Patches(**{**patches, "multiplier": Decimal(patches["multiplier"])})
        if patches
        else None,
        announced=days["announced"],
        closed=days["closed"],
        shut=days["shut"],
    )
    own = claim_of({**data, "about": (), "kind": data["source"]}) if "source" in data else None
    found = {
        name: _named(f"{model.name}.", name, sources) or own or _named("", name, sources)
        for name in model.figures()
    }
    return replace(model, sources={name: each for name, each in found.items() if each})


def _named(where: str, figure: str, sources: Sequence[Claim]) -> Claim | None:
    group = "prices" if figure in PRICES else "dates" if figure in DATES else figure
    names = (f"models.{where}{figure}", f"models.{where}{group}")
    return next((each for name in names for each in sources if name in each.about), None)


def claim_of(data: Mapping[str, Any]) -> Claim:
    about = data["about"]
    return Claim(
        about=(about,) if isinstance(about, str) else tuple(about),
        kind=data["kind"],
        link=data.get("link"),
        read=day_of(data["read"]) if "read" in data else None,
        note=data.get("note"),
    )


def day_of(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
