"""Rows in memory: put on disk as JSONL, so that one engine looks at whatever holds them."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from dslint.errors import InputError, UsageError
from dslint.jsonl.source import Source

NAME = "<rows>"
"""What such rows are called where a file's path would stand."""

BATCH = 1_000
"""Rows of a frame that are turned into Python values together."""


@contextmanager
def spooled(data: object) -> Iterator[Source]:
    """Write rows to a temporary file, a line each, and give it as a source; it is gone afterwards.

    Raises InputError for a value that JSON has nothing for; the row is counted from 1.
    """
    with tempfile.TemporaryDirectory(prefix="dslint-") as folder:
        path = Path(folder) / "rows.jsonl"
        with path.open("wb") as out:
            for number, row in enumerate(rows(data), 1):
                out.write(_line(row, number) + b"\n")
        yield Source(NAME, str(path))


def rows(data: object) -> Iterable[Any]:
    """Return the rows of what holds them: a frame, a table, a dataset or any iterable of rows.

    Nothing is imported: a frame is known by where its class comes from. Raises UsageError for what
    has no rows.
    """
    kind = type(data)
    library, frame = kind.__module__.partition(".")[0], _any(data)
    match library, kind.__name__:
        case "polars", "LazyFrame":
            return rows(frame.collect())
        case "polars", "DataFrame":
            named: Iterable[Any] = frame.iter_rows(named=True)
            return named
        case "pandas", "DataFrame":
            return _pandas(frame)
        case "pyarrow", "Table" | "RecordBatch":
            batches = frame.to_batches(BATCH) if kind.__name__ == "Table" else [frame]
            return (row for batch in batches for row in batch.to_pylist())
    if isinstance(data, Mapping):
        raise UsageError(
            "a dictionary is one row, or a dataset's splits: pass `[row]`, or one of the splits"
        )
    if isinstance(data, Iterable) and not isinstance(data, bytes | bytearray | memoryview):
        return data
    raise UsageError(f"`{kind.__name__}` holds no rows: pass a path, rows, a frame or a dataset")


def _pandas(frame: Any) -> Iterator[Any]:
    for begin in range(0, len(frame), BATCH):
        yield from frame.iloc[begin : begin + BATCH].to_dict("records")


def _line(row: object, number: int) -> bytes:
    try:
        return orjson.dumps(row, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError:
        pass  # a lone surrogate, a number beyond 64 bits, a key that is no text; or really no JSON
    try:
        return json.dumps(_whole(row)).encode("ascii")
    except (TypeError, ValueError) as error:
        raise InputError(f"row {number:,} can't be written as JSON: {error}") from None
    except RecursionError:
        raise InputError(
            f"row {number:,} can't be written as JSON: it is nested too deep"
        ) from None


def _plain(value: object) -> object:
    """Return a value that JSON lacks as one that it has: dates as text, what is missing as null."""
    match value:
        case Decimal():
            return float(value) if value.is_finite() else None
        case datetime() | date() | time():
            # pandas' NaT is a datetime, and no day
            return value.isoformat() if value == value else None
        case Mapping():
            return dict(value)
        case set() | frozenset() | bytes() | bytearray():
            raise TypeError(f"a value is of the type `{type(value).__name__}`")
    found = _any(value)
    if hasattr(value, "tolist"):  # of numpy: an array of objects, or a scalar that orjson lacks
        return found.tolist()
    if hasattr(value, "as_py"):  # of pyarrow
        return found.as_py()
    if hasattr(value, "to_list"):  # a series of polars
        return found.to_list()
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    raise TypeError(f"a value is of the type `{type(value).__name__}`")


def _whole(value: Any) -> Any:
    """Return a value as the standard library's json writes it the way that orjson does."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else str(key): _whole(each) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return _whole(_plain(value))


def _any(value: object) -> Any:
    return value
