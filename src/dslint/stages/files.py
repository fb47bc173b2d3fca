"""Opens what was asked for: says what each file is as a whole, and cuts it into the pieces that are
looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import orjson

from dslint.errors import InputError
from dslint.facts.files import FileFacts
from dslint.formats import FORMATS, UNKNOWN, of_file
from dslint.jsonl import source, split
from dslint.jsonl.container import container
from dslint.jsonl.encoding import explained, foreign
from dslint.jsonl.parse import Malformed
from dslint.jsonl.source import CHUNK, Range, Source
from dslint.model import Defect
from dslint.stages import tables
from dslint.stages.tables import AS_IT_IS, TABLES, Reading
from dslint.tabular.table import Table, TableError

BOM = b"\xef\xbb\xbf"
_JSON = frozenset({"jsonl", "array", "pretty"})

SAMPLE = 200
"""Rows from which a file's format is told."""


@dataclass(slots=True)
class Rows:
    """Rows of a file whose rows are no lines, each with its number in the piece, from 1; and those
    of a table that are broken before they are JSON.
    """

    numbered: list[tuple[int, bytes]]
    broken: list[Malformed] = field(default_factory=list)


Piece = Range | bytes | Rows


@dataclass(slots=True)
class File:
    """A file of the run. `chunks` are (first line, offset) of a plain file's ranges; `starts` the
    lines on which the rows of an array or a table begin: what a finding's place is found again by.

    `why` says of a file that is not `readable` what is in the way, where there is more to say than
    what it is.
    """

    source: Source
    facts: FileFacts
    readable: bool
    table: Table | None = None
    why: str = ""
    chunks: list[tuple[int, int]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    @property
    def obstacle(self) -> str:
        """Return what is in the way of its rows, to stand behind "it"; nothing where they are
        read.
        """
        kind, encoding = self.facts.container, self.facts.encoding
        if self.readable or self.why:
            return self.why + (" (an option of `dslint convert`)" if " --" in self.why else "")
        if kind in _JSON and encoding == "other":
            return "is not UTF-8, as JSON is"
        if kind in _JSON:
            return f"is {encoding.upper()}, and JSON is UTF-8 (`dslint fix` mends that)"
        return "is empty" if kind == "empty" else f"is {kind}, and has no rows"

    @property
    def plain(self) -> bool:
        packed = self.source.packing or self.source.encoding
        return self.facts.container == "jsonl" and not packed

    def pieces(self, size: int = CHUNK) -> Iterator[Piece]:
        """Cut the file into pieces of about `size` bytes; none, where it is not text that holds
        rows.
        """
        if not self.readable:
            return
        if self.facts.container != "jsonl":
            yield from self._rows(size)
        elif not self.plain:
            for number, block in enumerate(source.blocks(self.source, size)):
                yield block.removeprefix(BOM) if number == 0 else block
        else:
            yield from source.ranges(self.source, size)

    def _rows(self, size: int) -> Iterator[Rows]:
        rows, held = Rows([]), 0
        for place, raw, defect in self._values():
            self.starts.append(place)
            number = len(rows.numbered) + len(rows.broken) + 1
            if defect is None:
                rows.numbered.append((number, raw))
            else:
                rows.broken.append(Malformed(number, raw, (defect,)))
            held += len(raw)
            if held >= size:
                yield rows
                rows, held = Rows([]), 0
        if held:
            yield rows

    def _values(self) -> Iterator[tuple[int, bytes, Defect | None]]:
        if self.table:
            try:
                yield from self.table.rows()
            except TableError as error:
                raise InputError(f"`{self.source.name}` {error}") from None
            return
        blocks = source.blocks(self.source)
        first = next(blocks, b"").removeprefix(BOM)
        for line, raw in split.values(each for part in ([first], blocks) for each in part):
            yield line, raw, None

    def sample(self) -> Iterator[dict[str, Any]]:
        """Yield the first rows that are objects, one after another."""
        for row in _sample(self, source.head(self.source).removeprefix(BOM)):
            if type(row) is dict:
                yield row

    def rows_at(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Read again the rows with these ascending numbers."""
        if self.facts.container != "jsonl":
            wanted = set(numbers)
            for number, (_, raw, _) in enumerate(self._values(), 1):
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


def opened(found: Source, format: str | None, reading: Reading = AS_IT_IS) -> File:
    """Look at the head of a file and say what it is. Raises InputError for what can't be read."""
    if reading.encoding is not None:
        found = replace(found, encoding=reading.encoding)
    head = source.head(found)
    whole = container(head, found.name)
    if reading.delimiter and whole.kind == "text":
        whole = replace(whole, kind="csv")
    readable = whole.kind in _JSON
    if whole.encoding.startswith("utf-") and whole.encoding != "utf-8":
        if whole.kind == "csv" or reading.anyhow:
            found = replace(found, encoding=whole.encoding)
            head = source.head(found)
        else:
            readable = False
    facts = FileFacts(
        path=found.name,
        extension=found.extension,
        container=whole.kind,
        encoding=whole.encoding,
        bom=whole.bom,
        format=format or UNKNOWN,
    )
    file = File(found, facts, readable and whole.encoding != "other")
    _look_into(file, head, reading)
    if not file.readable:
        facts.bytes = len(head)
    return file


def _look_into(file: File, head: bytes, reading: Reading) -> None:
    """Open a file's table, where it holds one, and tell the format of its rows."""
    facts = file.facts
    try:
        if facts.container in TABLES or (facts.container == "text" and reading.anyhow):
            file.table = tables.opened(file.source, head, facts.container, reading)
            file.readable = True
        elif reading.explains and facts.container in _JSON and foreign(head):
            raise TableError(explained(head))
        if file.readable and facts.format == UNKNOWN:
            facts.format = of_file(_sample(file, head.removeprefix(BOM)))
    except TableError as error:
        file.readable, file.why = False, str(error)


def _sample(file: File, head: bytes) -> Iterator[object]:
    rows: Iterable[bytes]
    if file.table:
        rows = (row.raw for row in file.table.rows() if not row.defect)
    elif file.facts.container == "jsonl":
        rows = head.split(b"\n")
    else:
        rows = (raw for _, raw in split.values([head]))
    for raw in islice(rows, SAMPLE):
        try:
            yield orjson.loads(raw)
        except ValueError:
            continue
