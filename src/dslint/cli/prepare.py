"""`dslint prepare`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dslint.cli import options
from dslint.cli.asking import confirm
from dslint.cli.convert import reading_options
from dslint.errors import UsageError

if TYPE_CHECKING:
    from dslint.stages.remedies import Remedy


@click.command(short_help="a guided tour from what you have to files that train")
@click.argument("path", metavar="DATA")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: do all that is proposed.")
@click.option(
    "--plan",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Ask nothing: answer as a plan does that --save-plan wrote.",
)
@click.option(
    "--save-plan",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the answers to a plan, which --plan repeats.",
)
@click.option(
    "-o",
    "--out",
    metavar="NAME",
    help="Write NAME-train.jsonl and NAME-validation.jsonl; by default DATA's name, beside it.",
)
@click.option(
    "--system", metavar="TEXT", help="A system message for each row that has none of its own."
)
@click.option(
    "--validation",
    type=click.FloatRange(0),
    metavar="SHARE|N",
    help="How much is for validation: 0.1, or 200 rows, or 0; by default a fifth, at most 1,000.",
)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="Which rows are for validation; by default 0.",
)
@click.option(
    "--context",
    type=click.IntRange(0),
    metavar="TOKENS",
    help="The most tokens of a row, 0 for no limit; by default what OpenAI's models take.",
)
@options.FORCE
@options.NO_LOCK
@reading_options
def command(
    path: str,
    yes: bool,
    plan: Path | None,
    save_plan: Path | None,
    out: str | None,
    force: bool,
    no_lock: bool,
    **given: Any,
) -> int:
    """Go from what you have to a file to train on and one to validate with, a step at a time.

    DATA is any file that `convert` reads. What could be done to it is proposed, remedy by remedy,
    with its count and two examples: what the old format needed is taken off, rows that are empty,
    repeated or too long are left out, what all prompts begin with is removed, and so on. Nothing is
    done that you don't agree to, and nothing is written before the last answer.

    \b
      dslint prepare legacy.jsonl
      dslint prepare faq.csv --map prompt=question --map completion=reply --system "Be brief."
      dslint prepare legacy.jsonl --yes --save-plan legacy.plan.toml
      dslint prepare legacy.jsonl --plan legacy.plan.toml --force

    Exit code: 0 written, 1 nothing written: no row would be left, or a needed remedy was declined.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as in `check`: processes, not threads

    from dslint.cli.check import progress
    from dslint.report import Options
    from dslint.report.preparation import (
        render_answer,
        render_found,
        render_preparation,
        render_remedy,
    )
    from dslint.stages import answers
    from dslint.stages.prepare import prepare, wish_of

    if yes and plan:
        raise UsageError("--yes takes every remedy, and --plan those of a plan: give one of them")
    if save_plan and save_plan.exists() and not force:
        raise UsageError(f"`{save_plan}` exists: --force writes over it")
    if not (yes or plan) and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "there is no terminal to ask at: --yes does all that is proposed, --plan FILE what a "
            "plan says"
        )
    settings: dict[str, Any] = {}
    answer: Callable[[Remedy], bool] | None = (lambda remedy: True) if yes else None
    if plan:
        settings, answer = answers.read(plan)
    chosen = {**settings, **{name: each for name, each in given.items() if each not in (None, {})}}
    options = Options()

    def ask(remedy: Remedy) -> bool:
        render_remedy(remedy, sys.stderr, options)
        if answer is None:
            without = " (without it nothing can be written)" if remedy.needed else ""
            return confirm(f"   Do it?{without}", err=True)
        agreed = answer(remedy)
        render_answer(agreed, sys.stderr, options)
        return agreed

    wish = wish_of(out=out, force=force, lock=not no_lock, **chosen)
    done = prepare(
        path, wish, ask, lambda found: render_found(found, sys.stderr, options), progress
    )
    render_preparation(done, sys.stderr, options)
    if save_plan and not done.refusal:
        answers.save(save_plan, chosen, done.answers)
    return int(bool(done.refusal))
