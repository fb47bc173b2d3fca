"""`dslint config`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dslint.cli.options import configured, settings


@click.group(short_help="show the settings")
def command() -> None:
    """Show the settings that hold here, and where each comes from."""


@command.command(short_help="print every setting, its value and who set it")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@configured
def show(as_json: bool, target: str | None, config: Path | None, rulebooks: tuple[str, ...]) -> int:
    """Print every setting that holds here, as TOML, and where it was said.

    What is printed is itself a configuration that says the same.

    \b
      dslint config show
      dslint config show --config ci/dslint.toml
      dslint config show --json
    """
    from dslint import config as configuration
    from dslint.report import lists
    from dslint.report.screen import Options, look_of

    chosen = settings(config, target, rulebooks=rulebooks)
    rows = configuration.show(chosen)
    look = look_of(sys.stdout, Options())
    if as_json:
        from dslint.report.json import dump

        file = str(chosen.path) if chosen.path else None
        click.echo(dump(lists.settings_entry(rows, file), look))
        return 0
    for line in lists.settings(rows, look):
        click.echo(line, color=True)
    if chosen.path is None:
        click.echo("dslint: there is no configuration here: these are the defaults", err=True)
    return 0
