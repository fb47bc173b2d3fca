"""What is remembered of a file's prompts and completions: how they begin and end, how many do."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeVar

REACH = 64
"""Characters from which a common beginning or end is told."""

MARK = 16
"""Characters of the longest end that is counted."""

MOST_MARKS = 1_000
"""Different ends that are counted in a file: those that came first."""


@dataclass(slots=True)
class Lines:
    """How many lines had something, and the first of them."""

    rows: int = 0
    first: int = 0

    def add(self, line: int) -> None:
        self.rows += 1
        self.first = self.first or line

    def join(self, later: Lines, offset: int) -> None:
        if later.rows:
            self.first = self.first or later.first + offset
            self.rows += later.rows


Key = TypeVar("Key", int, str)


def _count(counts: dict[Key, Lines], key: Key, line: int) -> None:
    lines = counts.get(key)
    if lines is None:
        lines = counts[key] = Lines()
    lines.add(line)


@dataclass(slots=True)
class Side:
    """The prompts of a file, or its completions. What is empty is counted and left out of all else.

    `begins` and `ends` are what all texts have in common, up to `REACH` characters; `one` is the
    hash of their text while they are all the same. `marks` counts the texts by the punctuation and
    white space that they end with, `starts` by their first character where that is a space, a
    letter (of a script that writes spaces) or other.
    """

    rows: int = 0
    empty: int = 0
    characters: int = 0
    begins: str | None = None
    ends: str | None = None
    one: bytes | None = None
    same: bool = True
    marks: dict[str, Lines] = field(default_factory=dict)
    starts: dict[str, Lines] = field(default_factory=dict)

    def add(self, line: int, text: str) -> None:
        if not text:
            self.empty += 1
            return
        self.rows += 1
        self.characters += len(text)
        self._narrow(text[:REACH], text[-REACH:])
        if self.same:
            self._compare(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())
        _count(self.marks, end_of(text), line)
        _count(self.starts, start_of(text), line)

    def join(self, later: Side, offset: int) -> None:
        """Take in the same side of a later chunk, whose lines begin `offset` lines later."""
        self.rows += later.rows
        self.empty += later.empty
        self.characters += later.characters
        if later.begins is not None and later.ends is not None:
            self._narrow(later.begins, later.ends)
        self.same &= later.same
        if later.one is not None:
            self._compare(later.one)
        for mark, lines in later.marks.items():
            if mark in self.marks or len(self.marks) < MOST_MARKS:
                self.marks.setdefault(mark, Lines()).join(lines, offset)
        for start, lines in later.starts.items():
            self.starts.setdefault(start, Lines()).join(lines, offset)

    def _narrow(self, begins: str, ends: str) -> None:
        if self.begins is None or self.ends is None:
            self.begins, self.ends = begins, ends
            return
        if not begins.startswith(self.begins):
            self.begins = _shared(self.begins, begins)
        if not ends.endswith(self.ends):
            self.ends = _shared(self.ends[::-1], ends[::-1])[::-1]

    def _compare(self, one: bytes) -> None:
        self.one = self.one or one
        self.same &= self.one == one


@dataclass(slots=True)
class Pairs:
    """A file's prompts and completions. `inside` counts prompts by how much of their own end
    (characters, at most `MARK`) stands in them before: whatever separator turns out to be
    common, how many have it twice is known.
    """

    prompts: Side = field(default_factory=Side)
    completions: Side = field(default_factory=Side)
    inside: dict[int, Lines] = field(default_factory=dict)
    glued: Lines = field(default_factory=Lines)

    def add(self, line: int, prompt: object, completion: object) -> None:
        """Take in a row; a side that is no text is left to other rules."""
        if type(prompt) is str:
            self.prompts.add(line, prompt)
            _count(self.inside, _repeated(prompt), line)
        if type(completion) is str:
            self.completions.add(line, completion)
            if type(prompt) is str and _runs_on(prompt, completion):
                self.glued.add(line)

    def join(self, later: Pairs, offset: int) -> None:
        self.prompts.join(later.prompts, offset)
        self.completions.join(later.completions, offset)
        self.glued.join(later.glued, offset)
        for length, lines in later.inside.items():
            self.inside.setdefault(length, Lines()).join(lines, offset)


def _shared(one: str, other: str) -> str:
    """Return the beginning that two texts have in common."""
    pairs = zip(one, other, strict=False)
    differs = next((at for at, (mine, yours) in enumerate(pairs) if mine != yours), len(other))
    return one[:differs]


def end_of(text: str) -> str:
    """Return the punctuation, special token and white space that a text ends with, `MARK`
    characters at most.
    """
    tail = text[-MARK:]
    at = len(tail.rstrip())
    if tail.endswith("|>", 0, at) and (begin := tail.rfind("<|", 0, at)) >= 0:
        at = begin
    while at and not (tail[at - 1].isalnum() or tail[at - 1].isspace()):
        at -= 1
    return tail[at:]


def start_of(text: str) -> str:
    """Return what a text begins with: space, letter or other. A letter of a script without spaces
    is other.
    """
    first = text[0]
    if first == " ":
        return "space"
    return "letter" if first.isalnum() and first < "\u0e00" else "other"


def _runs_on(prompt: str, completion: str) -> bool:
    """Say whether a word begins a completion and nothing stands between it and the prompt."""
    return (
        bool(prompt and completion)
        and not prompt[-1].isspace()
        and start_of(completion) == "letter"
    )


def _repeated(prompt: str) -> int:
    """Return how long an end of a prompt, `MARK` characters at most, stands in it before, not
    overlapping.
    """
    most, size = min(MARK, len(prompt) // 2), len(prompt)
    for length in range(1, most + 1):
        if prompt.find(prompt[-length:], 0, size - length) < 0:
            return length - 1
    return most
