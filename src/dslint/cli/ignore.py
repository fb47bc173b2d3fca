"""`dslint ignore`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dslint.cli import options
from dslint.cli.options import configured, settings

if TYPE_CHECKING:
    from dslint.config import Settings
    from dslint.stages.accept import Run


@click.command(short_help="accept findings")
@click.argument("arguments", nargs=-1, metavar="[RULE PLACE... | PATH...]")
@click.option("--reason", metavar="TEXT", help="Why the finding is accepted.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which it is (2026-12-31).",
)
@click.option(
    "--pointer",
    default="",
    metavar="POINTER",
    help="Only at this place of the record, and below it (/messages/2/content).",
)
@click.option("--baseline", is_flag=True, help="Accept everything that check finds now.")
@click.option("--prune", is_flag=True, help="Remove entries that expired or match nothing now.")
@click.option("--list", "listing", is_flag=True, help="List the entries.")
@click.option(
    "--profile",
    type=click.Choice(["minimal", "default", "strict", "ci"]),
    help="A set of settings, as for check.",
)
@options.ALLOW_PYTHON
@configured
def command(
    arguments: tuple[str, ...],
    reason: str | None,
    until: datetime | None,
    pointer: str,
    baseline: bool,
    prune: bool,
    listing: bool,
    profile: str | None,
    allow_python: bool | None,
    target: str | None,
    config: Path | None,
    rulebooks: tuple[str, ...],
) -> int:
    """Accept findings, each with a reason, in the ignore file (dslint-ignore.jsonl).

    PLACE is FILE:LINE as reports write it, or FILE for all that the rule finds in the file. An
    entry follows its record wherever that moves. What is not there is not ignored: a rule that
    finds nothing at the place is told, with what is found there instead.

    A baseline accepts all that is there, so that only what is new is told. PATH is as for check;
    without any, all datasets of the configuration are meant.

    \b
      dslint ignore empty-user-message train.jsonl:42 --reason "the button was pressed"
      dslint ignore mojibake train.jsonl --reason "a lesson on encodings" --until 2027-03-31
      dslint ignore --baseline data/
      dslint ignore --prune
      dslint ignore --list
    """
    from dslint.errors import UsageError

    chosen = settings(
        config, target, rulebooks=rulebooks, profile=profile, allow_python=allow_python
    )
    if baseline + prune + listing > 1:
        raise UsageError("--baseline, --prune and --list are three different things: ask for one")
    if (baseline or prune or listing) and (reason or until or pointer):
        raise UsageError("--reason, --until and --pointer go with a rule and a place")
    if listing:
        return _list(chosen)
    if baseline or prune:
        from dslint.cli.check import runs_of

        runs: list[Run] = [*runs_of(arguments, chosen)]
        return _baseline(runs, chosen) if baseline else _prune(runs, chosen, not arguments)
    if len(arguments) < 2:
        raise UsageError(
            'name a rule and a place: dslint ignore RULE FILE:LINE --reason "…"\n'
            "(or --baseline for all that is found, --prune, --list)"
        )
    if not (reason or "").strip():
        raise UsageError('say why this is accepted: --reason "…"')
    return _accept(chosen, arguments, reason or "", until, pointer)


def _accept(
    chosen: Settings,
    arguments: tuple[str, ...],
    reason: str,
    until: datetime | None,
    pointer: str,
) -> int:
    from dslint.config.toml import shown
    from dslint.stages.accept import accept

    name, *places = arguments
    day = until.date() if until else None
    for place in places:
        for entry in accept(chosen, name, place, reason, day, pointer):
            click.echo(f"ignored: {entry}")
    click.echo(f"dslint: written to {shown(chosen.ignore_file)}", err=True)
    return 0


def _baseline(runs: list[Run], chosen: Settings) -> int:
    from dslint.cli.check import progress
    from dslint.config.toml import shown
    from dslint.report.words import many
    from dslint.stages.accept import accept_all

    entries = accept_all(runs, progress)
    rules = {entry.rule for entry in entries}
    if not entries:
        click.echo("nothing is found that is not ignored already: no baseline is needed")
        return 0
    count = many(len(entries), "finding")
    click.echo(f"accepted {count} of {many(len(rules), 'rule')} in {shown(chosen.ignore_file)}")
    return 0


def _prune(runs: list[Run], chosen: Settings, whole: bool) -> int:
    from dslint.cli.check import progress
    from dslint.stages.accept import prune

    gone = prune(runs, whole=whole, begin=progress)
    for entry, why in gone:
        click.echo(f"removed: {entry}: {why}")
    if not gone:
        click.echo("every entry that was looked at is still of use")
    return 0


def _list(chosen: Settings) -> int:
    from dslint.config.toml import shown
    from dslint.stages.accept import entries

    known = entries(chosen)
    for entry, expired in known:
        click.echo(f"{entry}{', expired' if expired else ''}")
    if not known:
        click.echo(f"dslint: there are no entries in {shown(chosen.ignore_file)}", err=True)
    return 0
