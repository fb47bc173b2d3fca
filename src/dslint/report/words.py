"""How a report is put into words: counts, places, fates, the verdict, the command that helps."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dslint.model import FATES, LEVELS, FileSummary, Finding, Level, Report, Story

KINDS: Mapping[Level, str] = {"error": "error kind", "warn": "warning kind", "info": "note"}
"""What a rule that raised findings of a level is called in the verdict, from the worst level on."""

BECOMES: Mapping[str, str] = {
    "train": "train",
    "alters": "altered",
    "truncates": "truncated",
    "drops-row": "dropped",
    "trains-on-nothing": "teach nothing",
    "refuses-file": "the file is refused",
}
"""What becomes of rows, by fate, from the mildest."""

_MEANS: Mapping[str, str] = {
    "alters": "{target} changes the row",
    "truncates": "{target} cuts the row short",
    "drops-row": "{target} drops the row",
    "trains-on-nothing": "nothing here can be learned",
    "refuses-file": "{target} refuses the file",
}

_COMMAND = re.compile(
    r"`(dslint (?:check|explain|rules|targets|ignore|init|test|config|convert FILE)\b[^`]*)`"
)


def many(count: int, noun: str) -> str:
    """Return `1 row`, `9,000 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(parts: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def size(count: int) -> str:
    """Return a number of bytes as `312 bytes`, `4.1 kB`, `18.2 MB`."""
    if count < 1000:
        return many(count, "byte")
    for unit, power in (("kB", 10**3), ("MB", 10**6), ("GB", 10**9)):
        if count < 999.95 * power:
            return f"{count / power:.1f} {unit}"
    return f"{count / 10**12:,.1f} TB"


def share(count: int, total: int) -> str:
    """Return how much of `total` a count is: `14.9 %`, or `< 0.1 %` rather than nothing."""
    return "< 0.1 %" if 0 < count * 2000 < total else f"{100 * count / total:.1f} %"


def about(file: FileSummary, dot: str) -> str:
    """Return what is known of a file beside its name: format, rows, bytes."""
    return f" {dot} ".join((file.format, many(file.records, "row"), size(file.bytes)))


def place(found: Finding, *, path: bool = True) -> str:
    """Return `file:line:column`, as far as it is known, or without `path` what follows the file."""
    numbers = [str(each) for each in (found.line, found.column) if each is not None]
    return ":".join(([found.file] if path else []) + numbers)


def examples(story: Story, most: int = 0) -> tuple[Finding, ...]:
    """Return the findings that show a story, folded ones unfolded; at most `most` unless 0."""
    found = tuple(each for shown in story.shown for each in (shown.examples or (shown,)))
    return found[:most] if most else found


def extent(story: Story) -> str:
    """Return how much a story is about: the whole file, `11 rows`, or `54 rows, 60 places`."""
    if story.rows <= 1 and all(each.line is None for each in examples(story)):
        return "the whole file"
    rows = many(story.rows, "row")
    return f"{rows}, {many(story.findings, 'place')}" if story.findings > story.rows else rows


def unseen(story: Story, shown: int) -> int:
    """Return how many places of a story are left when `shown` of them are."""
    folded = any(each.examples for each in story.shown)
    return max(0, (story.rows if folded else story.findings) - shown)


def meaning(story: Story) -> str:
    """Return what a story is about: the message of its findings, or, if they differ, its title."""
    said = {found.message for found in story.shown}
    return said.pop() if len(said) == 1 else story.rule.title


def consequence(story: Story, target: str) -> str:
    """Return what becomes of a story's rows at `target`, or an empty string."""
    return _MEANS[story.fate].format(target=target) if story.fate else ""


def advice(story: Story) -> str:
    """Return what to do about a story."""
    help = next((each.help for each in story.shown if each.help), story.rule.summary)
    fix = next((each.fix for each in story.shown if each.fix), None)
    return f"{help} (fix: {fix})" if fix else help


def sections(report: Report) -> Iterator[tuple[str, FileSummary | None, list[Story]]]:
    """Yield the files that have stories, each with its summary and its stories, in their order."""
    told: dict[str, list[Story]] = {}
    for story in report.stories:
        told.setdefault(story.file, []).append(story)
    for file in report.files:
        if file.path in told:
            yield file.path, file, told.pop(file.path)
    for path, stories in told.items():
        yield path, None, stories


def clean(report: Report) -> list[FileSummary]:
    """Return the files that no story is about."""
    told = {story.file for story in report.stories}
    return [file for file in report.files if file.path not in told]


def fates(report: Report) -> list[tuple[str, int]]:
    """Return how many rows have each fate, `train` first, then from the mildest; no zeros."""
    counts = report.fates
    return [(fate, counts[fate]) for fate in ("train", *FATES) if counts.get(fate)]


def worst(stories: Iterable[Story]) -> Level | None:
    """Return the highest level among `stories`."""
    return max((story.level for story in stories), key=LEVELS.index, default=None)


def verdict(report: Report, dot: str) -> str:
    """Return a run in one line: the kinds of finding by level, or that there is nothing to mend."""
    ignored = sum(1 for found in report.findings if found.ignored)
    files = f" in {many(len(report.files), 'file')}" if len(report.files) != 1 else ""
    read = f"{many(report.records, 'row')}{files}"
    tail = [f"{ignored:,} ignored"] if ignored else []
    if report.skipped:
        tail.append(f"{len(report.skipped):,} not looked at")
    if not report.stories:
        return f" {dot} ".join((f"{read}, and nothing to mend for {report.target}", *tail))
    kinds = {
        level: len({story.rule.name for story in report.stories if story.level == level})
        for level in KINDS
    }
    said = ", ".join(many(count, KINDS[level]) for level, count in kinds.items() if count)
    found = many(len(report.findings) - ignored, "finding")
    return f" {dot} ".join((said, f"{found} in {read}", *tail))


def fixable(report: Report) -> tuple[int, list[str]]:
    """Return how many stories have a safe fix, and the files that these are about."""
    told = [each for each in report.stories if any(found.fix == "safe" for found in each.shown)]
    return len(told), list(dict.fromkeys(each.file for each in told))


def command(report: Report) -> str | None:
    """Return the command that helps most: what the worst story's help names, else `explain`."""
    story = next(iter(report.stories), None)
    if story is None:
        return None
    named = _COMMAND.search(advice(story))
    if not named:
        return f"dslint explain {story.rule.name}"
    known = {"FILE": shlex.quote(story.file), "TARGET": shlex.quote(report.target)}
    return re.sub(r"\b(FILE|TARGET)\b", lambda word: known[word[0]], named[1])
