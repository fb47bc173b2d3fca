"""CSV is read by the record, each with the line on which it begins; what does not fit is said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.tabular.delimited import delimited
from dslint.tabular.dialect import DELIMITERS
from dslint.tabular.table import Table, TableError, Taken

HEAD = 1 << 20


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    """Cut bytes into blocks that end with a line, as files are read."""
    block = b""
    for line in io.BytesIO(data):
        block += line
        if len(block) >= size:
            yield block
            block = b""
    if block:
        yield block


def opened(data: bytes, given: str | None = None, size: int = 64) -> Table:
    return delimited(lambda: blocks(data, size), data[:HEAD], len(data) < HEAD, given)


def rows(data: bytes, given: str | None = None, size: int = 64) -> list[tuple[int, object]]:
    """Return each row with its line: what it holds, or what is wrong with it."""
    return [(each.place, _said(each)) for each in opened(data, given, size).rows()]


def _said(row: Taken) -> object:
    return (row.defect.kind, row.defect.found) if row.defect else json.loads(row.raw)


def test_rows_are_objects_with_the_names_of_the_header() -> None:
    table = opened(b"prompt,completion\nWhen?,At nine\nWhere?,Here\n")
    assert table.columns == ("prompt", "completion")
    assert [(each.place, json.loads(each.raw)) for each in table.rows()] == [
        (2, {"prompt": "When?", "completion": "At nine"}),
        (3, {"prompt": "Where?", "completion": "Here"}),
    ]


def test_a_table_is_read_as_often_as_it_is_asked() -> None:
    table = opened(b"a,b\n1,2\n")
    assert list(table.rows()) == list(table.rows()) != []


def test_the_line_is_that_on_which_a_record_begins_whatever_its_cells_hold() -> None:
    data = b'\n"a","b"\n"x\ny\n\nz",1\n\n2,"p\r\nq"\n3,4\n'
    assert rows(data) == [
        (3, {"a": "x\ny\n\nz", "b": "1"}),
        (8, {"a": "2", "b": "p\r\nq"}),
        (10, {"a": "3", "b": "4"}),
    ]


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_where_the_blocks_end_never_shows(size: int) -> None:
    data = b'a,b\n"x\ny",1\n2,"p,q"\n3,"4""4"\n'
    assert rows(data, size=size) == rows(data)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_of_every_system_are_read(mark: str, end: str) -> None:
    text = mark + end.join(("a;b", "1;ü", "2;é", ""))
    assert rows(text.encode()) == [(2, {"a": "1", "b": "ü"}), (3, {"a": "2", "b": "é"})]


def test_an_empty_cell_is_null() -> None:
    assert rows(b'a,b\n,""\n') == [(2, {"a": None, "b": None})]


def test_excels_first_line_names_the_delimiter() -> None:
    assert rows(b"sep=;\r\na;b\r\n1,5;2\r\n") == [(3, {"a": "1,5", "b": "2"})]


@pytest.mark.parametrize(
    ("data", "line", "kind", "found"),
    [
        (b"a,b\n1,2\n3\n4,5\n", 3, "too-few-cells", "it has 1 cell, and the header has 2"),
        (b"a,b\n1,2\n3,4,5\n", 3, "too-many-cells", "it has 3 cells, and the header has 2"),
        (b'a,b\n1,"x" y\n3,4\n', 2, "stray-quote", None),
        (b'a,b\n1,2\n3,"x\n4,5\n', 3, "open-quote", None),
        (b"a,b\n1,2\0\0\n", 2, "nul-byte", "2 NUL bytes"),
        (b"a,b\n1,caf\xe9\n", 2, "not-utf8", "`0xe9`"),
        (b'messages,b\n"[{""role"": ",2\n', 2, "unreadable-cell", "its `messages` are no JSON"),
    ],
)
def test_a_row_that_does_not_fit_is_said_with_its_line(
    data: bytes, line: int, kind: str, found: str | None
) -> None:
    ((where, what),) = [(each.place, each.defect) for each in opened(data).rows() if each.defect]
    assert (where, what.kind) == (line, kind)
    assert found is None or what.found == found


def test_what_is_wrong_with_a_row_leaves_the_others_and_its_own_text() -> None:
    taken = list(opened(b'a,b\n1,"x" y\r\n3,4\n').rows())
    assert [each.raw for each in taken] == [b'1,"x" y', b'{"a":"3","b":"4"}']


def test_backslashes_and_written_escapes_are_text() -> None:
    assert rows(b"a,b\n\\u0000,\\n\n") == [(2, {"a": "\\u0000", "b": "\\n"})]


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a\tb\n1, or so\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("Question (a|b),Answer\nx,y\n", ","),
        ("text\nhello\n", ","),
    ],
)
def test_the_header_says_what_divides_the_cells(data: str, delimiter: str) -> None:
    assert opened(data.encode()).columns == tuple(data.split("\n")[0].split(delimiter))


def test_where_two_delimiters_would_do_both_are_named() -> None:
    data = b"a|b,c\n1|2,3\n4|5,6\n"
    with pytest.raises(TableError, match=r"--delimiter comma .2 columns. or --delimiter pipe"):
        opened(data)
    assert rows(data, "comma")[0] == (2, {"a|b": "1|2", "c": "3"})
    assert rows(data, "|")[0] == (2, {"a": "1", "b,c": "2,3"})


@pytest.mark.parametrize("given", [",,", '"', "\n", "comm"])
def test_a_delimiter_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(TableError, match="one character"):
        opened(b"a,b\n1,2\n", given)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b,a\n1,2,3\n", r"2 columns that are called `a` \(1, 3\)"),
        (b"\n\n", "has no rows"),
        (b'"a,b\n1,2\n', "a quote in it is not closed"),
    ],
)
def test_a_header_that_can_not_be_used_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said):
        opened(data)


def test_a_column_without_a_name_is_called_by_its_place() -> None:
    assert opened(b",a,\n0,1,\n").columns == ("column 1", "a", "column 3")


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8
)


@given(
    header=st.lists(
        st.from_regex(r"[a-z]{1,6} [0-9]", fullmatch=True), min_size=2, max_size=4, unique=True
    ),
    table=st.data(),
    delimiter=st.sampled_from([*DELIMITERS]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    mark=st.booleans(),
)
def test_what_a_csv_writer_wrote_is_read_back(
    header: Sequence[str],
    table: st.DataObject,
    delimiter: str,
    end: str,
    quoting: int,
    mark: bool,
) -> None:
    """Law: with any delimiter, line end and quoting, the rows come back, each at its own line."""
    cells = table.draw(
        st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=5)
    )
    if quoting == csv.QUOTE_MINIMAL:  # which leaves a carriage return without quotes: a line's end
        cells = [[cell.replace("\r", "") for cell in record] for record in cells]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    places = []
    for record in (header, *cells):
        places.append(out.getvalue().count("\n") + 1)
        writer.writerow(record)
    read = rows(("\ufeff" * mark + out.getvalue()).encode(), delimiter)
    assert read == [
        (place, {name: cell or None for name, cell in zip(header, record, strict=True)})
        for place, record in zip(places[1:], cells, strict=True)
    ]


@given(
    st.binary(max_size=300)
    | st.text(st.sampled_from('ab",;\n\r\t|\0é'), max_size=60).map(str.encode),
    st.sampled_from([None, "comma", "tab"]),
)
def test_no_bytes_make_it_fail(data: bytes, given: str | None) -> None:
    """Law: any bytes give rows, broken rows, or a TableError; the lines only go up."""
    try:
        taken = list(opened(data, given).rows())
    except TableError:
        return
    assert [each.place for each in taken] == sorted(each.place for each in taken)
    for each in taken:
        assert each.defect or type(json.loads(each.raw)) is dict
