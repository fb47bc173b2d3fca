"""The models that can be trained, as a list, as a page each, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich.cells import cell_len

from dslint.config.toml import key, literal
from dslint.figures import DATES, PRICES, Model
from dslint.models import Status, status
from dslint.report.pages import cell
from dslint.report.reference import shown
from dslint.report.screen import Look, wrap
from dslint.report.words import many
from dslint.targets import Target

Row = tuple[Model, Status, Sequence[Model]]
"""A model, whether it is open, and what is open instead."""

_SHORT = {"supervised": "SFT", "preference": "DPO", "reinforcement": "RFT"}
_HEAD = ("model", "trains", "context", "training", "input", "output", "")
_STATUS = 6
_COLUMNS = ((0, 1, 2, 3, 4, 5, _STATUS), (0, 1, 2, 3, _STATUS))
"""The columns that stand beside one another where there is room: all, or all but inference."""

_STYLES = {"open": "ok", "closing": "warn", "closed": "error", "shut": "error"}


def table(
    rows: Sequence[Row], places: Mapping[str, Target], today: date, look: Look, *, closed: bool
) -> Iterator[str]:
    """Yield a line a model, under its target: methods, context, prices in USD, status.

    Those that can't be trained any more are only counted unless `closed`.
    """
    order = ["", *places]
    kept = [row for row in rows if closed or row[1].state in ("open", "closing")]
    kept.sort(key=lambda row: order.index(row[0].target or ""))
    cells = [_cells(look.safe(model.name), model, said) for model, said, _ in kept]
    wide = [max(map(cell_len, each)) for each in zip(_HEAD, *cells, strict=True)]
    fitting = (each for each in _COLUMNS if sum(wide[at] + 2 for at in each) <= look.width)
    columns = next(fitting, ())
    if columns and kept:
        yield look.paint(_line(_HEAD, wide, columns), "dim")
    written = iter(cells)
    for target, group in groupby(kept, key=lambda row: row[0].target):
        members = list(group)
        yield ""
        yield from _heading(target, [row[0] for row in members], places, today, look)
        for _, said, _ in members:
            yield from _model(next(written), wide, said, look, columns)
        for line in wrap(look.safe(_instead(members)), look.width - 2):
            yield look.paint(f"  {line}", "help")
    if hidden := len(rows) - len(kept):
        yield ""
        yield f"{many(hidden, 'model')} closed to training or shut: `dslint models --all`"


def _cells(name: str, model: Model, said: Status) -> tuple[str, ...]:
    price = {named: f"{each:f}" for named, each in model.prices.items()}
    hourly = price.get("reinforcement_hour")
    return (
        name,
        " ".join(_SHORT.get(each, each) for each in model.methods),
        f"{model.context:,}" if model.context else "",
        price.get("training") or (f"{hourly}/h" if hourly else ""),
        price.get("input", ""),
        price.get("output", ""),
        f"{said.state} {said.on}" if said.on else said.state,
    )


def _line(cells: Sequence[str], wide: Sequence[int], columns: Sequence[int]) -> str:
    """Join cells in columns: the first two and the last at the left, figures at the right."""
    parts = []
    for at in columns:
        gap = " " * (wide[at] - cell_len(cells[at]))
        parts.append(cells[at] + gap if at in (0, 1, _STATUS) else gap + cells[at])
    return ("  " + "  ".join(parts)).rstrip()


def _model(
    cells: Sequence[str], wide: Sequence[int], said: Status, look: Look, columns: Sequence[int]
) -> Iterator[str]:
    state = look.paint(cells[_STATUS], _STYLES[said.state])
    if columns:
        line = _line(cells, wide, columns)
        yield line[: len(line) - len(cells[_STATUS])] + state
        return
    yield from (f"  {line}" for line in wrap(cells[0], look.width - 2))
    _, trains, context, training, given, output, _ = cells
    parts = [
        trains,
        f"{context} tokens" if context else "",
        f"training {training}" if training else "",
        f"{given} in, {output} out" if given and output else "",
    ]
    yield f"    {state}"
    text = f" {look.marks.dot} ".join(filter(None, parts))
    yield from (f"    {line}" for line in wrap(text, look.width - 4))


def _heading(
    target: str | None,
    members: Sequence[Model],
    places: Mapping[str, Target],
    today: date,
    look: Look,
) -> Iterator[str]:
    name = target or "yours"
    said = f" {look.marks.dot} {_priced(members, today)}"
    first, *rest = wrap(look.safe(name + said), look.width)
    yield look.paint(look.safe(name), "rule") + look.paint(first[len(look.safe(name)) :], "dim")
    yield from (look.paint(f"  {line}", "dim") for line in rest)
    past = [
        each
        for each in (places[target].dates if target else ())
        if each.event == "narrowed" and each.on <= today
    ]
    for each in past[-1:]:
        for line in wrap(look.safe(f"since {each.on}: {each.says}"), look.width - 2):
            yield look.paint(f"  {line}", "warn")


def _priced(members: Sequence[Model], today: date) -> str:
    """Say what the prices of a group are in, and how old the oldest is."""
    if all("training" not in each.prices for each in members):
        return "prices of tokens not known"
    days = [
        source.read
        for each in members
        for name, source in each.sources.items()
        if name in PRICES and source.read
    ]
    text = "USD per 1M tokens"
    return (
        f"{text}, read {min(days)} ({many((today - min(days)).days, 'day')} ago)" if days else text
    )


def _instead(members: Sequence[Row]) -> str:
    """Name the open models that take the place of those that are not, the nearest for each."""
    found: dict[str, dict[str, None]] = {}
    for _, said, others in members:
        if said.state != "open":
            for other in others[:1]:
                found.setdefault(other.target or "yours", {})[other.name] = None
    named = (f"{', '.join(names)} at {target}" for target, names in found.items())
    return f"open instead: {'; '.join(named)}" if found else ""


def page(model: Model, today: date, instead: Sequence[Model]) -> str:
    """Return all that is known of a model, each figure with who says so, as Markdown."""
    name = model.title or model.name
    parts = [f"# {cell(name)} at {model.target}" if model.target else f"# {cell(name)}", ""]
    parts += [f"| model | `{cell(model.name)}` |", "|---|---|"]
    if model.aliases:
        parts.append(f"| also called | {', '.join(f'`{cell(each)}`' for each in model.aliases)} |")
    parts.append(f"| status on {today} | {_told(status(model, today))} |")
    if status(model, today).state != "open":
        others = [f"`{each.name}` at {each.target or 'yours'}" for each in instead]
        none = "nothing that states that it trains in the same ways"
        parts.append(f"| open instead | {cell(', '.join(others) or none)} |")
    parts += ["", "## Figures", "", "| figure | value | who says so |", "|---|---|---|"]
    for figure, value in model.figures().items():
        claim = model.sources.get(figure)
        said = ", ".join(filter(None, (claim.kind, str(claim.read or "")))) if claim else ""
        parts.append(f"| `{figure}` | {cell(_value(figure, value))} | {said} |")
    if not model.figures():
        parts.append("| | none is known | |")
    if not any(each in model.prices for each in ("training", "reinforcement_hour")):
        parts += ["", "What its training costs is not known; say it in your configuration:", ""]
        where = [f"target = {literal(model.target)}"] if model.target else []
        parts += ["```toml", f"[models.{key(model.name)}]", *where]
        parts += ['training = "25.00"    # USD per 1M tokens', "```"]
    sources: dict[int, list[str]] = {}
    known = {id(each): each for each in model.sources.values()}
    for figure, claim in model.sources.items():
        sources.setdefault(id(claim), []).append(figure)
    if sources:
        parts += ["", "## Sources", ""]
    for source, figures in sources.items():
        about = ", ".join(f"`{figure}`" for figure in figures)
        read = f", read {known[source].read}" if known[source].read else ""
        parts.append(f"- {about}: {known[source].kind}{read}")
        parts += [f"  {said}" for said in (known[source].link, known[source].note) if said]
    return "\n".join(parts) + "\n"


def _told(said: Status) -> str:
    match said.state:
        case "open":
            return "open"
        case "closing":
            return f"closing: no new training from {said.on} on"
        case "closed":
            return f"closed to new training since {said.on}"
        case _:
            return f"shut since {said.on}"


def _value(figure: str, value: Any) -> str:
    match value:
        case Decimal():
            unit = "an hour" if figure.endswith("_hour") else "per 1M tokens"
            return f"${value:f} {unit}"
        case date():
            return str(value)
        case str() | int() | tuple():
            return shown(value)
        case _:
            parts = {name: each for name, each in asdict(value).items() if each is not None}
            return ", ".join(f"{name} {each:,}" for name, each in parts.items())


def entry(model: Model, today: date, instead: Sequence[Model]) -> dict[str, Any]:
    """Return a model as programs see it: prices as text, figures that nobody states as null."""
    said = status(model, today)
    images = {
        name: {
            key: str(each) if key == "multiplier" else each for key, each in asdict(kind).items()
        }
        for name, kind in (("tiles", model.tiles), ("patches", model.patches))
        if kind
    }
    return {
        "name": model.name,
        "target": model.target,
        "title": model.title,
        "aliases": list(model.aliases),
        "encoding": model.encoding,
        "context": model.context,
        "methods": list(model.methods),
        "prices": {name: f"{price:f}" for name, price in model.prices.items()},
        **{name: getattr(model, name) for name in DATES},
        "tiles": images.get("tiles"),
        "patches": images.get("patches"),
        "status": said.state,
        "status_on": said.on,
        "instead": [{"name": each.name, "target": each.target} for each in instead]
        if said.state != "open"
        else [],
        "sources": {
            figure: {"kind": each.kind, "link": each.link, "read": each.read, "note": each.note}
            for figure, each in model.sources.items()
        },
    }
