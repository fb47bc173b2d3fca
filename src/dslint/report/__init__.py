"""The room of reports: what `check` found, written by one renderer a module."""

from __future__ import annotations

from importlib import import_module
from typing import TextIO

from dslint.errors import UsageError, did_you_mean
from dslint.model import Report
from dslint.report.screen import Options, look_of

__all__ = ["HUMAN", "NAMES", "Options", "render"]

NAMES: tuple[str, ...] = (
    *("full", "concise", "grouped", "json", "jsonl", "sarif"),
    *("github", "gitlab", "junit", "markdown", "html"),
)
"""Every report by name; `full` is for people at a terminal."""

HUMAN: frozenset[str] = frozenset({"full", "github", "html", "junit", "markdown"})
"""Those that show the examples of stories only; no other finding needs its column for them."""

_TABLE = ("full", "concise", "grouped")
_MARKUP = ("html", "junit", "markdown")


def render(name: str, report: Report, out: TextIO, options: Options) -> None:
    """Write `report` to `out` as the report `name`. Raises UsageError if there is none."""
    if name not in NAMES:
        hint = did_you_mean(name, NAMES)
        raise UsageError(f"`{name}` is no report{hint} (reports: {', '.join(NAMES)})")
    look = look_of(out, options)
    module = name
    if name in _TABLE:
        module = "verdict" if options.quiet else "statistics" if options.statistics else name
    lines = import_module(f"dslint.report.{module}").lines(report, options, look)
    if look.utf:
        out.writelines(f"{line}\n" for line in lines)
        return
    lacking = "xmlcharrefreplace" if name in _MARKUP else "backslashreplace"
    out.writelines(
        f"{line}\n".encode(look.encoding, lacking).decode(look.encoding) for line in lines
    )
