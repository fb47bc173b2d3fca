"""`dslint split`."""

from __future__ import annotations

import sys
from typing import Any

import click

from dslint.cli import options


@click.command(short_help="divide rows into train, validation and test")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@click.option(
    "--validation",
    metavar="SIZE",
    default="0.1",
    show_default=True,
    help="How much goes to validation: a share (0.1, 10%) or a count of rows (500).",
)
@click.option(
    "--test", metavar="SIZE", help="How much goes to a test side; by default there is none."
)
@click.option(
    "-o",
    "--out",
    metavar="PREFIX",
    help="What the outputs' names begin with: PREFIX-train.jsonl and so on. By default PATH's own.",
)
@click.option(
    "--group",
    multiple=True,
    metavar="KEY",
    help="Keep rows with the same value under KEY on one side, such as user_id.",
)
@click.option(
    "--near",
    type=float,
    is_flag=False,
    flag_value=0.8,
    metavar="[SHARE]",
    help="Keep rows on one side that share SHARE of their shingles; 0.8 without a number.",
)
@click.option(
    "--stratify",
    metavar="BY",
    help="Give each side its part of every kind of row: by label, system, length or a key of rows.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Another number is another split.",
)
@click.option(
    "--target",
    metavar="NAME",
    help="Where the data goes: train has to have as many rows as are taken there.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@options.FORCE
@options.NO_LOCK
@click.option(
    "--report",
    type=click.Choice(["full", "json"]),
    default="full",
    show_default=True,
    help="How to tell what was done.",
)
@options.FORMAT
@options.JOBS
def command(
    paths: tuple[str, ...],
    validation: str,
    test: str | None,
    target: str | None,
    no_lock: bool,
    report: str,
    jobs: int | None,
    **given: Any,
) -> int:
    """Divide rows into train and validation (and test), so that nothing is on two sides.

    Rows that say the same, that ask the same, or of which one goes on where the other ends, stay
    together; so do those that --group and --near tie. Which side a row is on is a hash of what it
    asks: it keeps its side when other rows are added. With a count, or with --stratify, the sides
    have their sizes exactly, and a few rows may change sides when others are added.

    \b
      dslint split support.jsonl
      dslint split support.jsonl --validation 200 --test 200 --stratify label
      dslint split a.jsonl b.jsonl -o data/support --group user_id --near

    Exit code: 0 written, 2 nothing written: a side would be empty, or too small for the target.
    """
    from dslint.cli.check import progress
    from dslint.config import load
    from dslint.report import Options
    from dslint.report.split import render_split
    from dslint.stages.sides import size
    from dslint.stages.split import Wish, least_rows, split

    settings = load(target=(target,) if target else None)
    sizes = ({"test": size(test)} if test else {}) | {"validation": size(validation)}
    wish = Wish(sizes=sizes, least=least_rows(settings), lock=not no_lock, **given)
    found = split(paths, wish, jobs, progress)
    render_split(found, sys.stdout, Options(), report)
    return 0
