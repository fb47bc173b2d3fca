"""Opens the files that hold tables, each by what reads its kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from dslint.jsonl import source
from dslint.jsonl.encoding import explained, foreign, verified
from dslint.jsonl.source import Source
from dslint.tabular.table import Table, TableError

TABLES = frozenset({"csv", "parquet", "arrow", "xlsx"})
"""Containers that hold tables."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read, where they don't say it: what a user says of them.

    `encoding` is Python's name, empty for UTF-8, None where nobody named one. `anyhow` says that
    what is no dataset is read all the same: JSON in UTF-16, text that is a list; and JSON in an old
    encoding explained, as tables always are.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    anyhow: bool = False

    @property
    def explains(self) -> bool:
        return self.anyhow and self.encoding is None


AS_IT_IS = Reading()


def told(encoding: str | None, delimiter: str | None, sheet: str | None) -> Reading:
    """Return how to read a file of which a user says this much. Raises UsageError for an encoding
    that there is not.
    """
    known = None if encoding is None else verified(encoding)
    return Reading(known, delimiter, sheet, anyhow=True)


BLOCK = 256 * 1024
"""Bytes of CSV that are read together: as text, four times as many."""


def opened(found: Source, head: bytes, kind: str, reading: Reading) -> Table:
    """Open a table that begins with `head`. Raises TableError where it can't be read as it is."""
    match kind:
        case "csv" | "text":
            if reading.encoding is None and foreign(head):
                raise TableError(explained(head))
            blocks = partial(source.blocks, found, BLOCK)
            if kind == "text":
                from dslint.tabular.lines import listed

                return listed(blocks)
            from dslint.tabular.delimited import delimited

            whole = len(head) < source.HEAD
            return delimited(blocks, head, whole, reading.delimiter)
        case "xlsx":
            from dslint.tabular.workbook import workbook

            with found.open() as file:
                return workbook(source.read(found, file, MOST), reading.sheet)
        case _ if found.packing:
            raise TableError(f"is {kind} packed once more: unpack it first")
        case _:
            from dslint.tabular.columnar import columnar

            return columnar(found.path, kind)


MOST = 1 << 30
"""Bytes of a workbook that are read at the most: Excel itself opens none that is larger."""
