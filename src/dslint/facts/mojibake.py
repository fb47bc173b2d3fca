"""Passages that were decoded wrongly, found by the round trip, and what they should read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping


def _bytes_of(encoding: str) -> dict[str, int]:
    """Return the byte of each character that a code page has above ASCII, its controls included."""
    found = {chr(byte): byte for byte in range(0x80, 0xA0)}
    for byte in range(0x80, 0x100):
        try:
            found[bytes([byte]).decode(encoding)] = byte
        except UnicodeDecodeError:
            continue
    return found


_WESTERN = _bytes_of("cp1252")
_CYRILLIC = _bytes_of("cp1251")


def _any_of(byte_of: Mapping[str, int], first: int, last: int) -> str:
    """Return, as a class that Python and polars both read, the characters of some bytes."""
    chars = sorted(char for char, byte in byte_of.items() if first <= byte <= last)
    return "[" + "".join(map(re.escape, chars)) + "]"


def _sequences(byte_of: Mapping[str, int]) -> tuple[str, str, str]:
    """Return what UTF-8's sequences of two, three and four bytes look like in a code page."""
    follows = _any_of(byte_of, 0x80, 0xBF)
    return (
        _any_of(byte_of, 0xC2, 0xDF) + follows,
        _any_of(byte_of, 0xE0, 0xEF) + follows * 2,
        _any_of(byte_of, 0xF0, 0xF4) + follows * 3,
    )


_TWO, _THREE, _FOUR = _sequences(_WESTERN)
_PAIR, _TRIPLE, _ = _sequences(_CYRILLIC)

SCREEN = f"{_TWO}|{_THREE}|{_FOUR}|{_PAIR * 4}|{_TRIPLE * 3}"
"""What every wrongly decoded text matches, in polars' expressions too; so do some sound ones."""

_RUN = re.compile(f"(?:{_THREE}|{_FOUR}|{_TWO})+")
_RUN_1251 = re.compile(f"(?:{_PAIR}){{4,}}|(?:{_TRIPLE}){{3,}}")

_CONTROLS = re.compile("[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]+")

_AFTER_CAPITALS = frozenset("’”“‘…–—»«›‹™®©°²³¹ºª·•†´\xa0\xad")
"""What a sound text has after a capital letter of its own, and UTF-8 as the second half of a
sequence."""

_OPENING = frozenset("«“‘„‚‹\"'([")
_REACH, _FARTHEST = 20, 200


def mojibake(text: str) -> str:
    """Return the first word that was decoded wrongly, as it should read; '' where there is none.

    It is UTF-8 read as Windows-1252, Latin-1 or Windows-1251; or Windows-1252 read as Latin-1,
    which leaves controls where quotation marks and dashes were.

    A passage is one if writing it in that encoding and reading it as UTF-8 gives characters in use:
    the round trip that no list of known pairs can replace. One sequence alone may be chance
    (`CAFÉ”` gives `ɔ`); it counts where no sound text would have it. A passage read wrongly twice
    is put right twice.
    """
    for found in _RUN.finditer(text):
        meant = _reread(found[0], _WESTERN)
        if meant and _is_meant(text, found.start(), found.end(), meant):
            return _word(text, found, lambda each: _reread(each[0], _WESTERN) or each[0])
    for found in _RUN_1251.finditer(text):
        meant = _reread(found[0], _CYRILLIC)
        if meant and _is_one_script(meant):
            return _word(text, found, lambda each: _reread(each[0], _CYRILLIC) or each[0])
    if controls := _CONTROLS.search(text):
        return _word(text, controls, lambda each: each[0].encode("latin-1").decode("cp1252"))
    return ""


def passages(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where passages of one kind begin and end that were decoded wrongly, and what they say.

    Where there are several kinds, the others are found once these are put right.
    """
    found = False
    for run in _RUN.finditer(text):
        meant = _reread(run[0], _WESTERN)
        if meant and _is_meant(text, run.start(), run.end(), meant):
            found = True
            yield *run.span(), meant
    if found:
        return
    for run in _RUN_1251.finditer(text):
        meant = _reread(run[0], _CYRILLIC)
        if meant and _is_one_script(meant):
            found = True
            yield *run.span(), meant
    for run in _CONTROLS.finditer(text) if not found else ():
        yield *run.span(), run[0].encode("latin-1").decode("cp1252")


def _reread(passage: str, byte_of: Mapping[str, int]) -> str:
    """Return what a passage says when read as UTF-8, as often as it can be; '' if not once."""
    meant = ""
    try:
        while True:
            passage = bytes(byte_of[char] for char in passage).decode("utf-8")
            meant = passage
    except (UnicodeDecodeError, KeyError):
        return meant


def _is_meant(text: str, start: int, end: int, meant: str) -> bool:
    """Say whether a text is more likely to mean `meant` than what stands there."""
    if not all(_in_use(char, alone=len(meant) < 3) for char in meant):
        return False
    if len(meant) > 1 or end - start > 4:
        return True
    before, after, last = text[start - 1 : start], text[end : end + 1], text[end - 1]
    soft = last in _AFTER_CAPITALS
    match end - start:
        case 4:
            return True
        case 3 if text[start] == "â":
            return unicodedata.category(meant)[0] in "PSZ"
        case 3 if "Ḁ" <= meant <= "ỿ":
            return after.isalpha() or not soft
        case 3:
            return "　" <= meant <= "ヿ" or "！" <= meant <= "￿" or meant == "\ufeff"
    if text[start] not in "ÂÃÄÅÎÏ":
        return False
    if not soft or before.islower():
        return True
    if before.isupper() or before in _OPENING:
        return False
    if text[start] in "ÄÅ":
        return after.islower() and last not in "…–—’‘"
    return text[start] == "Â" or after.isalpha()


def _in_use(char: str, *, alone: bool) -> bool:
    """Leave out controls and, of a short passage, rare letters that two sound characters give."""
    if alone and 0x180 <= ord(char) <= 0x36F:
        return False
    return unicodedata.category(char)[0] in "LMNPSZ" or char == "\ufeff"


def _is_one_script(meant: str) -> bool:
    blocks = [min(ord(char), 0x2E80) >> 8 for char in meant if char.isalpha()]
    if len(blocks) < 3 or not all(_in_use(char, alone=False) for char in meant):
        return False
    return max(map(blocks.count, set(blocks))) * 4 >= len(blocks) * 3


def _parts(char: str) -> bool:
    """Say whether a character parts words; two white ones may be the second half of a sequence."""
    return char.isspace() and char not in "\x85\xa0"


def _word(text: str, found: re.Match[str], right: Callable[[re.Match[str]], str]) -> str:
    """Return the words round a passage, put right."""
    start, end = found.span()
    while start > max(0, found.start() - _REACH) and not _parts(text[start - 1]):
        start -= 1
    while end < len(text) and not _parts(text[end]):
        # not within a sequence: what is cut there could not be put right
        if end >= found.end() + _REACH and (text[end].isascii() or end >= found.end() + _FARTHEST):
            break
        end += 1
    word = found.re.sub(right, text[start:end])
    return word.strip() or word
