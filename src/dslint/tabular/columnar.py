"""Reads Parquet and Arrow files a batch at a time, whatever their size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dslint.tabular.cells import readers
from dslint.tabular.table import Table, TableError, Taken, written

if TYPE_CHECKING:
    import polars as pl

HELD = 16 * 1024 * 1024
"""Bytes of rows that are held at a time, about; polars itself holds a group of rows beside."""

FIRST, MOST = 500, 20_000
"""Rows of the first batch, which tells how large they are; and of any batch at the most."""

_PICTURE = frozenset({"bytes", "path"})
"""The keys of a picture, as Hugging Face `datasets` keeps it."""

_STREAM = b"\xff\xff\xff\xff"


def columnar(path: str, kind: str) -> Table:
    """Open a Parquet or an Arrow file (of either kind). Raises TableError where it is damaged."""
    with _said(kind):
        frame = _scan(path, kind)
        schema = frame.collect_schema()
    if not schema:
        raise TableError("has no columns")
    if "input_ids" in schema:
        raise TableError("holds tokens (`input_ids`), and no text to look into")
    nested = {name: kind for name, kind in schema.items() if kind.is_nested()}
    return Table(tuple(schema), lambda: _rows(path, kind, nested), unit="row")


def _scan(path: str, kind: str) -> pl.LazyFrame:
    import polars as pl

    if kind == "parquet":
        return pl.scan_parquet(path, glob=False)
    with open(path, "rb") as file:
        stream = file.read(4) == _STREAM
    # a stream, as Hugging Face keeps what it has loaded, is read whole
    return pl.read_ipc_stream(path).lazy() if stream else pl.scan_ipc(path, glob=False)


def _rows(path: str, kind: str, nested: Mapping[str, Any]) -> Iterator[Taken]:
    number = 0
    with _said(kind):
        for batch in _batches(_scan(path, kind)):
            special = readers(batch.columns)
            for row in batch.iter_rows(named=True):
                number += 1
                for name in nested:
                    if row[name] is None:
                        del row[name]
                    else:
                        row[name] = _given(row[name])
                own = {name: read for name, read in special.items() if name in row}
                yield written(row, own, number)


def _batches(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """Yield the rows of a frame, about `HELD` bytes at a time: polars' own batches hold more."""
    begin, size = 0, FIRST
    while (batch := frame.slice(begin, size).collect()).height:
        yield batch
        begin += batch.height
        size = min(MOST, 1 + HELD * batch.height // max(1, int(batch.estimated_size())))


def _given(value: Any) -> Any:
    """Leave out the keys that a struct has for other rows' sake: Arrow gives all rows the keys of
    each, with null where a row has none.
    """
    if type(value) is dict:
        if value.keys() == _PICTURE:
            return value["path"] if value["bytes"] is None else value["bytes"]
        return {key: _given(each) for key, each in value.items() if each is not None}
    if type(value) is list:
        return [_given(each) for each in value]
    return value


@contextmanager
def _said(kind: str) -> Iterator[None]:
    """Turn what polars raises for a damaged file into a TableError; it panics over some."""
    import polars as pl

    try:
        yield
    except (pl.exceptions.PolarsError, OSError, ValueError, OverflowError) as error:
        raise TableError(f"is no whole {kind} file: {_first(error)}") from None
    except pl.exceptions.PanicException as panic:
        raise TableError(f"is no whole {kind} file: {_first(panic)}") from None


def _first(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
