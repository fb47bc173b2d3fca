"""`dslint upload`, and what every command that speaks with a service has in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dslint.cli import options
from dslint.errors import UsageError

if TYPE_CHECKING:
    from dslint.config import Settings
    from dslint.stages.remote import Remote

F = TypeVar("F", bound=Callable[..., Any])

_SERVICE = (
    click.option("--target", metavar="NAME", help="The service (dslint targets): openai, azure."),
    click.option(
        "--base-url",
        metavar="URL",
        help="Another address that speaks OpenAI's API; by default the target's.",
    ),
    options.CONFIG,
)


def service_options(function: F) -> F:
    """Add the options that say which service is meant to a command."""
    for option in reversed(_SERVICE):
        function = option(function)
    return function


def say(notice: str) -> None:
    """Tell what is going on, on standard error."""
    for line in notice.splitlines():
        click.echo(f"dslint: {line}", err=True)


def service_of(settings: Settings, base_url: str | None, *, dry: bool = False) -> Remote:
    """Return the service that is meant; in a rehearsal its requests are printed instead.

    A file of one's own says where a key is sent, and a configuration may be a stranger's: such a
    target has to be named on the command line.
    """
    place = settings.target[0]
    if place.endswith(".toml") and settings.origin.get("target") != "--target":
        raise UsageError(
            f"`{place}` says where data and a key are sent, and only the configuration names it; "
            f"name it yourself if you trust it: --target {place}"
        )
    from dslint.stages.remote import connect

    service = connect(settings.target[0], base_url, click.echo if dry else None)
    click.get_current_context().call_on_close(service.client.close)
    return service


def gate(
    paths: list[str], settings: Settings, service: Remote, force: str | None
) -> tuple[bool, str | None]:
    """Check data by the target's rules: may it be sent, and is that in spite of errors, and why?"""
    import os

    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as in `dslint check`

    from dslint.cli.check import progress
    from dslint.report import Options, render
    from dslint.stages.check import check
    from dslint.stages.upload import sendable

    for path in paths:
        sendable(path, service)
    (report, *_) = check(
        paths, replace(settings, target=settings.target[:1]), locate_all=False, begin=progress
    )
    failed = report.fails("error")
    render("full", report, sys.stderr, Options(quiet=not failed))
    if failed and force is None:
        say("nothing was sent; `--force REASON` sends it all the same, and records why")
    elif failed:
        say(f"sent in spite of errors: {force}")
    return not failed or force is not None, force if failed else None


@click.command(short_help="bring a file to a service")
@click.argument("path", metavar="FILE")
@click.option(
    "--force", metavar="REASON", help="Send data with errors; the reason is recorded beside it."
)
@click.option("--model", metavar="NAME", help="The model to be trained, for the check.")
@options.FORMAT
@click.option("--dry-run", is_flag=True, help="Print every request, and send nothing.")
@service_options
def command(
    path: str,
    force: str | None,
    model: str | None,
    format: str | None,
    dry_run: bool,
    target: str | None,
    base_url: str | None,
    config: Path | None,
) -> int:
    """Check a file, bring it to a service once, and wait until it can be used there.

    Its id is printed to standard output. A large file goes in parts; after an interruption the same
    command goes on where it was. What is there already is not sent again. The key comes from
    the environment: OPENAI_API_KEY, or for Azure AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT.

    \b
      dslint upload train.jsonl
      dslint upload train.jsonl --target azure
      dslint upload train.jsonl --dry-run

    Exit code: 0 it is there, 1 the check found errors, and nothing was sent.
    """
    from dslint.cli.check import progress
    from dslint.config import load
    from dslint.report.words import size
    from dslint.stages.remote import speaking
    from dslint.stages.upload import HOW, upload
    from dslint.targets import load as load_target

    settings = load(config=config, target=(target,) if target else None, model=model, format=format)
    if force is not None and not force.strip():
        raise click.BadParameter("say why", param_hint="--force")
    speaking(load_target(settings.target[0]), path)
    service = service_of(settings, base_url, dry=dry_run)
    allowed, forced = gate([path], settings, service, force)
    if not allowed:
        return 1
    found = upload(path, service, forced=forced, tell=say, begin=progress)
    if not dry_run:
        say(f"{path} ({size(found.bytes)}) {HOW[found.how]}, at {service.host}")
        click.echo(found.id)
    return 0
