"""`dslint models`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dslint.cli import options


@click.command(short_help="list the models that can be trained")
@click.argument("name", required=False)
@click.option("--target", metavar="NAME", help="Only those of this target (dslint targets).")
@click.option("--all", "closed", is_flag=True, help="Those closed to training and shut as well.")
@click.option("--json", "as_json", is_flag=True, help="For programs, with every figure and source.")
@options.CONFIG
def command(
    name: str | None, target: str | None, closed: bool, as_json: bool, config: Path | None
) -> int:
    """List the models that can be trained: where, how, for how much, and for how long.

    NAME shows everything that is known of one, with who says so: a snapshot, an alias, or the id
    of a model that was tuned (`ft:…`). Your configuration can add models and prices.

    \b
      dslint models
      dslint models gpt-4.1-mini
      dslint models --target azure --json
    """
    from datetime import date

    from dslint import models, targets
    from dslint.config import load
    from dslint.report import models as shown
    from dslint.report import paper
    from dslint.report.screen import Options, look_of

    settings = load(config=config)
    own, today = settings.models, date.today()
    first = [target] if target else [each for each in settings.target if each.endswith(".toml")]
    known = models.every(own, *first)
    places = {each.name: each for each in (*targets.every(), *map(targets.load, first))}
    where = targets.load(target).name if target else None
    chosen = [each for each in known if where is None or each.target in (None, where)]
    if name:
        meant = models.resolve(name, target, own)
        chosen = [each for each in chosen if models.alike(each, meant)] or [meant]
    instead = {id(each): models.suggest(each, today, own) for each in chosen}
    if as_json:
        from dslint.report.json import VERSION, dump

        look = look_of(sys.stdout, Options())
        entries = [shown.entry(each, today, instead[id(each)]) for each in chosen]
        click.echo(dump({"version": VERSION, "models": entries}, look))
    elif name:
        pages = [shown.page(each, today, instead[id(each)]) for each in chosen]
        paper.write("\n".join(pages), sys.stdout)
    else:
        rows = [(each, models.status(each, today), instead[id(each)]) for each in chosen]
        look = look_of(sys.stdout, Options())
        for line in shown.table(rows, places, today, look, closed=closed):
            click.echo(line, color=True)
    return 0
