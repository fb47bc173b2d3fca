"""What rows of a file have in common: system prompts and tool definitions, and what these take."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from dslint.facts.batch import Batch

MOST = 10_000
"""Different texts that a file remembers of each kind; one that it meets after these is not counted.
"""

Digest = bytes

SYSTEM = frozenset({"system", "developer"})

_SPEAKING = frozenset({"user", "assistant"})

_SPACES = b" \t\n\r\v\f"
_SMALL = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz"
)  # a byte of another character is never one of these


@dataclass(frozen=True, slots=True)
class Shared:
    """How many rows have a text, its length in bytes, and the first line that has it; `fold` is
    the same for texts that differ in nothing but white space and the case of ASCII letters.
    """

    rows: int
    bytes: int
    first: int = 0
    fold: Digest = b""


@dataclass(slots=True)
class Repeats:
    """System prompts that rows begin with, and lists of tools, each by its digest.

    `chats` are the rows in which somebody speaks, `bare` those of them without a system message,
    and `first_bare` is the first of their lines.
    """

    prompts: dict[bytes, Shared] = field(default_factory=dict)
    tools: dict[bytes, Shared] = field(default_factory=dict)
    chats: int = 0
    bare: int = 0
    first_bare: int = 0

    def join(self, later: Repeats, offset: int = 0) -> None:
        """Take in those of a later chunk, whose lines begin `offset` lines later."""
        _join(self.prompts, later.prompts, offset)
        _join(self.tools, later.tools, offset)
        self.chats += later.chats
        self.bare += later.bare
        if later.bare and not self.first_bare:
            self.first_bare = later.first_bare + offset


def repeats(batch: Batch) -> Repeats:
    """Return what records of a batch begin with, and their tools."""
    found = Repeats(_prompts(batch), _digested(_tools(batch)))
    speaking = [not _SPEAKING.isdisjoint(roles) for roles in batch.casts]
    bare = [
        speaks and SYSTEM.isdisjoint(roles)
        for speaks, roles in zip(speaking, batch.casts, strict=True)
    ]
    rows = Counter(batch.cast)
    found.chats = sum(rows[cast] for cast, speaks in enumerate(speaking) if speaks)
    found.bare = sum(rows[cast] for cast, without in enumerate(bare) if without)
    if found.bare:
        found.first_bare = next(
            line for line, cast in zip(batch.lines, batch.cast, strict=True) if bare[cast]
        )
    return found


def first_prompts(batch: Batch) -> tuple[list[str], list[int]]:
    """Return the system prompts that records begin with, and the records' lines."""
    texts = batch.texts
    begins = [bool(roles) and roles[0] in SYSTEM for roles in batch.casts]
    if not any(begins):
        return [], []
    rows = [
        (text, line)
        for start, cast, line in zip(batch.starts, batch.cast, batch.lines, strict=False)
        if begins[cast] and (text := texts[start]) is not None
    ]
    return [text for text, _ in rows], [line for _, line in rows]


def _prompts(batch: Batch) -> dict[bytes, Shared]:
    texts, lines = first_prompts(batch)
    first = dict(zip(reversed(texts), reversed(lines), strict=True))
    found: dict[bytes, Shared] = {}
    for text, times in Counter(texts).items():
        raw = text.encode("utf-8", "replace")
        folded = raw.replace(b"\xc2\xa0", b"").translate(_SMALL, _SPACES)
        found[digest(raw)] = Shared(times, len(raw), first[text], digest(folded))
    return found


def _tools(batch: Batch) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for _, own in groupby(batch.tools, key=lambda tool: tool.record):
        try:
            found[orjson.dumps([tool.value for tool in own])] += 1
        except TypeError:  # nested deeper than orjson writes
            continue
    return found


def _digested(texts: Mapping[bytes, int]) -> dict[bytes, Shared]:
    return {digest(text): Shared(rows, len(text)) for text, rows in texts.items()}


def digest(text: bytes) -> bytes:
    """Return what a text is told by."""
    return hashlib.blake2b(text, digest_size=8).digest()


def _join(known: dict[bytes, Shared], later: Mapping[bytes, Shared], offset: int) -> None:
    for mark, found in later.items():
        if mark in known:
            known[mark] = replace(known[mark], rows=known[mark].rows + found.rows)
        elif len(known) < MOST:
            known[mark] = replace(found, first=found.first and found.first + offset)
