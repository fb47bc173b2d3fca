"""Edits made in a line's bytes: slices are replaced, and what lies between them stays as it is."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import orjson

from dslint.jsonl.grain import STRING
from dslint.jsonl.locate import Child, children, places, value
from dslint.model import (
    Drop,
    Edit,
    Insert,
    Quote,
    Remove,
    Rename,
    Replace,
    Splice,
    Unquote,
    Wrap,
)

Slice = tuple[int, int, bytes]
"""Bytes from one offset to another, and what stands there from now on."""

_BROKEN = re.compile(STRING + rb"|[ \t\r\n]++", re.DOTALL)


def edited(raw: bytes, fixes: Sequence[Sequence[Edit]]) -> tuple[bytes, list[int]]:
    """Make fixes in a line that parses; return it, and the positions of the fixes that were made.

    A fix is made whole or not at all. Where two touch the same place, the first one is made and
    the other left for another time: what it says of the line may no longer hold.
    """
    taken = _Taken()
    made = [at for at, fix in enumerate(fixes) if taken.admits(fix)]
    edits = [edit for at in made for edit in fixes[at]]
    if not edits:
        return raw, made
    root = _Node()
    for edit in edits:
        node = root
        for step in _steps(edit.pointer) if not isinstance(edit, Drop) else ():
            node = node.below.setdefault(step, _Node())
        node.edits.append(edit)
    start, end = value(raw)
    style = _Style.of(raw)
    return joined(raw, _of_value(raw, start, end, root, style)), made


def joined(raw: bytes, slices: Iterable[Slice]) -> bytes:
    """Replace slices of `raw`, none of which overlap."""
    out: list[bytes] = []
    at = 0
    for start, end, text in sorted(slices, key=lambda each: each[:2]):
        out += (raw[at:start], text)
        at = end
    return b"".join((*out, raw[at:]))


def flat(raw: bytes) -> bytes:
    """Return JSON text on one line: line breaks outside of strings go, with the white space round
    them, but for a space behind a comma or a colon.
    """
    if b"\n" not in raw and b"\r" not in raw:
        return raw
    raw = raw.strip(b" \t\r\n")

    def closed(found: re.Match[bytes]) -> bytes:
        if found[0][:1] == b'"' or not (b"\n" in found[0] or b"\r" in found[0]):
            return found[0]
        return b" " if raw[found.start() - 1] in b",:" else b""

    return _BROKEN.sub(closed, raw)


def _steps(pointer: str) -> list[str]:
    return [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]


@dataclass(slots=True)
class _Taken:
    """The places that edits have been promised, and all that lie above these. `spliced` are the
    characters of strings, in order.
    """

    whole: set[str] = field(default_factory=set)
    above: set[str] = field(default_factory=set)
    spliced: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def admits(self, fix: Sequence[Edit]) -> bool:
        """Take a fix's places, unless one of them is taken."""
        if not fix or any(map(self._is_taken, fix)):
            return False
        for edit in fix:
            place = _place(edit)
            if isinstance(edit, Splice):
                self.spliced.setdefault(place, []).append((edit.start, edit.end))
            else:
                self.whole.add(place)
            self.above.update(_ancestors(place))
        for place in {edit.pointer for edit in fix if isinstance(edit, Splice)}:
            self.spliced[place].sort()
        return True

    def _is_taken(self, edit: Edit) -> bool:
        place = _place(edit)
        if place in self.whole or place in self.above:
            return True
        if not self.whole.isdisjoint(_ancestors(place)):
            return True
        if not isinstance(edit, Splice):
            return place in self.spliced
        taken = self.spliced.get(place, [])
        at = bisect_left(taken, (edit.start, -1))
        if at and taken[at - 1][1] > edit.start:
            return True
        return at < len(taken) and (taken[at][0] < edit.end or taken[at][0] == edit.start)


def _place(edit: Edit) -> str:
    if isinstance(edit, Drop):
        return ""
    return f"{edit.pointer}/{edit.key}" if isinstance(edit, Insert) else edit.pointer


def _ancestors(pointer: str) -> Iterator[str]:
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


@dataclass(slots=True)
class _Node:
    """The edits of one value, and of those below it by key or index."""

    edits: list[Edit] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a line is written: what stands behind keys and between members, and in which letters."""

    colon: str
    comma: str
    is_ascii: bool

    @classmethod
    def of(cls, raw: bytes) -> _Style:
        tight = b'":' in raw and b'": ' not in raw
        return cls(*(":", ",") if tight else (": ", ", "), raw.isascii())

    def written(self, found: Any) -> bytes:
        text = json.dumps(found, ensure_ascii=self.is_ascii, separators=(self.comma, self.colon))
        return text.encode("utf-8", "surrogatepass")


def _of_value(raw: bytes, start: int, end: int, node: _Node, style: _Style) -> Iterator[Slice]:
    """Yield the slices of a value's edits, and of those below it."""
    splices = [edit for edit in node.edits if isinstance(edit, Splice)]
    if splices and raw[start : start + 1] == b'"':
        yield from _of_text(raw, (start, end), splices, style)
    for edit in node.edits:
        match edit:
            case Replace(_, found):
                yield start, end, style.written(found)
            case Wrap(_, before, after):
                yield start, start, before.encode()
                yield end, end, after.encode()
            case Quote():
                held = json.dumps(flat(raw[start:end]).decode(), ensure_ascii=False)
                yield start, end, held.encode()
            case Unquote():
                yield start, end, flat(orjson.loads(raw[start:end]).encode())
    if node.below or any(isinstance(edit, Insert) for edit in node.edits):
        yield from _of_children(raw, start, node, style)


def _of_text(
    raw: bytes, span: tuple[int, int], splices: list[Splice], style: _Style
) -> Iterator[Slice]:
    splices.sort(key=lambda each: (each.start, each.end))
    ends = places(raw, span, [at for each in splices for at in (each.start, each.end)])
    for each, start, end in zip(splices, ends[::2], ends[1::2], strict=True):
        yield start, end, style.written(each.text)[1:-1]


def _of_children(raw: bytes, at: int, node: _Node, style: _Style) -> Iterator[Slice]:
    every = list(children(raw, at))
    last = {child.name: child for child in every}  # of a repeated key the last one counts
    gone = set[int]()
    for child in last.values():
        below = node.below.get(child.name)
        if below is None:
            continue
        if any(isinstance(edit, Remove) for edit in below.edits):
            gone.add(child.begin)
            continue
        for edit in below.edits:
            if isinstance(edit, Rename):
                yield child.begin, child.key_end, style.written(edit.key)
        yield from _of_value(raw, child.start, child.end, below, style)
    new = b"".join(
        style.comma.encode() + style.written(edit.key) + style.colon.encode() + _value(edit, style)
        for edit in node.edits
        if isinstance(edit, Insert)
    )
    yield from _removals(every, gone, new, at + 1, style)


def _value(edit: Insert, style: _Style) -> bytes:
    return style.written(edit.value)


def _removals(
    every: list[Child], gone: set[int], new: bytes, inside: int, style: _Style
) -> Iterator[Slice]:
    """Yield what takes runs of siblings away, each with the commas that it leaves without use; and
    what adds `new`, which begins with a comma, behind the last one that stays.
    """
    bare = new.removeprefix(style.comma.encode())
    if not every:
        if new:
            yield inside, inside, bare
        return
    end = every[-1].end
    for is_gone, run in groupby(enumerate(every), lambda each: each[1].begin in gone):
        places = [at for at, _ in run]
        first, past = places[0], places[-1] + 1
        if not is_gone:
            continue
        if past < len(every):
            yield every[first].begin, every[past].begin, b""
        elif first:
            yield every[first - 1].end, end, new
        else:
            yield every[0].begin, end, bare
    if new and every[-1].begin not in gone:
        yield end, end, new
