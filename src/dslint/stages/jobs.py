"""The verb `jobs`: what there is, one in whole, one as it goes on, and its end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dslint.errors import RemoteError
from dslint.stages import fitting, refusals, remote
from dslint.stages.fitting import Step
from dslint.stages.remote import BusyError, NoAnswerError, Remote, Tell, UnreachableError, asking

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent
    from openai.types.fine_tuning.jobs import FineTuningJobCheckpoint

T = TypeVar("T")

ENDED = ("succeeded", "failed", "cancelled")
"""The states that a job stays in."""

_TOTAL = re.compile(r"step [0-9,]+ ?(?:/|of) ?([0-9,]+)", re.IGNORECASE)

EVENTS = 10_000
"""The most events that are read of a job."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a job failed, in the service's words; where in the data, and what to do, if known."""

    says: str
    places: tuple[str, ...] = ()
    cause: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A job with all that is known of its course: events from the first on, and losses by step."""

    job: FineTuningJob
    events: tuple[FineTuningJobEvent, ...] = ()
    checkpoints: tuple[FineTuningJobCheckpoint, ...] = ()
    steps: tuple[Step, ...] = ()
    trouble: Trouble | None = None


def show(service: Remote, id: str, data: str | None = None) -> Course:
    """Return a job with its events, checkpoints and results.

    `data` is the training file, for the places that an error names; by default the file in the
    current folder that has the name and the size of the one at the service.
    """
    job = remote.job_of(service, id)
    events = tuple(reversed(events_of(service, id)))
    jobs = service.client.fine_tuning.jobs
    with asking(service):
        checkpoints = tuple(islice(jobs.checkpoints.list(id, limit=100), 1000))
    noted = sorted(checkpoints, key=lambda each: each.step_number)
    steps = fitting.merged(
        _results(service, job),
        filter(None, map(loss_of, events)),
        filter(None, (_measured(each) for each in noted)),
    )
    return Course(job, events, tuple(noted), tuple(steps), trouble_of(service, job, data))


def events_of(service: Remote, id: str, known: str | None = None) -> list[FineTuningJobEvent]:
    """Return the events of a job, the newest first, down to the one that is known already."""
    found: list[FineTuningJobEvent] = []
    with asking(service):
        for each in service.client.fine_tuning.jobs.list_events(id, limit=100):
            if each.id == known or len(found) == EVENTS:
                break
            found.append(each)
    return found


def loss_of(event: FineTuningJobEvent) -> Step | None:
    """Return the losses that an event tells."""
    return fitting.step_of(event.data) if isinstance(event.data, dict) else None


def steps_of(events: Sequence[FineTuningJobEvent]) -> int | None:
    """Return how many steps a job has, where its events say so."""
    found = (_TOTAL.search(each.message) for each in reversed(events))
    return next((int(each[1].replace(",", "")) for each in found if each), None)


def finish_of(job: FineTuningJob, events: Sequence[FineTuningJobEvent]) -> int | None:
    """Return about when a running job ends, in seconds since 1970: as the service says, or else as
    fast as its steps have gone; None where neither tells.
    """
    if job.status in ENDED or job.estimated_finish:
        return None if job.status in ENDED else job.estimated_finish
    total = steps_of(events)
    timed = [(step.number, each.created_at) for each in events if (step := loss_of(each))]
    if total is None or len(timed) < 2 or timed[0][0] == timed[-1][0]:
        return None
    (first, begun), (last, now) = timed[0], timed[-1]
    return now + round((now - begun) / (last - first) * (total - last))


def _measured(checkpoint: FineTuningJobCheckpoint) -> Step | None:
    metrics: dict[str, Any] = checkpoint.metrics.model_dump() if checkpoint.metrics else {}
    return fitting.step_of({**metrics, "step": checkpoint.step_number})


def _results(service: Remote, job: FineTuningJob) -> list[Step]:
    """Return the losses of a job's result files; one that is gone has none."""
    found: list[Step] = []
    for each in job.result_files or ():
        try:
            with asking(service):
                found += fitting.results(service.client.files.content(each).content)
        except RemoteError:
            continue
    return found


def trouble_of(service: Remote, job: FineTuningJob, data: str | None = None) -> Trouble | None:
    """Return why a job failed, with the lines that the service names as places in the data."""
    error = job.error
    said = getattr(error, "message", None) if error else None
    if not said:
        return None
    known = refusals.explain(None, getattr(error, "code", None), said)
    lines = refusals.lines(said)
    param = getattr(error, "param", None)
    file = job.validation_file if param == "validation_file" else job.training_file
    name = (data or _local(service, file)) if lines else None
    return Trouble(
        says=said,
        places=tuple(f"{name or 'line '}{':' if name else ''}{line}" for line in lines),
        cause=known.cause if known else "",
        advice=known.advice.format(TARGET=service.target.name) if known else "",
    )


def _local(service: Remote, file: str | None) -> str | None:
    """Return the path of the file at the service where it lies in the current folder as well."""
    if not file:
        return None
    try:
        with asking(service):
            there = service.client.files.retrieve(file)
    except RemoteError:
        return None
    path = Path(Path(there.filename or "-").name)
    return str(path) if path.is_file() and path.stat().st_size == there.bytes else None


def cancel(service: Remote, id: str) -> FineTuningJob:
    """Cancel a job, and return it. Raises RemoteError for one that has ended."""
    job = remote.job_of(service, id)
    if job.status in ENDED:
        raise RemoteError(f"{id} has ended already: it {state(job)}")
    with asking(service):
        return service.client.fine_tuning.jobs.cancel(id)


def state(job: FineTuningJob) -> str:
    """Return a job's status as it follows `it`."""
    status = str(job.status)
    return {"failed": "failed", "succeeded": "succeeded"}.get(
        status, f"is {status.replace('_', ' ')}"
    )


@dataclass(frozen=True, slots=True)
class News:
    """What is new of a job: its state now, and the events since the last news, in order."""

    job: FineTuningJob
    events: tuple[FineTuningJobEvent, ...]


def watch(service: Remote, id: str, every: float, tell: Tell) -> Iterator[News]:
    """Yield news of a job until it has ended. A connection that is lost is waited for.

    `every` is how many seconds lie between two looks. Raises RemoteError where the service says
    that it will never answer: no such job, no rights.
    """
    seen: str | None = None
    while True:
        job, fresh = _patiently(partial(_news, service, id, seen), tell)
        seen = fresh[0].id if fresh else seen
        yield News(job, tuple(reversed(fresh)))
        if job.status in ENDED:
            # what came between the two answers
            last = _patiently(partial(events_of, service, id, seen), tell)
            if last:
                yield News(job, tuple(reversed(last)))
            return
        time.sleep(every)


def _news(
    service: Remote, id: str, seen: str | None
) -> tuple[FineTuningJob, list[FineTuningJobEvent]]:
    return remote.job_of(service, id), events_of(service, id, seen)


def _patiently(ask: Callable[[], T], tell: Tell) -> T:
    lost = False
    for pause in remote.pauses():
        try:
            found = ask()
        except (NoAnswerError, UnreachableError, BusyError) as error:
            if not lost:
                tell(f"{str(error).splitlines()[0]}; the job goes on, and so does this")
            lost = True
            time.sleep((error.after if isinstance(error, BusyError) else None) or pause)
            continue
        if lost:
            tell("the connection is back")
        return found
    raise AssertionError
