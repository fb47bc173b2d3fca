"""The table of records: a row an example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from dslint.facts import measure
from dslint.facts.batch import Batch
from dslint.facts.parts import Call, Image, Tool
from dslint.facts.table import Column, Table, scattered
from dslint.formats import FORMATS


def _roles(
    dtype: type[pl.DataType], fact: Callable[[tuple[str | None, ...]], Any]
) -> Callable[[Batch], pl.Series]:
    """Build a column of a fact about the roles of each record's messages."""

    def build(batch: Batch) -> pl.Series:
        return pl.Series(map(fact, batch.casts), dtype=dtype).gather(batch.cast)

    return build


def _sum(values: Callable[[Batch], list[Any]]) -> Callable[[Batch], list[int]]:
    def build(batch: Batch) -> list[int]:
        each, starts = values(batch), batch.starts
        return [sum(each[starts[at] : starts[at + 1]]) for at in range(len(batch.records))]

    return build


def _tally(found: Callable[[Batch], Iterable[Call | Tool | Image]]) -> Callable[[Batch], pl.Series]:
    """Build a column of how many things each record has that most records have none of."""
    return lambda batch: _counted(batch, (each.record for each in found(batch)))


def _counted(batch: Batch, owners: Iterable[int]) -> pl.Series:
    return scattered(len(batch.records), 0, pl.Int64, Counter(owners))


def _extra_keys(batch: Batch) -> list[list[str]]:
    known = {name: each.known for name, each in FORMATS.items()}
    return [
        [key for key in record.data if key not in known[record.format]]
        if known.get(record.format)
        else []
        for record in batch.records
    ]


def _lengths(batch: Batch) -> list[int]:
    return [len(text or "") for text in batch.texts]


def _characters(batch: Batch) -> pl.Series:
    lengths = batch.text.str.len_chars().fill_null(0).cast(pl.Int64)
    sums = pl.concat([pl.Series([0]), lengths.cum_sum()])
    starts = pl.Series(batch.starts)
    return sums.gather(starts.slice(1)) - sums.gather(starts.head(-1))


def _longest(batch: Batch) -> list[int]:
    each, starts = _lengths(batch), batch.starts
    return [max(each[starts[at] : starts[at + 1]], default=0) for at in range(len(batch.records))]


COLUMNS = {
    "line": Column(pl.Int64, "the record's line", lambda batch: batch.lines),
    "format": Column(
        pl.String, "the record's format", lambda batch: [each.format for each in batch.records]
    ),
    "bytes": Column(
        pl.Int64,
        "the length of its line in bytes",
        lambda batch: [len(each.raw) for each in batch.records],
    ),
    "keys": Column(
        pl.List(pl.String),
        "the row's keys",
        lambda batch: [list(each.data) for each in batch.records],
    ),
    "extra_keys": Column(
        pl.List(pl.String), "the keys that OpenAI's format does not have", _extra_keys
    ),
    "messages": Column(pl.Int64, "how many messages", _roles(pl.Int64, len)),
    "system_messages": Column(
        pl.Int64,
        "of them from system or developer",
        _roles(pl.Int64, lambda all: all.count("system") + all.count("developer")),
    ),
    "user_messages": Column(
        pl.Int64, "of them from user", _roles(pl.Int64, lambda all: all.count("user"))
    ),
    "assistant_messages": Column(
        pl.Int64, "of them from assistant", _roles(pl.Int64, lambda all: all.count("assistant"))
    ),
    "tool_messages": Column(
        pl.Int64,
        "of them from tool or function",
        _roles(pl.Int64, lambda all: all.count("tool") + all.count("function")),
    ),
    "trainable_messages": Column(
        pl.Int64, "of them learned from", _sum(lambda batch: batch.trainable)
    ),
    "weighted": Column(
        pl.Int64,
        "of them with a weight",
        lambda batch: _counted(batch, (batch.owners[at] for at in batch.weights)),
    ),
    "first_role": Column(
        pl.String,
        "the role of the first message; '' without one",
        _roles(pl.String, lambda all: (all and all[0]) or ""),
    ),
    "last_role": Column(
        pl.String,
        "the role of the last message; '' without one",
        _roles(pl.String, lambda all: (all and all[-1]) or ""),
    ),
    "roles": Column(
        pl.String,
        "the roles in the order in which they first appear: 'system,user,assistant'",
        _roles(pl.String, lambda all: ",".join(dict.fromkeys(role for role in all if role))),
    ),
    "tool_calls": Column(pl.Int64, "how many tool calls", _tally(lambda batch: batch.calls)),
    "tools": Column(
        pl.Int64,
        "how many tools are declared",
        _tally(lambda batch: batch.tools),
    ),
    "images": Column(pl.Int64, "how many images", _tally(lambda batch: batch.images)),
    "parallel_tool_calls": Column(
        pl.Boolean,
        "the row's `parallel_tool_calls`, where it is given",
        lambda batch: [
            value if type(value := each.data.get("parallel_tool_calls")) is bool else None
            for each in batch.records
        ],
    ),
    "characters": Column(pl.Int64, "the length of all its texts in characters", _characters),
    "longest": Column(pl.Int64, "the length of its longest text", _longest),
    "tokens": Column(
        pl.Int64,
        "its tokens that are billed for an epoch, as the run's model counts",
        lambda batch: [each.counted.total for each in measure.every(batch)],
    ),
    "trainable_tokens": Column(
        pl.Int64,
        "of them learned",
        lambda batch: [each.counted.trained for each in measure.every(batch)],
    ),
    "longest_tokens": Column(
        pl.Int64,
        "the tokens of its longest sequence: of all, or of a preference's input and longer side",
        lambda batch: [each.counted.longest for each in measure.every(batch)],
    ),
    "tool_tokens": Column(
        pl.Int64,
        "its tokens that are tool definitions",
        lambda batch: [each.counted.tools for each in measure.every(batch)],
    ),
}

COUNTED = frozenset({"tokens", "trainable_tokens", "longest_tokens", "tool_tokens"})
"""The columns for which all records are counted."""

RECORD = Table("record", "a row a record", COLUMNS, lambda batch: len(batch.records))
