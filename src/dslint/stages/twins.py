"""Makes sure that rows with one hash are the same: they are read again, and what they say is
compared by a hash that nobody collides with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.hashes import canonical_hash, line_hash
from dslint.facts.identity import prompts
from dslint.facts.shingles import plainly
from dslint.model import Record
from dslint.stages.alike import READ, read
from dslint.stages.files import File

Tell = Callable[[Sequence[Record]], list[str]]
"""What says, as 32 hexadecimal digits each, what records are held to be the same by."""


def whole(records: Sequence[Record]) -> list[str]:
    """Tell records by all that they say; what is no JSON object by its bytes."""
    return [line_hash(each.raw) for each in records]


def plain(records: Sequence[Record]) -> list[str]:
    """Tell records by all that they say, past case, spacing and punctuation."""
    return [
        canonical_hash(plainly(each.data)) if each.data else line_hash(each.raw) for each in records
    ]


def prompt(records: Sequence[Record]) -> list[str]:
    """Tell records by what comes before the answer."""
    found = prompts(Batch(list(records)))
    return [
        canonical_hash(each) if record.data else line_hash(record.raw)
        for record, each in zip(records, found, strict=True)
    ]


def plain_prompt(records: Sequence[Record]) -> list[str]:
    """Tell records by what comes before the answer, past case, spacing and punctuation."""
    folded = [Record(each.line, each.raw, plainly(each.data), each.format) for each in records]
    return prompt(folded)


def firsts(
    files: Sequence[File],
    rows: pl.DataFrame,
    key: str,
    tell: Tell,
    order: pl.Series | None = None,
    format: str | None = None,
) -> pl.DataFrame:
    """Return the rows that repeat another one: `row` and `first`, positions in the prints.

    `first` is the row of the same kind that comes first in `order` (by default that of the prints).
    Rows with a null in the column `key`, a hash, repeat nothing; those with the same are read
    again, and are told by what `tell` says of them.
    """
    row = pl.int_range(len(rows), eager=True, dtype=pl.UInt32)
    places = pl.DataFrame({"row": row, "place": row if order is None else order})
    repeated = kinds(files, rows, key, tell, format).join(places, on="row")
    return (
        repeated.with_columns(first=pl.col("row").sort_by("place").first().over("kind"))
        .filter(pl.col("row") != pl.col("first"))
        .select("row", "first")
        .sort("row")
    )


def kinds(
    files: Sequence[File], rows: pl.DataFrame, key: str, tell: Tell, format: str | None = None
) -> pl.DataFrame:
    """Return the rows that are not alone with what they say: `row` and `kind`, which rows share
    where `tell` says the same of them. Only those that share a `key` are read.
    """
    known = rows.select(row=pl.int_range(pl.len(), dtype=pl.UInt32), key=key).filter(
        pl.col("key").is_not_null() & pl.col("key").is_duplicated()
    )
    said = _told(read(files, rows, known["row"].to_list(), format), tell)
    found = pl.DataFrame(list(said), schema={"row": pl.UInt32, "kind": pl.String}, orient="row")
    return found.filter(pl.col("kind").is_duplicated())


def _told(records: Iterator[tuple[int, Record]], tell: Tell) -> Iterator[tuple[int, str]]:
    while some := list(islice(records, READ)):
        yield from zip((row for row, _ in some), tell([record for _, record in some]), strict=True)
