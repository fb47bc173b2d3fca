"""`split`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dslint.api.inputs import Place, paths_of, settings_of
from dslint.errors import UsageError

if TYPE_CHECKING:
    from dslint.stages.split import Split


def split(
    data: Place | Sequence[Place],
    *,
    validation: float | str = 0.1,
    test: float | str | None = None,
    out: Place | None = None,
    group: str | Sequence[str] = (),
    near: float | None = None,
    stratify: str | None = None,
    seed: int = 0,
    target: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    format: str | None = None,
    lock: bool = True,
    jobs: int = 1,
) -> Split:
    """Divide the rows of files, a path or paths, into train and validation (and test).

    Sizes are shares (0.1, "10%") or counts of rows (500). Rows that say or ask the same, or of
    which one goes on where the other ends, are on one side; so are those with one value under a key
    of `group`, and those that share `near` of their shingles. `stratify` is label, system, length
    or a key of the rows. A row keeps its side when others are added, but for a few with counts or
    strata. Files are written to `out` + `-train.jsonl` and so on, by default beside the input.

    Raises UsageError and InputError, before anything is written.
    """
    from dslint.stages.sides import size
    from dslint.stages.split import Wish, least_rows
    from dslint.stages.split import split as of_paths

    paths = paths_of(data)
    if paths is None:
        raise UsageError("files are split: pass a path, or a list of paths")
    sizes = {} if test is None else {"test": size(str(test))}
    wish = Wish(
        sizes=sizes | {"validation": size(str(validation))},
        out=None if out is None else os.fspath(out),
        group=(group,) if isinstance(group, str) else tuple(group),
        near=near,
        stratify=stratify,
        seed=seed,
        least=least_rows(settings_of(False, target=(target,) if target else None)),
        force=force,
        dry_run=dry_run,
        format=format,
        lock=lock,
    )
    return of_paths(paths, wish, jobs)
