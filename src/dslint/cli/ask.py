"""`dslint ask`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from dslint.cli import options
from dslint.cli.evaluate import warmth
from dslint.cli.upload import say, service_of, service_options


@click.command(short_help="one prompt to a model, as it answers")
@click.argument("model", metavar="MODEL")
@click.argument("prompt", metavar="PROMPT|-")
@click.option(
    "--from",
    "source",
    metavar="FILE",
    help="Training data whose system prompt is sent before the prompt.",
)
@click.option("--system", metavar="TEXT", help="A system prompt; by default the one of --from.")
@click.option(
    "--max-tokens", type=click.IntRange(1), metavar="N", help="The most tokens of the answer."
)
@click.option(
    "--temperature",
    default="none",
    show_default=True,
    callback=warmth,
    metavar="N|none",
    help="0 is most repeatable; none sends none.",
)
@options.FORMAT
@click.option("--dry-run", is_flag=True, help="Print the request, and send nothing.")
@service_options
def command(
    model: str,
    prompt: str,
    source: str | None,
    system: str | None,
    max_tokens: int | None,
    temperature: float | None,
    format: str | None,
    dry_run: bool,
    target: str | None,
    base_url: str | None,
    config: Path | None,
) -> int:
    """Send one prompt to a model, tuned or not, and print the answer as it comes.

    A tuned model answers best to what it was trained on: --from sends the system prompt that most
    rows of the training data have. The prompt `-` is read from standard input.

    \b
      dslint ask ft:gpt-4.1-mini-2025-04-14:shop::A1 "Where is my parcel?" --from train.jsonl
      dslint ask gpt-4.1-mini - < question.txt
    """
    from dslint.config import load
    from dslint.errors import InputError
    from dslint.report.screen import safe
    from dslint.report.words import many
    from dslint.stages.asking import request, streamed
    from dslint.stages.questions import usual_system

    settings = load(config=config, target=(target,) if target else None, format=format)
    if prompt == "-":
        prompt = sys.stdin.buffer.read().decode("utf-8-sig", "replace").strip()
    if not prompt.strip():
        raise InputError("the prompt is empty")
    service = service_of(settings, base_url, dry=dry_run)
    if system is None and source is not None:
        system, rows, every = usual_system(source, settings)
        what = "the system prompt" if system else "no system prompt, as"
        say(f"{what} of {rows:,} of {many(every, 'row')} in {source}")
    before = [{"role": "system", "content": system}] if system else []
    messages = [*before, {"role": "user", "content": prompt}]
    ended, terminal = True, sys.stdout.isatty()
    try:
        for part in streamed(service, request(model, messages, max_tokens, temperature)):
            # line ends and tabs are the answer's; what could steer a terminal is not
            shown = re.sub(r"[^\n\t]+", lambda text: safe(text[0]), part) if terminal else part
            sys.stdout.write(shown)
            sys.stdout.flush()
            ended = part.endswith("\n")
    finally:
        if not ended:
            click.echo()
    return 0
