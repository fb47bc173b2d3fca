"""The nouns: what every other room takes and gives. No behaviour beyond what a value can say of
itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["error", "warn", "info", "off"]
Fate = Literal["refuses-file", "trains-on-nothing", "drops-row", "truncates", "alters"]

LEVELS: tuple[Level, ...] = ("off", "info", "warn", "error")
"""From the weakest to the strongest."""

FATES: tuple[Fate, ...] = ("alters", "truncates", "drops-row", "trains-on-nothing", "refuses-file")
"""From the mildest to the worst: a row that meets several has the last of them."""

Applicability = Literal["safe", "unsafe", "shown"]
"""Whether a fix is made when asked for fixes, when asked for unsafe ones too, or only shown."""

FATE_LEVEL: Mapping[str, Level] = {
    "alters": "warn",
    "truncates": "warn",
    "drops-row": "warn",
    "trains-on-nothing": "error",
    "refuses-file": "error",
}
"""The level that a fate raises a rule to, at the least."""


@dataclass(slots=True)
class Record:
    """One example: the line (or lines) of a file that hold it, as bytes and as Python values.

    `line` is 1-based and counts from the start of the file (of the chunk, until the chunk's place
    is known). `images` is how many image parts its messages have; `plain` says that it is nothing
    but a list of messages, and each of these a role and a text.
    """

    line: int
    raw: bytes
    data: Any
    format: str
    images: int = 0
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with the bytes of a line: its kind, and where, as byte offsets from the
    line's start.
    """

    kind: str
    start: int
    end: int
    found: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check yields: a place and the values for the rule's message. It knows no rule, level
    or file.

    `mark` is a regular expression that narrows the place inside a string, where the rule's own
    can't say it.
    """

    pointer: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """Put another value where `pointer` leads."""

    pointer: str
    value: Any


@dataclass(frozen=True, slots=True)
class Splice:
    """Put `text` for the characters `start` to `end` of the string at `pointer`."""

    pointer: str
    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a member or an element away, with the comma that belongs to it."""

    pointer: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the member at `pointer` another key."""

    pointer: str
    key: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Add a member behind the last one of the object at `pointer`."""

    pointer: str
    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Wrap:
    """Put JSON text before and behind a value."""

    pointer: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Make a value the string that holds its JSON text, as it is written."""

    pointer: str


@dataclass(frozen=True, slots=True)
class Unquote:
    """Put the JSON text that a string holds in its place."""

    pointer: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Leave the record out."""


Edit = Replace | Splice | Remove | Rename | Insert | Wrap | Quote | Unquote | Drop
"""A change of one record. Pointers speak of the record as it is before any of its edits."""


@dataclass(frozen=True, slots=True)
class Fix:
    """How a rule's defect is mended: a word, and what it needs (or `python` and the function).

    `applicability` is safe where it can be read one way only and changes nothing else that is
    learned, unsafe where it may change what is meant or loses data, shown where it is never made.
    """

    word: str
    value: Any = None
    applicability: Applicability = "safe"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule's or a target's claim comes from."""

    kind: Literal["official", "observed", "inferred"]
    link: str | None = None
    read: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block of a rule page: `kind` is bad, good or fixed, or `with` for a file that is
    looked at together with the example before it; `line` is where its text begins in the page.
    """

    kind: str
    data: bytes
    line: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule page, read. Exactly one of `sql`, `check` and `labelled` binds it to what finds it.

    `over` is the table it is a question about; `at` is relative to the row's own pointer; `mark` is
    a regular expression that narrows the place inside a string; `message` is a template over
    columns or a hit's values. `fold` says "file" where one finding a file is enough, however many
    rows it holds for.
    """

    name: str
    group: str
    title: str
    summary: str
    over: str
    message: str
    level: Level
    source: Source
    path: str
    at: str = ""
    mark: str | None = None
    formats: tuple[str, ...] = ()
    fate: Mapping[str, Fate] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    since: str = "0.1"
    fold: str | None = None
    preview: bool = False
    deprecated: str | None = None
    aliases: tuple[str, ...] = ()
    sql: str | None = None
    check: str | None = None
    labelled: bool = False
    fix: Fix | None = None
    examples: tuple[Example, ...] = ()

    def fate_at(self, target: str) -> Fate | None:
        """Return what becomes of a row that raises this rule at `target`, if it is known."""
        return self.fate.get(target) or self.fate.get("any")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A window of a line, safe to print: escaped and masked, with the marked part as character
    offsets in it.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer: a rule, a place, a message.

    `line` and `column` are 1-based and count characters, `end_column` is exclusive; `line` is None
    for what holds for a whole file, `record` the content hash of the record where it was looked up.
    A folded finding stands for `rows` records and keeps `examples` of them. `fix` says whether
    there is a safe or an unsafe fix for it.
    """

    rule: str
    level: Level
    file: str
    message: str
    help: str
    line: int | None = None
    column: int | None = None
    end_column: int | None = None
    pointer: str = ""
    fate: Fate | None = None
    fix: str | None = None
    fingerprint: str = ""
    record: str = ""
    ignored: str | None = None
    rows: int = 1
    excerpt: Excerpt | None = None
    examples: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSummary:
    """A file that was checked. `fates` counts its records by what becomes of them: each is counted
    once, and `train` is among the keys.
    """

    path: str
    format: str
    records: int
    bytes: int
    fates: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be looked at, and why. Not passed: `--strict` fails on it."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Story:
    """One rule in one file, as a person reads it: how many rows it affects, and three of them."""

    rule: Rule
    level: Level
    fate: Fate | None
    file: str
    rows: int
    findings: int
    shown: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found. `findings` are sorted by file, line, pointer and rule; ignored ones are
    marked, not removed.

    `stories` hold the same, told by level and rows affected. `stale` are entries of the ignore file
    that match nothing.
    """

    target: str
    findings: tuple[Finding, ...]
    stories: tuple[Story, ...]
    files: tuple[FileSummary, ...]
    skipped: tuple[Skipped, ...] = ()
    stale: tuple[str, ...] = ()
    fail_on: Level = "error"

    @property
    def records(self) -> int:
        return sum(file.records for file in self.files)

    @property
    def fates(self) -> dict[str, int]:
        """Count the records of all files by what becomes of them, `train` first."""
        total: dict[str, int] = {"train": 0}
        for file in self.files:
            for fate, rows in file.fates.items():
                total[fate] = total.get(fate, 0) + rows
        return total

    def count(self, level: Level) -> int:
        """Count the findings of a level that are not ignored."""
        return sum(1 for found in self.findings if found.level == level and not found.ignored)

    def fails(self, at: Level | None = None) -> bool:
        """Say whether there is a finding at the level `at` (by default `fail_on`, where "off" never
        fails) or above.
        """
        level = at or self.fail_on
        if level == "off":
            return False
        floor = LEVELS.index(level)
        open_ = (found.level for found in self.findings if not found.ignored)
        return any(LEVELS.index(each) >= floor for each in open_)
