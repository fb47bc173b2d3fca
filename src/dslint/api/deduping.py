"""`dedupe`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from dslint.api.inputs import Place, paths_of
from dslint.errors import UsageError

if TYPE_CHECKING:
    from dslint.stages.dedupe import Deduped


def dedupe(
    data: Place | Sequence[Place],
    *,
    out: Place | None = None,
    near: float | None = None,
    normalised: bool = False,
    key: Literal["record", "prompt"] = "record",
    against: Sequence[Place] = (),
    covered: float = 0.4,
    keep: str = "first",
    dropped: Place | None = None,
    force: bool = False,
    format: str | None = None,
    lock: bool = True,
    jobs: int = 1,
) -> Deduped:
    """Find the rows of files, a path or paths, that repeat others; write what is left to `out`.

    Rows are the same by all that they say, or by what comes before the answer (`key="prompt"`);
    `normalised` looks past case, spacing and punctuation, and `near` finds rows that share so much
    of their shingles. Rows with the part `covered` of a question of the evaluation sets `against`
    go too. `keep` says which of several stays: first, longest, or newest:FIELD. Rows that go are
    written to `dropped`. Without `out` nothing is written but that. `force` writes over files that
    exist.

    Raises UsageError and InputError, before anything is written.
    """
    from dslint.stages.dedupe import Wish
    from dslint.stages.dedupe import dedupe as of_paths

    paths = paths_of(data)
    if paths is None:
        raise UsageError("files are deduplicated: pass a path, or a list of paths")
    wish = Wish(
        out=None if out is None else os.fspath(out),
        key=key,
        normalised=normalised,
        near=near,
        against=tuple(os.fspath(each) for each in against),
        covered=covered,
        keep=keep,
        dropped=None if dropped is None else os.fspath(dropped),
        force=force,
        format=format,
        lock=lock,
    )
    if wish.out == "-" or "-" in paths:
        raise UsageError("the library reads and writes files: name them")
    return of_paths(list(paths), wish, jobs=jobs)
