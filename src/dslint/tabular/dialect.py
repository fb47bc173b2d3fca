"""Tells what divides the cells of a table in text."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from dslint.tabular.table import TableError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""What cells are divided by, with the names that a user may type for them."""

RECORDS = 100
"""Records that a delimiter is told from."""

_DECLARED = re.compile(r"sep=(.)\r?\n")


def declared(text: str) -> tuple[str, int]:
    """Return the delimiter that Excel's first line `sep=;` names, and the length of that line."""
    found = _DECLARED.match(text)
    return (found[1], found.end()) if found else ("", 0)


def delimiter(text: str, whole: bool) -> str:
    """Return what divides the cells in the beginning of a table; `whole`, if that is all of it.

    The header says it, and where the header leaves a choice, the records that have as many cells.
    A header without any of them is that of a table of one column. Raises TableError where two
    would do.
    """
    widths: dict[str, int] = {}
    fitting: list[str] = []
    for each in DELIMITERS:
        counts = _counts(text, each, whole)
        if not counts or counts[0] < 2:
            continue
        widths[each] = counts[0]
        if sum(count == counts[0] for count in counts[1:]) * 10 >= (len(counts) - 1) * 9:
            fitting.append(each)
    if len(fitting) == 1 or len(widths) == 1:
        return (fitting or [*widths])[0]
    if not widths:
        return ","
    choice = " or ".join(
        f"--delimiter {DELIMITERS[each]} ({widths[each]} columns)" for each in fitting or widths
    )
    raise TableError(f"can be divided into cells in several ways; say which: {choice}")


def _counts(text: str, by: str, whole: bool) -> list[int]:
    """Return how many cells the first records have, the header's first."""
    counts: list[int] = []
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=by)
        counts.extend(len(record) for record in islice(records, RECORDS + 1) if record)
    except csv.Error:
        return counts
    if not whole and len(counts) <= RECORDS and len(counts) > 1:
        counts.pop()  # the sample ends inside it
    return counts


def delimiter_named(given: str) -> str:
    """Return the delimiter that a user means: the character itself or its name."""
    names = {name: each for each, name in DELIMITERS.items()} | {"\\t": "\t"}
    found = names.get(given.lower(), given)
    if len(found) != 1 or found in '"\r\n\0':
        raise TableError(
            f"can't be divided by `{given}`: a delimiter is one character, or "
            f"{', '.join(DELIMITERS.values())}"
        )
    return found
