"""The tables of rows that others repeat, in whole or in part: made once at the end of a run, a row
a relation that was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import polars as pl

from dslint.facts.table import Column, Table


class Spot(NamedTuple):
    """Where a row is, by its file's position in the run and its number in it; and its format and
    what its file is for.
    """

    file: int
    line: int
    format: str
    side: str


class Twin(NamedTuple):
    """A row, and another one with the same record or the same prompt. `labels` says that both
    answers look like labels.
    """

    spot: Spot
    other: str
    other_side: str
    same: str
    labels: bool = False


class Near(NamedTuple):
    """A row, and another one that shares some of its shingles."""

    spot: Spot
    other: str
    other_side: str
    share: float


class Asked(NamedTuple):
    """A row with words of a question of an evaluation set."""

    spot: Spot
    other: str
    covered: float
    question: str
    at: str
    span: str


def _of(name: str) -> Callable[[Sequence[Any]], list[Any]]:
    return lambda found: list(map(attrgetter(name), found))


_SPOT = {
    "line": Column(pl.Int64, "the row's line", _of("spot.line")),
    "format": Column(pl.String, "the row's format", _of("spot.format")),
    "_file": Column(pl.Int64, "the position of its file", _of("spot.file")),
}
_OTHER = {
    "side": Column(
        pl.String, "what its file is for: train, validation or evaluation", _of("spot.side")
    ),
    "other": Column(pl.String, "where the other one is: `train.jsonl:12`", _of("other")),
    "other_side": Column(pl.String, "what the other one's file is for", _of("other_side")),
}

TWIN = Table(
    "twin",
    "a row a record that says what another one of the run says, or answers the same prompt",
    {
        **_SPOT,
        **_OTHER,
        "same": Column(
            pl.String,
            "what they have in common: the `record`, or only the `prompt`",
            _of("same"),
        ),
        "labels": Column(
            pl.Boolean,
            "the prompt alone, and both answers look like labels: up to 40 characters, and given "
            "to 5 prompts and to 1 in 200, or more",
            _of("labels"),
        ),
    },
    len,
)
NEAR = Table(
    "near",
    "a row a record that is nearly another one of the run; made only where a rule over it is on",
    {
        **_SPOT,
        **_OTHER,
        "share": Column(
            pl.Float64,
            "the share of their shingles (3 words in a row, 5 characters where there are no "
            "spaces) that both have: 0.8 at least, or what a rule says in its option `threshold`",
            _of("share"),
        ),
    },
    len,
)
OVERLAP = Table(
    "overlap",
    "a row a training record that has 13 words in a row of a question of an evaluation set",
    {
        **_SPOT,
        "other": Column(pl.String, "where the question is: `eval.jsonl:12`", _of("other")),
        "covered": Column(
            pl.Float64,
            "the share of the question's words that are in runs that the record has as well",
            _of("covered"),
        ),
        "question": Column(
            pl.String,
            "the question, with what the record has instead in brackets: `[here → there]`",
            _of("question"),
        ),
        "at": Column(
            pl.String,
            "the pointer of the message with these words, without its first slash",
            _of("at"),
        ),
        "span": Column(
            pl.String, "a regular expression that finds them in that message", _of("span")
        ),
    },
    len,
)
