"""What a record is told by among all records of a run: hashes of the whole, of what comes before
its answer, and of the answer. They hold within a run, and are never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.hashes import canonical

_ROLE, _TEXT, _MESSAGE = 11, 22, 33
"""Seeds: a text and a role of the same letters have different hashes."""

_STEP = 0x9E3779B97F4A7C15
"""What a message's place adds to its hash, so that a first message is no second one."""

_NONE = pl.Series([0], dtype=pl.UInt64)

LONG = 0xFFFF
"""The length of an answer that is as long or longer, or that is no plain text."""


def identities(batch: Batch) -> pl.DataFrame:
    """Return what each record is told by.

    `exact` is a hash of all that it says, whatever the order of its keys; `prompt` one of its tools
    and of the messages before the answer, all of them where there is none; `reply` one of the
    answer, 0 where there is none, and `reply_length` the answer's characters, at most `LONG`.

    Hashes of messages are made in columns and added up, at a tenth of what parsing costs. Equal
    records have equal hashes; that others have not is to be confirmed by reading them.
    """
    texts = _texts(batch)
    starts = pl.Series(batch.starts, dtype=pl.Int64)
    begin, end = starts.head(-1), starts.slice(1)
    said = texts.hash(_TEXT)
    sums = _sums(batch, said)
    answer = pl.Series(batch.answers, dtype=pl.Int64)
    base = sums.gather(begin)
    return pl.DataFrame(
        {
            "exact": exact(batch, sums),
            "prompt": _with_tools(batch, sums.gather(answer.zip_with(answer >= 0, end)) - base),
            "reply": _of_answers(said, answer),
            "reply_length": _lengths(texts, answer, batch.rich),
        }
    )


def exact(batch: Batch, sums: pl.Series | None = None) -> pl.Series:
    """Return a hash of all that each record says, whatever the order of its keys; `sums` where they
    are known already.
    """
    if sums is None:
        sums = _sums(batch, _texts(batch).hash(_TEXT))
    borders = sums.gather(pl.Series(batch.starts, dtype=pl.Int64))
    return _replaced(borders.slice(1) - borders.head(-1), _others(batch))


def _sums(batch: Batch, said: pl.Series) -> pl.Series:
    """Return the sums of the hashes of the messages up to each, whose texts have the hashes `said`:
    a 0 in front, and so what stands at a border is the sum of all before it.
    """
    place = pl.Series(batch.indexes, dtype=pl.UInt64) * _STEP
    spoken = pl.Series(batch.roles, dtype=pl.String).hash(_ROLE)
    return pl.concat([_NONE, (said + spoken + place).hash(_MESSAGE).cum_sum()])


def prompts(batch: Batch) -> list[list[Any]]:
    """Return what each record's `prompt` is a hash of: its tools, and the messages before the
    answer.
    """
    tools: dict[int, list[object]] = {}
    for tool in batch.tools:
        tools.setdefault(tool.record, []).append(tool.value)
    ends = (
        answer if answer >= 0 else end
        for answer, end in zip(batch.answers, batch.starts[1:], strict=True)
    )
    return [
        [tools.get(at, []), *batch.messages[start:end]]
        for at, (start, end) in enumerate(zip(batch.starts[:-1], ends, strict=True))
    ]


def _of_answers(values: pl.Series, answer: pl.Series) -> pl.Series:
    """Return the value of each record's answer; 0 where there is none."""
    none = pl.Series([0], dtype=values.dtype)
    return (values if len(values) else none).gather(answer.clip(0)).zip_with(answer >= 0, none)


def _texts(batch: Batch) -> pl.Series:
    """Return the text of each message; of one that is more than that, all of it."""
    if not (rich := batch.rich):
        return batch.text
    whole = [canonical(batch.messages[at]).decode("utf-8", "replace") for at in rich]
    return batch.text.clone().scatter(rich, whole)


def _lengths(texts: pl.Series, answer: pl.Series, rich: Sequence[int]) -> pl.Series:
    """Return the length of each record's answer; 0 where there is none."""
    if not len(texts):
        return pl.zeros(len(answer), pl.UInt16, eager=True)
    lengths = texts.gather(answer.clip(0)).str.len_chars().clip(0, LONG).cast(pl.UInt16)
    lengths = lengths.set(answer < 0, 0)
    return lengths.set(answer.is_in(rich), LONG) if rich else lengths


def _others(batch: Batch) -> dict[int, int]:
    """Return hashes of the records that are more than roles and texts, by their positions."""
    if len(plain := batch.plain) == len(batch.records):
        return {}
    others = sorted({*range(len(batch.records))} - {*plain})
    return {at: _number(canonical(batch.records[at].data)) for at in others}


def _with_tools(batch: Batch, hashes: pl.Series) -> pl.Series:
    """Add the tools of each record to the hash of its prompt: with others it is another one."""
    tools: dict[int, list[object]] = {}
    for tool in batch.tools:
        tools.setdefault(tool.record, []).append(tool.value)
    known = hashes.gather(list(tools)).to_list()
    return _replaced(
        hashes,
        {
            at: (each + _number(canonical(own))) % (1 << 64)
            for each, (at, own) in zip(known, tools.items(), strict=True)
        },
    )


def _replaced(hashes: pl.Series, others: dict[int, int]) -> pl.Series:
    if not others:
        return hashes
    values = pl.Series(list(others.values()), dtype=pl.UInt64)
    return hashes.clone().scatter(list(others), values)


def _number(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
