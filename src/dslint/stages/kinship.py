"""What ties rows together for good: anchors that stay the same from run to run, conversations of
which one is the beginning of the other, and the strata that rows are of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import polars as pl

from dslint.errors import UsageError
from dslint.facts.anchors import anchors, number_of
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts
from dslint.facts.hashes import canonical
from dslint.jsonl.parse import Malformed
from dslint.jsonl.source import CHUNK
from dslint.stages import executor
from dslint.stages.files import File
from dslint.stages.groups import absent
from dslint.stages.prints import rows_of

BY_LABEL, BY_SYSTEM, BY_LENGTH = "label", "system", "length"
LONGEST_NAME = 60

SYSTEM = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Kin:
    """`rows` has an `anchor` and a `stratum` for each row that is not blank, in order; `pairs` are
    rows of which one is the beginning of the other's conversation; `names` are what strata are
    called.
    """

    rows: pl.DataFrame
    pairs: list[tuple[int, int]]
    names: dict[int, str]


@dataclass(slots=True)
class Part:
    """What one chunk gave. `begins` has the row in the chunk and the beginnings of what it says."""

    file: FileFacts
    rows: pl.DataFrame
    begins: pl.DataFrame
    names: dict[int, str] = field(default_factory=dict)


def kin(
    files: Sequence[File],
    fields: Sequence[str] = (),
    stratify: str | None = None,
    format: str | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda size: None,
    chunk: int = CHUNK,
) -> Kin:
    """Read files through and return what ties their rows together.

    A row's anchor is a hash of its value under the first of `fields` that it has, else of what it
    asks. `stratify` is label, system, length or a key of the rows. Raises UsageError where it has
    nearly as many values as there are rows, or where no row has that key.
    """
    frames: list[pl.DataFrame] = []
    begins: list[pl.DataFrame] = []
    names: dict[int, str] = {}
    rows = 0
    work = partial(taken, tuple(fields), stratify, format)
    for _, _, part in executor.run(work, executor.tasks(files, chunk), jobs):
        frames.append(part.rows)
        begins.append(part.begins.with_columns(pl.col("row") + rows))
        names.update(part.names)
        rows += len(part.rows)
        progress(part.file.bytes)
        if stratify and len(names) > max(50, rows // 2):
            raise UsageError(
                f"--stratify {stratify}: {len(names):,} different values in {rows:,} rows are no "
                "strata"
            )
    if rows and not names and stratify not in (None, BY_LABEL, BY_SYSTEM, BY_LENGTH):
        raise UsageError(absent("--stratify", stratify, files))
    empty = taken(tuple(fields), stratify, format, b"", "unknown")
    every = pl.concat([empty.rows, *frames])
    return Kin(
        every.select("anchor", "stratum"), _pairs(every, pl.concat([empty.begins, *begins])), names
    )


def _pairs(rows: pl.DataFrame, begins: pl.DataFrame) -> list[tuple[int, int]]:
    """Pair each row with the first one that is the beginning of its conversation."""
    wholes = (
        rows.select("whole", first=pl.int_range(pl.len(), dtype=pl.UInt32))
        .group_by("whole")
        .agg(pl.col("first").min())
    )
    found = begins.join(wholes, left_on="digest", right_on="whole")
    return list(found.select("row", "first").sort("row", "first").iter_rows())


def taken(
    fields: tuple[str, ...],
    stratify: str | None,
    format: str | None,
    whole: bytes,
    own: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Take what ties the rows of a chunk of whole lines, or numbered rows. Pure."""
    unsound: list[tuple[int, bytes]] = []
    facts, batch = rows_of(format, whole, own, numbered, broken, unsound)
    told = anchors(batch)
    strata, names = _strata(batch, stratify)
    made = [
        (line, _anchor(record.data, fields) or each.prompt, each.whole, stratum)
        for line, record, each, stratum in zip(
            batch.lines, batch.records, told, strata, strict=True
        )
    ]
    begins = {line: each.begins for line, each in zip(batch.lines, told, strict=True)}
    for line, raw in unsound:
        digest = number_of(raw.strip())
        made.append((line, digest, digest, 0))
    made.sort()
    kinds = {"line": pl.UInt32, "anchor": pl.UInt64, "whole": pl.UInt64, "stratum": pl.UInt64}
    rows = pl.DataFrame(made, schema=kinds, orient="row").drop("line")
    pairs = [(row, digest) for row, each in enumerate(made) for digest in begins.get(each[0], ())]
    shorter = pl.DataFrame(pairs, schema={"row": pl.UInt32, "digest": pl.UInt64}, orient="row")
    return Part(facts, rows, shorter, names)


def _anchor(row: dict[str, Any], fields: Sequence[str]) -> int:
    for name in fields:
        if row.get(name) is not None:
            return number_of(canonical([name, row[name]]))
    return 0


def _strata(batch: Batch, stratify: str | None) -> tuple[list[int], dict[int, str]]:
    """Return the stratum of each record, and what these are called; 0 is where it has none."""
    if stratify in (None, BY_LENGTH):
        return [0] * len(batch.records), {}
    named: dict[int, str] = {}
    found = []
    for at in range(len(batch.records)):
        value = _value(batch, at, stratify or "")
        stratum = number_of(value.encode("utf-8", "surrogatepass")) if value else 0
        found.append(stratum)
        if stratum:
            named[stratum] = value[:LONGEST_NAME]
    return found, named


def _value(batch: Batch, at: int, stratify: str) -> str:
    if stratify == BY_LABEL:
        answer = batch.answers[at]
        return ((batch.texts[answer] or "") if answer >= 0 else "").strip()
    if stratify == BY_SYSTEM:
        own = batch.turns_of(at)
        return "\n".join(batch.texts[turn] or "" for turn in own if batch.roles[turn] in SYSTEM)
    value = batch.records[at].data.get(stratify)
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value).decode("utf-8", "replace")
