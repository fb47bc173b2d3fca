"""Writes the rows that stay, as they are, and those that went, each with its twin; and picks what
is worth a look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Protocol

import orjson
import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.shingles import bodies
from dslint.jsonl.source import CHUNK
from dslint.stages.alike import read
from dslint.stages.files import BOM, File
from dslint.stages.overlap import Overlap, beside
from dslint.stages.thin import Drop

LARGEST = 3
"""Clusters that are shown."""

EXCERPT = 160
BEFORE, AFTER = 3, 80
"""Words that are shown before the first that differs, and looked at from there on."""

BLOCK = 4000
"""Rows that are written together."""


class Written(Protocol):
    """What can be written to."""

    def write(self, data: bytes, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A row that stayed, and `rows` that went for it. `text` is the beginning of what it says;
    `twin` is the one of them that is least like it, `share` what they have in common and `differs`
    where they differ.
    """

    kept: Place
    rows: int
    text: str
    twin: Place
    share: float
    differs: str = ""


def place(files: Sequence[File], number: int, row: int) -> Place:
    """Return where a row is, as a person counts."""
    return Place(files[number].source.name, files[number].line_of(row))


def write(files: Sequence[File], rows: pl.DataFrame, gone: Iterable[int], out: Written) -> None:
    """Write the rows of prints that are not gone, in order, with their bytes."""
    places = list(gone)
    stays = pl.repeat(value=True, n=len(rows), dtype=pl.Boolean, eager=True)
    if files and files[0].facts.bom:
        out.write(BOM)
    kept = rows.filter(stays.scatter(places, False) if places else stays)
    for (number,), own in kept.group_by("file", maintain_order=True):
        if own["offset"].null_count() == 0:
            for data in _lines(files[number], own):
                out.write(data)
            continue
        lines = files[number].rows_at(own["line"].to_list())
        while some := list(islice(lines, BLOCK)):
            out.write(b"".join(as_line(raw) for _, raw in some))


def _lines(file: File, rows: pl.DataFrame) -> Iterator[bytes]:
    """Yield the lines that rows are in a file: those that follow each other at once."""
    places = rows.select(begin="offset", end=pl.col("offset") + pl.col("size"))
    apart = (places["begin"] != places["end"].shift(1) + 1).fill_null(value=True)
    begins, ends = (
        places["begin"].filter(apart),
        places["end"].filter(apart.shift(-1, fill_value=True)),
    )
    with file.source.open() as opened:
        for begin, end in zip(begins, ends, strict=True):
            opened.seek(begin)
            for left in range(end - begin, 0, -CHUNK):
                yield opened.read(min(left, CHUNK))
            yield b"\n"


def as_line(raw: bytes) -> bytes:
    """Return a row as a line: one that runs over several, in an array, loses their ends."""
    if b"\n" in raw:
        raw = b" ".join(each.strip() for each in raw.split(b"\n"))
    return raw + b"\n"


def list_dropped(
    files: Sequence[File],
    evaluation: Sequence[File],
    rows: pl.DataFrame,
    drops: Mapping[int, Drop],
    met: Mapping[int, Overlap],
    format: str | None,
    out: Written,
) -> None:
    """Write the rows that went, a line each: where each one was, why it went, its twin's place, how
    much they have in common, and the row.
    """
    spots = rows.select("file", "line")
    for row, record in read(files, rows, sorted({*drops, *met}), format):
        if row in met:
            why, share = "evaluation", met[row].covered
            twin = place(evaluation, met[row].other_file, met[row].other_line)
        else:
            why, share = drops[row].why, drops[row].share
            twin = place(files, *spots.row(drops[row].twin))
        here = place(files, *spots.row(row))
        said: dict[str, Any] = {
            "file": here.file,
            "line": here.line,
            "why": why,
            "share": round(share, 4),
            "twin": {"file": twin.file, "line": twin.line},
        }
        try:
            orjson.loads(record.raw)
            said["row"] = orjson.Fragment(as_line(record.raw).strip())
        except ValueError:
            said["text"] = record.raw.decode("utf-8", "backslashreplace")
        out.write(orjson.dumps(said) + b"\n")


def largest(
    files: Sequence[File], rows: pl.DataFrame, drops: Mapping[int, Drop], format: str | None
) -> Iterator[Cluster]:
    """Yield the rows for which most others went."""
    counts = Counter(drop.twin for drop in drops.values())
    order = sorted(counts, key=lambda row: (-counts[row], row))[:LARGEST]
    least = {
        kept: min(
            (drop for drop in drops.values() if drop.twin == kept),
            key=lambda drop: (drop.share, drop.row),
        )
        for kept in order
    }
    wanted = sorted({*order, *(drop.row for drop in least.values())})
    texts = {row: bodies(Batch([record]))[0] for row, record in read(files, rows, wanted, format)}
    spots = rows.select("file", "line")
    for kept in order:
        drop = least[kept]
        yield Cluster(
            kept=place(files, *spots.row(kept)),
            rows=counts[kept],
            text=" ".join(texts[kept].split())[:EXCERPT],
            twin=place(files, *spots.row(drop.row)),
            share=drop.share,
            differs=changed(texts[kept], texts[drop.row]),
        )


def changed(text: str, other: str) -> str:
    """Return the first place where two texts differ, with some words around; '' where none does."""
    one, two = text.split(), other.split()
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
    if same == len(one) == len(two):
        return ""
    begin = max(0, same - BEFORE)
    parts = beside(" ".join(one[begin:]), " ".join(two[begin:]), AFTER, lead=True)
    return ("…" if begin else "") + parts[:EXCERPT]
