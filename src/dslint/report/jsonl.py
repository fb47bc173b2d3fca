"""The report for pipes: a line of JSON a finding, with the keys that it has in the JSON report."""

from __future__ import annotations

from collections.abc import Iterator

from dslint.model import Report
from dslint.report.json import dump, entry
from dslint.report.screen import Look, Options


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield every finding, the ignored ones too."""
    return (dump(entry(found), look) for found in report.findings)
