"""The verb `check`: lints files for one target or several, and says what becomes of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from dslint import formats, targets
from dslint.config import Settings, excluded, file_levels
from dslint.errors import InputError, UsageError
from dslint.facts.national import NEEDS, available
from dslint.formats import FORMATS
from dslint.jsonl import source
from dslint.jsonl.source import Source
from dslint.model import LEVELS, Level, Report, Rule, Skipped
from dslint.rulebook import book, selection
from dslint.stages import executor, ignore
from dslint.stages.assemble import assemble
from dslint.stages.files import File, opened
from dslint.stages.gather import Gathered, gather
from dslint.stages.ignore import Ignores
from dslint.stages.plan import Plan
from dslint.stages.purpose import for_model, purpose_of
from dslint.stages.tables import TABLES
from dslint.stages.verify import verify

Progress = Callable[[int], None]
Warn = Callable[[str], None]


def check(
    paths: Sequence[str | Source],
    settings: Settings,
    *,
    locate_all: bool = True,
    jobs: int | None = None,
    chunk: int = source.CHUNK,
    frozen: bool = False,
    against: Sequence[str | Source] = (),
    begin: Callable[[int], Progress] | None = None,
    warn: Warn = lambda notice: None,
) -> list[Report]:
    """Lint what `paths` name or are, and return a report for each target of the settings.

    `locate_all` gives every finding its column and excerpt, else only those that a story shows.
    `jobs` and `chunk` (bytes looked at together) never show in the result. `frozen` holds the files
    to their locks; `against` are evaluation sets, whose questions are looked for. `begin` is told
    the size of the input in bytes and returns what is to be told of progress; `warn` is told what
    is worth knowing of the settings. Raises UsageError, ConfigError, PageError or InputError; what
    is wrong with the data is in the report.
    """
    formats.verify(settings.format)
    rules = rulebook(settings, warn)
    sources = source.find(paths, lambda name: excluded(name, settings))
    if not sources:
        raise InputError("there is nothing to check: name a file or a folder")
    spooled = source.spool() if any(each.path == source.STDIN for each in sources) else None
    try:
        files = [
            opened(spooled if spooled and each.path == source.STDIN else each, settings.format)
            for each in sources
        ]
        unheld: list[Skipped] = []
        if frozen:
            from dslint.stages.frozen import hold

            unheld = hold(files)
        asked = [_evaluation(each) for each in source.find(against)]
        reports = _reports(rules, files, settings, locate_all, jobs, chunk, begin, asked)
        return [replace(each, skipped=(*each.skipped, *unheld)) for each in reports]
    finally:
        if spooled:
            Path(spooled.path).unlink(missing_ok=True)


def _evaluation(found: Source) -> File:
    if found.path == source.STDIN:
        raise UsageError("--against names files: standard input can only be checked")
    file = opened(found, None)
    if not file.readable:
        raise InputError(f"`{found.name}` has no questions that could be read: it {file.obstacle}")
    return file


def rulebook(settings: Settings, warn: Warn = lambda notice: None) -> dict[str, Rule]:
    """Return the rules that the settings bring together; users' own are held to the vocabulary.

    `warn` is told of names that have changed and of rules that are deprecated.
    """
    rules = book.load(settings.rulebooks, allow_python=settings.allow_python)
    for name in rules.keys() - book.own().keys():
        verify(rules[name])
    words = [*settings.levels, *(word for each in settings.overrides for word in each.levels)]
    for notice in selection.verify(rules.values(), words):
        warn(notice)
    return rules


def _reports(
    rules: Mapping[str, Rule],
    files: list[File],
    settings: Settings,
    locate_all: bool,
    jobs: int | None,
    chunk: int,
    begin: Callable[[int], Progress] | None,
    against: Sequence[File],
) -> list[Report]:
    plan = planned(rules, settings, [file.source.name for file in files])
    size = executor.size(files)
    found: Gathered = gather(
        plan,
        files,
        executor.workers(size, jobs),
        begin(size) if begin else lambda size: None,
        chunk,
        against,
    )
    return told(rules, plan, found, settings, locate_all=locate_all)


def told(
    rules: Mapping[str, Rule], plan: Plan, found: Gathered, settings: Settings, *, locate_all: bool
) -> list[Report]:
    """Return what was found as a report for each target of the settings."""
    files, level_of, ignores = found.files, levels(settings), accepted(rules, settings)
    skipped = [*plan.purpose.skipped, *found.skipped, *_unread(files), *_unasked(plan)]
    return [
        replace(
            assemble(
                plan,
                found,
                at,
                level_of,
                locate_all=locate_all,
                excerpts=settings.excerpts,
                ignores=ignores,
                shown=settings.max_per_rule,
                skipped=skipped,
            ),
            fail_on="off" if settings.fail_on == "never" else settings.fail_on,
        )
        for at in range(len(plan.targets))
    ]


def _unasked(plan: Plan) -> Iterator[Skipped]:
    """Say which rules could not be asked for want of a package."""
    for rule in plan.rules:
        if "national-id" in (rule.sql or "") and rule.over == "personal" and not available():
            why = f"needs python-stdnum, which is not installed: pip install '{NEEDS}'"
            yield Skipped(f"`{rule.name}`", why)


def _unread(files: Sequence[File]) -> Iterator[Skipped]:
    """Yield the files whose rows could not be looked into, or not all of them."""
    for file in files:
        for name, rows in file.unread():
            yield Skipped(
                file.source.name,
                f"{rows:,} of its rows: {FORMATS[name].title} are known by name only, not looked "
                "into",
            )
    for file in files:
        if not file.readable and file.facts.container in (*TABLES, "text"):
            yield Skipped(file.source.name, f"its rows: it {file.obstacle}")


def planned(rules: Mapping[str, Rule], settings: Settings, files: Sequence[str]) -> Plan:
    """Return what is asked of `files`: the rules that are not off for all at all targets."""
    chosen = tuple(targets.load(name) for name in settings.target)
    purpose = purpose_of(
        chosen,
        settings.model,
        settings.models,
        budget=settings.budget,
        contract=settings.contract,
        sides=settings.sides,
    )
    chosen = tuple(map(for_model, chosen, purpose.models)) if purpose.models else chosen
    level_of = levels(settings)
    selected = tuple(
        rule
        for rule in rules.values()
        if any(level_of(rule, target.name, name) != "off" for target in chosen for name in files)
    )
    options = selection.options_of(rules.values(), settings.options, settings.origin)
    plan = Plan(selected, chosen, options, settings.format, purpose)
    if purpose.ruler is None:
        plan = replace(plan, rules=tuple(rule for rule in selected if not plan.counts(rule)))
    return plan


def accepted(rules: Mapping[str, Rule], settings: Settings) -> Ignores:
    """Return the ignore file's entries, under the rules' names of today."""
    former = {alias: rule.name for rule in rules.values() for alias in rule.aliases}
    return ignore.read(settings.ignore_file, date.today(), former)


def levels(settings: Settings) -> Callable[[Rule, str, str], Level]:
    """Return what says the level of a rule at a target in a file."""

    def level_of(rule: Rule, target: str, file: str) -> Level:
        words = file_levels(file, settings)
        return selection.level_of(
            rule, target, settings.levels, settings.floor, words, preview=settings.preview
        )

    return level_of


def merged(reports: Sequence[Report]) -> Report:
    """Return one report of several runs, over different files."""
    if len(reports) == 1:
        return reports[0]
    return Report(
        target=", ".join(dict.fromkeys(report.target for report in reports)),
        findings=tuple(found for report in reports for found in report.findings),
        stories=tuple(
            sorted(
                (story for report in reports for story in report.stories),
                key=lambda story: (-LEVELS.index(story.level), -story.rows),
            )
        ),
        files=tuple(file for report in reports for file in report.files),
        skipped=tuple(each for report in reports for each in report.skipped),
        stale=tuple(dict.fromkeys(entry for report in reports for entry in report.stale)),
        fail_on=reports[0].fail_on,
    )
