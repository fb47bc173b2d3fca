"""What `dslint estimate` found: a line a model, and what is worth knowing beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.cells import cell_len

from dslint.report.count import summary
from dslint.report.screen import Look, wrap
from dslint.report.words import many, share
from dslint.stages.estimate import Estimate, Offer
from dslint.stages.money import Money, Tokens, shown

_HEAD = ("model", "where", "epochs", "tokens billed", "cost")
_MONTH = ("a month", "base model")


def lines(found: Estimate, name: str, look: Look) -> Iterator[str]:
    """Yield what is known of `name`, a line a model, and notes on the first with a known cost."""
    first = found.offers[0]
    train = first.train
    dot = f" {look.marks.dot} "
    parts = [many(train.records, "record"), f"{train.tokens:,} tokens"]
    parts.append(f"{share(train.trained, train.tokens or 1)} of them trained")
    yield look.paint(look.safe(name), "rule") + "  " + look.paint(dot.join(parts), "dim")
    yield ""
    yield from _table(found, look)
    yield ""
    for style, note in _notes(found, first):
        for number, line in enumerate(wrap(look.safe(note), look.width - 4)):
            yield f"  {'' if number == 0 else '  '}" + (look.paint(line, style) if style else line)


def _table(found: Estimate, look: Look) -> Iterator[str]:
    head = _HEAD + (_MONTH if found.wish.traffic else ())
    rows = [_row(found, offer) for offer in found.offers]
    wide = [max(map(cell_len, each)) for each in zip(head, *rows, strict=True)]
    if sum(wide) + 2 * len(wide) > look.width:
        for row in rows:
            said = [
                f"{title} {cell}" for title, cell in zip(head[2:], row[2:], strict=True) if cell
            ]
            yield f"{look.safe(row[0])} at {look.safe(row[1])}"
            yield from (f"  {line}" for line in wrap(", ".join(said), look.width - 2))
        return
    for number, row in enumerate((head, *rows)):
        cells = [
            look.safe(cell).ljust(room) if at < 2 else cell.rjust(room)
            for at, (cell, room) in enumerate(zip(row, wide, strict=True))
        ]
        line = ("  " + "  ".join(cells)).rstrip()
        yield look.paint(line, "dim") if number == 0 else line


def _row(found: Estimate, offer: Offer) -> tuple[str, ...]:
    cost = offer.cost
    auto = "" if found.wish.epochs is not None else " (auto)"
    billed = f"{cost.tokens[1]:,}" if cost.tokens else ""
    if cost.tokens and not offer.exact:
        billed = f"about {billed}"
    cells = [
        offer.model.name,
        offer.model.target or "yours",
        f"{cost.epochs}{auto}" if cost.epochs is not None else "",
        billed,
        _sum(offer),
    ]
    if found.wish.traffic:
        cells += [
            shown(each) if each is not None else "not known" for each in (offer.tuned, offer.base)
        ]
    return tuple(cells)


def _sum(offer: Offer) -> str:
    total, cost = offer.cost.total, offer.cost
    if total is not None:
        if cost.hours and total.least != total.most:
            return f"{shown(total.least)} - {shown(total.most)}"
        return shown(total.most)
    if cost.epochs is None and cost.price is not None:
        return f"{shown(cost.price)} an hour"
    return "not known"


def _notes(found: Estimate, first: Offer) -> Iterator[tuple[str, str]]:
    train, cost, total = first.train, first.cost, first.cost.total
    of = f" for {first.model.name}" if len(found.offers) > 1 else ""
    if cost.epochs is None and cost.hours is None:
        yield (
            "",
            "reinforcement is billed by the hour, and hours can't be told from data: --hours 2-6",
        )
    if total is not None and not cost.hours:
        least = total.most - total.least
        if first.exact and least:
            yield (
                "",
                (
                    "upper bound: of what sources say of tokens, the highest; by the lowest it is "
                    f"{shown(total.least)}{of} ({shown(least)} less)"
                ),
            )
    if train.idle[0]:
        spent = (
            f", {shown(cost.idle.most)}{of}" if cost.idle is not None and total is not None else ""
        )
        yield "", f"rows that teach nothing: {many(train.idle[0], 'row')}{spent}"
    if train.repeated and cost.epochs and total is not None and cost.price is not None:
        spent = shown(Decimal(train.repeated * cost.epochs) * cost.price / 1_000_000)
        yield (
            "",
            (f"repeated system prompts: {many(train.repeated, 'token')}, {spent}{of}"),
        )
    if train.over:
        yield (
            "warn",
            (
                f"over the context: {many(train.over, 'row')}, and {many(train.cut or 0, 'token')} "
                f"are cut{of}"
            ),
        )
    if train.left_out:
        yield "warn", f"left out: {many(train.left_out, 'line')} that are no valid records"
    if first.validation:
        yield (
            "",
            (
                f"validation: {many(first.validation.records, 'record')}, "
                f"{many(first.validation.tokens, 'token')}, {_validation(cost.validation)}"
            ),
        )
    if train.estimated:
        yield "", f"{many(train.estimated, 'row')} with tools, images or files are estimated"
    if not all(offer.exact for offer in found.offers):
        yield "", "about: the model's tokenizer is not tiktoken's, and o200k_base stands for it"
    if found.wish.epochs is None and cost.epochs is not None:
        yield "", "auto: by the heuristic of OpenAI's cookbook; the service chooses for itself"
    ages = {
        f"{offer.cost.source.read} ({many(offer.age, 'day')} ago)"
        for offer in found.offers
        if offer.age is not None and offer.cost.source and offer.cost.source.read
    }
    if ages:
        yield "dim", f"prices read {', '.join(sorted(ages))}"
    if any(offer.cost.total is None and offer.cost.price is None for offer in found.offers):
        yield "", "not known: nobody states a price; add one under [models] in your configuration"
    for warning in dict.fromkeys(offer.warning for offer in found.offers if offer.warning):
        yield "warn", warning
    yield from _budget(found)


def _validation(cost: Money | None) -> str:
    if cost is None:
        return "at a price that is not known"
    if not cost.most:
        return "not billed"
    least = shown(cost.least)
    return shown(cost.most) if cost.least == cost.most else f"{least} - {shown(cost.most)}"


def _budget(found: Estimate) -> Iterator[tuple[str, str]]:
    budget = found.wish.budget
    if budget is None:
        return
    kept = [offer for offer in found.offers if offer.over == 0]
    for offer in found.offers:
        if offer.over:
            yield (
                "error" if found.fails else "warn",
                (f"budget {shown(budget)}: {offer.model.name} is over by {shown(offer.over)}"),
            )
        elif offer.over is None and found.fails:
            yield "error", f"budget {shown(budget)}: what {offer.model.name} costs is not known"
    if kept and found.chosen:
        yield "ok", f"budget {shown(budget)}: kept"


def entry(found: Estimate, name: str) -> dict[str, Any]:
    """Return an estimate as programs see it: amounts are text, in US dollars."""
    wish = found.wish
    return {
        "name": name,
        "budget": None if wish.budget is None else f"{wish.budget:f}",
        "within_budget": None if wish.budget is None else not found.fails,
        "offers": [_entry(offer) for offer in found.offers],
    }


def _entry(offer: Offer) -> dict[str, Any]:
    cost = offer.cost
    return {
        "model": offer.model.name,
        "target": offer.model.target,
        "exact": offer.exact,
        "epochs": cost.epochs,
        "tokens": _pair(cost.tokens),
        "hours": _pair(cost.hours),
        "price": _text(cost.price),
        "cost": _money(cost.total),
        "training": _money(cost.training),
        "validation": _money(cost.validation),
        "idle": _money(cost.idle),
        "month": {"tuned": _text(offer.tuned), "base": _text(offer.base)},
        "over_budget": _text(offer.over),
        "price_age": offer.age,
        "warning": offer.warning,
        "train": summary(offer.train),
        "validation_rows": summary(offer.validation) if offer.validation else None,
    }


def _pair(values: Tokens | Sequence[Decimal] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    least, most = (f"{each:f}" if isinstance(each, Decimal) else each for each in values)
    return {"least": least, "most": most}


def _money(amount: Money | None) -> dict[str, str] | None:
    return None if amount is None else {"least": f"{amount.least:f}", "most": f"{amount.most:f}"}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
