"""`dslint targets`."""

from __future__ import annotations

import sys

import click


@click.command(short_help="list the places that data can go")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs, with every limit and source.")
def command(name: str | None, as_json: bool) -> int:
    """List the places that data can go: formats, limits, days to know.

    NAME, one of them or the path of a .toml file of your own, shows everything that is known of
    one, with who says so.

    \b
      dslint targets
      dslint targets fireworks
      dslint targets --json
    """
    from datetime import date

    from dslint import targets
    from dslint.report import lists, paper, reference
    from dslint.report.screen import Options, look_of
    from dslint.rulebook import book

    look = look_of(sys.stdout, Options())
    if as_json:
        from dslint.report.json import VERSION, dump

        entries = [
            lists.target_entry(each) for each in ([targets.load(name)] if name else targets.every())
        ]
        click.echo(dump({"version": VERSION, "targets": entries}, look))
    elif name:
        page = reference.target_page(targets.load(name), book.own().values())
        paper.write(page, sys.stdout)
    else:
        for line in lists.targets(targets.every(), date.today(), look):
            click.echo(line, color=True)
    return 0
