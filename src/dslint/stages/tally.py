"""Counts the tokens of one chunk, and joins what chunks and files have: two numbers a record and
more.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import orjson

from dslint.checks import shape
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts, Seen
from dslint.facts.ruler import Ruler
from dslint.facts.tokens.record import count
from dslint.facts.tokens.totals import by_role
from dslint.formats import FORMATS, of_row
from dslint.formats.openai import REINFORCEMENT
from dslint.jsonl import parse
from dslint.jsonl.parse import Malformed
from dslint.model import Record

MOST_PROMPTS = 10_000
"""Different system prompts that a run remembers; one that it meets after these is not found again.
"""

SYSTEM = frozenset({"system", "developer"})

READ = frozenset(name for name, each in FORMATS.items() if each.is_read)
"""The formats whose messages are found."""


@dataclass(slots=True)
class Tally:
    """What was counted: of a chunk, of a file, or of several.

    `lines`, `totals`, `trained` and `longest` have a number for each record that was counted, 16
    bytes in all; `longest` is its longest sequence. `invalid` are records that are not built as
    their schema says, and `unread` those that no reader is for: neither is counted. `idle` are the
    records and the tokens of rows that teach nothing. `prompts` are the rows and the tokens of each
    first system message, by its digest.
    """

    file: FileFacts = field(default_factory=FileFacts)
    lines: array[int] = field(default_factory=lambda: array("I"))
    totals: array[int] = field(default_factory=lambda: array("I"))
    trained: array[int] = field(default_factory=lambda: array("I"))
    longest: array[int] = field(default_factory=lambda: array("I"))
    roles: dict[str, int] = field(default_factory=dict)
    reasoning: int = 0
    tools: int = 0
    images: int = 0
    bound: int = 0
    estimated: int = 0
    idle: tuple[int, int] = (0, 0)
    invalid: Seen = field(default_factory=Seen)
    unread: Seen = field(default_factory=Seen)
    prompts: dict[bytes, tuple[int, int]] = field(default_factory=dict)

    def join(self, later: Tally) -> None:
        """Add what was counted in the chunk or file that follows; its lines go on from here."""
        before = self.file.lines
        self.lines.extend(array("I", (line + before for line in later.lines)))
        self.totals.extend(later.totals)
        self.trained.extend(later.trained)
        self.longest.extend(later.longest)
        for role, tokens in later.roles.items():
            self.roles[role] = self.roles.get(role, 0) + tokens
        self.reasoning += later.reasoning
        self.tools += later.tools
        self.images += later.images
        self.bound += later.bound
        self.estimated += later.estimated
        self.idle = self.idle[0] + later.idle[0], self.idle[1] + later.idle[1]
        self.invalid.join(later.invalid, before)
        self.unread.join(later.unread, before)
        for digest, (rows, tokens) in later.prompts.items():
            _remember(self.prompts, digest, rows, tokens)
        self.file.join(later.file)


def tally(
    ruler: Ruler,
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Tally:
    """Count a chunk of whole lines of a file in `format`; or numbered rows, where a file has no
    lines: those that are `broken` are not counted.
    """
    found = Tally(file=FileFacts(bytes=len(whole), lines=len(broken), malformed=len(broken)))
    lines = parse.lines(whole) if numbered is None else numbered
    batch = Batch(list(_counted(ruler, lines, format, found)))
    counted, turns = count(batch, ruler.counter(), ruler.vision)
    found.roles = by_role(batch, turns)
    for record, own in zip(batch.records, counted, strict=True):
        found.lines.append(record.line)
        found.totals.append(own.total)
        found.trained.append(own.trained)
        found.longest.append(own.longest)
        found.reasoning += own.reasoning
        found.tools += own.tools
        found.images += own.images
        found.bound += own.bound
        found.estimated += own.estimated
        if not own.trained and record.format != REINFORCEMENT.name:
            found.idle = found.idle[0] + 1, found.idle[1] + own.total
    for prompt, (rows, tokens) in _prompts(batch, turns).items():
        digest = hashlib.blake2b(prompt.encode("utf-8", "replace"), digest_size=8)
        _remember(found.prompts, digest.digest(), rows, tokens)
    return found


def _prompts(batch: Batch, turns: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Return the rows and the tokens of each system prompt that rows begin with."""
    found: dict[str, tuple[int, int]] = {}
    for start, end in pairwise(batch.starts):
        if start < end and batch.roles[start] in SYSTEM:
            prompt = batch.contents[start]
            if type(prompt) is str:
                rows, tokens = found.get(prompt, (0, 0))
                found[prompt] = rows + 1, tokens + turns[start]
    return found


def _counted(
    ruler: Ruler, lines: Iterable[tuple[int, bytes]], format: str, found: Tally
) -> Iterable[Record]:
    """Yield the records that are counted, and note what the others are."""
    facts = found.file
    formats = facts.formats
    for number, raw in lines:
        facts.lines += 1
        try:
            data = orjson.loads(raw)
        except ValueError:
            facts.malformed += bool(raw.strip())
            continue
        if type(data) is not dict:
            facts.malformed += 1
            continue
        name = ruler.format or of_row(data, format)
        facts.records += 1
        if name not in formats:
            formats[name] = Seen()
        formats[name].add(number)
        if name not in READ:
            found.unread.add(number)
        elif not shape.is_valid(name, data):
            found.invalid.add(number)
        else:
            yield Record(number, raw, data, name)


def _remember(prompts: dict[bytes, tuple[int, int]], digest: bytes, rows: int, tokens: int) -> None:
    if digest in prompts:
        known = prompts[digest]
        prompts[digest] = known[0] + rows, known[1] + tokens
    elif len(prompts) < MOST_PROMPTS:
        prompts[digest] = rows, tokens
