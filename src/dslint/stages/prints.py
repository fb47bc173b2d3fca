"""Takes the fingerprints of rows: numbers by which the same and the nearly the same are found,
while no text stays in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import accumulate
from typing import Any

import orjson
import polars as pl

from dslint.facts import near
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts
from dslint.facts.hashes import canonical, total
from dslint.facts.identity import exact
from dslint.facts.near import Bands
from dslint.facts.shingles import bodies, plainly
from dslint.formats import of_row
from dslint.jsonl import parse
from dslint.jsonl.parse import Malformed
from dslint.jsonl.source import CHUNK, Range
from dslint.model import Record
from dslint.stages import executor
from dslint.stages.files import BOM, File
from dslint.stages.lock import Content, content_of_rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be known of each row: `prompt` asks for what comes before the answer too, and
    `normalised` for both without case, spacing and punctuation; `bands` for a signature, `fields`
    for the values of keys; `content` asks for what the lock says of whole files.
    """

    prompt: bool = False
    normalised: bool = False
    bands: Bands | None = None
    fields: tuple[str, ...] = ()
    format: str | None = None
    content: bool = False


@dataclass(slots=True)
class Part:
    """What one chunk gave."""

    file: FileFacts
    rows: pl.DataFrame
    content: Content


def prints(
    files: Sequence[File],
    wanted: Wanted,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda size: None,
    contents: list[Content] | None = None,
) -> pl.DataFrame:
    """Read files through, and return a row for each of their rows that is not blank, in order.

    `file` and `line` say where it is, `offset` where its bytes begin in a file of lines, null in
    others; `size` is its length in bytes and `sound` whether it is a JSON object. `record` is a
    hash of what it says, of a line that is none a hash of its bytes; `prompt`, `field_0` … and
    `band_0` … are as wanted, the fields as JSON and null where a row has none. A row takes 33
    bytes, 8 for the prompt, and 140 for a signature in ten bands. `contents` gets what each file
    holds, if `wanted` asks for it.
    """
    found: list[pl.DataFrame] = []
    offsets = [0] * len(files)
    held = [Content()] * len(files)
    work = partial(taken, wanted)
    for number, piece, part in executor.run(work, executor.tasks(files, CHUNK), jobs):
        file = files[number]
        before = file.facts.lines
        begin = None
        if isinstance(piece, Range):
            file.chunks.append((before + 1, offsets[number]))
            begin = offsets[number] or len(BOM) * file.facts.bom
            offsets[number] += piece.length
        found.append(
            part.rows.with_columns(
                pl.lit(number, dtype=pl.UInt32).alias("file"),
                (pl.col("line") + before).cast(pl.UInt32),
                (pl.col("offset") + pl.lit(begin, dtype=pl.UInt64)).alias("offset"),
            )
        )
        file.facts.join(part.file)
        held[number] += part.content
        progress(part.file.bytes)
    if contents is not None:
        contents += held
    empty = taken(wanted, b"", "unknown").rows.with_columns(
        pl.lit(0, dtype=pl.UInt32).alias("file")
    )
    return pl.concat([empty, *found])


def rows_of(
    wanted: str | None,
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
    unsound: list[tuple[int, bytes]] | None = None,
) -> tuple[FileFacts, Batch]:
    """Read the rows of a chunk, in the format `wanted` or their own; what is no JSON object is
    counted, and goes to `unsound`.
    """
    facts = FileFacts(bytes=len(whole), lines=len(broken))
    records: list[Record] = []
    unsound = [] if unsound is None else unsound
    unsound += [(each.number, each.raw) for each in broken]
    for line, raw in parse.lines(whole) if numbered is None else numbered:
        facts.lines += 1
        if not raw or raw.isspace():
            continue
        data = _parsed(raw)
        if data is None:
            unsound.append((line, raw))
        else:
            records.append(Record(line, raw, data, wanted or of_row(data, format)))
    facts.records, facts.malformed = len(records), len(unsound)
    return facts, Batch(records)


def taken(
    wanted: Wanted,
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Take the prints of a chunk of whole lines; or of numbered rows, where a file has no lines."""
    unsound: list[tuple[int, bytes]] = []
    facts, batch = rows_of(wanted.format, whole, format, numbered, broken, unsound)
    records = batch.records
    said = _plainly(batch) if wanted.normalised else batch
    columns: dict[str, Any] = {
        "line": pl.Series(batch.lines, dtype=pl.UInt32),
        "size": pl.Series([len(each.raw) for each in records], dtype=pl.UInt32),
        "sound": pl.repeat(value=True, n=len(records), dtype=pl.Boolean, eager=True),
        "record": exact(said),
    }
    if wanted.prompt:
        columns["prompt"] = said.identity["prompt"]
    for at, name in enumerate(wanted.fields):
        columns[f"field_{at}"] = pl.Series(
            [_field(each, name) for each in records], dtype=pl.String
        )
    if wanted.bands:
        columns |= near.signatures(bodies(batch), wanted.bands).to_dict()
    rows = pl.DataFrame(columns)
    if unsound:
        rows = pl.concat([rows, _of_unsound(unsound, rows.columns)], how="diagonal").sort("line")
    ends = [0, *accumulate(map(len, whole.split(b"\n")))]
    places = [0 if numbered is not None else ends[line - 1] + line - 1 for line in rows["line"]]
    rows = rows.with_columns(offset=pl.Series(places, dtype=pl.UInt64))
    return Part(facts, rows, _content(batch, unsound) if wanted.content else Content())


def _content(batch: Batch, unsound: Sequence[tuple[int, bytes]]) -> Content:
    broken = content_of_rows(raw for _, raw in unsound)
    return broken + Content(total(each.data for each in batch.records), len(batch.records))


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        data = orjson.loads(raw)
    except ValueError:
        return None
    return data if type(data) is dict else None


def _of_unsound(unsound: Sequence[tuple[int, bytes]], columns: Sequence[str]) -> pl.DataFrame:
    hashes = [_number(raw.strip()) for _, raw in unsound]
    made = {
        "line": pl.Series([line for line, _ in unsound], dtype=pl.UInt32),
        "size": pl.Series([len(raw) for _, raw in unsound], dtype=pl.UInt32),
        "sound": pl.repeat(value=False, n=len(unsound), dtype=pl.Boolean, eager=True),
        "record": pl.Series(hashes, dtype=pl.UInt64),
    }
    if "prompt" in columns:
        made["prompt"] = made["record"]
    return pl.DataFrame(made)


def _plainly(batch: Batch) -> Batch:
    return Batch(
        [Record(each.line, each.raw, plainly(each.data), each.format) for each in batch.records]
    )


def _field(record: Record, name: str) -> str | None:
    """Return the value of a row's key as JSON; None without one."""
    value = record.data.get(name)
    return None if value is None else canonical(value).decode("utf-8", "replace")


def _number(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
