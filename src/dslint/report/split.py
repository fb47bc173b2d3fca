"""What a split did: the rows of each side, what was kept together, and the command to type next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from dslint.report.screen import Look, Options, clip, look_of
from dslint.report.words import many, share

if TYPE_CHECKING:
    from dslint.stages.split import Split

NAME = 30


def render_split(found: Split, out: TextIO, options: Options, name: str = "full") -> None:
    """Write what a split did: `full` for people, or `json`."""
    if name == "json":
        print(json.dumps(asdict(found), indent=2, ensure_ascii=False), file=out)
        return
    for line in _lines(found, look_of(out, options)):
        print(line, file=out)


def _lines(found: Split, look: Look) -> Iterator[str]:
    dot = f" {look.marks.dot} "
    read = dot.join((", ".join(map(look.safe, found.sources)), many(found.rows, "row")))
    yield f" {look.paint('read      ', 'dim')}{read}"
    for side in found.sides:
        part = f"{side.rows:>9,}  {share(side.rows, found.rows):>8}  {look.safe(side.path)}"
        yield f" {look.paint(f'{side.name:<10}', 'ok' if found.written else 'dim')}{part}"
    if found.groups:
        groups = "a group" if found.groups == 1 else many(found.groups, "group")
        yield _noted(
            "together",
            f"{many(found.together, 'row')} in {groups} that were not divided, the largest of "
            f"{found.largest:,}",
            look,
        )
    if found.unsound:
        yield _noted(
            "notice", f"{many(found.unsound, 'row')} can't be read as JSON: they are rows too", look
        )
    if found.stratify:
        yield from _strata(found, look)
    if not found.written:
        yield _noted("dry run", "nothing is written", look)
        return
    for lock in found.locks:
        yield _noted("recorded", lock, look)
    paths = " ".join(shlex.quote(side.path) for side in found.sides)
    yield f" {look.paint('next      ', 'help')}dslint check {look.safe(paths)}"


def _strata(found: Split, look: Look) -> Iterator[str]:
    width = max(len(side.name) for side in found.sides) + 2
    head = "".join(f"{side.name:>{width}}" for side in found.sides)
    yield look.paint(f" {'by ' + str(found.stratify):<{NAME}}{head}", "dim")
    for stratum in found.strata:
        name = clip(look.safe(stratum.name), NAME - 2)
        counts = "".join(f"{stratum.rows[side.name]:>{width},}" for side in found.sides)
        yield f"   {name:<{NAME - 2}}{counts}"
    if found.kinds > len(found.strata):
        yield look.paint(f"   {look.marks.rest} {found.kinds - len(found.strata):,} more", "dim")


def _noted(word: str, said: str, look: Look) -> str:
    return f" {look.paint(f'{word:<10}', 'dim')}{look.safe(said)}"
