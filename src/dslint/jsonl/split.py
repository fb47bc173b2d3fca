"""The elements of a JSON array, or of objects one after another, out of a stream of bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dslint.jsonl.grain import BODY, COMMA, OPENERS, QUOTE

_REST = re.compile(BODY + rb'("?)', re.DOTALL)
_INSIDE = re.compile(rb'"' + BODY + rb'("?)|[{}\[\]]', re.DOTALL)
_BETWEEN = re.compile(rb'"' + BODY + rb'("?)|[{}\[\],]', re.DOTALL)
_LOOSE = re.compile(rb"[{\[\n]")
_FIRST = re.compile(rb"[^ \t\r\n]")
_WHITE = b" \t\r\n"
_ARRAY_END = ord("]")


def values(blocks: Iterable[bytes], first_line: int = 1) -> Iterator[tuple[int, bytes]]:
    """Yield each top-level element with the 1-based line on which it begins, its bytes as they are.

    Takes a JSON array, or values (objects, as a rule) one after another, in blocks with any
    borders. Never raises: what is between two commas of an array is an element, be it broken, and
    what is not an object between objects is one up to its line's end, so that whoever parses it
    says what is wrong. A comma too many is an element of its own, and so are the first bracket of
    an array that is never closed and the last of one after which more follows. In memory at a
    time: a block and one element.
    """
    splitter = _Splitter(first_line)
    for block in _without_mark(blocks):
        yield from splitter.feed(block)
    yield from splitter.finish()


def _without_mark(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks without a byte-order mark at their very beginning."""
    rest = iter(blocks)
    head = b""
    for block in rest:
        head += block
        if len(head) >= 3:
            break
    yield head.removeprefix(b"\xef\xbb\xbf")
    yield from rest


class _Splitter:
    """Where a stream is: in an array or not, how deep, in a string; and the element so far."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.array: int | None = None  # the line on which the array that is open began
        self.closed = 0  # the line on which it ended, while nothing has come after it
        self.started = False
        self.depth = 0
        self.in_string = self.escaped = False
        self.parts: list[bytes] = []
        self.begun = 0  # the line on which the element began; 0 where none has
        self.complete = False  # an element has come since the last comma
        self.comma = 0  # the line of the last comma, while nothing has come after it

    def feed(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        """Take a block in and yield the elements that end in it."""
        at = start = counted = 0
        size = len(block)
        while at < size:
            if self.in_string:
                at = self.string(block, at)
                continue
            if not self.begun:
                first = _FIRST.search(block, at)
                if not first:
                    break
                start = at = first.start()
                self.line += block.count(b"\n", counted, at)
                counted = at
                mark = block[at]
                if not self.started and mark == ord("["):
                    self.started, self.array = True, self.line
                    at += 1
                    continue
                self.started = True
                if self.closed:
                    yield self.closed, b"]"
                    self.closed = 0
                if self.array is not None and mark in b",]":
                    yield from self.separator(mark)
                    at += 1
                    continue
                self.begun = self.line
                self.comma = 0
                if self.array is None and mark not in OPENERS:
                    self.depth = -1
            if self.depth < 0:  # text between objects: up to the next one or the line's end
                found = _LOOSE.search(block, at)
                at = found.start() if found else size
                ended = found is not None
            else:
                at, ended = self.walk(block, at)
            if ended:
                begun = self.begun
                yield begun, self.element(block[start:at])
                start = at
        if self.begun:
            self.parts.append(block[start:])
        self.line += block.count(b"\n", counted)

    def walk(self, block: bytes, at: int) -> tuple[int, bool]:
        """Go on to the next bracket or quote; return where it is, if the element ends there."""
        expected = _BETWEEN if self.array is not None and not self.depth else _INSIDE
        found = expected.search(block, at)
        if not found:
            return len(block), False
        at, mark = found.end(), block[found.start()]
        if mark == QUOTE:
            self.leave(found, found.start() + 1)
        elif mark in OPENERS:
            self.depth += 1
        elif mark == COMMA:
            return at - 1, True
        elif self.depth:
            self.depth -= 1
            return at, not self.depth and self.array is None
        elif mark == _ARRAY_END and self.array is not None:
            return at - 1, True
        return at, False

    def string(self, block: bytes, at: int) -> int:
        """Go on inside a string; return where it, or the block, ends."""
        if self.escaped:
            self.escaped = False
            return at + 1
        rest = _REST.match(block, at)
        if rest:
            self.leave(rest, at)
        return rest.end() if rest else len(block)

    def leave(self, string: re.Match[bytes], at: int) -> None:
        """Note whether a string, of which the text from `at` on was matched, ends in this block."""
        self.in_string = not string[1]
        if self.in_string:
            tail = string.string[at:]
            self.escaped = (len(tail) - len(tail.rstrip(b"\\"))) % 2 == 1

    def separator(self, mark: int) -> Iterator[tuple[int, bytes]]:
        """Take in a comma or the end of the array."""
        if mark != COMMA:
            self.array, self.closed = None, self.line
            if self.comma:
                yield self.comma, b","
        elif self.complete:
            self.comma = self.line
        else:
            yield self.line, b","
        self.complete = False

    def element(self, last: bytes) -> bytes:
        """Return the element that ends with `last`, and be ready for the next."""
        raw = b"".join((*self.parts, last)).rstrip(_WHITE)
        self.parts.clear()
        self.begun = self.depth = 0
        self.complete = True
        return raw

    def finish(self) -> Iterator[tuple[int, bytes]]:
        """Yield what is left when the stream has ended."""
        cut = self.in_string or self.depth > 0
        if self.begun:
            begun = self.begun
            yield begun, self.element(b"")
        if self.array is not None and not cut:
            yield self.array, b"["
