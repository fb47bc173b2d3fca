"""Facts about one text that a predicate can't say: JSON or not, loops, wrongly decoded passages, prose without code."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import orjson

REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
"""The fields in which trainers and providers keep an answer's reasoning, beside `<think>` in its text."""


def reasoning_field(message: dict[str, Any]) -> str | None:
    """Return the reasoning that a message keeps in a field of its own."""
    return next((found for key in REASONING_KEYS if type(found := message.get(key)) is str), None)


def reasoning_fields(message: dict[str, Any]) -> int:
    """Count the fields of a message that hold reasoning."""
    return sum(1 for key in REASONING_KEYS if type(message.get(key)) is str)


def json_state(text: str) -> str:
    """Say whether a text looks like one JSON object or list: `no`, `valid`, or `broken` where it does not parse."""
    if text[0] not in "{[ \n\t":
        return "no"
    bare = text.strip()
    if bare[:1] + bare[-1:] not in ("{}", "[]"):
        return "no"
    try:
        orjson.loads(bare)
    except ValueError:
        return "broken" if bare[0] == "{" or '"' in bare else "no"
    return "valid"


RUN = 10
"""Words in a run whose second appearance counts as a repetition."""
SHORTEST = 50
"""Words below which a text is too short to be called a loop."""
CHARACTERS = 4
"""Characters that count as one word in a script that writes no spaces."""


def loop_ratio(text: str) -> float:
    """Return the share of a text's runs of ten words that stand in it before; 0 for a text under 50 words.

    A text with few spaces is measured by its characters, four to a word. Source of the measure: the repetition
    filters of curation tools use the same (10-grams, 0.7).
    """
    if len(text) < SHORTEST * CHARACTERS:
        return 0.0
    # A text of which most repeats has, near its middle and its end, pieces that it holds three times or more.
    middle = len(text) // 2
    if text.count(text[-20:-4]) < 3 and text.count(text[middle : middle + 16]) < 3:
        return 0.0
    units: list[str] | str = text.split()
    width = RUN
    if len(units) * 12 < len(text):
        units, width = text, RUN * CHARACTERS
    elif len(units) < SHORTEST:
        return 0.0
    total = len(units) - width + 1
    seen = {tuple(units[at : at + width]) for at in range(total)}
    return 1 - len(seen) / total


_BYTE_OF: dict[str, int] = {chr(byte): byte for byte in range(0x80, 0x100)}
for _byte in range(0x80, 0xA0):
    try:
        _BYTE_OF[bytes([_byte]).decode("cp1252")] = _byte
    except UnicodeDecodeError:
        continue
_FOLLOWING = "".join(re.escape(char) for char, byte in _BYTE_OF.items() if byte < 0xC0)
_WRONGLY_DECODED = re.compile(
    rf"(?:[\xc3-\xdf][{_FOLLOWING}]|[\xe0-\xef][{_FOLLOWING}]{{2}}|[\xf0-\xf4][{_FOLLOWING}]{{3}}"
    rf"|\xc2[{_FOLLOWING}])+"
)


def mojibake(text: str) -> str:
    """Return the first passage that is UTF-8 read as Windows-1252 or Latin-1, as it should read; '' where none is.

    A passage is one if writing it in that encoding and reading it as UTF-8 gives letters, marks, punctuation or
    symbols that are in use: the round trip that no list of known pairs can replace.
    """
    if text.isascii():
        return ""
    for found in _WRONGLY_DECODED.finditer(text):
        try:
            meant = bytes(_BYTE_OF[char] for char in found[0]).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if all(_in_use(char) for char in meant):
            return meant
    return ""


def _in_use(char: str) -> bool:
    """Leave out what a passage of two sound characters (`É»`) would give by chance: rare letters and controls."""
    return not 0x180 <= ord(char) <= 0x36F and unicodedata.category(char)[0] in "LMNPSZ"


_CODE = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1|\Z)|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def outside_code(text: str) -> str:
    """Return a text without its Markdown code: fenced blocks and spans between backticks."""
    if "`" not in text and "~~~" not in text:
        return text
    return _CODE.sub(" ", text)
