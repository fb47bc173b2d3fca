"""What is wrong with a line below its grammar, and how odd text is shown in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dslint.model import Defect

LONGEST = 40
"""How many characters of the data a message shows."""

_WIDE = re.compile(rb"[\x80-\xff]+")
_LATIN_MARKS = frozenset("‘’“”–—…•€£§©®°±·¡¿«»½¼¾²³µ×÷™ªº´¨\u00a0")


def unreadable(raw: bytes) -> Iterator[Defect]:
    """Yield what keeps a line from being text: its first byte that is not UTF-8, its first NUL."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        start = error.start
        yield Defect("not-utf8", start, start + 1, f"`0x{raw[start]:02x}`{_likely(raw, start)}")
    nul = raw.find(0)
    if nul >= 0:
        end = nul + 1
        while end < len(raw) and not raw[end]:
            end += 1
        count = raw.count(0)
        yield Defect("nul-byte", nul, end, "1 NUL byte" if count == 1 else f"{count:,} NUL bytes")


def _likely(raw: bytes, at: int) -> str:
    """Say what a byte that is not UTF-8 probably is, where that can be told."""
    if raw[at] == 0xED and at + 1 < len(raw) and raw[at + 1] >= 0xA0:
        return ", half of a surrogate pair written as bytes (CESU-8)"
    wide = _WIDE.match(raw, at)
    run = wide[0] if wide else b""
    if at + len(run) == len(raw.rstrip()) and 0xC2 <= raw[at] <= 0xF4 and len(run) < 4:
        return ", the beginning of a character that the line's end cuts off"
    try:
        text = run.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    # Latin letters stand alone or in pairs among ASCII; long runs are another script's bytes.
    if len(run) <= 2 and all(each.isalpha() or each in _LATIN_MARKS for each in text):
        return f", `{text[0]}` in Windows-1252"
    return ""


def shown(piece: bytes) -> str:
    """Return a piece of the data as a message shows it: cut to `LONGEST`, nothing invisible."""
    text = piece[: LONGEST * 4 + 4].decode("utf-8", "backslashreplace")
    cut = len(text) > LONGEST
    return "".join(map(_visible, text[: LONGEST - 1] + "…" if cut else text))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    short = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(character)
    return short or f"\\u{ord(character):04x}"
