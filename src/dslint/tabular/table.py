"""What a table is to the rest: names of columns, and rows as JSON with the place of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from dslint.errors import InputError
from dslint.model import Defect
from dslint.tabular.cells import BrokenCellError, Reader, structured
from dslint.tabular.pictures import data_url

BROKEN = {
    "too-few-cells": "{found}",
    "too-many-cells": "{found}",
    "stray-quote": "a cell in quotes goes on after its closing quote (a quote in it is doubled)",
    "open-quote": "a quote opens in it that is never closed; what follows was not read",
    "huge-cell": "a cell is longer than {found} characters, perhaps for want of a closing quote; "
    "what follows was not read",
    "nul-byte": "it holds {found}",
    "not-utf8": "it is not UTF-8 ({found})",
    "unreadable-cell": "{found}",
}
"""What can be wrong with a row of a table, by kind, as it is said of the row."""


class TableError(InputError):
    """A table that can't be read as it is; `str()` says why, as what follows "it"."""


class Taken(NamedTuple):
    """A row of a table: its line or row number, and its JSON.

    Where `defect` says what is wrong with it, `raw` is what stands in the file, as far as that is
    text.
    """

    place: int
    raw: bytes
    defect: Defect | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is open: `rows` reads it, as often as it is asked.

    `unit` is what `Taken.place` counts: lines of text, or rows. `notice` is worth saying of how it
    was read.
    """

    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Taken]]
    unit: str = "line"
    notice: str = ""


def named(header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns' names; one without a name is called by its place.

    Raises TableError where two columns have one name.
    """
    names = tuple(name.strip() or f"column {at}" for at, name in enumerate(header, 1))
    for name, count in Counter(names).items():
        if count > 1:
            places = [str(at) for at, each in enumerate(names, 1) if each == name]
            raise TableError(
                f"has {count} columns that are called `{name}` ({', '.join(places)}): "
                "give each a name of its own"
            )
    return names


def written(
    row: dict[str, Any], readers: Mapping[str, Reader], place: int, raw: bytes = b""
) -> Taken:
    """Write a row as JSON, with cells of JSON in it as what they hold; `raw` stands in the file."""
    try:
        for name, read in readers.items():
            if type(row[name]) is str:
                row[name] = read(name, row[name])
            elif row[name] is None and read is structured:
                del row[name]  # no tools are no null
        # a copy, for what orjson gives holds on to ten times its length
        return Taken(place, memoryview(orjson.dumps(row, default=_plain)).tobytes())
    except BrokenCellError as broken:
        return flawed(place, "unreadable-cell", raw or _shown(row), str(broken))
    except orjson.JSONEncodeError as error:
        if "surrogates" in str(error) or "UTF-8" in str(error):
            return flawed(place, "not-utf8", raw or _shown(row), "a lone surrogate")
        return flawed(place, "unreadable-cell", raw or _shown(row), _why(error))


def flawed(place: int, kind: str, raw: bytes, found: str = "") -> Taken:
    """Return a row with what is wrong with it."""
    raw = raw.rstrip(b"\r\n")
    return Taken(place, raw, Defect(kind, 0, len(raw), found))


def _why(error: Exception) -> str:
    return str(error.__cause__ or error)


def _shown(row: Mapping[str, Any]) -> bytes:
    return str(row).encode("utf-8", "backslashreplace")


def _plain(value: object) -> object:
    match value:
        case Decimal():
            return float(value) if value.is_finite() else None
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case bytes():
            if picture := data_url(value):
                return picture
            raise TypeError(f"a cell holds {len(value):,} bytes that are no text and no picture")
    raise TypeError(f"a cell is of the type `{type(value).__name__}`")
