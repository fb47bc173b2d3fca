"""Options that several commands take, and the settings that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from dslint.config import Settings

F = TypeVar("F", bound=Callable[..., Any])

FORMAT = click.option(
    "--format", metavar="NAME", help="The rows' format, instead of what the data looks like."
)
CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="The configuration to use."
)
JOBS = click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Processes; by default as many as pay."
)
RULEBOOK = click.option(
    "--rulebook",
    "rulebooks",
    multiple=True,
    metavar="FOLDER",
    help="A folder of your own rule pages.",
)
ALLOW_PYTHON = click.option(
    "--allow-python-rules",
    "allow_python",
    is_flag=True,
    default=None,
    help="Let pages of rulebooks run Python code. Only for folders that you trust.",
)
TARGET = click.option("--target", metavar="NAME", help="Where the data goes (dslint targets).")
FORCE = click.option("--force", is_flag=True, help="Write over files that exist.")
NO_LOCK = click.option("--no-lock", is_flag=True, help="Leave dslint.lock as it is.")


def configured(function: F) -> F:
    """Add `--target`, `--config` and `--rulebook` to a command."""
    for option in (RULEBOOK, CONFIG, TARGET):
        function = option(function)
    return function


def settings(config: Path | None, target: str | None, **given: Any) -> Settings:
    """Return the settings, as the configuration and the command line make them."""
    from dslint.config import load

    return load(config=config, target=(target,) if target else None, **given)
