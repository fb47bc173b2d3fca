"""Where verbs may write: never over an input or another output, nor unasked over what is there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dslint.errors import UsageError
from dslint.jsonl import source


def verify(places: Sequence[str], inputs: Iterable[str], *, force: bool = False) -> None:
    """Raise UsageError where one of the paths `places` is among `inputs`, is no file, is named
    twice, has the name of a packed file, or exists and is not to be written over.
    """
    inputs = list(inputs)
    for number, place in enumerate(places):
        path = Path(place)
        if place.lower().endswith(source.PACKED):
            raise UsageError(f"`{place}`: what is written is not packed; leave out its last ending")
        if any(same(place, each) for each in inputs):
            raise UsageError(f"`{place}` is an input: name another file")
        if any(same(place, each) for each in places[:number]):
            raise UsageError(f"`{place}` is named twice: each output needs a file of its own")
        if path.exists() and not path.is_file():
            raise UsageError(f"`{place}` is no file (for the standard output: -o -)")
        if path.exists() and not force:
            raise UsageError(f"`{place}` exists: --force writes over it")


def same(one: str, other: str) -> bool:
    """Say whether two paths lead to one file, be it there or not."""
    return os.path.realpath(one) == os.path.realpath(other) or (
        os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)
    )
