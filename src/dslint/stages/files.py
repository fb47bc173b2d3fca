"""Opens what was asked for: says what each file is as a whole, and cuts it into the pieces that are
looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import orjson

from dslint.facts.files import FileFacts
from dslint.formats import FORMATS, UNKNOWN, of_file
from dslint.jsonl import source, split
from dslint.jsonl.container import container
from dslint.jsonl.source import CHUNK, Range, Source

BOM = b"\xef\xbb\xbf"
SAMPLE = 200
"""Rows from which a file's format is told."""


@dataclass(slots=True)
class Rows:
    """Rows of a file whose rows are no lines, each with its number in the piece, from 1."""

    numbered: list[tuple[int, bytes]]


Piece = Range | bytes | Rows


@dataclass(slots=True)
class File:
    """A file of the run. `chunks` are (first line, offset) of a plain file's ranges; `starts` the
    lines on which the rows of an array begin: what a finding's place is found again by.
    """

    source: Source
    facts: FileFacts
    readable: bool
    chunks: list[tuple[int, int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        return self.facts.container == "jsonl" and not self.source.packing

    def pieces(self, size: int = CHUNK) -> Iterator[Piece]:
        """Cut the file into pieces of about `size` bytes; none, where it is not text that holds
        rows.
        """
        if not self.readable:
            return
        if self.facts.container != "jsonl":
            yield from self._rows(size)
        elif self.source.packing:
            for number, block in enumerate(source.blocks(self.source, size)):
                yield block.removeprefix(BOM) if number == 0 else block
        else:
            yield from source.ranges(self.source, size)

    def _rows(self, size: int) -> Iterator[Rows]:
        rows: list[tuple[int, bytes]] = []
        held = 0
        for line, raw in self._values():
            self.starts.append(line)
            rows.append((len(rows) + 1, raw))
            held += len(raw)
            if held >= size:
                yield Rows(rows)
                rows, held = [], 0
        if rows:
            yield Rows(rows)

    def _values(self) -> Iterator[tuple[int, bytes]]:
        blocks = source.blocks(self.source)
        first = next(blocks, b"").removeprefix(BOM)
        yield from split.values(each for part in ([first], blocks) for each in part)

    def rows_at(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Read again the rows with these ascending numbers."""
        if self.facts.container != "jsonl":
            wanted = set(numbers)
            for number, (_, raw) in enumerate(self._values(), 1):
                if number in wanted:
                    yield number, raw
        elif self.plain:
            yield from self._lines_by_offset(numbers)
        else:
            yield from self._lines_in_order(numbers)

    def _lines_by_offset(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        firsts = [first for first, _ in self.chunks]
        loaded, lines = -1, list[bytes]()
        with self.source.open() as file:
            for number in numbers:
                at = bisect_right(firsts, number) - 1
                if at != loaded:
                    begin = self.chunks[at][1]
                    end = self.chunks[at + 1][1] if at + 1 < len(self.chunks) else -1
                    file.seek(begin)
                    whole = file.read(end - begin if end >= 0 else -1)
                    lines = (whole.removeprefix(BOM) if begin == 0 else whole).split(b"\n")
                    loaded = at
                position = number - firsts[at]
                if position < len(lines):
                    yield number, lines[position]

    def _lines_in_order(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        wanted, first = set(numbers), 1
        for block in self.pieces():
            assert isinstance(block, bytes)
            lines = block.split(b"\n")
            for position, line in enumerate(lines[:-1] if block.endswith(b"\n") else lines):
                if first + position in wanted:
                    yield first + position, line
            first += block.count(b"\n")

    def unread(self) -> Iterator[tuple[str, int]]:
        """Yield the formats of rows that no rule could look into, and how many rows are in each."""
        for name, seen in self.facts.formats.items():
            if name != UNKNOWN and not FORMATS[name].is_read:
                yield name, seen.rows

    def line_of(self, number: int) -> int:
        """Return the line on which a row begins."""
        return self.starts[number - 1] if self.starts else number


def opened(found: Source, format: str | None) -> File:
    """Look at the head of a file and say what it is. Raises InputError for what can't be read."""
    head = source.head(found)
    whole = container(head, found.name)
    readable = whole.kind in ("jsonl", "array", "pretty") and whole.encoding == "utf-8"
    facts = FileFacts(
        path=found.name,
        extension=found.extension,
        container=whole.kind,
        encoding=whole.encoding,
        bom=whole.bom,
        format=format or UNKNOWN,
    )
    if readable and format is None:
        facts.format = of_file(_sample(head.removeprefix(BOM), whole.kind))
    if not readable:
        facts.bytes = len(head)
    return File(found, facts, readable)


def _sample(head: bytes, kind: str) -> Iterator[object]:
    rows = head.split(b"\n") if kind == "jsonl" else (raw for _, raw in split.values([head]))
    for raw in islice(rows, SAMPLE):
        try:
            yield orjson.loads(raw)
        except ValueError:
            continue
