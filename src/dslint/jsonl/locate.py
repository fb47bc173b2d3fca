"""Places: from a JSON pointer to bytes, and from a byte to the line and column people count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dslint.jsonl.grain import BODY, CLOSERS, OPENERS, QUOTE, SPACE, STRING, decoded

_START = re.compile(rb"(?:\xef\xbb\xbf)?" + SPACE)
_KEY = re.compile(SPACE + rb'"(' + BODY + rb')"' + SPACE + rb":" + SPACE, re.DOTALL)
_NEXT = re.compile(SPACE + rb"(,?)" + SPACE)
_STRING = re.compile(STRING, re.DOTALL)
_SCALAR = re.compile(rb'[^,\[\]{}":\s]++')
_BRACKET = re.compile(
    rb'[^"{}\[\]]*+(?:' + STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])',
    re.DOTALL,
)
_INDEX = re.compile(r"0|[1-9][0-9]*", re.ASCII)

_UNIT = re.compile(
    rb"(?P<plain>[^\\\x80-\xff]++)|(?P<wide>[\x80-\xff]++)"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.?",
    re.DOTALL,
)
"""Runs of a string's body: ASCII, not ASCII, and one escape, which is one character."""


class Child(NamedTuple):
    """A member or an element: its name (an element's is its index), where its key's literal and its
    value are.
    """

    name: str
    begin: int
    key_end: int
    start: int
    end: int


def locate(raw: bytes, pointer: str) -> tuple[int, int] | None:
    """Return the bytes `(start, end)` of the value that an RFC 6901 pointer names in a JSON text.

    Where a key is repeated, the last one counts, as parsers have it. Where the pointer names
    something that is not there, the span is that of its nearest ancestor that is. None where there
    is no value or no pointer.
    """
    value = _find(raw, pointer)
    return None if value is None else (value, _end(raw, value))


def within(raw: bytes, span: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """Return the bytes of the characters `start` to `end` of a string, counted as decoded.

    `span` holds the string's literal with its quotes; it is returned as it is where it holds none.
    """
    first, last = span
    if last - first < 2 or raw[first] != QUOTE:
        return span
    body, stop = first + 1, last - 1
    here = _advance(raw, body, stop, start)
    return here, _advance(raw, here, stop, end - start)


def children(raw: bytes, at: int) -> Iterator[Child]:
    """Yield what the object or array that begins at `at` holds, in order; none of a scalar."""
    opener = raw[at : at + 1]
    at += 1
    if opener == b"{":
        while key := _KEY.match(raw, at):
            name = decoded(key[1]).decode("utf-8", "surrogatepass")
            end = _end(raw, key.end())
            yield Child(name, key.start(1) - 1, key.end(1) + 1, key.end(), end)
            comma = _NEXT.match(raw, end)
            if not comma or not comma[1]:
                return
            at = comma.end()
    elif opener == b"[":
        begin = _START.match(raw, at)
        at = begin.end() if begin else at
        index = 0
        while raw[at : at + 1] not in (b"]", b""):
            end = _end(raw, at)
            yield Child(str(index), at, at, at, end)
            comma = _NEXT.match(raw, end)
            if not comma or not comma[1]:
                return
            index, at = index + 1, comma.end()


def value(raw: bytes) -> tuple[int, int]:
    """Return the bytes of the value that a JSON text holds."""
    begin = _START.match(raw)
    at = begin.end() if begin else 0
    return at, _end(raw, at)


def places(raw: bytes, span: tuple[int, int], characters: Sequence[int]) -> list[int]:
    """Return the bytes before which so many characters of a string literal stand, ascending."""
    found, here, counted, stop = [], span[0] + 1, 0, span[1] - 1
    for each in characters:
        here = _advance(raw, here, stop, each - counted)
        counted = each
        found.append(here)
    return found


def position(raw: bytes, offset: int, first_line: int = 1) -> tuple[int, int]:
    """Return the 1-based line and column of a byte, `raw` beginning on the line `first_line`.

    Columns count characters; a byte that is not UTF-8 counts as one.
    """
    offset = max(0, min(offset, len(raw)))
    begin = raw.rfind(b"\n", 0, offset) + 1
    column = len(raw[begin:offset].decode("utf-8", "surrogateescape"))
    for back in range(1, min(4, offset - begin + 1)):
        if 0x80 <= raw[offset - back] < 0xC0:
            continue
        if _inside(raw[offset - back : offset + 3], back):
            column -= back
        break
    return first_line + raw.count(b"\n", 0, offset), column + 1


def _inside(around: bytes, back: int) -> bool:
    """Say whether the character that `around` begins with is whole and longer than `back` bytes."""
    text = around.decode("utf-8", "surrogateescape")
    return len(text[:1].encode("utf-8", "surrogateescape")) > back


def _find(raw: bytes, pointer: str) -> int | None:
    """Return where the value that a pointer names begins, or its nearest ancestor that is there."""
    if pointer and not pointer.startswith("/"):
        return None
    begin = _START.match(raw)
    value = begin.end() if begin else 0
    if value == len(raw):
        return None
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        opener = raw[value : value + 1]
        below: tuple[int, int] | None = None
        if opener == b"{":
            below = _member(raw, value + 1, name.encode("utf-8", "surrogatepass"))
        elif opener == b"[" and _INDEX.fullmatch(name):
            below = _element(raw, value + 1, name)
        if below is None:
            break
        value = below[1]
    return value


def _member(raw: bytes, at: int, name: bytes) -> tuple[int, int] | None:
    """Return where the last member called `name` begins, and its value, from `at` in an object."""
    found = None
    literal = b'"' + name + b'"'
    escape = b"\\u00" if name.isalnum() else b"\\"
    while key := _KEY.match(raw, at):
        value = key.end()
        if decoded(key[1]) == name:
            found = key.start(1) - 1, value
            # Nothing further on spells this key, not even with escapes: no need to walk there.
            if raw.find(literal, value) < 0 and raw.find(escape, value) < 0:
                break
        comma = _NEXT.match(raw, _end(raw, value))
        if not comma or not comma[1]:
            break
        at = comma.end()
    return found


def _element(raw: bytes, at: int, index: str) -> tuple[int, int] | None:
    begin = _START.match(raw, at)
    at = begin.end() if begin else at
    if len(index) > 18 or raw[at : at + 1] in (b"]", b""):
        return None
    for _ in range(int(index)):
        comma = _NEXT.match(raw, _end(raw, at))
        if not comma or not comma[1] or comma.end() == len(raw):
            return None
        at = comma.end()
    return at, at


def _end(raw: bytes, at: int) -> int:
    """Return where the value that begins at `at` ends; the end of the text where it is broken."""
    first = raw[at] if at < len(raw) else None
    if first == QUOTE:
        string = _STRING.match(raw, at)
        return string.end() if string else len(raw)
    if first not in OPENERS:
        scalar = _SCALAR.match(raw, at)
        return scalar.end() if scalar else at
    depth = 0
    for bracket in _BRACKET.finditer(raw, at):
        depth += -1 if raw[bracket.start(1)] in CLOSERS else 1
        if depth == 0:
            return bracket.end()
    return len(raw)


def _advance(raw: bytes, at: int, stop: int, characters: int) -> int:
    """Return the offset that lies `characters` decoded characters after `at`, at most `stop`."""
    if characters <= 0:
        return at
    for unit in _UNIT.finditer(raw, at, stop):
        if unit["plain"] is not None:
            size = unit.end() - unit.start()
        elif unit["wide"] is not None:
            text = unit["wide"].decode("utf-8", "surrogateescape")
            if len(text) >= characters:
                return unit.start() + len(text[:characters].encode("utf-8", "surrogateescape"))
            size = len(text)
        else:
            size = 1
        if size >= characters:
            return unit.end() if size == 1 else unit.start() + characters
        characters -= size
    return stop
