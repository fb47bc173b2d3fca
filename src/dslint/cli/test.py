"""`dslint test`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="run the examples of rule pages")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PAGE|FOLDER...",
)
@click.option("-v", "--verbose", is_flag=True, help="Name the pages that pass, too.")
@click.option(
    "--allow-python-rules",
    "allow_python",
    is_flag=True,
    help="Let pages run Python code. Only for pages that you trust.",
)
def command(paths: tuple[Path, ...], verbose: bool, allow_python: bool) -> int:
    """Run the examples of rule pages: a `bad` block has to raise its rule, a `good` one must not.

    \b
      dslint test lint/rules
      dslint test lint/rules/support/names-a-customer.md
    """
    from dslint.stages.examples import run

    pages = examples = failed = 0
    for outcome in run(list(paths), allow_python=allow_python):
        pages += 1
        examples += outcome.examples
        failed += bool(outcome.failures)
        for failure in outcome.failures:
            click.echo(failure)
        if verbose and not outcome.failures:
            click.echo(f"{outcome.path}: {outcome.examples} examples do what they say")
    good = pages - failed
    told = "1 page" if pages == 1 else f"{pages:,} pages"
    click.echo(f"{told}, {examples:,} examples · {good:,} passed, {failed:,} failed", err=True)
    return int(bool(failed))
