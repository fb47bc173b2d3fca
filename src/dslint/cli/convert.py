"""`dslint convert`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from dslint.cli import options

F = TypeVar("F", bound=Callable[..., Any])


def _losses(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for each in given for name in each.split(",") if name.strip())


def _map(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        field, equals, column = each.partition("=")
        if not (field.strip() and equals and column):
            raise click.BadParameter(f"`{each}` is not FIELD=COLUMN, such as prompt=question")
        if found.setdefault(field.strip(), column) != column:
            raise click.BadParameter(f"`{field.strip()}` is given twice")
    return found


_READING = (
    click.option(
        "--map",
        multiple=True,
        callback=_map,
        metavar="FIELD=COLUMN",
        help="Which column, or key, a field is: prompt=question. By default told from the names.",
    ),
    click.option(
        "--delimiter",
        metavar="CHAR",
        help="What divides the cells of CSV: comma, semicolon, tab, pipe or a character; by "
        "default as the header has it.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        help="The text's encoding, such as windows-1252; by default UTF-8, or what a mark says.",
    ),
    click.option("--sheet", metavar="NAME", help="The sheet of a workbook; by default the first."),
    click.option(
        "--format", metavar="NAME", help="The rows' format, instead of what the data looks like."
    ),
)


def reading_options(function: F) -> F:
    """Add the options that say how data is read to a command."""
    for option in reversed(_READING):
        function = option(function)
    return function


class _Listing(click.Command):
    """A command whose help ends with what can be written: known only where it is asked for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from textwrap import fill

        from dslint import targets
        from dslint.stages.goal import WRITTEN

        for title, names in (("Formats", WRITTEN), ("Targets", targets.names())):
            with formatter.section(f"{title} for --to"):
                lines = fill(", ".join(names), formatter.width - 2, break_on_hyphens=False)
                formatter.write("  " + lines.replace("\n", "\n  ") + "\n")


@click.command(cls=_Listing, short_help="write data in another format")
@click.argument("path", metavar="PATH")
@click.option(
    "--to",
    metavar="NAME",
    default="chat",
    show_default=True,
    help="A format, or a target whose format and ways are written.",
)
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    help="Where to write it; `-` for standard output. FILE.json is one array, FILE.parquet is "
    "Parquet. By default beside PATH, as NAME.chat.jsonl.",
)
@click.option(
    "--system", metavar="TEXT", help="A system message for each row that has none of its own."
)
@click.option(
    "--reasoning",
    type=click.Choice(["inline", "field", "drop"]),
    help="Write reasoning before the answer, in `reasoning_content`, or not at all; by default as "
    "it stands.",
)
@click.option(
    "--allow-loss",
    multiple=True,
    callback=_losses,
    metavar="WHAT[,WHAT]",
    help="Lose what is named, in the words of the report: extra-keys, images, weights …",
)
@click.option(
    "--rejects", metavar="FILE", help="Write rows that can't be converted here, each with why."
)
@click.option(
    "--max-rejects",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="How many rows may fail to be converted before nothing is written.",
)
@click.option(
    "--join",
    metavar="FILE",
    help="The other half of PATH, by `custom_id`: a batch's requests where PATH has the results.",
)
@options.FORCE
@options.NO_LOCK
@reading_options
def command(
    path: str,
    to: str,
    out: str | None,
    system: str | None,
    reasoning: str | None,
    allow_loss: tuple[str, ...],
    rejects: str | None,
    max_rejects: int,
    join: str | None,
    force: bool,
    no_lock: bool,
    map: dict[str, str],
    delimiter: str | None,
    encoding: str | None,
    sheet: str | None,
    format: str | None,
) -> int:
    """Write data in another format, and say what that loses; nothing is lost unless allowed.

    PATH is a file with JSON in any shape (JSON Lines, an array, pretty-printed objects) or a table
    (CSV, a workbook, Parquet, Arrow), .gz and .zst too, or `-` for standard input. What the columns
    of a table are is told from their names, or by --map. What prompts and completions have for
    the old format alone, separators and stop sequences, is found in the data and taken off.

    \b
      dslint convert legacy.jsonl --to chat
      dslint convert export.json --to chat -o train.jsonl --system "You are a patient gardener."
      dslint convert pairs.json --to azure
      dslint convert chats.jsonl --to trl -o train.parquet
      dslint convert faq.csv --map prompt=frage --map completion=antwort
      dslint convert results.jsonl --join requests.jsonl
      dslint convert dump.jsonl --allow-loss extra-keys --max-rejects 5 --rejects rejects.jsonl

    Exit code: 0 written, 1 nothing written: a loss was not allowed, or rows can't be converted.
    """
    from dslint.cli.check import progress
    from dslint.report import Options
    from dslint.report.conversion import render_conversion
    from dslint.stages.convert import Wish, convert

    wish = Wish(
        to=to,
        out=out,
        system=system,
        reasoning=reasoning,  # type: ignore[arg-type]  # click has held it to the choice
        allow_loss=allow_loss,
        rejects=rejects,
        max_rejects=max_rejects,
        join=join,
        force=force,
        format=format,
        map=map,
        delimiter=delimiter,
        encoding=encoding,
        sheet=sheet,
        lock=not no_lock,
    )
    found = convert(path, wish, sys.stdout.buffer, progress)
    render_conversion(found, sys.stderr, Options())
    return int(bool(found.refusal))
