"""`dslint dedupe`."""

from __future__ import annotations

import os
import sys

import click

from dslint.cli import options


def _share(ctx: click.Context, param: click.Parameter, given: str | None) -> float | None:
    """Read `--near=0.9`; click takes what follows `--near` for its value, be it a path."""
    try:
        return None if given is None else float(given)
    except ValueError:
        raise click.BadParameter(
            f"`{given}` is no share: write --near=0.9, or --near behind the paths"
        ) from None


@click.command(short_help="leave out rows that repeat others")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    help="Where to write the rows that stay; `-` for standard output. Without it, only the report.",
)
@click.option(
    "--near",
    is_flag=False,
    flag_value="0.8",
    callback=_share,
    metavar="[=SHARE]",
    help="Also rows that have this share of their shingles (3 words in a row) in common with one "
    "that stays: 0.8 where no share is given (needs dslint[near]).",
)
@click.option(
    "--normalised", is_flag=True, help="Look past case, white space, punctuation and Unicode forms."
)
@click.option(
    "--key",
    type=click.Choice(["record", "prompt"]),
    default="record",
    show_default=True,
    help="What rows are the same by: all that they say, or what comes before the answer.",
)
@click.option(
    "--against",
    multiple=True,
    metavar="FILE",
    help="Also rows that have a question of this evaluation set in them; one or several times.",
)
@click.option(
    "--covered",
    type=float,
    default=0.4,
    show_default=True,
    metavar="SHARE",
    help="The share of a question that a row has to have to be left out.",
)
@click.option(
    "--keep",
    default="first",
    show_default=True,
    metavar="WHICH",
    help="Which of several rows stays: first, longest, or newest:FIELD, by the row's key FIELD.",
)
@click.option(
    "--dropped", metavar="FILE", help="Write the rows that go here, each with why and its twin."
)
@click.option(
    "--json", "as_json", is_flag=True, help="The report for programs, to standard output."
)
@options.FORCE
@options.NO_LOCK
@options.FORMAT
@options.JOBS
def command(
    paths: tuple[str, ...],
    out: str | None,
    near: float | None,
    normalised: bool,
    key: str,
    against: tuple[str, ...],
    covered: float,
    keep: str,
    dropped: str | None,
    as_json: bool,
    force: bool,
    no_lock: bool,
    format: str | None,
    jobs: int | None,
) -> int:
    """Leave out rows that repeat others, and say which; what stays is as it was, byte for byte.

    PATH is a file of any kind that `check` reads, a folder, a glob or `-` for standard input.
    Several files are taken as one, and the result is one file. Rows are the same whatever the order
    of their keys and the spacing between them; of such rows the first stays.

    \b
      dslint dedupe train.jsonl                                 how many are there?
      dslint dedupe train.jsonl -o clean.jsonl --dropped gone.jsonl
      dslint dedupe data/ -o clean.jsonl --near=0.9 --keep longest
      dslint dedupe train.jsonl -o clean.jsonl --against eval.jsonl --covered 0.4

    Exit code: 0 done, whatever was found; 2 a wrong call or an unreadable file, nothing written.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as in `check`: processes, not threads

    from dslint.cli.check import progress
    from dslint.errors import UsageError
    from dslint.report import dedupe as report
    from dslint.report.json import dump
    from dslint.report.screen import Options, look_of
    from dslint.stages.dedupe import Wish, dedupe

    if as_json and out == "-":
        raise UsageError(
            "standard output has room for one: the rows (-o -), or the report (--json)"
        )
    wish = Wish(
        out=out,
        key=key,  # type: ignore[arg-type]  # click has held it to the choice
        normalised=normalised,
        near=near,
        against=against,
        covered=covered,
        keep=keep,
        dropped=dropped,
        force=force,
        format=format,
        lock=not no_lock,
    )
    found = dedupe(paths, wish, sys.stdout.buffer, jobs, progress)
    if as_json:
        print(dump(report.as_json(found), look_of(sys.stdout, Options())))
        return 0
    look = look_of(sys.stderr, Options())
    for line in report.lines(found, look):
        print(line, file=sys.stderr)
    return 0
