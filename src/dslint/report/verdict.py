"""The verdict alone: what `--quiet` leaves of a report, and the line that ends the full one."""

from __future__ import annotations

from collections.abc import Iterator

from dslint.model import Report
from dslint.report import words
from dslint.report.screen import Look, Options, wrap


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the verdict behind its sign: a cross where the run fails, a tick where all is well."""
    level = words.worst(report.stories)
    style = "error" if report.fails() else level or "ok"
    sign = getattr(look.marks, style)
    indent = " " * (len(sign) + 2)
    text = look.safe(words.verdict(report, look.marks.dot))
    for number, line in enumerate(wrap(text, look.width - len(indent))):
        yield f" {look.paint(sign, style)} {line}" if number == 0 else indent + line
