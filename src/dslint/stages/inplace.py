"""Mends one file in a draft: beside it where it is to be replaced, else out of the way."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from dslint.config import Settings
from dslint.errors import InputError
from dslint.jsonl import source
from dslint.jsonl.source import STDIN, Source
from dslint.model import Rule
from dslint.stages import check as checking
from dslint.stages import ignore
from dslint.stages.atomic import Draft
from dslint.stages.files import opened
from dslint.stages.gather import Gathered, gather
from dslint.stages.mending import BLANK, CARRIAGE_RETURNS, Change, Mending
from dslint.stages.plan import Plan
from dslint.stages.pour import Poured, RefusedError, pour
from dslint.stages.scan import ROW_TABLES

PASSES = 6
"""How often a file is looked at again as a whole, after what was mended in it."""

Begin = Callable[[int], Callable[[int], None]]
Tell = Callable[[str, Change], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be fixed and how: with fixes that may change what is meant, only of some rules.

    Nothing is written where `dry`. `rejects` is the path of a file for what fixes take away.
    """

    unsafe: bool = False
    only: tuple[str, ...] = ()
    dry: bool = False
    rejects: str | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """What one look at all files gave, and what is to be made of it."""

    rules: Mapping[str, Rule]
    settings: Settings
    plan: Plan
    found: Gathered
    wanted: frozenset[str]
    wish: Wish
    jobs: int | None
    tell: Tell | None
    begin: Begin


@dataclass(slots=True)
class Work:
    """A file on its way: where it was read first, where it lies now, and what was done so far."""

    first: Source
    now: Source
    stamp: tuple[int, int, int]
    of: int = 0
    draft: Draft | None = None
    done: Poured = field(default_factory=Poured)
    refusal: str = ""


def begun(found: Source, open_: ExitStack) -> Work:
    if found.path != STDIN:
        return Work(found, found, stamp(found.path))
    spooled = source.spool()
    open_.callback(Path(spooled.path).unlink, missing_ok=True)
    return Work(spooled, spooled, stamp(spooled.path))


def stamp(path: str) -> tuple[int, int, int]:
    """Return what tells whether a file was written to."""
    try:
        seen = os.stat(path)
    except OSError as error:
        raise InputError(source.unreadable(path, error)) from None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def mended(pass_: Pass, number: int, work: Work, open_: ExitStack) -> bool:
    """Mend a file in a draft; say whether anything changed."""
    how = None if work.refusal else _mending(pass_, number, work.first.name)
    if how is None:
        return False
    beside = not pass_.wish.dry and work.first.name != STDIN
    place = Path(work.first.path)
    if not beside:
        place = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="dslint-")), "fixed")
    draft = open_.enter_context(Draft(place))
    file, tell = opened(work.now, pass_.settings.format), pass_.tell
    try:
        done = pour(
            file,
            how,
            draft,
            pass_.jobs,
            pass_.begin,
            lambda each: tell and tell(how.name, each),
            _touched(pass_, number, how),
        )
    except RefusedError as refused:
        work.refusal = str(refused)
        return False
    if not done.lines:
        work.done.kept |= done.kept
        return False
    work.draft, work.now = draft, Source(how.name, str(draft.finished()))
    work.done.join(done)
    return True


def _mending(pass_: Pass, number: int, name: str) -> Mending | None:
    """Return how the rows of a file are mended, if anything was raised in it that can be."""
    plan, settings = pass_.plan, pass_.settings
    level_of, target = checking.levels(settings), plan.targets[0].name
    on = {rule.name: level_of(rule, target, name) for rule in plan.rules}
    ignores = checking.accepted(pass_.rules, settings)
    wanted = {each for each in pass_.wanted if not ignore.matches(ignores, each, "", "", name)}
    wanted = {each for each in wanted if on.get(each, "off") != "off"}
    hits = pass_.found.hits[number].items()
    raised = {plan.rules[rule].name for (rule, _), each in hits if each} & wanted
    if not raised:
        return None
    fixes = (rule for rule in plan.rules if rule.name in wanted)
    errors = (rule for rule in plan.rules if on[rule.name] == "error" and rule.over in ROW_TABLES)
    return Mending(
        replace(plan, rules=tuple(fixes)),
        replace(plan, rules=tuple(errors)),
        frozenset(raised),
        name,
        ignores,
        keep=pass_.tell is not None,
    )


def _touched(pass_: Pass, number: int, how: Mending) -> frozenset[int] | None:
    """Return where the pieces of a file begin in which something was raised that is mended; None
    where all of it has to be looked at.
    """
    file = pass_.found.files[number]
    if not file.plain or how.everywhere or how.whole & {BLANK, *CARRIAGE_RETURNS}:
        return None
    firsts, mended = [first for first, _ in file.chunks], {rule.name for rule in how.plan.rules}
    places = {
        bisect_right(firsts, each.line) - 1
        for (rule, _), hits in pass_.found.hits[number].items()
        if pass_.plan.rules[rule].name in mended
        for each in hits
        if each.line
    }
    return frozenset(file.chunks[place][1] for place in places)


def settled(plan: Plan, found: Source) -> None:
    """Fix a plain file in place with the rules of a plan alone, be their fixes safe or not."""
    for _ in range(PASSES):
        file = opened(found, plan.format)
        (hits,) = gather(plan, [file]).hits
        raised = frozenset(plan.rules[rule].name for (rule, _), every in hits.items() if every)
        fixes = replace(plan, rules=tuple(rule for rule in plan.rules if rule.fix))
        how = Mending(fixes, replace(plan, rules=()), raised, found.name)
        with Draft(Path(found.path)) as draft:
            done = pour(
                opened(found, plan.format), how, draft, 1, _no_progress, lambda change: None
            )
            if not done.lines:
                return
            draft.keep()


def _no_progress(size: int) -> Callable[[int], None]:
    return lambda done: None
