"""Reads CSV and its kin as a stream: a record at a time, with the line on which each begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dslint.tabular.cells import readers
from dslint.tabular.dialect import declared, delimiter, delimiter_named
from dslint.tabular.table import Table, TableError, Taken, flawed, named, written

LONGEST = 1 << 28
"""Characters that a cell may have: what a quote that is never closed can take of the memory."""

_NUL = b"\\u0000"


def delimited(
    blocks: Callable[[], Iterable[bytes]], head: bytes, whole: bool, given: str | None = None
) -> Table:
    """Open a table in UTF-8, which `blocks` reads in whole lines and which begins with `head`.

    `whole` says that the head is all of it, `given` what its cells are divided by. Raises
    TableError for what is no table.
    """
    text = head.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    said, length = declared(text)
    by = delimiter_named(given) if given else said or delimiter(text[length:], whole)
    first = _Records(blocks, by)
    csv.field_size_limit(max(LONGEST, csv.field_size_limit()))
    for _, header in first:
        if type(header) is not list:
            raise TableError("has no header that can be read: a quote in it is not closed")
        return Table(named(header), lambda: _rows(blocks, by))
    raise TableError("has no rows")


def _rows(blocks: Callable[[], Iterable[bytes]], by: str) -> Iterator[Taken]:
    records = _Records(blocks, by)
    rest = iter(records)
    names = named(next(rest)[1])
    width, special = len(names), readers(names)
    for line, cells in rest:
        if type(cells) is Taken:
            yield cells
        elif len(cells) != width:
            kind = "too-few-cells" if len(cells) < width else "too-many-cells"
            count = f"{len(cells)} cell" + "s"[: len(cells) != 1]
            yield flawed(line, kind, records.raw(), f"it has {count}, and the header has {width}")
        else:
            row: dict[str, Any] = dict(zip(names, [cell or None for cell in cells], strict=True))
            taken = written(row, special, line)
            if taken.defect:
                raw, found = records.raw(), taken.defect.found
                if taken.defect.kind == "not-utf8":
                    found = _stray(raw)
                taken = flawed(line, taken.defect.kind, raw, found)
            elif _NUL in taken.raw and (zeros := sum(cell.count("\0") for cell in cells)):
                found = f"{zeros} NUL byte" + "s"[: zeros != 1]
                taken = flawed(line, "nul-byte", records.raw(), found)
            yield taken


def _stray(raw: bytes) -> str:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"`0x{raw[error.start]:02x}`"
    return "a lone surrogate"


class _Records:
    """The records of a table one after another; `raw` is what the last one stands in."""

    def __init__(self, blocks: Callable[[], Iterable[bytes]], by: str) -> None:
        self.blocks, self.by = blocks, by
        self.line = 0  # lines that are behind
        self.held: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield the line on which a record begins, and its cells or what is wrong with it."""
        records = csv.reader(self.lines(), delimiter=self.by, strict=True)
        while True:
            self.held.clear()
            begun = self.line + 1
            try:
                cells = next(records)
            except StopIteration:
                return
            except csv.Error as error:
                kind = _kind(error)
                yield begun, flawed(begun, kind, self.raw(), f"{LONGEST:,}")
                if kind != "stray-quote":
                    return
                continue
            if cells:
                yield begun, cells

    def lines(self) -> Iterator[str]:
        ends: str | None = None
        for number, block in enumerate(self.blocks()):
            text = block.decode("utf-8", "surrogateescape")
            if number == 0:
                text = text.removeprefix("\ufeff")
                ends = "\n" if "\n" in text else "\r"
                length = declared(text)[1]
                self.line += bool(length)
                text = text[length:]
            assert ends is not None
            for line in io.StringIO(text, newline=""):
                self.held.append(line)
                self.line += line.endswith(ends)
                yield line

    def raw(self) -> bytes:
        return "".join(self.held).encode("utf-8", "surrogateescape")


def _kind(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "open-quote"
    return "huge-cell" if "field limit" in text else "stray-quote"
