"""The hub of dataset formats: which there are, and which one a row or a file is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dslint.errors import UsageError, did_you_mean
from dslint.formats.foreign import FOREIGN
from dslint.formats.openai import (
    CHAT,
    COMPLETION,
    PREFERENCE,
    REINFORCEMENT,
    looks_like_reinforcement,
)
from dslint.formats.shape import Format, Row, Turn

__all__ = ["FORMATS", "UNKNOWN", "Format", "Row", "Turn", "of_file", "of_row", "verify"]

FORMATS: dict[str, Format] = {
    each.name: each for each in (*FOREIGN, CHAT, COMPLETION, PREFERENCE, REINFORCEMENT)
}
"""Every format by name, in the order in which a row is tried against them: OpenAI's would claim
some others' rows.
"""

UNKNOWN = "unknown"
"""The format of a file whose rows fit no format."""


def verify(name: str | None) -> None:
    """Raise UsageError for the name of a format that nobody knows."""
    if name is not None and name not in FORMATS:
        plain = [each.name for each in (CHAT, COMPLETION, PREFERENCE, REINFORCEMENT)]
        known = ", ".join(f"`{each}`" for each in [*plain, *sorted(FORMATS.keys() - {*plain})])
        hint = did_you_mean(name, FORMATS)
        raise UsageError(f"there is no format `{name}`{hint} (formats: {known})")


def of_row(row: object, expected: str = UNKNOWN) -> str:
    """Return the format of a row: `expected` where it fits, else the first that does, else
    `UNKNOWN`.
    """
    if type(row) is not dict:
        return UNKNOWN
    if expected != UNKNOWN and FORMATS[expected].detect(row):
        return expected
    return next((name for name, each in FORMATS.items() if each.detect(row)), UNKNOWN)


def of_file(rows: Iterable[object]) -> str:
    """Return the format that most of the first rows of a file are in; `UNKNOWN` where they fit
    none.
    """
    seen: Counter[str] = Counter()
    graded = 0
    for row in rows:
        name = of_row(row)
        seen[name] += 1
        graded += name == CHAT.name and type(row) is dict and looks_like_reinforcement(row)
    del seen[UNKNOWN]
    if not seen:
        return UNKNOWN
    name = max(seen, key=lambda each: seen[each])
    if name == CHAT.name and graded * 2 > seen[name]:
        return REINFORCEMENT.name
    return name
