"""Makes a report of what was gathered: levels and fates for a target, folding, ignoring, the order
of the story.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dslint.facts.privacy import masked, masked_pointer
from dslint.model import (
    FATES,
    LEVELS,
    Fate,
    FileSummary,
    Finding,
    Level,
    Report,
    Rule,
    Skipped,
    Story,
)
from dslint.stages import ignore
from dslint.stages.files import File
from dslint.stages.gather import Gathered
from dslint.stages.ignore import Entry, Ignores, fingerprint
from dslint.stages.locate import Place, Wanted, locate
from dslint.stages.plan import ANY, Plan
from dslint.stages.scan import Raised

FOLD_SHARE = 0.5
FOLD_ROWS = 20
"""A rule that holds for more than this share of a file's rows, and for at least so many, is one
finding.
"""

T = TypeVar("T")
LevelOf = Callable[[Rule, str, str], Level]


@dataclass(frozen=True, slots=True)
class Group:
    """What one rule raised in one file, at a target."""

    rule: Rule
    file: int
    level: Level
    fate: Fate | None
    raised: Sequence[Raised]
    rows: int
    folded: bool


def groups(plan: Plan, found: Gathered, target: int, level_of: LevelOf) -> list[Group]:
    """Judge the hits at a target: every group of one rule and one file whose level is not off."""
    name = plan.targets[target].name
    judged = []
    for number, hits in enumerate(found.hits):
        records = found.files[number].facts.records
        for (position, at), raised in hits.items():
            if at not in (ANY, target) or not raised:
                continue
            rule = plan.rules[position]
            level = level_of(rule, name, found.files[number].source.name)
            if level == "off":
                continue
            rows = len({each.line for each in raised})
            folded = bool(raised[0].line) and (
                (rule.fold == "file" and len(raised) > 1)
                or (
                    rows >= FOLD_ROWS
                    and rows > FOLD_SHARE * records
                    and rule.over not in ("file", "totals")
                )
            )
            judged.append(Group(rule, number, level, rule.fate_at(name), raised, rows, folded))
    return judged


def assemble(
    plan: Plan,
    found: Gathered,
    target: int,
    level_of: LevelOf,
    *,
    locate_all: bool,
    excerpts: str = "masked",
    ignores: Ignores | None = None,
    shown: int = 3,
    skipped: Sequence[Skipped] = (),
) -> Report:
    """Make the report of a run for one of the plan's targets.

    `locate_all` gives every finding its column and excerpt; else only the `shown` ones of each rule
    and file.
    """
    judged = groups(plan, found, target, level_of)
    findings: list[Finding] = []
    stories: list[Story] = []
    used: set[Entry] = set()
    known = {rule for rule, _, _ in ignores.by_key} if ignores else set()
    for number, file in enumerate(found.files):
        own = [group for group in judged if group.file == number]
        wanted: dict[Wanted, None] = {}
        for group in own:
            every = (locate_all and not group.folded) or group.rule.name in known
            every = every and not _accepted(group, ignores, file.source.name)
            for each in group.raised if every else chosen(group.raised, shown):
                wanted[each, group.rule.mark] = None
        places = locate(file, wanted, excerpts)
        for group in own:
            made = [
                _finding(
                    group,
                    raised,
                    file,
                    places.get((raised, group.rule.mark)),
                    excerpts,
                    ignores,
                    used,
                )
                for raised in group.raised
            ]
            if entry := _accepted(group, ignores, file.source.name):
                used.add(entry)
                examples = tuple(chosen(made, shown))
                findings.append(_folded(group, made, examples, file, ignored=entry.reason))
                continue
            open_ = [each for each in made if not each.ignored]
            examples = tuple(chosen(open_ or made, shown))
            if group.folded and open_:
                folded = _folded(group, open_, examples, file)
                made = [folded, *(each for each in made if each.ignored)]
                examples = (folded,)
            findings += made
            if open_:
                rows = len({each.line for each in open_})
                stories.append(
                    Story(
                        group.rule,
                        group.level,
                        group.fate,
                        file.source.name,
                        rows,
                        len(open_),
                        examples,
                    )
                )
    order = {file.source.name: number for number, file in enumerate(found.files)}
    findings.sort(
        key=lambda each: (
            order[each.file],
            each.line or 0,
            each.column or 0,
            each.pointer,
            each.rule,
        )
    )
    stories.sort(
        key=lambda each: (-LEVELS.index(each.level), -each.rows, order[each.file], each.rule.name)
    )
    return Report(
        target=plan.targets[target].name,
        findings=tuple(findings),
        stories=tuple(stories),
        files=tuple(_summary(file, number, judged) for number, file in enumerate(found.files)),
        skipped=tuple(skipped),
        stale=_stale(plan, found, ignores, used) if ignores else (),
    )


def chosen(every: Sequence[T], most: int) -> list[T]:
    """Return `most` of a sequence, spread evenly from the first to the last."""
    if len(every) <= most:
        return list(every)
    if most == 1:
        return [every[0]]
    return [every[at * (len(every) - 1) // (most - 1)] for at in range(most)]


def _accepted(group: Group, ignores: Ignores | None, file: str) -> Entry | None:
    """Return the entry that accepts a folded group: one for its whole file."""
    if not group.folded or not ignores:
        return None
    return ignore.matches(ignores, group.rule.name, "", "", file)


def _folded(
    group: Group,
    found: Sequence[Finding],
    examples: tuple[Finding, ...],
    file: File,
    ignored: str | None = None,
) -> Finding:
    """Return the one finding that stands for all that a rule found in a file."""
    rows = len({each.line for each in found})
    return replace(
        found[0],
        line=None,
        column=None,
        end_column=None,
        pointer="",
        excerpt=None,
        message=f"{rows:,} of {file.facts.records:,} rows: {_in_common(found, group.rule)}",
        rows=rows,
        examples=examples,
        record="",
        ignored=ignored,
        fingerprint=fingerprint(group.rule.name, "", "", file.source.name),
    )


def _in_common(found: Sequence[Finding], rule: Rule) -> str:
    """Return the message of all the findings, or the rule's title where they differ."""
    if all(each.message == found[0].message for each in found):
        return found[0].message
    return rule.title[:1].lower() + rule.title[1:]


def _finding(
    group: Group,
    raised: Raised,
    file: File,
    place: Place | None,
    excerpts: str,
    ignores: Ignores | None,
    used: set[Entry],
) -> Finding:
    rule, name = group.rule, file.source.name
    message = rule.message if raised.message is None else raised.message
    pointer = masked_pointer(raised.pointer)
    record = place.record if place else ""
    reason = None
    mark = ""
    if place or not raised.line:
        mark = fingerprint(rule.name, record, pointer, "" if record else name)
        entry = ignore.matches(ignores, rule.name, record, pointer, name) if ignores else None
        if entry:
            used.add(entry)
            reason = entry.reason
    line = place.line if place else file.line_of(raised.line) if raised.line else None
    return Finding(
        rule=rule.name,
        level=group.level,
        file=name,
        message=masked(message, personal=excerpts != "full"),
        help=rule.summary,
        line=line,
        column=place.column if place else None,
        end_column=place.end_column if place else None,
        pointer=pointer,
        fate=group.fate,
        fix=None if file.table else _fix(rule),  # a table's bytes are not its rows' JSON
        fingerprint=mark,
        record=record,
        ignored=reason,
        excerpt=place.excerpt if place else None,
    )


def _fix(rule: Rule) -> str | None:
    """Return whether `dslint fix` mends what a rule finds: `safe`, `unsafe` or not at all."""
    if rule.fix is None or rule.fix.applicability == "shown":
        return None
    return rule.fix.applicability


def _stale(plan: Plan, found: Gathered, ignores: Ignores, used: set[Entry]) -> tuple[str, ...]:
    files = [file.source.name for file in found.files]
    entries = ignore.stale(ignores, used, files, {rule.name for rule in plan.rules})
    return (*map(str, entries), *(f"{entry}: its day has passed" for entry in ignores.expired))


def _summary(file: File, number: int, judged: Sequence[Group]) -> FileSummary:
    """Count a file's records by what becomes of them: each meets the worst fate of the rules that
    it raises.
    """
    worst: dict[int, Fate] = {}
    refused = False
    for group in judged:
        if group.file != number or group.fate is None:
            continue
        refused |= group.fate == "refuses-file"
        for raised in group.raised:
            before = worst.get(raised.line)
            if raised.line and (before is None or FATES.index(group.fate) > FATES.index(before)):
                worst[raised.line] = group.fate
    records = file.facts.records
    fates: dict[str, int] = {"train": records}
    if refused:
        fates = {"train": 0, "refuses-file": records}
    else:
        for fate in worst.values():
            fates[fate] = fates.get(fate, 0) + 1
            fates["train"] -= 1
    return FileSummary(file.source.name, file.facts.format, records, file.facts.bytes, fates)
