"""Jobs as people read them: what will be created, those that there are, and one in whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from dslint.report.screen import Look, clip, wrap
from dslint.report.words import many
from dslint.stages import fitting, money
from dslint.stages.estimate import Offer
from dslint.stages.fitting import Step
from dslint.stages.jobs import Course, Trouble, finish_of, loss_of, steps_of
from dslint.stages.order import Order

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent

_STYLES = {"succeeded": "ok", "failed": "error", "cancelled": "warn"}
_BARS = "▁▂▃▄▅▆▇█"


def plan(order: Order, offer: Offer | None, host: str, note: str, look: Look) -> Iterator[str]:
    """Yield what will be created, and what it costs at most."""
    request, dot = order.request, f" {look.marks.dot} "
    method = request["method"]["type"]
    settings = request["method"][method].get("hyperparameters", {})
    if not note and order.model and order.model.closed:
        note = f"which closes to training on {order.model.closed}"
    rows = [
        ("model", ", ".join(filter(None, (request["model"], note)))),
        ("method", dot.join([method, *(f"{name} {value}" for name, value in settings.items())])),
    ]
    sides = {"train": offer.train, "validation": offer.validation} if offer else {}
    for side, path in order.files.items():
        counted = sides.get(side)
        said = (
            [many(counted.records, "row"), f"{counted.tokens:,} tokens an epoch"] if counted else []
        )
        rows.append((side, dot.join([path, *said])))
    rows.append(("cost", _cost(offer, settings, dot)))
    rows += [
        (name.replace("_", " "), _text(request[name]))
        for name in ("seed", "suffix", "metadata", "integrations", "extra_body")
        if request.get(name) not in (None, {}, [])
    ]
    yield look.paint(f"A job at {look.safe(host)}", "rule")
    yield from _table(rows, look)


def _cost(offer: Offer | None, settings: Mapping[str, Any], dot: str) -> str:
    if offer is None:
        return "not known: the rows, or the model, are not known here"
    cost = offer.cost
    if cost.total is None:
        if cost.price is not None:
            return f"{money.shown(cost.price)} an hour; --hours 2-6 says what that makes"
        where = f" at {cost.model.target}" if cost.model.target else ""
        return f"not known: nobody states a price{where}; add one under [models.{cost.model.name}]"
    said = [f"at most {money.shown(cost.total.most)}"]
    if cost.epochs is not None:
        auto = "" if "n_epochs" in settings else ", if the service chooses as is usual"
        said.append(many(cost.epochs, "epoch") + auto)
    return dot.join(said)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {each}" for key, each in value.items())
    return str(value) if isinstance(value, str | int) else json.dumps(value)


def _table(rows: Sequence[tuple[str, str]], look: Look) -> Iterator[str]:
    wide = max((cell_len(name) for name, _ in rows), default=0)
    for name, value in rows:
        shown = look.safe(value)
        # a name is to be copied whole
        lines = list(wrap(shown, look.width - wide - 5)) if " " in shown else [shown]
        yield f"  {look.paint(name.ljust(wide), 'dim')}  {lines[0]}"
        yield from (f"  {' ' * wide}  {line}" for line in lines[1:])


def table(jobs: Sequence[FineTuningJob], look: Look) -> Iterator[str]:
    """Yield a line a job, the newest first."""
    rows = [
        (each.id, str(each.status), day(each.created_at), each.fine_tuned_model or each.model)
        for each in jobs
    ]
    wide = [max(map(cell_len, cells)) for cells in list(zip(*rows, strict=True))[:3]]
    for row in rows:
        cells = [look.safe(cell).ljust(room) for cell, room in zip(row, wide, strict=False)]
        cells[1] = look.paint(cells[1], _STYLES.get(row[1], "dim"))
        room = look.width - sum(wide) - 6
        yield "  ".join([*cells, clip(look.safe(row[3]), max(room, 20), look.marks.more)])


def whole(course: Course, events: int, look: Look) -> Iterator[str]:
    """Yield all that is known of a job, with its last `events`."""
    job = course.job
    status = str(job.status)
    head = look.paint(look.safe(job.id), "rule")
    yield f"{head}  {look.paint(status.replace('_', ' '), _STYLES.get(status, 'dim'))}"
    yield from _table(list(_facts(job)), look)
    if course.trouble:
        yield ""
        yield from trouble(course.trouble, look)
    if course.checkpoints:
        yield ""
        yield look.paint("Checkpoints", "rule")
        for each in course.checkpoints:
            losses = [
                f"{name.replace('_', ' ')} {value:.4f}"
                for name, value in each.metrics.model_dump(exclude_none=True).items()
                if isinstance(value, float) and name != "step"
            ]
            text = ", ".join([f"step {each.step_number:,}", *losses])
            yield f"  {look.safe(each.fine_tuned_model_checkpoint)}"
            yield from (f"    {line}" for line in wrap(look.safe(text), look.width - 6))
    if course.steps:
        yield ""
        yield from curves(course.steps, look)
    if course.events and events:
        left = len(course.events) - events
        yield ""
        more = f"  ({left:,} before: --events {len(course.events)})" if left > 0 else ""
        yield look.paint("Events", "rule") + look.paint(more, "dim")
        for event in course.events[-events:]:
            yield from (f"  {line}" for line in happened(event, look))


def _facts(job: FineTuningJob) -> Iterator[tuple[str, str]]:
    yield "model", job.model
    if job.fine_tuned_model:
        yield "tuned", job.fine_tuned_model
    method = job.method
    if method:
        chosen = getattr(method, method.type, None)
        found: Any = getattr(chosen, "hyperparameters", None) or job.hyperparameters
        told = found.model_dump(exclude_none=True) if found else {}
        yield "method", ", ".join([method.type, *(f"{key} {each}" for key, each in told.items())])
    yield "train", job.training_file
    if job.validation_file:
        yield "validation", job.validation_file
    yield "created", day(job.created_at)
    if job.finished_at:
        yield "finished", day(job.finished_at)
    elif job.estimated_finish:
        yield "finishes", f"about {day(job.estimated_finish)}"
    if job.trained_tokens:
        yield "billed", f"{job.trained_tokens:,} tokens"
    if job.metadata:
        yield "metadata", _text(job.metadata)


def trouble(found: Trouble, look: Look) -> Iterator[str]:
    """Yield why a job failed: the service's words, the places, the cause, what to do."""
    parts = [(look.marks.error, "error", found.says)]
    if found.places:
        parts.append((" ", "", "at " + ", ".join(found.places)))
    parts += [(" ", "", found.cause)] if found.cause else []
    for number, line in enumerate(found.advice.splitlines()):
        parts.append(("=", "help", line[:1].upper() + line[1:]) if number == 0 else (" ", "", line))
    for mark, style, text in parts:
        for number, line in enumerate(wrap(look.safe(text), look.width - 6)):
            shown = look.paint(line, style) if style else line
            yield f"  {mark if number == 0 else ' '} {shown}"


def curves(steps: Sequence[Step], look: Look) -> Iterator[str]:
    """Yield the losses as curves, and what they tell of too much or too little training."""
    yield look.paint("Losses", "rule") + look.paint(f"  to step {steps[-1].number:,}", "dim")
    for name in ("train", "valid"):
        values = [value for each in steps if (value := getattr(each, name)) is not None]
        if values:
            room = min(40, look.width - 44)
            drawn = _curve(values, room) if look.utf and room > 8 else ""
            ends = f"{values[0]:.4f} to {values[-1]:.4f}, least {min(values):.4f}"
            yield f"  {name}  {drawn}{'  ' if drawn else ''}{ends}"
    for each in fitting.warnings(steps):
        for number, line in enumerate(wrap(look.safe(each), look.width - 6)):
            yield f"  {look.marks.warn if number == 0 else ' '} {look.paint(line, 'warn')}"


def _curve(values: Sequence[float], width: int) -> str:
    """Return values as a line of bars, several in one bar as their mean."""
    size = max(1, -(-len(values) // max(width, 1)))
    means = [
        sum(values[at : at + size]) / len(values[at : at + size])
        for at in range(0, len(values), size)
    ]
    least, most = min(means), max(means)
    scale = (len(_BARS) - 1) / (most - least) if most > least else 0
    return "".join(_BARS[round((each - least) * scale)] for each in means)


def happened(event: FineTuningJobEvent, look: Look) -> Iterator[str]:
    """Yield an event: its time, and what the service says."""
    step = loss_of(event)
    valid = step.valid if step else None
    text = event.message
    if valid is not None and "validation" not in text:
        text += f", validation loss={valid:.4f}"
    style = {"error": "error", "warn": "warn"}.get(str(event.level), "")
    time = datetime.fromtimestamp(event.created_at).strftime("%H:%M:%S")
    for number, line in enumerate(wrap(look.safe(text), look.width - 12)):
        head = look.paint(time, "dim") if number == 0 else " " * 8
        yield f"{head}  {look.paint(line, style) if style else line}"


def day(seconds: int) -> str:
    """Return a moment as `2026-11-20 17:05`, in the machine's own time."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")


def now_line(job: FineTuningJob, events: Sequence[FineTuningJobEvent], step: Step | None) -> str:
    """Return where a job is, in a line: state, step, losses, when it will have ended."""
    parts = [str(job.status).replace("_", " ")]
    if step:
        total = steps_of(events)
        parts.append(f"step {step.number:,}" + (f" of {total:,}" if total else ""))
        parts += [f"train {step.train:.3f}"] if step.train is not None else []
        parts += [f"valid {step.valid:.3f}"] if step.valid is not None else []
    if finish := finish_of(job, events):
        left = datetime.fromtimestamp(finish, UTC) - datetime.now(UTC)
        minutes = max(0, round(left.total_seconds() / 60))
        parts.append(f"about {many(minutes, 'minute')} left")
    return ", ".join(parts)


def entry(course: Course) -> dict[str, Any]:
    """Return a job as programs see it, in the API's own words."""
    return {
        "job": course.job.model_dump(mode="json", warnings=False),
        "events": [each.model_dump(mode="json", warnings=False) for each in course.events],
        "checkpoints": [
            each.model_dump(mode="json", warnings=False) for each in course.checkpoints
        ],
        "losses": [
            {"step": each.number, "train": each.train, "valid": each.valid} for each in course.steps
        ],
        "warnings": list(fitting.warnings(course.steps)),
    }
