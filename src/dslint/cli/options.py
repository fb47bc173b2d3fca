"""Options that several commands take, and the settings that follow from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from dslint.config import Settings

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--target", metavar="NAME", help="Where the data goes (dslint targets)."),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The configuration to use.",
    ),
    click.option(
        "--rulebook",
        "rulebooks",
        multiple=True,
        metavar="FOLDER",
        help="A folder of your own rule pages.",
    ),
)


def configured(function: F) -> F:
    """Add `--target`, `--config` and `--rulebook` to a command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def settings(config: Path | None, target: str | None, **given: Any) -> Settings:
    """Return the settings, as the configuration and the command line make them."""
    from dslint.config import load

    return load(config=config, target=(target,) if target else None, **given)
