"""`dslint init`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dslint.cli import options
from dslint.cli.asking import confirm
from dslint.cli.options import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dslint.stages.init import Plan


@click.command(short_help="set a folder up")
@click.argument(
    "folder",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="[FOLDER]",
)
@options.TARGET
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: take the answers that are proposed.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def command(folder: Path, target: str | None, yes: bool, dry_run: bool) -> int:
    """Look at a folder and set it up: configuration, hook, workflow.

    Data is looked for, and what it is for guessed from its name (train, valid, test and the like).
    What is there already is added to, or left alone; nothing is written over. If the data has
    findings, they can be accepted as a baseline, so that from now on only new ones are told.

    Without a terminal nothing is asked, as with --yes.

    \b
      dslint init
      dslint init data/ --target together
      dslint init --dry-run
    """
    from dslint import targets
    from dslint.stages import init

    asks = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    if target is None:
        target = _target() if asks and not dry_run else targets.DEFAULT
    known = targets.load(target, folder)
    target = target if target.endswith(".toml") else known.name
    plans = init.plan(folder, target)
    _show(plans, dry_run)
    if dry_run or all(each.action == "skip" for each in plans):
        return 0
    if asks and not confirm("Write it?"):
        return 0
    init.carry_out(plans)
    _baseline(folder, asks)
    return 0


def _target() -> str:
    """Ask once where the data goes."""
    from dslint import targets

    every = targets.every()
    width = max(len(each.name) for each in every)
    for each in every:
        click.echo(f"  {each.name.ljust(width)}  {each.title} ({each.kind})")
    names = [name for each in every for name in (each.name, *each.aliases)]
    answer: str = click.prompt(
        "Where does the data go?",
        default=targets.DEFAULT,
        type=click.Choice(names, case_sensitive=False),
        show_choices=False,
    )
    return answer


def _show(plans: Sequence[Plan], dry_run: bool) -> None:
    from dslint.config.toml import shown

    verbs = {"create": "create", "append": "add to", "skip": "leave"}
    for each in plans:
        click.echo(f"{verbs[each.action].ljust(6)}  {shown(each.path)}  ({each.why})")
        wanted = each.text and (dry_run or each.action == "skip" or each.path.suffix == ".toml")
        for line in each.text.strip("\n").split("\n") if wanted else ():
            click.echo(f"        | {line}".rstrip())


def _baseline(folder: Path, asks: bool) -> None:
    """Check the data once; where something is found, accept it if that is wanted. Say what next."""
    from dslint.cli.check import progress, runs_of
    from dslint.config.toml import shown
    from dslint.report.words import many
    from dslint.stages.accept import accept_all
    from dslint.stages.check import check, merged

    chosen = settings(None, None, start=folder)
    click.echo()
    if not chosen.datasets:
        click.echo("No data yet. When there is some, name it there, and then:  dslint check")
        return
    runs = runs_of((), chosen)
    report = merged([check(paths, own, locate_all=False, begin=progress)[0] for own, paths in runs])
    found = [each for each in report.findings if not each.ignored]
    here = "" if folder.resolve() == Path.cwd() else f"cd {shown(folder)} && "
    if not found:
        click.echo(f"{many(report.records, 'row')}, and nothing to mend. Next:  {here}dslint check")
        return
    errors = report.count("error")
    kinds = f", {errors:,} of them {'an error' if errors == 1 else 'errors'}" if errors else ""
    said = f"{many(len(found), 'finding')} in {many(report.records, 'row')}{kinds}"
    click.echo(f"There {'is' if len(found) == 1 else 'are'} {said}.")
    if asks and not confirm("Accept them for now, as a baseline?"):
        click.echo(f"Next, to see them:  {here}dslint check")
        return
    accept_all([*runs], progress)
    file = shown(chosen.ignore_file)
    click.echo(f"Accepted as a baseline, in {file}: from now on only what is new is told.")
    click.echo(f"Next:  {here}dslint check")
