"""The verb `fix`: mends what can be mended, and touches nothing else; says what it did and what is
left.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from dslint import formats
from dslint.config import Settings, excluded
from dslint.config.settings import Word
from dslint.errors import InputError, UsageError
from dslint.jsonl import source
from dslint.jsonl.source import STDIN, Source
from dslint.model import Report, Rule
from dslint.rulebook import book
from dslint.stages import atomic, executor
from dslint.stages import check as checking
from dslint.stages.files import opened
from dslint.stages.gather import gather
from dslint.stages.inplace import PASSES, Begin, Pass, Tell, Wish, Work, begun, mended, stamp
from dslint.stages.mending import Change
from dslint.stages.rejects import listed
from dslint.stages.renewed import is_locked, renew
from dslint.stages.scan import ROW_TABLES

NARROW = ("defect", "file", *ROW_TABLES)
"""The tables about which one row, or one file, says all that a fix needs to know."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a file: how many of its lines (of an array's elements), `of` so many, changed;
    by rule, how many lines, an example, and how many stayed as they were, for they would have
    raised that rule.

    `lost` is how many rows, members or messages were taken away; `refusal` says why the file as a
    whole could not be mended.
    """

    path: str
    of: int = 0
    rows: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, Change] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    lost: int = 0
    refusal: str = ""

    @property
    def changed(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True, slots=True)
class Fixes:
    """What `fix` did: to each file; the report of what is left; and how many rows more unsafe fixes
    could mend, by rule.

    `written` says whether the files are changed, or only would be; `unsafe` whether unsafe fixes
    are among these, `shown` whether every change was told.
    """

    files: tuple[Fixed, ...]
    left: Report
    offered: Mapping[str, int]
    written: bool
    unsafe: bool = False
    shown: bool = False
    rejects: str | None = None

    @property
    def changed(self) -> bool:
        return any(file.changed for file in self.files)


def fix(
    paths: Sequence[str | Source],
    settings: Settings,
    wish: Wish,
    stream: BinaryIO | None = None,
    *,
    jobs: int | None = None,
    begin: Begin = lambda size: lambda done: None,
    tell: Tell | None = None,
    warn: checking.Warn = lambda notice: None,
) -> Fixes:
    """Fix what `paths` name, in place; standard input goes to `stream`.

    `tell` is told every change. Raises UsageError, ConfigError, PageError or InputError; a file
    that is not written whole stays as it was.
    """
    settings = replace(settings, target=settings.target[:1])
    formats.verify(settings.format)
    rules = checking.rulebook(settings, warn)
    only = tuple(book.find(rules, name).name for name in wish.only)
    settings = _switched_on(rules, settings, only)
    for name in only:
        if rules[name].fix is None:
            raise UsageError(f"`{name}` has no fix: `dslint explain {name}` says what to do")
    sources = source.find(paths, lambda name: excluded(name, settings))
    if not sources:
        raise InputError("there is nothing to fix: name a file or a folder")
    if wish.rejects and os.path.lexists(wish.rejects):
        raise UsageError(f"`{wish.rejects}` exists: name another file for what is taken away")
    with ExitStack() as open_:
        work = [begun(each, open_) for each in sources]
        wanted = frozenset(rule.name for rule in rules.values() if _is_wanted(rule, wish, only))
        for last in (turn == PASSES - 1 for turn in range(PASSES)):
            files = [opened(each.now, settings.format) for each in work]
            plan = checking.planned(rules, settings, [each.first.name for each in work])
            size = executor.size(files)
            found = gather(plan, files, executor.workers(size, jobs), begin(size))
            for each, file in zip(work, files, strict=True):
                each.of = each.of or file.facts.lines
            pass_ = Pass(rules, settings, plan, found, wanted, wish, jobs, tell, begin)
            moved = [not last and mended(pass_, at, each, open_) for at, each in enumerate(work)]
            if not any(moved):
                break
        (left,) = checking.told(rules, plan, found, settings, locate_all=False)
        losses = b"".join(
            listed(each.first.name, loss, rules[loss.rule])
            for each in work
            for loss in each.done.losses
        )
        if not wish.dry:
            if wish.rejects and losses:  # before what they were taken from is gone
                atomic.replace(Path(wish.rejects), losses)
            _keep(work, stream, unsafe=wish.unsafe)
    return Fixes(
        tuple(map(_fixed, work)),
        left,
        _offered(left, rules, only) if not wish.unsafe else {},
        written=not wish.dry,
        unsafe=wish.unsafe,
        shown=tell is not None and any(each.done.changed for each in work),
        rejects=wish.rejects if losses and not wish.dry else None,
    )


def _is_wanted(rule: Rule, wish: Wish, only: Sequence[str]) -> bool:
    if rule.fix is None or rule.over not in NARROW or (only and rule.name not in only):
        return False
    return rule.fix.applicability in ("safe", "unsafe" if wish.unsafe else "safe")


def _switched_on(rules: Mapping[str, Rule], settings: Settings, only: tuple[str, ...]) -> Settings:
    """Return the settings with the rules on that a user names."""
    level_of, (target,) = checking.levels(settings), settings.target
    words: tuple[Word, ...] = tuple(
        (name, "info", "--rule") for name in only if level_of(rules[name], target, "") == "off"
    )
    return replace(settings, levels=(*settings.levels, *words)) if words else settings


def _keep(work: Sequence[Work], stream: BinaryIO | None, *, unsafe: bool) -> None:
    """Put the drafts in the places of what they were made of."""
    for each in work:
        if each.first.name == STDIN:
            assert stream is not None
            with open(each.now.path, "rb") as file:
                shutil.copyfileobj(file, stream)
            stream.flush()
        elif each.draft:
            if stamp(each.first.path) != each.stamp:
                raise InputError(f"`{each.first.name}` was written to meanwhile: it stays as it is")
            locked = is_locked(each.first.path)
            each.draft.keep()
            if locked:
                renew(each.first.path, each.done.lines, unsafe=unsafe)


def _fixed(work: Work) -> Fixed:
    done = work.done
    return Fixed(
        work.first.name,
        work.of,
        done.changed,
        dict(done.lines.most_common()),
        done.examples,
        dict(done.kept.most_common()),
        len(done.losses),
        work.refusal,
    )


def _offered(left: Report, rules: Mapping[str, Rule], only: Sequence[str]) -> dict[str, int]:
    """Count the rows that unsafe fixes could mend, by rule."""
    rows: Counter[str] = Counter()
    for story in left.stories:
        fix = story.rule.fix
        if fix and fix.applicability == "unsafe" and story.rule.over in NARROW:
            rows[story.rule.name] += story.rows
    return {name: count for name, count in rows.most_common() if not only or name in only}
