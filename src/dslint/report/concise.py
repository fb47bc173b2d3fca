"""The report for grep and editors: `file:line:column: level rule message`, a line a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dslint.model import Level, Report
from dslint.report import words
from dslint.report.screen import Look, Options


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield each finding that is not ignored; what `max_per_rule` leaves out is counted by file."""
    seen: Counter[str] = Counter()
    left: Counter[tuple[str, Level, str]] = Counter()
    for found in report.findings:
        if found.ignored:
            continue
        seen[found.rule] += 1
        if options.max_per_rule and seen[found.rule] > options.max_per_rule:
            left[found.file, found.level, found.rule] += 1
            continue
        yield _line(words.place(found), found.level, found.rule, found.message, look)
    for (file, level, rule), count in left.items():
        yield _line(file, level, rule, f"{count:,} more", look)


def _line(place: str, level: Level, rule: str, message: str, look: Look) -> str:
    # A line that begins with two colons is a command to the log readers of some CI services.
    place = f"./{place}" if place.lstrip().startswith("::") else place
    return (
        f"{look.paint(look.safe(place), 'rule')}: {look.paint(level, level)} "
        f"{look.safe(rule)} {look.safe(message)}"
    )
