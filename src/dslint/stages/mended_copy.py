"""A copy of what is to be prepared, with all that `fix` mends safely; the file itself stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from dslint.config import load
from dslint.model import Level
from dslint.rulebook import book
from dslint.stages import convert as conversion
from dslint.stages.beginnings import SHOWN
from dslint.stages.fix import fix
from dslint.stages.inplace import Begin, Wish
from dslint.stages.mending import Change
from dslint.stages.remedies import Example, Remedy

_BEFORE, _LONG = 24, 72


def mended_copy(
    path: str, reading: conversion.Wish, folder: Path, begin: Begin
) -> tuple[Path, Remedy] | None:
    """Return a mended copy of the file at `path`, in `folder`, and what was mended in it; None
    where nothing is.
    """
    file, _ = conversion.looked_at(path, reading)
    if file.table or reading.encoding:
        return None
    copy = folder / Path(path).name
    shutil.copyfile(path, copy)
    settings = load(config=False, format=reading.format, levels=[("all", "off"), *_mending()])
    (done,) = fix([str(copy)], settings, Wish(), begin=begin).files
    if not done.changed:
        return None
    rules = ", ".join(f"{name} in {lines:,}" for name, lines in done.lines.items())
    return copy, Remedy(
        "mend",
        "mend what can be read in one way only",
        f"what `dslint fix` would mend: {rules}",
        done.rows,
        tuple(_example(each) for each in islice(done.examples.values(), SHOWN)),
    )


def _mending() -> Iterator[tuple[str, Level]]:
    """Yield the rules whose fixes are safe, with their levels; but for those on what the old format
    needed, which is another remedy's, that looks at all rows.
    """
    for rule in book.own().values():
        if rule.fix and rule.fix.applicability == "safe" and rule.group != "completion":
            yield rule.name, rule.level


def _example(change: Change) -> Example:
    """Return the place in a line where it changed, before and after."""
    before, after = (each.decode("utf-8", "replace") for each in (change.before, change.after))
    pairs = enumerate(zip(before, after, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    start = max(0, first - _BEFORE)
    more = "…" if start else ""
    return Example(
        more + before[start : start + _LONG].strip("\r\n"),
        more + after[start : start + _LONG].strip("\r\n"),
    )
