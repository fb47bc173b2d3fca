"""`dslint rules`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dslint.cli.options import configured, settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dslint.model import Rule


@click.command(short_help="list the rules")
@click.argument("words", nargs=-1, metavar="[GROUP|WORD]...")
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=click.Choice(["error", "warn", "info", "off"]),
    help="Only rules of this level where the data goes; several add up.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="For people, or for programs.",
)
@click.option(
    "--sort",
    type=click.Choice(["group", "name", "level"]),
    default="group",
    show_default=True,
    help="By group, by name, or the most serious first.",
)
@configured
def command(
    words: tuple[str, ...],
    levels: tuple[str, ...],
    form: str,
    sort: str,
    target: str | None,
    config: Path | None,
    rulebooks: tuple[str, ...],
) -> int:
    """List the rules, dslint's own and those of your rulebooks.

    GROUP keeps the rules of a group, of any one if several are named. WORD keeps those that have it
    in their name, title or summary. Levels are those that hold where your data goes; what becomes
    of a row there stands in brackets. Exit 1 where no rule fits.

    \b
      dslint rules
      dslint rules shape --level error
      dslint rules tool arguments --target fireworks
      dslint rules --format json
    """
    from dslint.model import LEVELS
    from dslint.report import explain, lists
    from dslint.report.screen import Options, look_of
    from dslint.rulebook import book

    chosen = settings(config, target, rulebooks=rulebooks)
    # pages are listed and not run: one that names Python code does no harm here
    known = book.load(chosen.rulebooks, allow_python=True)
    found = [(rule, explain.standing(rule, chosen)) for rule in _fitting(known, words)]
    found = [pair for pair in found if not levels or pair[1].level in levels]
    match sort:
        case "group":
            found.sort(key=lambda pair: (pair[0].group, pair[0].name))
        case "name":
            found.sort(key=lambda pair: pair[0].name)
        case "level":
            found.sort(key=lambda pair: (-LEVELS.index(pair[1].level), pair[0].name))
    if form == "json":
        from dslint.report.json import VERSION, dump

        look = look_of(sys.stdout, Options())
        entries = [lists.rule_entry(*pair) for pair in found]
        click.echo(dump({"version": VERSION, "rules": entries}, look))
    else:
        look = look_of(sys.stdout, Options())
        for line in lists.rules(found, look, grouped=sort == "group"):
            click.echo(line, color=True)
        if not found:
            click.echo(f"dslint: none of {len(known):,} rules fits", err=True)
    return int(not found)


def _fitting(known: Mapping[str, Rule], words: Sequence[str]) -> list[Rule]:
    groups = {rule.group for rule in known.values()}
    wanted = [word for word in words if word in groups]
    rest = [word.lower() for word in words if word not in groups]
    return [
        rule
        for rule in known.values()
        if (not wanted or rule.group in wanted)
        and all(
            word in f"{rule.name} {' '.join(rule.aliases)} {rule.title} {rule.summary}".lower()
            for word in rest
        )
    ]
