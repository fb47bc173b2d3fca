"""`fix`: files are mended in place."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dslint.api.inputs import Place, settings_of
from dslint.errors import UsageError
from dslint.model import Level

if TYPE_CHECKING:
    from dslint.stages.fix import Fixes


def fix(
    path: Place | Sequence[Place],
    *,
    unsafe: bool = False,
    only: Sequence[str] = (),
    dry: bool = False,
    rejects: Place | None = None,
    target: str | None = None,
    format: str | None = None,
    model: str | None = None,
    levels: Mapping[str, Level] | None = None,
    rulebooks: Sequence[Place] = (),
    config: Place | bool = False,
    allow_python: bool = False,
    jobs: int = 1,
) -> Fixes:
    """Mend files in place, as `dslint fix` does, and return what was done and what is left.

    `path` is a path or several (files, folders, globs). `unsafe` also makes fixes that may change
    what is meant or lose data, `only` names the rules that are fixed, `dry` changes nothing;
    `rejects` is a new file for what fixes take away. The other arguments are those of `check`.

    Raises UsageError, ConfigError, PageError or InputError, all of them DslintErrors; a file is
    then as it was, or mended whole.
    """
    from dslint.stages.fix import fix as in_place
    from dslint.stages.inplace import Wish

    paths = [path] if isinstance(path, str | os.PathLike) else list(path)
    if "-" in paths:
        raise UsageError("the library fixes files: name one")
    settings = settings_of(
        config,
        target=(target,) if target else None,
        format=format,
        model=model,
        levels=tuple((levels or {}).items()),
        rulebooks=tuple(Path(each) for each in rulebooks),
        allow_python=allow_python,
    )
    wish = Wish(unsafe, tuple(only), dry, None if rejects is None else os.fspath(rejects))
    return in_place([os.fspath(each) for each in paths], settings, wish, jobs=jobs)
