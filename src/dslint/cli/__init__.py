"""The command line: what was asked is handed down, what comes back is printed. Commands are
imported when called.
"""

from __future__ import annotations

import os
import sys
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from importlib import import_module

import click

from dslint.errors import DslintError, UsageError, did_you_mean

COMMANDS = {
    "check": "lint datasets, and say what becomes of their rows at a target",
    "count": "count tokens: what is billed, what is learned, how long the records are",
    "stats": "say what data is like: rows, roles, lengths, prompts, tools, labels, languages",
    "fix": "mend what can be mended, and leave every other byte as it is",
    "convert": "write data in another format, and say what that loses",
    "prepare": "a guided tour from what you have to files that train",
    "dedupe": "leave out rows that repeat others, or that an evaluation set has",
    "split": "divide rows into train, validation and test, with nothing on two sides",
    "estimate": "say what a job costs, before anybody uploads; a budget that gates",
    "upload": "check a file and bring it to a service, once",
    "launch": "create a fine-tuning job, and never the same one twice",
    "jobs": "list, show, watch or cancel the jobs of a service",
    "ask": "send one prompt to a model, and print the answer as it comes",
    "evaluate": "ask models what a validation file asks, and grade their answers",
    "explain": "print a rule's page: why it is there, what to do, examples, its source",
    "rules": "list the rules",
    "targets": "list the places that data can go, and what each takes",
    "models": "list the models that can be trained: methods, prices, days",
    "ignore": "accept a finding, with a reason; or a baseline of all of them",
    "init": "look at this folder and set it up: configuration, hook, workflow",
    "config": "show the settings and where each comes from",
    "test": "run the examples of a folder of rule pages",
}

FULL = frozenset({ENOSPC, EDQUOT, EFBIG, EIO})
"""What the system says where there is no room for an output: nothing in dslint is wrong then."""


class OutputClosedError(Exception):
    """Who read the output went away."""


class Commands(click.Group):
    """The commands, each in a module of its own that is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            near = did_you_mean(cmd_name, COMMANDS)
            raise UsageError(f"there is no command `{cmd_name}`{near} (all of them: dslint --help)")
        command: click.Command = import_module(f"dslint.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise OutputClosedError from None  # of the other, click makes exit code 1

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from dslint.version import VERSION

        click.echo(f"dslint {VERSION}")
        ctx.exit()


@click.command(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Print the version.",
)
def dslint() -> None:
    """Lint fine-tuning data: exact line, exact reason, before an upload.

    \b
      dslint check train.jsonl                     for OpenAI's formats and limits
      dslint check data/ --target together         for another place
      dslint check train.jsonl --target all        where could it go?
      dslint explain last-message-not-assistant    why a rule is there

    Exit code: 0 clean, 1 findings at or above `fail-on`, 2 a wrong call or an unreadable file.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit: 0, 1 or 2; 130 if it was interrupted. Nobody sees a traceback."""
    try:
        code = dslint.main(arguments, prog_name="dslint", standalone_mode=False)
        sys.stdout.flush()
    except DslintError as error:
        for line in str(error).splitlines():
            click.echo(f"dslint: {line}", err=True)
        code = 2
    except click.exceptions.Abort:
        click.echo("dslint: interrupted", err=True)
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2
    except KeyboardInterrupt:
        click.echo("dslint: interrupted", err=True)
        code = 130
    except (OutputClosedError, BrokenPipeError):
        # the reader of our output went away: nothing is left to be said
        _leave_output()
        code = 141
    except Exception as error:
        if os.environ.get("DSLINT_TRACEBACK"):
            raise
        if isinstance(error, OSError) and error.errno in FULL:
            _leave_output()
            from tempfile import gettempdir

            where = error.filename or f"standard output, or a temporary file in {gettempdir()},"
            click.echo(f"dslint: {where} can't be written: {error.strerror}", err=True)
            sys.exit(2)
        click.echo(
            f"dslint: a mistake in dslint itself: {type(error).__name__}: {error}\n"
            "dslint: please report it, with what DSLINT_TRACEBACK=1 in front of the command shows",
            err=True,
        )
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _leave_output() -> None:
    """Let go of what could not be written, so that Python does not try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
