"""What every verb takes: paths or rows, and settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dslint.config import Settings, load
from dslint.errors import UsageError

Place = str | os.PathLike[str]


def settings_of(config: Place | bool, **given: Any) -> Settings:
    """Return the settings that a call gives, over those of the configuration that it asks for."""
    if config is False:
        # without a configuration there is no ignore file either: nothing around the call counts
        return replace(load(config=False, **given), ignore_file=Path(os.devnull))
    return load(config=None if config is True else Path(os.fspath(config)), **given)


def paths_of(data: object) -> list[str] | None:
    """Return what `data` names as paths; None where it is rows."""
    if isinstance(data, str | os.PathLike):
        return [os.fspath(data)]
    if isinstance(data, list | tuple) and data:
        if all(isinstance(each, str | os.PathLike) for each in data):
            return [os.fspath(each) for each in data]
        if any(isinstance(each, os.PathLike) for each in data):
            raise UsageError("paths and rows are mixed: pass either")
    return None


@contextmanager
def sources_of(data: Place | Iterable[Any]) -> Iterator[list[Any]]:
    """Give what `data` names or holds, as the stages take it."""
    from dslint.stages.rows import spooled

    if (paths := paths_of(data)) is not None:
        yield list(paths)
    else:
        with spooled(data) as source:
            yield [source]
