"""The table of `--statistics`: a line a rule, the one that affects most rows first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.cells import cell_len

from dslint.model import LEVELS, Level, Report
from dslint.report import verdict, words
from dslint.report.screen import Look, Options, clip


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield for each rule its level, findings, rows, share of all rows, and what can be fixed."""
    fixable: Counter[str] = Counter()
    for found in report.findings:
        if found.fix and not found.ignored:
            fixable[found.rule] += 1
    findings: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    levels: dict[str, Level] = {}
    for story in report.stories:
        name = story.rule.name
        findings[name] += story.findings
        rows[name] += story.rows
        levels[name] = max(story.level, levels.get(name, "off"), key=LEVELS.index)
    table = [("rule", "level", "findings", "rows", "share", "fixable")]
    for name in sorted(rows, key=lambda each: (-rows[each], -LEVELS.index(levels[each]), each)):
        share = words.share(rows[name], report.records) if report.records else ""
        numbers = (f"{findings[name]:,}", f"{rows[name]:,}", share, f"{fixable[name]:,}")
        table.append((look.safe(name), levels[name], *numbers))
    if rows:
        yield from _table(table, look)
        yield ""
    yield from verdict.lines(report, options, look)


def _table(table: list[tuple[str, str, str, str, str, str]], look: Look) -> Iterator[str]:
    wide = [max(cell_len(row[at]) for row in table) for at in range(len(table[0]))]
    wide[0] = min(wide[0], max(8, look.width - sum(wide[1:]) - 11))
    for number, (rule, level, *cells) in enumerate(table):
        name = clip(rule, wide[0], look.marks.more)
        gap = " " * (wide[0] - cell_len(name))
        numbers = "  ".join(cell.rjust(wide[at]) for at, cell in enumerate(cells, 2))
        if number == 0:
            yield look.paint(f" {name}{gap}  {level.ljust(wide[1])}  {numbers}", "dim")
        else:
            sort = look.paint(level.ljust(wide[1]), level)
            yield f" {look.paint(name, 'rule')}{gap}  {sort}  {numbers}"
