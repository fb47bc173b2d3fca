"""`dslint jobs`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dslint.cli.upload import say, service_of, service_options

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJobEvent

    from dslint.stages.remote import Remote


def _service(target: str | None, base_url: str | None, config: Path | None) -> Remote:
    from dslint.config import load

    return service_of(load(config=config, target=(target,) if target else None), base_url)


@click.group(short_help="list, show, watch or cancel jobs")
def command() -> None:
    """List, show, watch or cancel the fine-tuning jobs of a service."""


@command.command("list", short_help="the newest jobs")
@click.option(
    "--most",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="How many, at most.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs, in the API's own words.")
@service_options
def list_(
    most: int, as_json: bool, target: str | None, base_url: str | None, config: Path | None
) -> int:
    """List jobs, the newest first: id, state, day, and the tuned model where there is one.

    \b
      dslint jobs list
      dslint jobs list --most 100 --json
    """
    from dslint.report.jobs import table
    from dslint.report.json import VERSION, dump
    from dslint.report.screen import Options, look_of
    from dslint.stages.remote import jobs_of

    service = _service(target, base_url, config)
    found = jobs_of(service, most)
    look = look_of(sys.stdout, Options())
    if as_json:
        entries = [each.model_dump(mode="json", warnings=False) for each in found]
        click.echo(dump({"version": VERSION, "jobs": entries}, look))
    elif not found:
        say(f"there are no jobs at {service.host}")
    else:
        for line in table(found, look):
            click.echo(line, color=True)
    return 0


@command.command(short_help="one job in whole")
@click.argument("job", metavar="ID")
@click.option(
    "--events",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    metavar="N",
    help="How many of the last events.",
)
@click.option(
    "--data", metavar="FILE", help="The training file here, for the lines that an error names."
)
@click.option("--json", "as_json", is_flag=True, help="For programs, in the API's own words.")
@service_options
def show(
    job: str,
    events: int,
    data: str | None,
    as_json: bool,
    target: str | None,
    base_url: str | None,
    config: Path | None,
) -> int:
    """Show a job: what was asked, checkpoints, losses, events, and why it failed if it did.

    Where the losses tell of overfitting or underfitting, that is said; by rules of thumb.

    \b
      dslint jobs show ftjob-abc123
      dslint jobs show ftjob-abc123 --events 100 --data train.jsonl
    """
    from dslint.report.jobs import entry, whole
    from dslint.report.json import VERSION, dump
    from dslint.report.screen import Options, look_of
    from dslint.stages.jobs import show as course_of

    course = course_of(_service(target, base_url, config), job, data)
    look = look_of(sys.stdout, Options())
    if as_json:
        click.echo(dump({"version": VERSION, **entry(course)}, look))
        return 0
    for line in whole(course, events, look):
        click.echo(line, color=True)
    return 0


@command.command(short_help="follow a job to its end")
@click.argument("job", metavar="ID")
@click.option(
    "--every",
    type=click.FloatRange(0, 3600),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="The time between two looks.",
)
@service_options
def watch(
    job: str, every: float, target: str | None, base_url: str | None, config: Path | None
) -> int:
    """Follow a job until it has ended: events, losses, and about how long it takes.

    A connection that is lost is waited for. To stop watching (Ctrl-C) does not stop the job.

    \b
      dslint jobs watch ftjob-abc123

    Exit code: 0 it succeeded, 1 it failed or was cancelled.
    """
    from dslint.report.jobs import curves, happened, now_line, trouble
    from dslint.report.screen import Options, look_of
    from dslint.stages import fitting
    from dslint.stages.jobs import loss_of, trouble_of
    from dslint.stages.jobs import watch as news_of

    service = _service(target, base_url, config)
    look = look_of(sys.stdout, Options())
    steps: list[fitting.Step] = []
    events: list[FineTuningJobEvent] = []
    before = ""
    with _Status() as status:
        for news in news_of(service, job, every, status.notes):
            for event in news.events:
                for line in happened(event, look):
                    status.says(line)
                if step := loss_of(event):
                    steps = fitting.merged(steps, [step])
            events += news.events
            now = look.safe(now_line(news.job, events, steps[-1] if steps else None))
            status.shows(now, anew=str(news.job.status) != before)
            before, last = str(news.job.status), news.job
    if steps:
        for line in curves(steps, look):
            click.echo(line, color=True)
    if why := trouble_of(service, last):
        for line in trouble(why, look):
            click.echo(line, color=True)
    if last.fine_tuned_model:
        click.echo(look.safe(last.fine_tuned_model))
    return int(last.status != "succeeded")


class _Status:
    """A line at the bottom of a terminal that says how things are, under what is printed."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.text import Text

        self._console = Console(highlight=False, soft_wrap=True)
        live = self._console.is_terminal and sys.stdout.isatty()
        self._status = self._console.status(Text("asking")) if live else None

    def says(self, line: str) -> None:
        """Print a line above the status, as the terminal would lose its place otherwise."""
        from rich.text import Text

        if self._status is None:
            click.echo(line, color=True)
        else:
            self._console.print(Text.from_ansi(line))

    def notes(self, notice: str) -> None:
        if self._status is None:
            say(notice)
        else:
            self.says(f"dslint: {notice}")

    def shows(self, text: str, *, anew: bool) -> None:
        """Show how things are; where there is no terminal, print it if it is new."""
        from rich.text import Text

        if self._status is not None:
            self._status.update(Text(text))
        elif anew:
            click.echo(text)

    def __enter__(self) -> _Status:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()


@command.command(short_help="stop a job")
@click.argument("job", metavar="ID")
@service_options
def cancel(job: str, target: str | None, base_url: str | None, config: Path | None) -> int:
    """Cancel a job that has not ended. What was trained until then may be billed.

    \b
      dslint jobs cancel ftjob-abc123
    """
    from dslint.stages.jobs import cancel as stop
    from dslint.stages.jobs import state

    found = stop(_service(target, base_url, config), job)
    say(f"{found.id} {state(found)}")
    return 0
