"""The verb `fix`: mends what can be mended, and touches nothing else; says what it did and what is
left.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
from dslint.stages import check as checking
from dslint.stages import executor, ignore
from dslint.stages.atomic import Draft
from dslint.stages.files import opened
from dslint.stages.gather import Gathered, gather
from dslint.stages.mending import Change, Mending
from dslint.stages.plan import Plan
from dslint.stages.pour import Poured, RefusedError, pour
from dslint.stages.rejects import listed
from dslint.stages.renewed import is_locked, renew
from dslint.stages.scan import ROW_TABLES

PASSES = 6
"""How often a file is looked at again as a whole, after what was mended in it."""

NARROW = ("defect", "file", *ROW_TABLES)
"""The tables about which one row, or one file, says all that a fix needs to know."""

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


@dataclass(slots=True)
class _Work:
    """A file on its way: where it was read first, where it lies now, and what was done so far."""

    first: Source
    now: Source
    stamp: tuple[int, int, int]
    of: int = 0
    draft: Draft | None = None
    done: Poured = field(default_factory=Poured)
    lines: Counter[str] = field(default_factory=Counter)
    refusal: str = ""


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
        work = [_begun(each, open_) for each in sources]
        wanted = {
            rule.name
            for rule in rules.values()
            if rule.fix and rule.over in NARROW and (not only or rule.name in only)
            if rule.fix.applicability in ("safe", "unsafe" if wish.unsafe else "safe")
        }
        aside = open_.enter_context(Draft(Path(wish.rejects))) if wish.rejects else None
        for turn in range(PASSES):
            files = [opened(each.now, settings.format) for each in work]
            plan = checking.planned(rules, settings, [each.first.name for each in work])
            size = executor.size(files)
            found = gather(plan, files, executor.workers(size, jobs), begin(size))
            pass_ = _Pass(rules, settings, plan, found, frozenset(wanted), wish, jobs, tell, begin)
            for each, file in zip(work, files, strict=True):
                each.of = each.of or file.facts.lines
            if turn == PASSES - 1:
                break
            moved = [_mended(pass_, number, each, open_) for number, each in enumerate(work)]
            if not any(moved):
                break
        (left,) = checking.told(rules, plan, found, settings, locate_all=False)
        if not wish.dry:
            _keep(work, stream, unsafe=wish.unsafe)
        losses = [(each.first.name, loss) for each in work for loss in each.done.losses]
        if aside and losses:
            for name, loss in losses:
                aside.write(listed(name, loss, rules[loss.rule]))
            if not wish.dry:
                aside.keep()
    return Fixes(
        tuple(map(_fixed, work)),
        left,
        _offered(left, rules, only) if not wish.unsafe else {},
        written=not wish.dry,
        unsafe=wish.unsafe,
        shown=tell is not None and any(each.done.changed for each in work),
        rejects=wish.rejects if losses and not wish.dry else None,
    )


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


@dataclass(frozen=True, slots=True)
class _Pass:
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


def _switched_on(rules: Mapping[str, Rule], settings: Settings, only: tuple[str, ...]) -> Settings:
    """Return the settings with the rules on that a user names."""
    level_of, (target,) = checking.levels(settings), settings.target
    words: tuple[Word, ...] = tuple(
        (name, "info", "--rule") for name in only if level_of(rules[name], target, "") == "off"
    )
    return replace(settings, levels=(*settings.levels, *words)) if words else settings


def _begun(found: Source, open_: ExitStack) -> _Work:
    if found.path != STDIN:
        return _Work(found, found, _stamp(found.path))
    spooled = source.spool()
    open_.callback(Path(spooled.path).unlink, missing_ok=True)
    return _Work(spooled, spooled, _stamp(spooled.path))


def _stamp(path: str) -> tuple[int, int, int]:
    """Return what tells whether a file was written to."""
    try:
        seen = os.stat(path)
    except OSError as error:
        raise InputError(source.unreadable(path, error)) from None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _mended(pass_: _Pass, number: int, work: _Work, open_: ExitStack) -> bool:
    """Mend a file in a draft; say whether anything changed."""
    if work.refusal:
        return False
    name, plan = work.first.name, pass_.plan
    level_of, target = checking.levels(pass_.settings), plan.targets[0].name
    on = {rule.name for rule in plan.rules if level_of(rule, target, name) != "off"}
    raised = {
        plan.rules[rule].name for (rule, _), hits in pass_.found.hits[number].items() if hits
    } & on
    ignores = checking.accepted(pass_.rules, pass_.settings)
    wanted = {each for each in pass_.wanted if not ignore.matches(ignores, each, "", "", name)}
    if not raised & wanted:
        return False
    rules = [rule for rule in plan.rules if rule.name in on]
    how = Mending(
        replace(plan, rules=tuple(rule for rule in rules if rule.name in wanted)),
        replace(
            plan,
            rules=tuple(
                rule
                for rule in rules
                if rule.over in ROW_TABLES
                if level_of(rule, target, name) == "error"
            ),
        ),
        frozenset(raised & wanted),
        name,
        ignores,
        keep=pass_.tell is not None,
    )
    beside = not pass_.wish.dry and work.now.name != STDIN
    folder = None if beside else open_.enter_context(tempfile.TemporaryDirectory(prefix="dslint-"))
    place = Path(folder) / "fixed" if folder else Path(work.first.path)
    draft = open_.enter_context(Draft(place))
    file = opened(work.now, pass_.settings.format)
    tell = pass_.tell
    try:
        done = pour(
            file, how, draft, pass_.jobs, pass_.begin, lambda each: tell and tell(name, each)
        )
    except RefusedError as refused:
        work.refusal = str(refused)
        return False
    if not done.lines:
        work.done.kept |= done.kept
        return False
    work.draft, work.now = draft, Source(name, str(draft.finished()))
    work.done.join(done)
    return True


def _keep(work: Sequence[_Work], stream: BinaryIO | None, *, unsafe: bool) -> None:
    """Put the drafts in the places of what they were made of."""
    for each in work:
        if each.first.name == STDIN:
            assert stream is not None
            with open(each.now.path, "rb") as file:
                shutil.copyfileobj(file, stream)
            stream.flush()
        elif each.draft:
            if _stamp(each.first.path) != each.stamp:
                raise InputError(f"`{each.first.name}` was written to meanwhile: it stays as it is")
            locked = is_locked(each.first.path)
            each.draft.keep()
            if locked:
                renew(each.first.path, each.done.lines, unsafe=unsafe)


def _fixed(work: _Work) -> Fixed:
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
