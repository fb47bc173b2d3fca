"""Characters so new that two tables of Unicode may class them differently."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

SINCE_17 = (
    *((0x088F, 0x088F), (0x0C5C, 0x0C5C), (0x0CDC, 0x0CDC), (0x1ACF, 0x1ADD), (0x1AE0, 0x1AEB)),
    *((0xA7CE, 0xA7CF), (0xA7D2, 0xA7D2), (0xA7D4, 0xA7D4), (0xA7F1, 0xA7F1)),
    *((0x10940, 0x10959), (0x10EC5, 0x10EC7), (0x10EFA, 0x10EFB), (0x11B60, 0x11B67)),
    *((0x11DB0, 0x11DDB), (0x11DE0, 0x11DE9), (0x16EA0, 0x16EB8), (0x16EBB, 0x16ED3)),
    *((0x16FF2, 0x16FF6), (0x187F8, 0x187FF), (0x18D09, 0x18D1E), (0x18D80, 0x18DF2)),
    *((0x1E6C0, 0x1E6DE), (0x1E6E0, 0x1E6F5), (0x1E6FE, 0x1E6FF), (0x2B73A, 0x2B73F)),
    *((0x2CEA2, 0x2CEAD), (0x323B0, 0x33479)),
)
"""The letters, marks and numbers that Unicode 17 added: gigatoken 0.10 knows them, tiktoken 0.14
does not.
"""


def newer(text: str) -> bool:
    """Say whether a text has a character that one table may know and another not.

    It is unassigned in Python's table, or is one that Unicode 17 added.
    """
    if text.isascii():
        return False
    screen = _screen()
    if not screen.search(text):
        return False
    return any(map(is_newer, set(screen.findall(text))))


@cache
def is_newer(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) in _UNKNOWN or any(
        first <= code <= last for first, last in SINCE_17
    )


_UNKNOWN = ("Cn", "Cs")


@cache
def _screen() -> re.Pattern[str]:
    """Return a class of what may be newer: of the first plane exactly, and all of the others.

    Python looks up a class of the first plane in one step, and goes through ranges beyond it one by
    one.
    """
    plane = map(chr, range(0x80, 0x10000))
    unknown = "".join(char for char in plane if unicodedata.category(char) in _UNKNOWN)
    added = "".join(f"{chr(first)}-{chr(last)}" for first, last in SINCE_17 if last < 0x10000)
    return re.compile(f"[{unknown}{added}\U00010000-\U0010ffff]")
