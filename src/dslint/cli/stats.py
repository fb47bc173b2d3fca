"""`dslint stats`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dslint.cli import options

if TYPE_CHECKING:
    from dslint.config import Settings


@click.command(short_help="what data is like, in numbers")
@click.argument("paths", nargs=-1, metavar="[PATH|DATASET]...")
@click.option(
    "--compare",
    multiple=True,
    metavar="OTHER",
    help="Also look at this file, and say how far it is from the others; one or several times.",
)
@click.option(
    "--suggest-contract",
    "suggest",
    is_flag=True,
    help="Draft limits for the configuration that the data keeps.",
)
@click.option(
    "--report",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@options.FORMAT
@options.CONFIG
@options.JOBS
def command(
    paths: tuple[str, ...],
    compare: tuple[str, ...],
    suggest: bool,
    report: str,
    format: str | None,
    config: Path | None,
    jobs: int | None,
) -> int:
    """Say what data is like: rows, roles, turns, lengths, system prompts, tools, labels, languages.

    PATH and DATASET are as in `dslint check`: files that are named are taken as one, a dataset of
    the configuration is told side by side, and how far its sides are apart. Nothing is judged.

    \b
      dslint stats train.jsonl
      dslint stats train.jsonl --compare validation.jsonl
      dslint stats support --report json
      dslint stats support --suggest-contract
    """
    from dslint.cli.check import progress
    from dslint.config import load
    from dslint.errors import UsageError
    from dslint.report import stats as told
    from dslint.report import stats_data as data
    from dslint.report.json import dump
    from dslint.report.screen import Options, look_of
    from dslint.stages.agree import drafted
    from dslint.stages.stats import stats

    if suggest and report == "json":
        raise UsageError("--suggest-contract writes TOML, for the configuration: no --report json")
    settings = load(config=config, format=format)
    look = look_of(sys.stdout, Options())
    for number, (name, sides, own) in enumerate(_asked(paths, compare, settings)):
        found = stats(sides, own, name=name, jobs=jobs, begin=progress)
        if suggest:
            lines = data.draft(name, drafted(found.sides), look)
        elif report == "json":
            lines = iter([dump(data.entry(found), look)])
        else:
            lines = told.lines(found, look)
        if number and report == "text":
            click.echo()
        for line in lines:
            click.echo(line, color=True)
    return 0


Asked = tuple[str, dict[str, list[str]], "Settings"]


def _asked(paths: tuple[str, ...], compare: tuple[str, ...], settings: Settings) -> list[Asked]:
    """Return what to look at: the files that are named, and datasets, each with its sides."""
    from dataclasses import replace

    from dslint.config import sides
    from dslint.errors import InputError
    from dslint.stages.stats import ALL

    others = {other: [other] for other in compare}
    names = [path for path in paths if path in settings.datasets]
    if not paths:
        names = list(settings.datasets)
    rest = [path for path in paths if path not in names]
    if not names and not rest:
        raise InputError(
            "there is nothing to look at: name a file or a folder, or a dataset in the "
            "configuration"
        )
    asked: list[Asked] = [("", {ALL: rest, **others}, settings)] if rest else []
    for name in names:
        chosen = settings.datasets[name]
        own = replace(settings, format=chosen.format)
        files = {side: list(map(str, each)) for side, each in sides(chosen, settings).items()}
        asked.append((name, {side: each for side, each in files.items() if each} | others, own))
    return asked
