"""Whether a value was drawn by chance, as keys are, or written by hand to stand for one."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

FLOOR = 0.7
"""The least share of the entropy that a value of its length can have."""

_WORDS = re.compile(r"example|placeholder|redacted|replace|changeme|password|\.\.\.", re.IGNORECASE)
_SHORT = re.compile(
    r"sample|dummy|fake|your|x{4}|insert|secret|token|apikey|(.)\1{5}", re.IGNORECASE
)
"""Looked for in values of a hundred characters at most: in long ones chance writes them too."""
_HEX = re.compile(r"[0-9a-fA-F_-]+")
_ROWS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop")
_STEPS = frozenset(row[at : at + 6] for row in _ROWS for at in range(len(row) - 5))


def by_chance(value: str) -> bool:
    """Say whether a value of 16 characters or more looks drawn by chance.

    It does not where it holds a word such as `example` or `your`, one character six times in a
    row, six in the order of the alphabet or of the keyboard, or few different ones. Of 100,000
    random values at most 50 do, whatever their length and letters.
    """
    if _WORDS.search(value):
        return False
    lower = value.lower()
    if len(value) <= 100 and (
        _SHORT.search(value) or any(lower[at : at + 6] in _STEPS for at in range(len(lower) - 5))
    ):
        return False
    letters = 16 if _HEX.fullmatch(value) else 62
    return entropy(value) >= FLOOR * log2(min(len(value), letters))


def entropy(value: str) -> float:
    """Return Shannon's entropy of a text's characters, in bits a character."""
    size = len(value)
    return -sum(each / size * log2(each / size) for each in Counter(value).values())


_COMMON = re.compile(
    r"pass|pwd|p4ss|p@ss|secret|example|your|change|placeholder|redacted|xxx|\*\*|\.\.\.|test|"
    r"admin|root|1234|qwerty|guest|dummy|fake|sample|[<>{}\[\]$()|^]|%(?![0-9A-Fa-f]{2})",
    re.IGNORECASE,
)


def is_password(word: str, user: str) -> bool:
    """Say whether a word is a password of somebody's, and not one that stands for any.

    Passwords of fewer than six characters, that of the user's own name, and whatever holds
    `pass`, `secret`, `your`, `test`, `1234` or the marks of a template are what documentation
    writes.
    """
    return len(word) >= 6 and word.lower() != user.lower() and not _COMMON.search(word)
