"""Characters that nobody sees, or that change how a text is read: which of them stand in it."""

from __future__ import annotations

import re
import unicodedata

from dslint.facts import mojibake

_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf"
"""Thai, Lao, Tibetan, Burmese, Khmer, Tai: scripts in which U+200B says where a word ends."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
ZERO_WIDTH = re.compile(rf"(?<![{_UNSPACED}])[\u200b\u2060\ufeff](?![{_UNSPACED}])")
_OVERRIDE = re.compile(r"[\u202d\u202e]")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SEPARATOR = re.compile(r"[\u2028\u2029]")

SCREEN = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}\x{200B}\x{2060}\x{FEFF}\x{202A}-\x{202E}\x{2066}-\x{2069}"
    rf"\x{{2028}}\x{{2029}}]|{mojibake.SCREEN}"
)
"""Polars' expression for every text that this module or `mojibake` has something to say of.

One expression for all of them: a scan costs the same however many characters it looks for.
"""


def control_characters(text: str) -> str:
    """Return the control characters of a text but tab and line ends, as in `U+0007, U+001B`.

    Of those above ASCII only the five that Windows-1252 has no character for: the others are its
    punctuation read as Latin-1, and `mojibake` says what they should be.
    """
    return _listed(_CONTROL.findall(text))


def zero_width(text: str) -> str:
    """Return the characters of no width, but for those that scripts need: joiners, and U+200B
    between words of a script that writes no spaces.
    """
    return _listed(ZERO_WIDTH.findall(text))


def bidi_controls(text: str) -> str:
    """Return the characters that reorder a text where it has no use for them.

    An override has none anywhere. Embeddings and isolates are sound in a text with letters that run
    from right to left, if each is closed.
    """
    found = _DIRECTION.findall(text)
    if found and not _OVERRIDE.search(text) and _is_closed(found) and _has_right_to_left(text):
        return ""
    return _listed(found)


def line_separators(text: str) -> str:
    """Return the characters that end a line for some programs and not for others."""
    return _listed(_SEPARATOR.findall(text))


def _is_closed(controls: list[str]) -> bool:
    return sum(map(controls.count, "\u202a\u202b")) == controls.count("\u202c") and sum(
        map(controls.count, "\u2066\u2067\u2068")
    ) == controls.count("\u2069")


def _has_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def _listed(found: list[str]) -> str:
    return ", ".join(f"U+{ord(char):04X}" for char in dict.fromkeys(found))
