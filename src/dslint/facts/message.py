"""The table of messages: a row a message, whatever the format keeps it as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import polars as pl

from dslint.facts import prose
from dslint.facts.batch import Batch
from dslint.facts.parts import Call, Image
from dslint.facts.table import Column, Table, pointed, scattered

_KINDS = {str: "text", list: "parts", type(None): "null"}


def _kind(message: dict[str, Any]) -> str:
    return _KINDS.get(type(message["content"]), "other") if "content" in message else "absent"


def _rich(
    fact: Callable[[dict[str, Any]], Any], absent: Any, dtype: type[pl.DataType]
) -> Callable[[Batch], pl.Series]:
    """Build a column of what is `absent` from a message that is no more than a role and a text."""
    return lambda batch: scattered(
        batch.size, absent, dtype, {at: fact(batch.messages[at]) for at in batch.rich}
    )


def _text(key: str) -> Callable[[Batch], pl.Series]:
    def fact(message: dict[str, Any]) -> str | None:
        return value if type(value := message.get(key)) is str else None

    return _rich(fact, None, pl.String)


def _tally(found: Callable[[Batch], Iterable[Call | Image]]) -> Callable[[Batch], pl.Series]:
    """Build a column of how many calls or images each message has: most have none."""
    return lambda batch: scattered(
        batch.size, 0, pl.Int64, Counter(each.turn for each in found(batch))
    )


def _keys(batch: Batch) -> pl.Series:
    """Build the column of keys, each distinct list once; nearly all messages have the same two."""
    distinct: dict[tuple[str, ...], int] = {("role", "content"): 0}
    messages = batch.messages
    keys = {at: distinct.setdefault(tuple(messages[at]), len(distinct)) for at in batch.rich}
    found = pl.Series(list(map(list, distinct)), dtype=pl.List(pl.String))
    if not keys:
        return found.new_from_index(0, batch.size)
    return found.gather(scattered(batch.size, 0, pl.UInt32, keys))


def _spread(
    values: Callable[[Batch], list[Any]], dtype: type[pl.DataType]
) -> Callable[[Batch], pl.Series]:
    """Build a column of what is known of each message's record."""

    def build(batch: Batch) -> pl.Series:
        given = values(batch)
        if len({*given}) == 1:
            return pl.repeat(given[0], batch.size, dtype=dtype, eager=True)
        return pl.Series(given, dtype=dtype).gather(batch.owners)

    return build


def _edge(step: int) -> pl.Expr:
    """Say whether the neighbour `step` rows away belongs to another record or part."""
    here = pl.struct("line", "part")
    return here.ne_missing(here.shift(step))


COLUMNS = {
    "line": Column(pl.Int64, "the record's line", _spread(lambda batch: batch.lines, pl.Int64)),
    "format": Column(
        pl.String,
        "the record's format",
        _spread(lambda batch: [record.format for record in batch.records], pl.String),
    ),
    "index": Column(
        pl.Int64,
        "the message's place in its list, from 0",
        lambda batch: batch.indexes,
    ),
    "part": Column(
        pl.String,
        "messages, prompt, completion, input, preferred or non_preferred",
        lambda batch: (
            pl.repeat("messages", batch.size, dtype=pl.String, eager=True)
            if batch.listed
            else pl.Series(batch.parts, dtype=pl.String)
        ),
    ),
    "role": Column(pl.String, "the role; null where there is none", lambda batch: batch.roles),
    "name": Column(pl.String, "the author's name, where there is one", _text("name")),
    "text": Column(
        pl.String,
        "the content, or the text of its parts joined by line breaks; null where there is none",
        lambda batch: batch.text,
    ),
    "kind": Column(
        pl.String,
        "what the content is: text, parts, null, absent or other",
        _rich(_kind, "text", pl.String),
    ),
    "weight": Column(
        pl.Int64,
        "the weight, where it is a whole number",
        lambda batch: scattered(batch.size, None, pl.Int64, batch.weights),
    ),
    "trainable": Column(
        pl.Boolean,
        "an answer that is learned: weight not 0, or a side of a preference",
        lambda batch: batch.trainable,
    ),
    "keys": Column(pl.List(pl.String), "the message's keys", _keys),
    "calls": Column(pl.Int64, "how many tools it calls", _tally(lambda batch: batch.calls)),
    "tool_call_id": Column(
        pl.String, "the call that it answers, by the id it gives", _text("tool_call_id")
    ),
    "answers": Column(
        pl.Int64,
        "the index of the message whose call it answers; null where no open call has its id",
        lambda batch: batch.links.answers,
    ),
    "images": Column(pl.Int64, "how many images it holds", _tally(lambda batch: batch.images)),
    "_previous": Column(pl.UInt32, "the row of the message before", lambda batch: batch.previous),
    "is_first": Column(
        pl.Boolean, "the first of its part", None, lambda: _edge(1), ("line", "part")
    ),
    "is_last": Column(
        pl.Boolean, "the last of its part", None, lambda: _edge(-1), ("line", "part")
    ),
    "previous_role": Column(
        pl.String,
        "the role of the message before; '' for the first",
        None,
        lambda: pl.col("role").gather(pl.col("_previous")).fill_null(""),
        ("role", "_previous"),
    ),
    "previous_text": Column(
        pl.String,
        "the text of the message before; '' for the first",
        None,
        lambda: pl.col("text").gather(pl.col("_previous")).fill_null(""),
        ("text", "_previous"),
    ),
    "next_role": Column(
        pl.String,
        "the role of the message after; '' for the last",
        None,
        lambda: (
            pl.when("is_last").then(pl.lit("")).otherwise(pl.col("role").shift(-1)).fill_null("")
        ),
        ("role", "is_last"),
    ),
    "nth_of_role": Column(
        pl.Int64,
        "how many messages of the record have had its role, with it",
        None,
        lambda: pl.int_range(1, pl.len() + 1).over("line", "role"),
        ("line", "role"),
    ),
    "repeated": Column(
        pl.Boolean,
        "the same role and text as the message before",
        None,
        lambda: (
            (pl.col("role") == pl.col("previous_role"))
            & (pl.col("text") == pl.col("previous_text"))
        ).fill_null(value=False),
        ("role", "previous_role", "text", "previous_text"),
    ),
    "blank": Column(
        pl.Boolean,
        "there is a text, and nothing but white space in it",
        None,
        lambda: (pl.col("text").str.strip_chars().str.len_bytes() == 0).fill_null(value=False),
        ("text",),
    ),
    "characters": Column(
        pl.Int64,
        "the text's length in characters",
        None,
        lambda: pl.col("text").str.len_chars().fill_null(0),
        ("text",),
    ),
    **prose.COLUMNS,
}

MESSAGE = Table("message", "a row a message", COLUMNS, lambda batch: batch.size, pointed)
