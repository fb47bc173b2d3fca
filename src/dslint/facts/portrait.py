"""What a person looks at first in a dataset: roles, turns, lengths, prompts, tools, answers. All of
it is bounded, whatever there is to be read, and the same however it is cut.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import orjson

from dslint.facts.batch import Batch
from dslint.facts.counts import Counts, Lengths
from dslint.facts.labels import Labels, labels
from dslint.facts.languages import Sample, sample
from dslint.facts.openings import opening, refuses
from dslint.facts.repeats import SYSTEM, Repeats, digest, first_prompts, repeats
from dslint.formats import FORMATS

EXCERPT = 400
"""Characters that are kept of a system prompt."""

PROMPTS = 1_000
"""System prompts of which a beginning is kept."""


@dataclass(slots=True)
class Preferences:
    """Pairs of a chosen and a rejected answer: how many, in how many the chosen one is `longer`,
    in how many `equal`, and what characters each side has.
    """

    pairs: int = 0
    longer: int = 0
    equal: int = 0
    chosen: int = 0
    rejected: int = 0

    def join(self, later: Preferences) -> None:
        self.pairs += later.pairs
        self.longer += later.longer
        self.equal += later.equal
        self.chosen += later.chosen
        self.rejected += later.rejected


@dataclass(slots=True)
class Tools:
    """What rows have of tools: in how many some are defined, in how many some are called; the names
    of both, how many calls a row has that has any, and the bytes of the definitions.
    """

    defining: int = 0
    calling: int = 0
    bytes: int = 0
    defined: Counts = field(default_factory=Counts)
    called: Counts = field(default_factory=Counts)
    calls: Lengths = field(default_factory=Lengths)

    def join(self, later: Tools) -> None:
        self.defining += later.defining
        self.calling += later.calling
        self.bytes += later.bytes
        self.defined.join(later.defined)
        self.called.join(later.called)
        self.calls.join(later.calls)


@dataclass(slots=True)
class Portrait:
    """What rows are like. `records` were read, `unread` of them are in formats that nobody looks
    into; `messages` counts by role, `rows` the rows that have the role, `lengths` are characters of
    messages with a text. `turns` are the messages of a row that are neither the system's nor
    rejected. `said` has the beginnings of system prompts by their digest.
    """

    records: int = 0
    unread: int = 0
    formats: Counts = field(default_factory=Counts)
    messages: Counts = field(default_factory=Counts)
    rows: Counts = field(default_factory=Counts)
    lengths: dict[str, Lengths] = field(default_factory=dict)
    turns: Lengths = field(default_factory=Lengths)
    repeats: Repeats = field(default_factory=Repeats)
    said: dict[bytes, str] = field(default_factory=dict)
    tools: Tools = field(default_factory=Tools)
    labels: Labels = field(default_factory=Labels)
    answers: Lengths = field(default_factory=Lengths)
    openings: Counts = field(default_factory=Counts)
    refusals: int = 0
    pairs: Preferences = field(default_factory=Preferences)
    sample: Sample = field(default_factory=Sample)

    def join(self, later: Portrait, offset: int = 0) -> None:
        """Take in what a later chunk has, whose lines begin `offset` lines later."""
        self.records += later.records
        self.unread += later.unread
        self.refusals += later.refusals
        self.formats.join(later.formats)
        self.messages.join(later.messages)
        self.rows.join(later.rows)
        for role, lengths in later.lengths.items():
            if role in self.lengths or len(self.lengths) < PROMPTS:
                self.lengths.setdefault(role, Lengths()).join(lengths)
        self.turns.join(later.turns)
        self.repeats.join(later.repeats, offset)
        for mark, text in later.said.items():
            if len(self.said) < PROMPTS:
                self.said.setdefault(mark, text)
        self.tools.join(later.tools)
        self.labels.join(later.labels, offset)
        self.answers.join(later.answers)
        self.openings.join(later.openings)
        self.pairs.join(later.pairs)
        self.sample.join(later.sample)


def portrait(batch: Batch) -> Portrait:
    """Return what the records of a batch are like."""
    found = Portrait(
        records=len(batch.records),
        unread=sum(
            each.format not in FORMATS or not FORMATS[each.format].is_read for each in batch.records
        ),
        repeats=repeats(batch),
        labels=labels(batch),
        sample=sample(batch),
    )
    found.formats.add(record.format for record in batch.records)
    _messages(batch, found)
    _turns(batch, found)
    _answers(batch, found)
    _tools(batch, found.tools)
    _pairs(batch, found.pairs)
    for text, _ in zip(*first_prompts(batch), strict=True):
        found.said.setdefault(digest(text.encode("utf-8", "replace")), text[:EXCERPT])
    return found


def _messages(batch: Batch, found: Portrait) -> None:
    lengths: dict[str, list[int]] = {}
    for role, text in zip(batch.roles, batch.texts, strict=True):
        if text is not None:
            lengths.setdefault(role or "?", []).append(len(text))
    for role, each in lengths.items():
        found.lengths[role] = Lengths()
        found.lengths[role].add(each)
    for cast, rows in Counter(batch.cast).items():
        roles = Counter(role or "?" for role in batch.casts[cast])
        for role, times in roles.items():
            found.messages.times[role] = found.messages.times.get(role, 0) + times * rows
            found.rows.times[role] = found.rows.times.get(role, 0) + rows


def _turns(batch: Batch, found: Portrait) -> None:
    if batch.listed:
        sizes = [sum(role not in SYSTEM for role in roles) for roles in batch.casts]
        found.turns.add(sizes[cast] for cast in batch.cast)
        return
    roles, parts = batch.roles, batch.parts
    found.turns.add(
        sum(roles[at] not in SYSTEM and parts[at] != "non_preferred" for at in range(start, end))
        for start, end in pairwise(batch.starts)
        if end > start
    )


def _answers(batch: Batch, found: Portrait) -> None:
    texts = [text for at in batch.answers if at >= 0 and (text := batch.texts[at])]
    found.answers.add(map(len, texts))
    found.openings.add(map(opening, texts))
    found.refusals = sum(map(refuses, texts))


def _tools(batch: Batch, found: Tools) -> None:
    tools, calls = batch.tools, batch.calls
    found.defining = len({tool.record for tool in tools})
    found.defined.add(_name(tool.function.get("name")) for tool in tools)
    for tool in tools:
        try:
            found.bytes += len(orjson.dumps(tool.value))
        except TypeError:  # nested deeper than orjson writes
            continue
    found.called.add(_name(call.function.get("name")) for call in calls)
    each = Counter(call.record for call in calls)
    found.calling = len(each)
    found.calls.add(each.values())


def _name(name: object) -> str:
    return name[:64] if type(name) is str else "?"


def _pairs(batch: Batch, found: Preferences) -> None:
    if "non_preferred" not in batch.parts:
        return
    for start, end in pairwise(batch.starts):
        sizes = {"preferred": -1, "non_preferred": -1}
        for at in range(start, end):
            if (part := batch.parts[at]) in sizes:
                sizes[part] = max(0, sizes[part]) + len(batch.texts[at] or "")
        chosen, rejected = sizes["preferred"], sizes["non_preferred"]
        if min(chosen, rejected) < 0:
            continue
        found.pairs += 1
        found.longer += chosen > rejected
        found.equal += chosen == rejected
        found.chosen += chosen
        found.rejected += rejected
