"""What the library's `check` gives back: a report, and ways to go on from there."""

from __future__ import annotations

import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from dslint import model
from dslint.errors import UsageError
from dslint.model import LEVELS, Level
from dslint.report import Options, words
from dslint.report.screen import safe

if TYPE_CHECKING:
    import polars as pl

SHOWN = 10
"""Findings that a message or a notebook's table shows."""

_COLUMNS = (
    *("rule", "level", "fate", "file", "line", "column", "end_column", "pointer"),
    *("message", "help", "fix", "fingerprint", "ignored", "rows"),
)


class FindingsError(Exception):
    """The data has findings that the caller said it must not have; `report` has all of them."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


@dataclass(frozen=True, slots=True, repr=False)
class Report(model.Report):
    """What `check` found: `findings`, `files`, `fates`, `records`; and ways to go on from there.

    As text it is the story that the command line tells; in a notebook, a table.
    """

    def to_frame(self) -> pl.DataFrame:
        """Return the findings as a polars frame, a row each, in the columns of the json report."""
        import polars as pl

        schema = {
            name: pl.Int64 if name in ("line", "column", "end_column", "rows") else pl.String
            for name in _COLUMNS
        }
        data = {name: [getattr(found, name) for found in self.findings] for name in _COLUMNS}
        return pl.DataFrame(data, schema=schema)

    def to_json(self) -> str:
        """Return the json report, which `schemas/report.schema.json` describes."""
        return self.to_text("json")

    def to_text(self, name: str = "full", *, width: int = 100) -> str:
        """Return one of the command line's reports, without colours."""
        from dslint.report import render

        out = io.StringIO()
        render(name, self, out, Options(color=False, width=width))
        return out.getvalue()

    def raise_if(self, level: Level = "error") -> None:
        """Raise FindingsError if there is a finding at `level` or above that is not ignored."""
        if level not in LEVELS[1:]:
            raise UsageError(f"`{level}` is not a level; it may be `error`, `warn` or `info`")
        if not self.fails(level):
            return
        floor = LEVELS.index(level)
        found = [
            each for each in self.findings if LEVELS.index(each.level) >= floor and not each.ignored
        ]
        lines = [
            f"{safe(words.place(each))}: {each.level} {each.rule} {safe(each.message)}"
            for each in found[:SHOWN]
        ]
        if len(found) > SHOWN:
            lines.append(f"… {len(found) - SHOWN:,} more")
        head = f"{words.many(len(found), 'finding')} for {self.target}"
        raise FindingsError("\n".join((head, *lines)), self)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<dslint.Report: {words.verdict(self, '·')}>"

    def _repr_html_(self) -> str:
        """Return a table of the first findings, the worst rules first, for a notebook."""
        shown = [found for story in self.stories for found in words.examples(story)]
        rows = "".join(
            f"<tr><td>{_cell(words.place(found))}</td><td>{found.level}</td>"
            f"<td><code>{_cell(found.rule)}</code></td><td>{_cell(found.message)}</td></tr>"
            for found in shown[: SHOWN * 2]
        )
        rest = sum(not found.ignored for found in self.findings) - len(shown[: SHOWN * 2])
        more = f"<tr><td colspan=4>… {rest:,} more</td></tr>" if rest > 0 else ""
        head = "<tr><th>where</th><th>level</th><th>rule</th><th>what</th></tr>"
        table = f"<table>{head}{rows}{more}</table>" if rows else ""
        return f"<p>dslint: {_cell(words.verdict(self, '·'))}</p>{table}"


def _cell(text: str) -> str:
    return escape(safe(text))
