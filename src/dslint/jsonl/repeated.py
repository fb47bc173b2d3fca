"""What a parser passes over in silence: keys given twice, and whole numbers too long to keep."""

from __future__ import annotations

import re
from typing import Any

import orjson

from dslint.jsonl.edit import Slice, joined
from dslint.jsonl.grain import BODY, SPACE, STRING, decoded
from dslint.jsonl.locate import children, value
from dslint.model import Defect

_KEYS = re.compile(rb'"(' + BODY + rb')"(' + SPACE + rb":)?|[{}]", re.DOTALL)
_NUMBERS = re.compile(STRING + rb"|(-?[0-9]{19,})(?![0-9.eE])|[-0-9.eE+]++", re.DOTALL)

_DIGITS_ALIKE = bytes(0x30 if 0x30 <= each <= 0x39 else each for each in range(256))
_SMALLEST, _GREATEST = -(2**63), 2**64 - 1


def duplicate_keys(raw: bytes) -> tuple[Defect, ...]:
    """Return a defect for each key that an object gives again, at the second place.

    For text that parses. Keys are compared as parsers do, with their escapes undone. Linear time,
    at any depth.
    """
    defects = []
    open_objects: list[dict[bytes, int]] = []
    for each in _KEYS.finditer(raw):
        body = each[1]
        if body is None:
            if each[0] == b"{":
                open_objects.append({})
            elif open_objects:
                open_objects.pop()
        elif each[2] and open_objects:
            key, seen = decoded(body), open_objects[-1]
            seen[key] = seen.get(key, 0) + 1
            if seen[key] == 2:
                found = key.decode("utf-8", "replace")
                defects.append(Defect("duplicate-key", each.start(1) - 1, each.end(1) + 1, found))
    return tuple(defects)


def lossy_numbers(raw: bytes) -> tuple[Defect, ...]:
    """Return a defect for each whole number beyond 64 bits that a float cannot hold.

    For text that parses. `found` is the digits. A number that a float does hold, such as 1 with
    twenty zeros, loses nothing.
    """
    return tuple(
        Defect("number-loses-precision", *each.span(1), each[1].decode())
        for each in _NUMBERS.finditer(raw)
        if each[1] and _is_lossy(each[1])
    )


def _is_lossy(digits: bytes) -> bool:
    # A number that parses as a float has at most 309 digits, far below the limit of `int`.
    if len(digits) > 400:
        return True
    number = int(digits)
    return not _SMALLEST <= number <= _GREATEST and int(float(number)) != number


def may_lose_precision(raw_chunk: bytes) -> bool:
    """Say whether `lossy_numbers` could find anything in these bytes.

    Of 19 digits in a row, three stand where every sixth byte is looked at: a look that takes a
    tenth of a search's time.
    """
    if b"000" not in raw_chunk[::6].translate(_DIGITS_ALIKE):
        return False
    return raw_chunk.translate(_DIGITS_ALIKE).find(b"0" * 19) >= 0


def may_repeat_keys(raw_chunk: bytes, parsed: list[Any]) -> bool:
    """Say whether a key may be given twice in these bytes, whose values are `parsed`.

    Never False where `duplicate_keys` finds one. A key that was dropped took at least its two
    quotes with it; white space, nesting and order change no count of quotes. Only the escape
    `\\u0022` hides one, so each is counted as a quote, which errs to the side of True
    (`\\\\u0022` is none).
    """
    try:
        kept = orjson.dumps(parsed)
    except (TypeError, ValueError):  # nested deeper than it writes
        return True
    return raw_chunk.count(b'"') + raw_chunk.count(b"\\u0022") != kept.count(b'"')


def without_repeats(raw: bytes) -> bytes:
    """Take the second of two members with the same key and the same value out of a line that
    parses; the line as it is, if there is none.
    """
    slices: list[Slice] = []
    waiting = [value(raw)[0]]
    while waiting:
        every = list(children(raw, at := waiting.pop()))
        first: dict[str, bytes] = {}
        for number, child in enumerate(every):
            name, text = child.name, raw[child.start : child.end]
            if raw[at : at + 1] == b"{" and _same(first.get(name), text):
                slices.append((every[number - 1].end, child.end, b""))
                continue
            first.setdefault(name, text)
            if raw[child.start : child.start + 1] in (b"{", b"["):
                waiting.append(child.start)
    return joined(raw, slices)


def _same(one: bytes | None, other: bytes) -> bool:
    if one is None or one == other:
        return one is not None
    sort = orjson.OPT_SORT_KEYS
    try:
        return orjson.dumps(orjson.loads(one), option=sort) == orjson.dumps(
            orjson.loads(other), option=sort
        )
    except (ValueError, TypeError):
        return False
