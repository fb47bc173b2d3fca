"""Takes the fingerprints of rows: numbers by which the same and the nearly the same are found,
while no text stays in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson
import polars as pl

from dslint.facts import near
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts
from dslint.facts.hashes import canonical
from dslint.facts.identity import identities
from dslint.facts.near import Bands
from dslint.facts.shingles import bodies, plainly
from dslint.formats import of_row
from dslint.jsonl import parse
from dslint.jsonl.source import CHUNK, Range
from dslint.model import Record
from dslint.stages import executor
from dslint.stages.files import File


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be known of each row: `prompt` asks for what comes before the answer too, and
    `normalised` for both without case, spacing and punctuation; `bands` for a signature, `fields`
    for the values of keys.
    """

    prompt: bool = False
    normalised: bool = False
    bands: Bands | None = None
    fields: tuple[str, ...] = ()
    format: str | None = None


@dataclass(slots=True)
class Part:
    """What one chunk gave."""

    file: FileFacts
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)


def prints(
    files: Sequence[File],
    wanted: Wanted,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda size: None,
    chunk: int = CHUNK,
) -> pl.DataFrame:
    """Read files through, and return a row for each of their rows that is not blank, in order.

    `file` and `line` say where it is; `size` is its length in bytes and `sound` whether it is a
    JSON object. `record` is a hash of what it says, of a line that is none a hash of its bytes;
    `prompt`, `field_0` … and `band_0` … are as wanted, the fields as JSON and null where a row has
    none. A row takes 25 bytes, and 8 for the prompt and for each band.
    """
    found: list[pl.DataFrame] = []
    offsets = [0] * len(files)
    work = partial(taken, wanted)
    for number, piece, part in executor.run(work, executor.tasks(files, chunk), jobs):
        file = files[number]
        before = file.facts.lines
        if isinstance(piece, Range):
            file.chunks.append((before + 1, offsets[number]))
            offsets[number] += piece.length
        found.append(
            part.rows.with_columns(
                pl.lit(number, dtype=pl.UInt32).alias("file"),
                (pl.col("line") + before).cast(pl.UInt32),
            )
        )
        file.facts.join(part.file)
        progress(part.file.bytes)
    empty = taken(wanted, b"", "unknown").rows.with_columns(
        pl.lit(0, dtype=pl.UInt32).alias("file")
    )
    return pl.concat([empty, *found])


def taken(
    wanted: Wanted, whole: bytes, format: str, numbered: Sequence[tuple[int, bytes]] | None = None
) -> Part:
    """Take the prints of a chunk of whole lines; or of numbered rows, where a file has no lines."""
    facts = FileFacts(bytes=len(whole))
    records: list[Record] = []
    broken: list[tuple[int, bytes]] = []
    for line, raw in parse.lines(whole) if numbered is None else numbered:
        facts.lines += 1
        if not raw or raw.isspace():
            continue
        data = _parsed(raw)
        if data is None:
            broken.append((line, raw))
        else:
            records.append(Record(line, raw, data, wanted.format or of_row(data, format)))
    facts.records, facts.malformed = len(records), len(broken)
    batch = Batch(records)
    known = _hashes(batch, wanted)
    columns: dict[str, Any] = {
        "line": pl.Series(batch.lines, dtype=pl.UInt32),
        "size": pl.Series([len(each.raw) for each in records], dtype=pl.UInt32),
        "sound": pl.repeat(value=True, n=len(records), dtype=pl.Boolean, eager=True),
        "record": known["exact"],
    }
    if wanted.prompt:
        columns["prompt"] = known["prompt"]
    for at, name in enumerate(wanted.fields):
        columns[f"field_{at}"] = pl.Series(
            [_field(each, name) for each in records], dtype=pl.String
        )
    if wanted.bands:
        texts = pl.Series(bodies(batch), dtype=pl.String)
        columns |= near.signatures(texts, wanted.bands).to_dict()
    rows = pl.DataFrame(columns)
    if broken:
        rows = pl.concat([rows, _of_broken(broken, rows.columns)], how="diagonal").sort("line")
    return Part(facts, rows)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        data = orjson.loads(raw)
    except ValueError:
        return None
    return data if type(data) is dict else None


def _of_broken(broken: Sequence[tuple[int, bytes]], columns: Sequence[str]) -> pl.DataFrame:
    hashes = [_number(raw.strip()) for _, raw in broken]
    made = {
        "line": pl.Series([line for line, _ in broken], dtype=pl.UInt32),
        "size": pl.Series([len(raw) for _, raw in broken], dtype=pl.UInt32),
        "sound": pl.repeat(value=False, n=len(broken), dtype=pl.Boolean, eager=True),
        "record": pl.Series(hashes, dtype=pl.UInt64),
    }
    if "prompt" in columns:
        made["prompt"] = made["record"]
    return pl.DataFrame(made)


def _hashes(batch: Batch, wanted: Wanted) -> pl.DataFrame:
    if not wanted.normalised:
        return identities(batch)
    plain = [Record(each.line, each.raw, plainly(each.data), each.format) for each in batch.records]
    return identities(Batch(plain))


def _field(record: Record, name: str) -> str | None:
    """Return the value of a row's key as JSON; None without one."""
    value = record.data.get(name)
    return None if value is None else canonical(value).decode("utf-8", "replace")


def _number(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
