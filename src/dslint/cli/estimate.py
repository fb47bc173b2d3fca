"""`dslint estimate`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from dslint.cli import options


@click.command(short_help="what a job costs")
@click.argument("paths", nargs=-1, metavar="[PATH|DATASET]...")
@click.option(
    "--model", metavar="NAME", help="The model to be trained; without one, all open ones."
)
@options.TARGET
@click.option("--validation", metavar="PATH", help="The validation file, where it is billed.")
@click.option(
    "--epochs", type=click.IntRange(1), metavar="N", help="Epochs, instead of what is usual."
)
@click.option("--hours", metavar="N[-N]", help="Hours of a reinforcement job, the least and most.")
@click.option(
    "--traffic",
    metavar="'N x IN/OUT'",
    help="Requests a month x tokens in/out: what using the model costs, tuned and not.",
)
@click.option("--budget", metavar="AMOUNT", help="'50 USD': exit 1 where the job may cost more.")
@options.FORMAT
@click.option("--json", "as_json", is_flag=True, help="For programs: amounts are exact, as text.")
@options.CONFIG
@options.JOBS
def command(
    paths: tuple[str, ...],
    model: str | None,
    target: str | None,
    validation: str | None,
    epochs: int | None,
    hours: str | None,
    traffic: str | None,
    budget: str | None,
    format: str | None,
    as_json: bool,
    config: Path | None,
    jobs: int | None,
) -> int:
    """Say what a job costs before anybody uploads: an upper bound, and how far below it may be.

    PATH is training data, all of it one job; a DATASET of the configuration brings its training
    and validation files, its model and its budget. Above the budget the exit code is 1; without a
    model only where every model is above it.

    \b
      dslint estimate train.jsonl
      dslint estimate train.jsonl --model gpt-4.1-mini --budget "50 USD"
      dslint estimate train.jsonl --traffic "10000 x 500/200"
    """
    from dslint.cli.check import progress
    from dslint.config import load
    from dslint.config.paths import sides
    from dslint.errors import InputError
    from dslint.report import estimate as report
    from dslint.report.json import VERSION, dump
    from dslint.report.screen import Options, look_of
    from dslint.stages import estimate as stage
    from dslint.stages import money

    settings = load(
        config=config,
        target=(target,) if target else None,
        model=model,
        format=format,
        budget=budget,
    )
    wish = stage.Wish(
        epochs=epochs,
        budget=money.budget(settings.budget) if settings.budget else None,
        traffic=stage.traffic(traffic) if traffic else None,
        hours=stage.hours(hours) if hours else None,
    )
    rest = [path for path in paths if path not in settings.datasets]
    runs = []
    if rest:
        runs.append((", ".join(rest), settings, wish, rest, [validation] if validation else []))
    for name in paths or settings.datasets:
        if name in settings.datasets:
            chosen = settings.datasets[name]
            files = sides(chosen, settings)
            own = replace(wish, budget=money.budget(chosen.budget) if chosen.budget else None)
            changed = replace(
                settings, target=chosen.target, model=chosen.model, format=chosen.format
            )
            tested = [validation] if validation else list(map(str, files["validation"]))
            runs.append((name, changed, own, list(map(str, files["train"])), tested))
    if not runs:
        raise InputError(
            "there is nothing to estimate: name a file, or a dataset in the configuration"
        )
    look = look_of(sys.stdout, Options())
    found = [
        (
            name,
            stage.estimate(files, own, wanted, validation=tested, jobs=jobs, begin=progress),
        )
        for name, own, wanted, files, tested in runs
    ]
    if as_json:
        entries = [report.entry(each, name) for name, each in found]
        click.echo(dump({"version": VERSION, "estimates": entries}, look))
    else:
        for number, (name, each) in enumerate(found):
            if number:
                click.echo()
            for line in report.lines(each, name, look):
                click.echo(line, color=True)
    return int(any(each.fails for _, each in found))
