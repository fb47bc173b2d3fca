"""`dslint check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dslint.cli import options
from dslint.errors import InputError, UsageError, did_you_mean

if TYPE_CHECKING:
    from dslint.config import Settings
    from dslint.targets import Target

LEVELS = ("error", "warn", "info", "off")


def _level(
    ctx: click.Context, param: click.Parameter, given: tuple[str, ...]
) -> list[tuple[str, str]]:
    pairs = []
    for each in given:
        name, equals, level = each.partition("=")
        if not equals or level not in LEVELS:
            raise click.BadParameter(f"write RULE=LEVEL, where LEVEL is one of {', '.join(LEVELS)}")
        pairs.append((name, level))
    return pairs


@click.command(short_help="lint datasets")
@click.argument("paths", nargs=-1, metavar="[PATH|DATASET]...")
@click.option(
    "--target", metavar="NAME", help="Where the data goes (dslint targets); `all` compares them."
)
@click.option("--model", metavar="NAME", help="The model to be trained.")
@options.FORMAT
@click.option("--budget", metavar="AMOUNT", help="'50 USD': an error where the job may cost more.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="NAME[=FILE]",
    help="full, concise, grouped, json, jsonl, sarif, github, gitlab, junit, markdown or html; "
    "several at once.",
)
@click.option(
    "--level",
    "levels",
    multiple=True,
    callback=_level,
    metavar="RULE=LEVEL",
    help="Set the level of a rule, of a group or of `all`: error, warn, info or off.",
)
@click.option(
    "--profile",
    type=click.Choice(["minimal", "default", "strict", "ci"]),
    help="A set of settings.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warn", "info", "never"]),
    help="From which level on to exit 1.",
)
@click.option(
    "--strict", is_flag=True, default=None, help="Fail also on what could not be looked at."
)
@click.option(
    "--frozen", is_flag=True, help="Fail where the data is no longer what dslint.lock says."
)
@click.option("--preview", is_flag=True, default=None, help="Run rules that are on trial.")
@click.option(
    "--excerpts",
    type=click.Choice(["none", "masked", "full"]),
    help="How much of the data a report shows.",
)
@click.option(
    "--max-per-rule",
    type=click.IntRange(1),
    metavar="N",
    help="Examples that a rule's story shows.",
)
@click.option(
    "--statistics", is_flag=True, help="A table of rules and counts instead of the story."
)
@click.option(
    "--against",
    multiple=True,
    metavar="FILE",
    help="An evaluation set, whose questions are looked for in the data; one or several times.",
)
@click.option("--fix", "mend", is_flag=True, help="Mend what can be mended: `dslint fix`.")
@click.option("-q", "--quiet", is_flag=True, help="Only the verdict.")
@options.CONFIG
@options.JOBS
@options.RULEBOOK
@options.ALLOW_PYTHON
def command(
    paths: tuple[str, ...],
    reports: tuple[str, ...],
    statistics: bool,
    against: tuple[str, ...],
    mend: bool,
    quiet: bool,
    config: Path | None,
    jobs: int | None,
    frozen: bool,
    **given: Any,
) -> int:
    """Lint datasets, and say what becomes of their rows where they go.

    PATH is a file (.jsonl, also .gz or .zst), a folder, a glob or `-` for standard input. DATASET
    is a name from the configuration; without any argument, all datasets of the configuration are
    checked.

    \b
      dslint check train.jsonl
      dslint check data/ --report github --report sarif=dslint.sarif
      dslint check train.jsonl --level last-message-not-assistant=off
      dslint check train.jsonl --against evals/arithmetic.jsonl
    """
    # a chunk's tables are small: polars' threads, which wait for one another by running in circles,
    # would take more time from the processes than they give
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

    from dslint.config import load
    from dslint.report import NAMES

    wanted = [
        (name, file) for name, _, file in (each.partition("=") for each in reports or ("full",))
    ]
    for name, _ in wanted:
        if name not in NAMES:
            near = did_you_mean(name, NAMES)
            raise UsageError(f"there is no report `{name}`{near} (reports: {', '.join(NAMES)})")
    if sum(not file for _, file in wanted) > 1:
        raise UsageError(
            "one report goes to standard output; give the others a file: --report NAME=FILE"
        )
    target = given.pop("target")
    settings = load(config=config, target=_targets(target), **given)
    runs = runs_of(paths, settings)
    if mend:
        from dslint.cli.fix import fixed
        from dslint.stages.inplace import Wish

        if target == "all" or reports:
            raise UsageError("--fix mends for one target, and has a report of its own")
        return fixed(paths, settings, Wish(), jobs, quiet=quiet)
    if target == "all":
        return _everywhere(runs, jobs, quiet, frozen=frozen, against=against)
    return _report(
        runs, wanted, jobs, statistics=statistics, quiet=quiet, frozen=frozen, against=against
    )


def _targets(given: object) -> tuple[str, ...] | None:
    if given is None:
        return None
    if given == "all":
        from dslint.targets import names

        return names()
    return (str(given),)


def runs_of(paths: tuple[str, ...], settings: Settings) -> list[tuple[Settings, list[str]]]:
    """Return what to check and with which settings: paths, and the configuration's datasets by name
    or all.
    """
    from dataclasses import replace

    from dslint.config import expand
    from dslint.config.paths import sides

    names = (
        [path for path in paths if path in settings.datasets] if paths else list(settings.datasets)
    )
    rest = [path for path in paths if path not in names]
    if not names and not rest:
        raise InputError(
            "there is nothing to check: name a file or a folder, or a dataset in the configuration"
        )
    runs = [(settings, rest)] if rest else []
    for name in names:
        chosen = settings.datasets[name]
        own = replace(
            settings,
            target=chosen.target,
            model=chosen.model,
            format=chosen.format,
            budget=chosen.budget,
            contract=chosen.contract,
        )
        # each is a job of its own, and has rows that must not be in another of its files
        apart = own.budget is not None or own.contract is not None
        if apart or chosen.validation or chosen.evaluation:
            found = sides(chosen, settings)
            kept = {str(path): side for side in reversed(found) for path in found[side]}
            own = replace(own, sides=kept)
        files = [str(path) for path in expand(chosen, settings)]
        same = next((paths for other, paths in runs if other == own), None)
        if same is None:
            runs.append((own, files))
        else:
            same += files
    return runs


def _report(
    runs: list[tuple[Settings, list[str]]],
    wanted: list[tuple[str, str]],
    jobs: int | None,
    *,
    statistics: bool,
    quiet: bool,
    frozen: bool,
    against: tuple[str, ...],
) -> int:
    from dslint.report import HUMAN, Options, render
    from dslint.stages.check import check, merged

    locate_all = any(name not in HUMAN for name, _ in wanted) and not quiet and not statistics
    report = merged(
        [
            check(
                paths,
                settings,
                locate_all=locate_all,
                jobs=jobs,
                frozen=frozen,
                against=against,
                begin=progress,
                warn=_warn,
            )[0]
            for settings, paths in runs
        ]
    )
    settings = runs[0][0]
    said = settings.origin.get("max-per-rule", "default") != "default"
    most = settings.max_per_rule if said else 0
    options = Options(quiet=quiet, statistics=statistics, max_per_rule=most)
    for name, file in wanted:
        if file:
            try:
                with open(
                    file,
                    "a" if file == os.environ.get("GITHUB_STEP_SUMMARY") else "w",
                    encoding="utf-8",
                ) as out:
                    render(name, report, out, Options(max_per_rule=most))
            except OSError as error:
                raise InputError(
                    f"the report can't be written to `{file}`: {error.strerror or error}"
                ) from None
        else:
            render(name, report, sys.stdout, options)
    failed = report.fails() or (settings.strict and bool(report.skipped))
    return int(failed)


def _everywhere(
    runs: list[tuple[Settings, list[str]]],
    jobs: int | None,
    quiet: bool,
    *,
    frozen: bool,
    against: tuple[str, ...],
) -> int:
    """Print what each target would do with the data; fails where none would take it."""
    from dslint import targets
    from dslint.report import Options
    from dslint.report.matrix import render_matrix
    from dslint.stages.check import check, merged

    found = [
        check(
            paths,
            settings,
            locate_all=False,
            jobs=jobs,
            frozen=frozen,
            against=against,
            begin=progress,
            warn=_warn,
        )
        for settings, paths in runs
    ]
    reports = [merged(each) for each in zip(*found, strict=True)]
    notes = {each.name: _dates(each) for each in targets.every()}
    render_matrix(reports, sys.stdout, Options(quiet=quiet), notes)
    return int(all(report.fails() for report in reports))


def _dates(target: Target) -> list[str]:
    """Say when a target stops taking jobs, if that is known and yet to come."""
    return [
        f"{each.says}, from {each.on}"
        for each in target.dates
        if each.event == "closes" and each.on > date.today()
    ]


def _warn(notice: str) -> None:
    click.echo(f"dslint: {notice}", err=True)


def progress(size: int) -> Callable[[int], None]:
    """Show a bar on standard error, if it is a terminal and the work takes more than a second."""
    if not sys.stderr.isatty():
        return lambda done: None
    from dslint.cli.progress import Bar

    return Bar(size).advance
