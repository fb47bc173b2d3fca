"""Reads a sheet of an Excel workbook; what its formulas gave is read, not the formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dslint.errors import did_you_mean
from dslint.tabular.cells import readers
from dslint.tabular.table import Table, TableError, Taken, named, written


def workbook(content: bytes, sheet: str | None = None) -> Table:
    """Open the first sheet of a workbook, or the one that is named. All of it is held in memory.

    Raises TableError, also where what reads workbooks is not installed.
    """
    try:
        import fastexcel
    except ModuleNotFoundError:
        raise TableError(
            "is an Excel workbook, and what reads one is not installed: "
            "pip install 'dslint[xlsx]' (or save the sheet as CSV)"
        ) from None
    try:
        book = fastexcel.read_excel(content)
        names: Sequence[str] = book.sheet_names
        name = _chosen(names, sheet)
        # without a header row of its own, and with no row skipped, a row's number is the sheet's
        frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except TableError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            said = (str(error).strip().splitlines() or [""])[0]
            raise TableError(f"is no workbook that can be read: {said}") from None
        raise
    header = next((at for at, cells in enumerate(frame.iter_rows()) if any(cells)), None)
    if header is None:
        raise TableError(f"has nothing in its sheet `{name}`" + _others(names, name))
    columns = named([cell or "" for cell in frame.row(header)])
    notice = f"the sheet `{name}` was read" + _others(names, name) if len(names) > 1 else ""
    return Table(columns, lambda: _rows(frame, header, columns), "row", notice)


def _chosen(names: Sequence[str], sheet: str | None) -> str:
    if not names:
        raise TableError("has no sheets")
    if sheet is None:
        return names[0]
    if sheet not in names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise TableError(f"has no sheet `{sheet}`{did_you_mean(sheet, names)} (it has {listed})")
    return sheet


def _others(names: Sequence[str], name: str) -> str:
    others = ", ".join(f"`{each}`" for each in names if each != name)
    return f"; there is also {others} (--sheet NAME)" if others else ""


def _rows(frame: Any, header: int, columns: tuple[str, ...]) -> Iterator[Taken]:
    special = readers(columns)
    for number, cells in enumerate(frame.iter_rows(), 1):
        if number > header + 1 and any(cells):
            row = dict(zip(columns, [cell or None for cell in cells], strict=True))
            yield written(row, special, number)
