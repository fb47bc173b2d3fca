"""Rows as Parquet: one type a column, found from the rows; what a type would bend is JSON text."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias

import orjson

from dslint.errors import InputError

if TYPE_CHECKING:
    from polars import DataType

ROWS = 10_000
"""Rows in a group, which is what a reader takes at a time."""

TEXTS = frozenset(
    {
        *("tools", "functions", "arguments", "parameters", "toolConfig", "args", "response"),
        *("functionDeclarations", "inputSchema"),
    }
)
"""Keys of values that differ from row to row in their own keys: as types of Arrow's they would all
have the keys of all, so they are JSON text.
"""

NOTHING, TEXT, FLAG, WHOLE, NUMBER = "nothing", "text", "flag", "whole", "number"
JSON = "json"

Shape: TypeAlias = "str | list[Any] | dict[str, Any]"
"""A type: a word, a list with the type of its items, or an object with those of its keys."""


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


def write(lines: BinaryIO, out: Sink) -> bool:
    """Write lines of JSON, a row each, as one Parquet file, a group of rows at a time.

    Says whether contents that were text are lists of parts now, because others are such lists.
    """
    import polars

    shape: Shape = NOTHING
    for line in lines:
        shape = united(shape, shape_of(orjson.loads(line)))
    assert type(shape) is dict
    lines.seek(0)
    with tempfile.TemporaryDirectory(prefix="dslint-") as folder:
        plain, packed = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        with plain.open("wb") as even:
            for line in lines:
                even.write(orjson.dumps(fitted(orjson.loads(line), shape)) + b"\n")
        schema = {name: _arrow(each) for name, each in shape.items()}
        rows = polars.scan_ndjson(plain, schema=schema)
        try:
            rows.sink_parquet(packed, compression="zstd", row_group_size=ROWS)
        except polars.exceptions.PolarsError as error:
            raise InputError(f"the rows can't be written as Parquet: {error}") from None
        with packed.open("rb") as whole:
            while block := whole.read(1 << 20):
                out.write(block)
    return _has_parts(shape)


def shape_of(value: Any, key: str = "") -> Shape:
    """Return the type of a value."""
    match value:
        case None | {} if not value:
            return NOTHING
        case str():
            return TEXT
        case bool():
            return FLAG
        case int():
            return WHOLE
        case float():
            return NUMBER
        case list() if key not in TEXTS:
            items: Shape = NOTHING
            for each in value:
                items = united(items, shape_of(each))
            return [items]
        case dict() if key not in TEXTS:
            return {name: shape_of(each, name) for name, each in value.items()}
        case _:
            return JSON


def united(one: Shape, other: Shape) -> Shape:
    """Return the type that holds values of both: texts and lists of parts are lists of parts."""
    if one == other or other == NOTHING:
        return one
    if one == NOTHING:
        return other
    if type(one) is dict and type(other) is dict:
        keys = dict.fromkeys([*one, *other])
        return {key: united(one.get(key, NOTHING), other.get(key, NOTHING)) for key in keys}
    if type(one) is list and type(other) is list:
        return [united(one[0], other[0])]
    if (one, other) in ((WHOLE, NUMBER), (NUMBER, WHOLE)):
        return NUMBER
    for parts, text in ((one, other), (other, one)):
        if text == TEXT and _are_parts(parts):
            return parts
    return JSON


def _has_parts(shape: Shape) -> bool:
    inside = shape.values() if type(shape) is dict else shape if type(shape) is list else ()
    return _are_parts(shape) or any(map(_has_parts, inside))


def _are_parts(shape: Shape) -> bool:
    """Say whether a type is that of a message's content in parts."""
    return type(shape) is list and type(shape[0]) is dict and {"type", "text"} <= shape[0].keys()


def fitted(value: Any, shape: Shape) -> Any:
    """Return a value as its type has it."""
    if value is None or shape == NOTHING:
        return None
    if shape == JSON:
        return value if type(value) is str else orjson.dumps(value).decode()
    if type(shape) is dict and type(value) is dict:
        return {key: fitted(each, shape[key]) for key, each in value.items()}
    if type(shape) is list:
        parts = [{"type": "text", "text": value}] if type(value) is str else value
        return [fitted(each, shape[0]) for each in parts]
    return value


def _arrow(shape: Shape) -> DataType | type[DataType]:
    import polars

    if type(shape) is dict:
        return polars.Struct(_fields(shape.items()))
    if type(shape) is list:
        return polars.List(_arrow(shape[0]))
    kinds = {FLAG: polars.Boolean, WHOLE: polars.Int64, NUMBER: polars.Float64}
    return kinds.get(str(shape), polars.String)


def _fields(items: Iterable[tuple[str, Shape]]) -> list[Any]:
    import polars

    return [polars.Field(name, _arrow(each)) for name, each in items]
