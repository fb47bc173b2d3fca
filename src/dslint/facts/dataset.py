"""The facts that live for the run: a row a record, no text; and the one-row totals."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from dslint.facts import reasoning
from dslint.facts.batch import Batch
from dslint.facts.table import Column, Table, pointed
from dslint.facts.text import json_state


def _answer_json(batch: Batch) -> list[str]:
    texts = batch.texts
    return [json_state(texts[at] or " ") if at >= 0 else "" for at in batch.answers]


def _answer(batch: Batch) -> list[int]:
    return [batch.indexes[at] if at >= 0 else -1 for at in batch.answers]


def _answer_at(batch: Batch) -> list[str]:
    """Return the pointer of each of these messages' content, without its first slash."""
    known: dict[tuple[str, str, int | None], str] = {}
    found = []
    for record, at in zip(batch.records, batch.answers, strict=True):
        if at < 0:
            found.append("")
            continue
        base = batch.listed or batch.turns[at].base
        place = record.format, base, batch.indexes[at] if batch.listed else batch.turns[at].index
        if place not in known:
            known[place] = pointed(batch, at, "content").removeprefix("/")
        found.append(known[place])
    return found


def _reasoning(batch: Batch) -> list[bool]:
    found = [False] * len(batch.records)
    for at in {*batch.marked.arg_true(), *batch.rich}:
        if batch.trainable[at]:
            inline = reasoning.think(batch.texts[at] or "") not in ("no", "mentioned")
            found[batch.owners[at]] |= inline or bool(reasoning.keys(batch.messages[at]))
    return found


def _hash(name: str, dtype: type[pl.DataType], says: str) -> Column:
    return Column(dtype, says, lambda batch: batch.identity[name])


HASHES = ("_exact", "_prompt", "_reply", "_reply_length")
"""The columns by which rows are found that repeat others."""


def _share(condition: pl.Expr) -> pl.Expr:
    return condition.mean().over("file").fill_null(0.0)


DATASET = Table(
    "dataset",
    "a row a record of the whole run; it has no text",
    {
        "line": Column(pl.Int64, "the record's line", lambda batch: batch.lines),
        "format": Column(
            pl.Categorical,
            "the record's format",
            lambda batch: [each.format for each in batch.records],
        ),
        "bytes": Column(
            pl.UInt32,
            "the length of its line in bytes",
            lambda batch: [len(each.raw) for each in batch.records],
        ),
        "text_bytes": Column(
            pl.UInt32,
            "the same, and 0 where it has images",
            lambda batch: [0 if each.images else len(each.raw) for each in batch.records],
        ),
        "messages": Column(
            pl.UInt32,
            "how many messages it has",
            lambda batch: [
                batch.starts[at + 1] - batch.starts[at] for at in range(len(batch.records))
            ],
        ),
        "answer": Column(
            pl.Int32, "the index of its last learned message; -1 without one", _answer
        ),
        "answer_at": Column(
            pl.Categorical, "where that message's content stands; '' without one", _answer_at
        ),
        "answer_json": Column(
            pl.Categorical,
            "whether that message looks like JSON: no, valid or broken; '' without one",
            _answer_json,
        ),
        "reasoning": Column(pl.Boolean, "a learned message of it holds reasoning", _reasoning),
        "file": Column(
            pl.UInt32,
            "the file's number in the run, from 0",
            lambda batch: [0] * len(batch.records),
        ),
        "records": Column(
            pl.Int64,
            "how many records its file has",
            None,
            lambda: pl.len().over("file"),
            ("file",),
        ),
        "long_bytes": Column(
            pl.Int64,
            "the `text_bytes` that 99 of 100 records of its file do not exceed",
            None,
            lambda: pl.col("text_bytes").quantile(0.99, "lower").over("file"),
            ("text_bytes", "file"),
        ),
        "_exact": _hash("exact", pl.UInt64, "a hash of all that the record says"),
        "_prompt": _hash("prompt", pl.UInt64, "a hash of what comes before the answer"),
        "_reply": _hash("reply", pl.UInt64, "a hash of the answer; 0 without one"),
        "_reply_length": _hash("reply_length", pl.UInt16, "the answer's characters"),
        "json_share": Column(
            pl.Float64,
            "the share of the file's records whose answer looks like JSON, valid or broken",
            None,
            lambda: _share(pl.col("answer_json").is_in(["valid", "broken"])),
            ("answer_json", "file"),
        ),
        "reasoning_share": Column(
            pl.Float64,
            "the share of the file's records that hold reasoning",
            None,
            lambda: _share(pl.col("reasoning")),
            ("reasoning", "file"),
        ),
    },
    lambda batch: len(batch.records),
)
"""The one table whose numbers are narrow: it is kept for every record of the run."""


def widen(frame: pl.DataFrame, asked: Collection[str]) -> pl.DataFrame:
    """Give the columns that predicates name the types that these are safe on: narrow unsigned
    numbers wrap around. All others stay as small as they are stored.
    """
    wide = {pl.UInt32: pl.Int64, pl.Int32: pl.Int64, pl.Categorical: pl.String}
    return frame.with_columns(
        pl.col(name).cast(wide[dtype.base_type()])
        for name, dtype in frame.schema.items()
        if name in asked and dtype.base_type() in wide
    )


def _total(name: str) -> Any:
    return lambda totals: [each[name] for each in totals]


TOTALS = Table(
    "totals",
    "one row a run",
    {
        "line": Column(pl.Int64, "always 0", lambda totals: [0] * len(totals)),
        "files": Column(pl.Int64, "how many files", _total("files")),
        "records": Column(pl.Int64, "how many records parsed", _total("records")),
        "malformed": Column(pl.Int64, "how many lines did not", _total("malformed")),
    },
    len,
)
