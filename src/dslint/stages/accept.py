"""The verb `ignore`: looks first whether there is something to accept, and then accepts it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dslint.config import Settings
from dslint.errors import InputError, UsageError
from dslint.jsonl.source import STDIN, Source, find
from dslint.model import Report
from dslint.rulebook import book
from dslint.stages import ignore
from dslint.stages.check import accepted, check, levels, planned, rulebook
from dslint.stages.files import File, opened
from dslint.stages.gather import gather
from dslint.stages.ignore import Entry
from dslint.stages.scan import Raised

Run = tuple[Settings, Sequence[str]]
"""Paths that are checked together, with the settings that are theirs."""

Begin = Callable[[int], Callable[[int], None]]
"""What is told the size of the work, and returns what is to be told of progress."""

MOST = 8
"""Names or lines that a message lists."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that was looked at: what each rule raised in it, by the rule's name."""

    file: File
    raised: dict[str, list[Raised]]


def accept(
    settings: Settings,
    name: str,
    place: str,
    reason: str,
    until: date | None = None,
    pointer: str = "",
) -> list[Entry]:
    """Accept what the rule `name` finds at `place` (FILE or FILE:LINE): write entries, return them.

    There are several where several rows begin on the line. Raises UsageError where the rule finds
    nothing there, and says what is found there instead.
    """
    if until and until < date.today():
        raise UsageError(f"{until} has passed; an entry is good until a day to come")
    path, line = ignore.place(place)
    rules = rulebook(settings)
    rule = book.find(rules, name)
    seen = _look(settings, path)
    if not any(
        levels(settings)(rule, target, seen.file.source.name) != "off" for target in settings.target
    ):
        where = ", ".join(settings.target)
        raise UsageError(f"`{rule.name}` is off for {where}: there is nothing to ignore")
    raised = seen.raised.get(rule.name, [])
    if line is None:
        if not raised:
            raise UsageError(_nothing(rule.name, path, seen, list(seen.raised)))
        return [ignore.ignore(settings.ignore_file, rule.name, path, None, reason, until, pointer)]
    rows = _rows(seen.file, line)
    here = [each for each in raised if each.line in rows]
    if not here:
        others = [
            other
            for other, every in seen.raised.items()
            if any(each.line in rows for each in every)
        ]
        raise UsageError(_nothing(rule.name, place, seen, others))
    covered = [each for each in here if f"{each.pointer}/".startswith(f"{pointer}/")]
    if not covered:
        pointers = _listed(f"`{each.pointer}`" for each in here)
        raise UsageError(f"`{rule.name}` is raised there at {pointers}, not at `{pointer}`")
    numbers = sorted({each.line for each in covered})
    return [
        ignore.ignore(settings.ignore_file, rule.name, path, raw, reason, until, pointer)
        for _, raw in seen.file.rows_at(numbers)
    ]


def _look(settings: Settings, path: str) -> Seen:
    """Ask one file all that `check` would ask it."""
    if path == STDIN or os.path.isdir(path):
        what = "standard input" if path == STDIN else f"`{path}` is a folder, and"
        raise InputError(f"{what} can't be named here: name a file of data")
    (source,) = find([path]) if os.path.exists(path) else [Source(path, path)]
    file = opened(source, settings.format)
    plan = planned(rulebook(settings), settings, [file.source.name])
    (hits,) = gather(plan, [file]).hits
    raised: dict[str, list[Raised]] = {}
    for (position, _), every in hits.items():
        raised.setdefault(plan.rules[position].name, []).extend(every)
    return Seen(file, raised)


def _rows(file: File, line: int) -> set[int]:
    """Return the numbers of the rows that begin on a line, or else of the one that it is within."""
    if not file.starts:
        lines = file.facts.lines
        if line > lines:
            count = f"{lines:,} line{'s'[: lines != 1]}"
            raise UsageError(f"`{file.source.name}` has {count}, and no line {line:,}")
        return {line}
    beginning = {number for number, start in enumerate(file.starts, 1) if start == line}
    before = [number for number, start in enumerate(file.starts, 1) if start < line]
    return beginning or set(before[-1:])


def _nothing(rule: str, place: str, seen: Seen, others: Sequence[str]) -> str:
    """Say that a rule is not raised at a place, what is there, and where else the rule is."""
    there = f"what is: {_listed(f'`{name}`' for name in others)}" if others else "nothing is"
    said = f"`{rule}` is not raised at {place}; {there}"
    raised = seen.raised.get(rule, [])
    lines = sorted({seen.file.line_of(each.line) for each in raised if each.line})
    if lines:
        said += f"\n`{rule}` is raised at line {_listed(f'{line:,}' for line in lines)}"
    elif raised:
        path = seen.file.source.name
        said += f"\n`{rule}` is raised for the file as a whole: name `{path}` without a line"
    return said


def _listed(parts: Iterable[str]) -> str:
    every = list(parts)
    more = f" and {len(every) - MOST:,} more" if len(every) > MOST else ""
    return ", ".join(every[:MOST]) + more


def accept_all(runs: Iterable[Run], begin: Begin | None = None) -> list[Entry]:
    """Accept everything that `check` finds now: write the baseline, return its new entries."""
    written: list[Entry] = []
    for settings, paths in runs:
        for report in check(paths, settings, begin=begin):
            entries = ignore.baseline(report.findings, settings.ignore_file)
            new = [entry for entry in entries if entry not in written]
            ignore.append(settings.ignore_file, new)
            written += new
    return written


def prune(
    runs: Sequence[Run], *, whole: bool, begin: Begin | None = None
) -> list[tuple[Entry, str]]:
    """Remove the entries that have expired or match nothing any more; return each and why.

    An entry is judged only where `check` could have matched it: its file is among those looked at
    and its rule is on. `whole` says that the runs are all there is: then what lay in a file that is
    no longer there goes, too.
    """
    gone: dict[Entry, str] = {}
    used: set[Entry] = set()
    for settings, paths in runs:
        rules = rulebook(settings)
        ignores = accepted(rules, settings)
        gone |= dict.fromkeys(ignores.expired, "expired")
        for report in check(paths, settings, begin=begin):
            mine = _used(report, ignores)
            used |= mine
            files = [file.path for file in report.files]
            asked = {rule.name for rule in planned(rules, settings, files).rules}
            gone |= dict.fromkeys(ignore.stale(ignores, mine, files, asked), "matches nothing")
        for entry in ignores.entries if whole else ():
            if entry.file and not (settings.ignore_file.parent / entry.file).exists():
                gone.setdefault(entry, "its file is gone")
    gone = {entry: why for entry, why in gone.items() if entry not in used}
    for path in {settings.ignore_file for settings, _ in runs} if gone else ():
        ignore.prune(path, lambda entry: entry not in gone)
    return list(gone.items())


def _used(report: Report, ignores: ignore.Ignores) -> set[Entry]:
    """Return the entries that a report's findings are ignored by."""
    return {
        entry
        for found in report.findings
        if found.ignored is not None
        for entry in [ignore.matches(ignores, found.rule, found.record, found.pointer, found.file)]
        if entry
    }


def entries(settings: Settings) -> list[tuple[Entry, bool]]:
    """Return the entries of the ignore file, each with whether it has expired."""
    ignores = ignore.read(Path(settings.ignore_file), date.today())
    return [(entry, entry in ignores.expired) for entry in ignores.entries]
