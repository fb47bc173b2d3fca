"""The columns of the table of messages that look into the text: what is in it, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from dslint.facts import characters, marks, mojibake, reasoning, text
from dslint.facts.batch import Batch
from dslint.facts.table import Column, scattered
from dslint.formats import FORMATS


def _per_text(fact: Callable[[str], Any], absent: Any) -> Callable[[Batch], list[Any]]:
    return lambda batch: [fact(value) if value else absent for value in batch.texts]


def _loop_ratio(batch: Batch) -> pl.Series:
    texts = batch.texts
    long = [row for row in batch.learned if len(texts[row] or "") >= text.SHORTEST_TEXT]
    ratios = {row: text.loop_ratio(texts[row] or "") for row in long}
    return scattered(batch.size, 0.0, pl.Float64, ratios)


def _marked(
    fact: Callable[..., Any], screen: str = "", absent: Any = "", *others: str
) -> Callable[[], pl.Expr]:
    """Derive a column from the few texts that have a mark, and `others` of their row: of them, from
    those that the expression `screen` finds something in.

    A function that sees every text would take a hundred times as long.
    """
    dtype = pl.String if absent == "" else pl.Boolean

    def build(columns: Sequence[pl.Series]) -> pl.Series:
        passed, *given = columns
        found = pl.repeat(absent, len(passed), dtype=dtype, eager=True)
        rows = passed.arg_true()
        if screen and len(rows):
            rows = rows.filter(given[0].gather(rows).str.contains(screen))
        if not len(rows):
            return found
        kept = (column.gather(rows).to_list() for column in given)
        return found.scatter(rows, [fact(*each) for each in zip(*kept, strict=True)])

    return lambda: pl.map_batches(
        [pl.col("_marked"), pl.col("text"), *map(pl.col, others)], build, dtype
    )


def _reasoning(
    fact: Callable[[dict[str, Any]], Any],
    absent: Any,
    dtype: type[pl.DataType],
    *,
    own: bool = False,
) -> Callable[[Batch], pl.Series]:
    """Build a column from the fields of learned messages; with `own`, not from those that only a
    reader of a foreign format gave them."""

    def build(batch: Batch) -> pl.Series:
        messages = batch.messages
        rows = [row for row in batch.rich if batch.trainable[row]]
        if own:
            rows = [row for row in rows if batch.records[batch.owners[row]].format not in _GIVEN]
        return scattered(batch.size, absent, dtype, {row: fact(messages[row]) for row in rows})

    return build


_GIVEN = frozenset(name for name, each in FORMATS.items() if "reasoning_content" in each.keys)
"""The formats that keep reasoning in a place of their own."""

COLUMNS = {
    "_marked": Column(
        pl.Boolean,
        "it may have something in it that the columns of marked texts tell of",
        lambda batch: batch.marked,
    ),
    "reasoning": Column(
        pl.String,
        "a learned message's reasoning as a field of its own: `reasoning_content`, `reasoning` or "
        "`thinking`",
        _reasoning(reasoning.field, None, pl.String),
    ),
    "reasoning_key": Column(
        pl.String,
        "the name of that field in the row; '' without one",
        _reasoning(
            lambda message: next(iter(reasoning.keys(message)), ""), "", pl.String, own=True
        ),
    ),
    "reasoning_fields": Column(
        pl.Int64,
        "how many such fields it has",
        _reasoning(lambda message: len(reasoning.keys(message)), 0, pl.Int64),
    ),
    "think": Column(
        pl.String,
        "its use of `<think>`: closed, empty, unclosed, unopened or mentioned; '' without any",
        None,
        _marked(reasoning.think, marks.THINKING),
        ("text", "_marked"),
    ),
    "json": Column(
        pl.String,
        "whether the text looks like JSON: no, valid or broken",
        _per_text(text.json_state, "no"),
    ),
    "loop_ratio": Column(
        pl.Float64,
        "of a learned text of 50 words or more, the share of its 10-word runs that it had before",
        _loop_ratio,
    ),
    "text_outside_code": Column(
        pl.String,
        "the text without its code: fenced blocks and `code` spans",
        _per_text(text.outside_code, ""),
    ),
    "unclosed_fence": Column(
        pl.Boolean,
        "a fenced block of code in it is never closed",
        None,
        _marked(text.unclosed_fence, marks.FENCES, False),
        ("text", "_marked"),
    ),
    "placeholder": Column(
        pl.String,
        "the first `{{name}}` in it that nobody filled in, templates aside; '' without one",
        None,
        _marked(text.placeholder, marks.BRACES, "", "previous_text"),
        ("text", "_marked", "previous_text"),
    ),
    "special_token": Column(
        pl.String,
        "the first token of a chat template that is written out in it; '' without one",
        None,
        _marked(text.special_token, marks.TOKENS),
        ("text", "_marked"),
    ),
    "upper_share": Column(
        pl.Float64,
        "the share of capitals among its letters that have case; 0 with fewer than 20 of these",
        _per_text(text.upper_share, 0.0),
    ),
    "mojibake": Column(
        pl.String,
        "the first word in it that was decoded wrongly, as it should read; '' without one",
        None,
        _marked(mojibake.mojibake),
        ("text", "_marked"),
    ),
    "control_characters": Column(
        pl.String,
        "its control characters but tabs and line ends, as `U+0007`; '' without any",
        None,
        _marked(characters.control_characters),
        ("text", "_marked"),
    ),
    "zero_width": Column(
        pl.String,
        "its characters of no width but those that a script needs, as `U+200B`; '' without any",
        None,
        _marked(characters.zero_width),
        ("text", "_marked"),
    ),
    "bidi_controls": Column(
        pl.String,
        "its characters that reorder it where it has no use for them, as `U+202E`; '' without any",
        None,
        _marked(characters.bidi_controls),
        ("text", "_marked"),
    ),
    "line_separators": Column(
        pl.String,
        "its line ends that are neither line feed nor carriage return, as `U+2028`; '' without any",
        None,
        _marked(characters.line_separators),
        ("text", "_marked"),
    ),
}
"""A part of the table of messages. What a plain check asks for looks at few texts in Python."""
