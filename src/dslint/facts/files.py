"""What is remembered of a file while it is read. Imports nothing heavy: verbs need no tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from dslint.facts.labels import Labels
from dslint.facts.pairs import Pairs
from dslint.facts.repeats import Repeats

Keys = tuple[str, ...]


@dataclass(slots=True)
class Seen:
    """How many rows had something, and the first and the last line of them."""

    rows: int = 0
    first: int = 0
    last: int = 0

    def add(self, line: int) -> None:
        self.rows += 1
        self.first = self.first or line
        self.last = line

    def join(self, other: Seen, offset: int) -> None:
        """Take in what a later chunk saw, whose lines begin `offset` lines later."""
        if other.rows:
            self.first = self.first or other.first + offset
            self.last = other.last + offset
            self.rows += other.rows


@dataclass(slots=True)
class FileFacts:
    """What is known of a file. A chunk has one of its own; `join` adds those of later chunks to the
    first. `parted` are the files, itself or its inputs, that are not as they were locked, and how.
    """

    path: str = ""
    extension: str = ""
    container: str = "jsonl"
    encoding: str = "utf-8"
    bom: bool = False
    format: str = "unknown"
    bytes: int = 0
    lines: int = 0
    newlines: int = 0
    carriage_returns: int = 0
    final_newline: bool = True
    records: int = 0
    malformed: int = 0
    blank: Seen = field(default_factory=Seen)
    images: Seen = field(default_factory=Seen)
    formats: dict[str, Seen] = field(default_factory=dict)
    keys: dict[Keys, Seen] = field(default_factory=dict)
    pairs: Pairs | None = None
    repeats: Repeats = field(default_factory=Repeats)
    labels: Labels = field(default_factory=Labels)
    parted: list[tuple[str, str]] = field(default_factory=list)

    def join(self, later: FileFacts) -> None:
        """Add the facts of the chunk that follows."""
        offset = self.lines
        self.blank.join(later.blank, offset)
        self.images.join(later.images, offset)
        for format, seen in later.formats.items():
            self.formats.setdefault(format, Seen()).join(seen, offset)
        for keys, seen in later.keys.items():
            self.keys.setdefault(keys, Seen()).join(seen, offset)
        if later.pairs is not None:
            self.pairs = self.pairs or Pairs()
            self.pairs.join(later.pairs, offset)
        self.repeats.join(later.repeats, offset)
        self.labels.join(later.labels, offset)
        self.bytes += later.bytes
        self.lines += later.lines
        self.newlines += later.newlines
        self.carriage_returns += later.carriage_returns
        self.records += later.records
        self.malformed += later.malformed
        self.final_newline = later.final_newline

    @property
    def newline(self) -> str:
        if not self.carriage_returns:
            return "lf"
        return "crlf" if self.carriage_returns == self.newlines else "mixed"
