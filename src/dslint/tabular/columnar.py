"""Reads Parquet and Arrow files a batch at a time, whatever their size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dslint.tabular.cells import readers
from dslint.tabular.table import Table, TableError, Taken, written

if TYPE_CHECKING:
    import polars as pl

BATCH = 2_000
"""Rows that are turned into Python values together."""

_STREAM = b"\xff\xff\xff\xff"


def columnar(path: str, kind: str) -> Table:
    """Open a Parquet or an Arrow file (of either kind). Raises TableError where it is damaged."""
    with _said(kind):
        frame = _scan(path, kind)
        schema = frame.collect_schema()
    if not schema:
        raise TableError("has no columns")
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
        batches = _scan(path, kind).collect_batches(chunk_size=BATCH, lazy=True)
        for batch in batches:
            special = readers(batch.columns)
            for begin in range(0, batch.height, BATCH):
                for row in batch.slice(begin, BATCH).iter_rows(named=True):
                    number += 1
                    for name in nested:
                        if row[name] is None:
                            del row[name]
                        else:
                            row[name] = _given(row[name])
                    own = {name: read for name, read in special.items() if name in row}
                    yield written(row, own, number)


def _given(value: Any) -> Any:
    """Leave out the keys that a struct has for other rows' sake: Arrow gives all rows the keys of
    each, with null where a row has none.
    """
    if type(value) is dict:
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
