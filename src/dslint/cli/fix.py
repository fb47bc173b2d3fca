"""`dslint fix`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dslint.cli import options
from dslint.cli.check import _level

if TYPE_CHECKING:
    from dslint.config import Settings


@click.command(short_help="mend what can be mended")
@click.argument("paths", nargs=-1, metavar="[PATH|DATASET]...")
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--unsafe", is_flag=True, help="Also make fixes that may change what is meant, or lose data."
)
@click.option(
    "--rule", "only", multiple=True, metavar="RULE", help="Fix only what this rule finds; several."
)
@click.option(
    "--rejects", metavar="FILE", help="Write what fixes take away here, each with where and why."
)
@options.TARGET
@click.option("--model", metavar="NAME", help="The model to be trained.")
@options.FORMAT
@click.option(
    "--level",
    "levels",
    multiple=True,
    callback=_level,
    metavar="RULE=LEVEL",
    help="Set the level of a rule, of a group or of `all`: what is off is not fixed.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warn", "info", "never"]),
    help="From which level on what is left exits 1.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing.")
@options.CONFIG
@options.JOBS
@options.RULEBOOK
@options.ALLOW_PYTHON
def command(
    paths: tuple[str, ...],
    diff: bool,
    unsafe: bool,
    only: tuple[str, ...],
    rejects: str | None,
    quiet: bool,
    config: Path | None,
    jobs: int | None,
    **given: Any,
) -> int:
    """Mend what can be mended, in place: every other byte stays as it is.

    PATH and DATASET are as in `dslint check`; what stands on standard input (`-`) goes, mended, to
    standard output. Safe fixes can be read one way only and change nothing else that is learned. A
    file is replaced whole or not at all; one in .gz or .zst is packed again.

    \b
      dslint fix train.jsonl --diff
      dslint fix train.jsonl
      dslint fix train.jsonl --unsafe --rejects rejects.jsonl
      dslint fix data/ --rule mojibake --rule zero-width-character

    Exit code: 0 nothing is left that `--fail-on` names, 1 something is; with --diff, 1 if anything
    would change.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as in `check`: processes, not threads

    from dslint.config import load
    from dslint.stages.inplace import Wish

    target = given.pop("target")
    settings = load(config=config, target=(target,) if target else None, **given)
    wish = Wish(unsafe=unsafe, only=only, dry=diff, rejects=rejects)
    return fixed(paths, settings, wish, jobs, quiet=quiet)


def fixed(
    paths: tuple[str, ...], settings: Settings, wish: Any, jobs: int | None, *, quiet: bool
) -> int:
    """Fix what was named, tell what was done, and return the exit code."""
    from dslint.cli.check import _warn, progress, runs_of
    from dslint.errors import UsageError
    from dslint.report.fixes import diff, render
    from dslint.report.screen import Options, look_of
    from dslint.stages.fix import fix
    from dslint.stages.mending import Change

    runs = runs_of(paths, settings)
    if wish.rejects and len(runs) > 1:
        raise UsageError("--rejects is for one dataset at a time")
    streams = any("-" in files for _, files in runs)
    out = sys.stderr if streams and not wish.dry else sys.stdout
    look = look_of(out, Options())

    def tell(path: str, change: Change) -> None:
        for line in diff(path, change, look):
            print(line, file=out)

    telling = wish.dry and not quiet
    code = 0
    for own, files in runs:
        found = fix(
            files,
            own,
            wish,
            sys.stdout.buffer,
            jobs=jobs,
            begin=(lambda size: lambda done: None) if telling else progress,
            tell=tell if telling else None,
            warn=_warn,
        )
        if not quiet:
            render(found, out, look, _again(files, wish, own), own.excerpts)
        failed = found.changed if wish.dry else found.left.fails()
        code = max(code, int(failed))
    return code


def _again(files: list[str], wish: Any, settings: Settings) -> str:
    """Return the command that does what a dry run only shows."""
    parts = ["dslint", "fix", *files]
    if settings.origin.get("target") == "--target":
        parts += ["--target", settings.target[0]]
    parts += ["--unsafe"] if wish.unsafe else []
    parts += [part for rule in wish.only for part in ("--rule", rule)]
    return shlex.join(parts)
