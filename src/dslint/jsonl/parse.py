"""Parses the lines of a chunk: each becomes a row, or a value that says what is wrong with its
bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from dslint.jsonl import diagnose, repeated
from dslint.model import Defect


class Line(NamedTuple):
    """A line that parsed: its number in the chunk, from 1, its bytes and its JSON object."""

    number: int
    raw: bytes
    data: dict[str, Any]


class Malformed(NamedTuple):
    """A line that did not parse to an object, with what is wrong with it."""

    number: int
    raw: bytes
    defects: tuple[Defect, ...]


@dataclass(slots=True)
class Parsed:
    """A chunk, parsed. `flawed` are lines that parsed and have a defect all the same, such as a
    repeated key.
    """

    lines: list[Line] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    flawed: list[Malformed] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    count: int = 0
    carriage_returns: int = 0
    newlines: int = 0


def parse(numbered: Iterable[tuple[int, bytes]], whole: bytes) -> Parsed:
    """Parse numbered lines, whose bytes all together are `whole`. Never raises, whatever the bytes
    are.
    """
    parsed = Parsed()
    if b"\r" in whole:
        parsed.carriage_returns = whole.count(b"\r\n")
    loads = orjson.loads
    for number, raw in numbered:
        parsed.count += 1
        try:
            data = loads(raw)
        except ValueError:
            if raw.strip():
                parsed.malformed.append(Malformed(number, raw, diagnose.diagnose(raw)))
            else:
                parsed.blank.append(number)
            continue
        if type(data) is dict:
            parsed.lines.append(Line(number, raw, data))
        else:
            defect = diagnose.not_an_object(raw, data)
            parsed.malformed.append(Malformed(number, raw, (defect,)))
    parsed.newlines = parsed.count - (not whole.endswith(b"\n"))
    _screen(parsed, whole)
    return parsed


def _screen(parsed: Parsed, whole: bytes) -> None:
    """Find what orjson passes over: keys given twice, and whole numbers that became floats."""
    repeats = repeated.may_repeat_keys(
        b"\n".join(line.raw for line in parsed.lines) if parsed.malformed else whole,
        [line.data for line in parsed.lines],
    )
    digits = repeated.may_lose_precision(whole)
    if not (repeats or digits):
        return
    for line in parsed.lines:
        defects: tuple[Defect, ...] = ()
        if repeats and repeated.may_repeat_keys(line.raw, [line.data]):
            defects += repeated.duplicate_keys(line.raw)
        if digits and repeated.may_lose_precision(line.raw):
            defects += repeated.lossy_numbers(line.raw)
        if defects:
            parsed.flawed.append(Malformed(line.number, line.raw, defects))


def lines(whole: bytes) -> Iterable[tuple[int, bytes]]:
    """Number the lines of a chunk of whole lines from 1, without their line feeds."""
    split = whole.split(b"\n")
    if not split[-1]:
        split.pop()
    return enumerate(split, 1)
