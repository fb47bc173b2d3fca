"""`dslint evaluate`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click

from dslint.cli import options
from dslint.cli.upload import say, service_of, service_options


def warmth(ctx: click.Context, param: click.Parameter, given: str) -> float | None:
    """Read a temperature: 0 to 2, or `none` for the model's own."""
    if given == "none":
        return None
    try:
        found = float(given)
    except ValueError:
        found = -1
    if not 0 <= found <= 2:
        raise click.BadParameter(f"`{given}` is neither a number from 0 to 2 nor `none`")
    return found


@click.command(short_help="grade models on a validation file")
@click.argument("path", metavar="FILE")
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="NAME",
    help="A model to ask; give another to compare, such as the one it was tuned from.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice(["labels", "text"]),
    help="What answers are; by default what they look like.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    metavar="N",
    help="Questions that are asked at a time.",
)
@click.option("--max-cost", metavar="AMOUNT", help="'5 USD': no more is spent, in all runs.")
@click.option(
    "--max-tokens",
    type=click.IntRange(1),
    metavar="N",
    help="The most tokens of an answer; by default 1,024, or twice the longest wanted.",
)
@click.option(
    "--temperature",
    default="0",
    show_default=True,
    callback=warmth,
    metavar="N|none",
    help="0 is most repeatable; none sends none.",
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where answers are kept; by default FILE.answers.jsonl.",
)
@click.option(
    "--report",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="For people, for programs, for a pull request.",
)
@options.FORMAT
@click.option("--dry-run", is_flag=True, help="Print every request, and send nothing.")
@service_options
def command(
    path: str,
    models: tuple[str, ...],
    kind: Literal["labels", "text"] | None,
    concurrency: int,
    max_cost: str | None,
    max_tokens: int | None,
    temperature: float | None,
    answers: Path | None,
    report: str,
    format: str | None,
    dry_run: bool,
    target: str | None,
    base_url: str | None,
    config: Path | None,
) -> int:
    """Ask models what the rows of a file ask, and grade what they answer.

    A row's last message is the answer that it wants; everything before it, and its tools, are sent.
    Labels are graded with accuracy, precision, recall and F1; texts by whether they are the same,
    and by the words that they share; calls of tools by name and arguments. With two models it is
    said whether they differ by more than chance. Answers are kept beside the data as they come:
    the same command goes on after an interruption, and asks nothing twice.

    \b
      dslint evaluate validation.jsonl --model ft:gpt-4.1-mini-2025-04-14:shop::A1
      dslint evaluate validation.jsonl --model gpt-4.1-mini --model gpt-4.1 --max-cost "2 USD"
      dslint evaluate validation.jsonl --model my-deployment --target azure --report markdown

    Exit code: 0 every model was asked, 1 it would cost more than --max-cost.
    """
    from dslint.config import load
    from dslint.report.evaluation import forecast, render_evaluation
    from dslint.report.screen import Options
    from dslint.stages import exam
    from dslint.stages.evaluate import evaluate
    from dslint.stages.money import budget
    from dslint.stages.questions import questions

    settings = load(config=config, target=(target,) if target else None, format=format)
    wish = exam.Wish(
        models,
        concurrency,
        budget(max_cost) if max_cost else None,
        max_tokens,
        temperature,
        kind,
        answers or _beside(path, dry=dry_run),
    )
    service = service_of(settings, base_url, dry=dry_run)
    planned = exam.plan(questions(path, settings), wish, service, settings)
    say(forecast(planned))
    if wish.max_cost is not None and (planned.likely or 0) > wish.max_cost:
        say(f"nothing was asked: that is more than {max_cost}")
        return 1
    if dry_run:
        exam.rehearse(planned, service)
        return 0
    with _bar(len(planned.orders)) as tell:
        found = evaluate(planned, wish, service, tell)
    render_evaluation(found, sys.stdout, Options(), report)
    return int(bool(found.stopped))


def _beside(path: str, *, dry: bool) -> Path | None:
    from dslint.stages.journal import SUFFIX

    if path == "-":
        if not dry:
            raise click.UsageError("with `-` say where answers are kept: --answers FILE")
        return None
    return Path(path + SUFFIX)


@contextmanager
def _bar(size: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error how many questions are answered, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=size)
        yield lambda done: bar.advance(task, done)
