"""A sheet of a workbook gives its rows as they are seen, with the sheet's own row numbers."""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from datetime import datetime

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from dslint.tabular.table import TableError
from dslint.tabular.workbook import workbook

Cells = dict[tuple[int, int], object]


def book(**sheets: Cells) -> bytes:
    """Write a workbook of sheets, each with its cells by row and column from 0."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for name, cells in sheets.items():
        sheet = made.add_worksheet(name)
        for (row, column), value in cells.items():
            match value:
                case str():
                    sheet.write_string(row, column, value)
                case datetime():
                    sheet.write_datetime(row, column, value, day)
                case _:
                    sheet.write(row, column, value)
    made.close()
    return out.getvalue()


def test_rows_have_the_numbers_that_the_sheet_shows() -> None:
    cells: Cells = {(2, 1): "prompt", (2, 2): "completion", (3, 1): "a", (3, 2): "b"}
    table = workbook(book(FAQ=cells | {(6, 1): "line\nbreak", (6, 2): "=1+1"}))
    assert table.columns == ("prompt", "completion")
    assert table.unit == "row"
    assert [(each.place, json.loads(each.raw)) for each in table.rows()] == [
        (4, {"prompt": "a", "completion": "b"}),
        (7, {"prompt": "line\nbreak", "completion": "=1+1"}),
    ]


def test_numbers_and_days_are_text_as_they_are_seen() -> None:
    values = [4, 1.5, 0.1 + 0.2, True, datetime(2024, 2, 29)]
    cells: Cells = {(0, at): f"c{at}" for at in range(5)}
    (row,) = workbook(book(A=cells | {(1, at): value for at, value in enumerate(values)})).rows()
    assert [*json.loads(row.raw).values()] == ["4", "1.5", "0.3", "true", "2024-02-29 00:00:00"]


def test_messages_in_cells_are_what_they_hold() -> None:
    (row,) = workbook(book(A={(0, 0): "messages", (1, 0): '[{"role": "user"}]'})).rows()
    assert json.loads(row.raw) == {"messages": [{"role": "user"}]}


def test_a_cell_that_excel_has_cut_is_said_to_be_cut() -> None:
    cut = ('[{"role": "user", "content": "' + "a" * 32_767)[:32_767]
    (row,) = workbook(book(A={(0, 0): "messages", (1, 0): cut})).rows()
    assert row.defect is not None
    assert "break off at 32,767 characters" in row.defect.found


def test_the_first_sheet_is_read_and_the_others_are_named() -> None:
    content = book(One={(0, 0): "a", (1, 0): "1"}, Two={(0, 0): "b", (1, 0): "2"})
    table = workbook(content)
    assert table.columns == ("a",)
    assert table.notice == "the sheet `One` was read; there is also `Two` (--sheet NAME)"
    assert workbook(content, "Two").columns == ("b",)


@pytest.mark.parametrize(
    ("content", "sheet", "said"),
    [
        (book(One={(0, 0): "a"}), "on", r"has no sheet `on` \(it has `One`\)"),
        (book(One={}, Two={(0, 0): "a"}), None, "nothing in its sheet `One`; there is also `Two`"),
        (b"PK\x03\x04 xl/workbook.xml", None, "is no workbook that can be read"),
    ],
)
def test_what_can_not_be_read_is_said(content: bytes, sheet: str | None, said: str) -> None:
    with pytest.raises(TableError, match=said):
        workbook(content, sheet)


def test_without_its_reader_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    with pytest.raises(TableError, match=r"pip install 'dslint\[xlsx\]'"):
        workbook(b"")


@given(st.binary(max_size=100), st.integers(0, 5_000))
def test_no_damage_makes_it_fail(junk: bytes, at: int) -> None:
    """Law: a workbook that is written over somewhere gives rows or a TableError."""
    whole = book(One={(0, 0): "a", (1, 0): "1"})
    with suppress(TableError):
        list(workbook(whole[:at] + junk + whole[at + len(junk) :]).rows())
