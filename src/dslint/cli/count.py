"""`dslint count`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dslint.cli import options


@click.command(short_help="count tokens")
@click.argument("paths", nargs=-1, metavar="[PATH|DATASET]...")
@click.option("--model", metavar="NAME", help="The model that counts; without one, o200k_base.")
@click.option(
    "--tokenizer",
    metavar="FILE",
    type=click.Path(),
    help="Count with a model's own tokenizer.json (needs dslint[hf]).",
)
@options.TARGET
@options.FORMAT
@click.option(
    "--pack",
    type=click.IntRange(1),
    metavar="N",
    help="Pack records into sequences of N tokens, and say what that saves.",
)
@click.option(
    "--per-record",
    type=click.Choice(["jsonl", "csv"]),
    help="A line a record: file, line, tokens, trained, longest sequence.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option(
    "--no-fast", is_flag=True, help="tiktoken, even where gigatoken is: it counts the same, slower."
)
@options.CONFIG
@options.JOBS
def command(
    paths: tuple[str, ...],
    model: str | None,
    tokenizer: str | None,
    target: str | None,
    format: str | None,
    pack: int | None,
    per_record: str | None,
    as_json: bool,
    no_fast: bool,
    config: Path | None,
    jobs: int | None,
) -> int:
    """Count the tokens of datasets: all that is billed, and what is learned.

    PATH and DATASET are as in `dslint check`. Records that are not built as their schema says are
    left out, and said to be left out.

    \b
      dslint count train.jsonl --model gpt-4.1-mini
      dslint count data/ --pack 8192
      dslint count train.jsonl --per-record csv > tokens.csv
    """
    from dslint.cli.check import progress, runs_of
    from dslint.config import load
    from dslint.report import count as report
    from dslint.report.json import dump
    from dslint.report.screen import Options, look_of
    from dslint.stages.count import count

    settings = load(config=config, target=(target,) if target else None, model=model, format=format)
    look = look_of(sys.stdout, Options())
    found = [
        count(
            files,
            own,
            tokenizer=tokenizer,
            fast=False if no_fast else None,
            pack=pack,
            jobs=jobs,
            begin=progress,
        )
        for own, files in runs_of(paths, settings)
    ]
    for number, each in enumerate(found):
        if per_record:
            rows = report.records(each, per_record, look)
            if number and per_record == "csv":
                next(rows)
        else:
            rows = iter([dump(report.entry(each), look)]) if as_json else report.lines(each, look)
        for line in rows:
            click.echo(line, color=True)
    return 2 if any(each.skipped and not each.total.records for each in found) else 0
