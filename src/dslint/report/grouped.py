"""The report by file: a heading a file, a line a finding below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from rich.cells import cell_len

from dslint.model import Finding, Report
from dslint.report import full, verdict, words
from dslint.report.screen import Look, Options, wrap


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the findings that are not ignored; of a file and a rule at most `max_per_rule`."""
    known = {file.path: file for file in report.files}
    kept = (found for found in report.findings if not found.ignored)
    for path, group in groupby(kept, key=attrgetter("file")):
        yield from full.head(look.safe(path), known.get(path), look, "")
        yield from _file(list(group), options.max_per_rule, look)
        yield ""
    yield from verdict.lines(report, options, look)


def _file(found: list[Finding], most: int, look: Look) -> Iterator[str]:
    left: Counter[str] = Counter()
    if most:
        seen: Counter[str] = Counter()
        shown: list[Finding] = []
        for each in found:
            seen[each.rule] += 1
            (shown if seen[each.rule] <= most else []).append(each)
            left[each.rule] += seen[each.rule] > most
        found = shown
    gutter = max((len(words.place(each, path=False)) for each in found), default=0)
    for each in found:
        place = words.place(each, path=False).rjust(gutter)
        start = f"  {place}  {each.level:<5}  {look.safe(each.rule)}"
        painted = (
            f"  {look.paint(place, 'dim')}  {look.paint(f'{each.level:<5}', each.level)}  "
            f"{look.paint(look.safe(each.rule), 'rule')}"
        )
        text = look.safe(each.message)
        if cell_len(start) + 2 + cell_len(text) <= look.width:
            yield f"{painted}  {text}"
            continue
        yield painted
        indent = " " * (gutter + 11)
        yield from (indent + line for line in wrap(text, look.width - len(indent)))
    for rule, count in left.items():
        if count:
            yield f"  {' ' * gutter}  {look.paint(f'{count:,} more {look.safe(rule)}', 'dim')}"
