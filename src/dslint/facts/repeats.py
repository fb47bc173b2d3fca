"""What rows of a file have in common: system prompts and tool definitions, and what these take."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from dslint.facts.batch import Batch

MOST = 10_000
"""Different texts that a file remembers of each kind; one that it meets after these is not counted.
"""

SYSTEM = frozenset({"system", "developer"})


@dataclass(frozen=True, slots=True)
class Shared:
    """How many rows have a text, and its length in bytes."""

    rows: int
    bytes: int


@dataclass(slots=True)
class Repeats:
    """System prompts that rows begin with, and lists of tools, each by its digest."""

    prompts: dict[bytes, Shared] = field(default_factory=dict)
    tools: dict[bytes, Shared] = field(default_factory=dict)

    def join(self, later: Repeats) -> None:
        """Take in those of a later chunk."""
        _join(self.prompts, later.prompts)
        _join(self.tools, later.tools)


def repeats(batch: Batch) -> Repeats:
    """Return what records of a batch begin with, and their tools."""
    return Repeats(_digested(_prompts(batch)), _digested(_tools(batch)))


def _prompts(batch: Batch) -> Counter[bytes]:
    begins = [bool(roles) and roles[0] in SYSTEM for roles in batch.casts]
    if not any(begins):
        return Counter()
    contents, starts = batch.contents, batch.starts
    found = Counter(
        content
        for at, cast in enumerate(batch.cast)
        if begins[cast] and type(content := contents[starts[at]]) is str
    )
    return Counter({text.encode("utf-8", "replace"): rows for text, rows in found.items()})


def _tools(batch: Batch) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for _, own in groupby(batch.tools, key=lambda tool: tool.record):
        try:
            found[orjson.dumps([tool.value for tool in own])] += 1
        except TypeError:  # nested deeper than orjson writes
            continue
    return found


def _digested(texts: Mapping[bytes, int]) -> dict[bytes, Shared]:
    return {
        hashlib.blake2b(text, digest_size=8).digest(): Shared(rows, len(text))
        for text, rows in texts.items()
    }


def _join(known: dict[bytes, Shared], later: Mapping[bytes, Shared]) -> None:
    for digest, found in later.items():
        if digest in known:
            known[digest] = Shared(known[digest].rows + found.rows, found.bytes)
        elif len(known) < MOST:
            known[digest] = found
