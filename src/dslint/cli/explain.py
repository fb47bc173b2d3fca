"""`dslint explain`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dslint.cli.options import configured, settings


@click.command(short_help="print a rule's page")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Print the page of every rule.")
@click.option("--raw", is_flag=True, help="Print Markdown, to a terminal too.")
@configured
def command(
    names: tuple[str, ...],
    everything: bool,
    raw: bool,
    target: str | None,
    config: Path | None,
    rulebooks: tuple[str, ...],
) -> int:
    """Explain whatever has a name.

    A rule (also by a former name): why it is there, what to do, examples, its source, its level
    where your data goes. A group of rules, a format, a target, a table that rules ask; `fates`:
    what can become of a row, and which rules have which fate where; `tables`: all tables.

    On a terminal a page is laid out; elsewhere it is Markdown.

    \b
      dslint explain unknown-role
      dslint explain fates
      dslint explain chat
      dslint explain azure --raw > azure.md
    """
    from dslint.errors import UsageError
    from dslint.report import explain as explaining
    from dslint.report import pages, paper
    from dslint.rulebook import book

    if bool(names) == everything:
        raise UsageError(
            "name something to explain, or pass --all for every rule: dslint explain unknown-role"
        )
    chosen = settings(config, target, rulebooks=rulebooks)
    # pages are shown and not run: one that names Python code does no harm here
    rules = book.load(chosen.rulebooks, allow_python=True)
    texts = []
    if everything:
        texts = [
            pages.rule_page(rule, explaining.standing(rule, chosen)) for rule in rules.values()
        ]
    for name in names:
        text, notices = explaining.explain(name, rules, chosen)
        texts.append(text)
        for notice in notices:
            click.echo(f"dslint: {notice}", err=True)
    paper.write("\n".join(texts), sys.stdout, raw=raw)
    return 0
