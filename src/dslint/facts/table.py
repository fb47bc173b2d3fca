"""What a table is: named columns, each built from a batch or derived from others, and only when a
rule names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from dslint.facts.batch import Batch
from dslint.formats import FORMATS


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type, what it says, and how it comes about.

    `build` takes a batch and gives a value a row; `derive` gives an expression over the columns
    `needs`.
    """

    dtype: pl.DataType | type[pl.DataType]
    says: str
    build: Callable[[Any], Sequence[Any] | pl.Series] | None = None
    derive: Callable[[], pl.Expr] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of facts: `rows` says how many rows a batch has in it, `pointer` where the place `at`
    of a row is, `mark` the regular expression that narrows it where rows differ in that.
    """

    name: str
    says: str
    columns: Mapping[str, Column]
    rows: Callable[[Any], int]
    pointer: Callable[[Any, int, str], str] = lambda batch, row, at: f"/{at}" if at else ""
    mark: Callable[[Any, int], str | None] = lambda batch, row: None

    @cached_property
    def vocabulary(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """The columns that a rule may name, with their types."""
        return {
            name: column.dtype for name, column in self.columns.items() if not name.startswith("_")
        }

    def frame(self, batch: Any, names: Iterable[str]) -> pl.DataFrame:
        """Build the columns `names` of a batch, and those that they need."""
        wanted = self.closure(names)
        built = [
            column_of(name, self.columns[name], batch)
            for name in wanted
            if self.columns[name].build is not None
        ]
        frame = pl.DataFrame(built)
        return derive(frame, self.columns, wanted)

    def closure(self, names: Iterable[str]) -> list[str]:
        """Return `names` and all that they need, what is needed first."""
        found: dict[str, None] = {}

        def add(name: str) -> None:
            if name not in found:
                for need in self.columns[name].needs:
                    add(need)
                found[name] = None

        for name in sorted(names):
            add(name)
        return list(found)


def derive(
    frame: pl.DataFrame, columns: Mapping[str, Column], wanted: Collection[str]
) -> pl.DataFrame:
    """Add the derived columns among `wanted`, a layer at a time, each over what stands before."""
    waiting = [name for name in wanted if columns[name].derive is not None]
    while waiting:
        ready = [name for name in waiting if not set(columns[name].needs) & set(waiting)]
        frame = frame.with_columns(
            columns[name].derive().cast(columns[name].dtype).alias(name)  # type: ignore[misc]
            for name in ready
        )
        waiting = [name for name in waiting if name not in ready]
    return frame


def pointed(batch: Batch, turn: int, at: str) -> str:
    """Return the pointer of the place `at`, in OpenAI's names, of a message, in the names of its
    format.
    """
    found = batch.turn(turn)
    if not at:
        return found.pointer
    keys = FORMATS[batch.records[batch.owners[turn]].format].keys
    key, _, rest = at.partition("/")
    if key not in keys:
        return f"{found.pointer}/{at}"
    # Calls that a format keeps elsewhere are not built there as OpenAI's are.
    return found.pointer + keys[key] + (f"/{rest}" if rest and key != "tool_calls" else "")


def existing(data: object, pointer: str) -> str:
    """Return a pointer as far as `data` has what it names: readers may build what lies below."""
    found: Any = data
    steps = pointer.split("/")
    for at, step in enumerate(steps[1:], 1):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif (
            isinstance(found, list)
            and name.isdecimal()
            and len(name) < 9
            and int(name) < len(found)
        ):
            found = found[int(name)]
        else:
            return "/".join(steps[:at])
    return pointer


def scattered(
    size: int, absent: Any, dtype: type[pl.DataType], given: Mapping[int, Any]
) -> pl.Series:
    """Make a column of `size` rows of the few values that are given, by their rows."""
    column = pl.repeat(absent, size, dtype=dtype, eager=True)
    return column.scatter(list(given), list(given.values())) if given else column


def column_of(name: str, column: Column, batch: Any) -> pl.Series:
    assert column.build is not None
    values = column.build(batch)
    if isinstance(values, pl.Series):
        return values.alias(name)
    if column.dtype == pl.List(pl.String):
        return _lists(values).alias(name)
    return pl.Series(name, values, dtype=column.dtype)


def _lists(values: Iterable[Sequence[str]]) -> pl.Series:
    """Make a column of lists of words: each distinct list once, for polars builds lists one at a
    time, slowly.
    """
    distinct: dict[tuple[str, ...], int] = {}
    places = [distinct.setdefault(tuple(each), len(distinct)) for each in values]
    return pl.Series(list(map(list, distinct)), dtype=pl.List(pl.String)).gather(places)
