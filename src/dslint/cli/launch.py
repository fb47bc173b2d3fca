"""`dslint launch`."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import click

from dslint.cli import options
from dslint.cli.upload import gate, say, service_of, service_options


def _pairs(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name.strip() and equals):
            raise click.BadParameter(f"`{each}` is not NAME=VALUE")
        if found.setdefault(name.strip(), value) != value:
            raise click.BadParameter(f"`{name.strip()}` is given twice")
    return found


@click.command(short_help="create a job, once")
@click.argument("train", metavar="TRAIN")
@click.option("--validation", metavar="FILE|FILE-ID", help="The validation file, or its id.")
@click.option("--model", metavar="NAME", help="The model to be trained (dslint models).")
@click.option(
    "--method",
    type=click.Choice(["supervised", "dpo", "reinforcement"]),
    help="How; by default what the rows are for.",
)
@click.option("--epochs", metavar="N", help="The same as --set n_epochs=N; by default auto.")
@click.option(
    "--set",
    "hyperparameters",
    multiple=True,
    callback=_pairs,
    metavar="NAME=VALUE",
    help="A hyperparameter: n_epochs, batch_size, learning_rate_multiplier, beta …",
)
@click.option("--grader", metavar="FILE", help="The grader of reinforcement, as JSON.")
@click.option(
    "--response-format", metavar="FILE", help="The response format of reinforcement, as JSON."
)
@click.option("--seed", type=click.IntRange(0), metavar="N", help="The seed of the job.")
@click.option("--suffix", metavar="TEXT", help="A part of the tuned model's name.")
@click.option(
    "--metadata", multiple=True, callback=_pairs, metavar="KEY=VALUE", help="A note on the job."
)
@click.option(
    "--wandb", multiple=True, metavar="[ENTITY/]PROJECT", help="Report to Weights & Biases."
)
@click.option("--training-type", metavar="NAME", help="Azure's trainingType: globalStandard …")
@click.option(
    "--max-cost", metavar="AMOUNT", help="'50 USD': nothing is created that may cost more."
)
@click.option("--hours", metavar="N[-N]", help="Hours of a reinforcement job, for its cost.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@click.option("--again", is_flag=True, help="Create the job though the same one is there.")
@click.option(
    "--force", metavar="REASON", help="Send data with errors; the reason is recorded beside it."
)
@options.FORMAT
@click.option("--dry-run", is_flag=True, help="Print every request, and send nothing.")
@service_options
def command(
    train: str,
    validation: str | None,
    epochs: str | None,
    yes: bool,
    again: bool,
    force: str | None,
    dry_run: bool,
    base_url: str | None,
    max_cost: str | None,
    hours: str | None,
    **given: Any,
) -> int:
    """Create a fine-tuning job, and never the same one twice.

    TRAIN is a file, a dataset of the configuration, or the id of a file at the service. Files are
    checked and uploaded first, as `dslint upload` does. Before anything is sent, the service is
    asked for the model, and you for your consent to what it costs. The job's id is printed to
    standard output.

    \b
      dslint launch train.jsonl --validation validation.jsonl --model gpt-4.1-mini
      dslint launch support --max-cost "20 USD" --yes
      dslint launch pairs.jsonl --model gpt-4.1 --set beta=0.2 --suffix kinder
      dslint launch train.jsonl --model gpt-4.1-mini --dry-run

    Exit code: 0 it is created, or was there already; 1 the data has errors, it may cost too much,
    or you declined.
    """
    from dslint.cli.check import progress
    from dslint.config import load
    from dslint.report.jobs import plan
    from dslint.report.screen import Options, look_of
    from dslint.stages import launch
    from dslint.stages.order import bounded, order, placed, priced, too_much

    hyperparameters = dict(given.pop("hyperparameters"))
    if epochs is not None and hyperparameters.setdefault("n_epochs", epochs) != epochs:
        raise click.UsageError("--epochs and --set n_epochs say different things")
    settings = load(
        config=given.pop("config"),
        target=(target,) if (target := given.pop("target")) else None,
        model=given.pop("model"),
        format=given.pop("format"),
    )
    wish = launch.Wish(hyperparameters=hyperparameters, **given)
    job = order(train, validation, settings, wish, elsewhere=base_url is not None)
    service = service_of(job.settings, base_url, dry=dry_run)
    note = launch.trainable(service, job.request["model"], date.today())
    allowed, forced = (
        gate(list(job.paths.values()), job.settings, service, force) if job.paths else (True, None)
    )
    if not allowed:
        return 1
    offer = priced(job, hours, progress)
    bound = max_cost or job.settings.budget
    job = bounded(job, offer) if bound else job
    for line in plan(job, offer, service.host, note, look_of(sys.stderr, Options())):
        click.echo(line, err=True, color=True)
    if refusal := too_much(offer, bound):
        say(f"nothing was sent: {refusal}")
        return 1
    if not (yes or dry_run or _consents()):
        say("nothing was sent")
        return 1
    created = placed(job, service, say, progress, forced=forced, again=again)
    if not dry_run:
        say(f"`dslint jobs watch {created.id}` follows it")
        click.echo(created.id)
    return 0


def _consents() -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask: say --yes, and --max-cost if you like")
    return click.confirm("Create this job?", err=True)
