"""Files: what its rows say of a file as a whole, with the first place where it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from dslint.facts.files import FileFacts
from dslint.formats import FORMATS, UNKNOWN
from dslint.model import Hit

SOUND_PAIRS = frozenset({("bedrock-claude", "chat"), ("llamafactory-media", "chat")})
"""A file's format, and the one that a row of it is in which lacks an optional key."""

_KEYS = (
    *("messages", "prompt", "completion", "input", "preferred_output", "non_preferred_output"),
    *("conversations", "instruction", "output", "contents", "text", "chosen", "rejected"),
)
"""Keys by which formats are told, for the nearest of a misspelt one."""

_NEAR = 0.75


def blank_lines(file: FileFacts) -> Iterator[Hit]:
    """Yield the first blank line, with how many there are."""
    if file.blank.rows:
        count = file.blank.rows
        told = "a blank line" if count == 1 else f"{count:,} blank lines; this is the first"
        yield Hit(line=file.blank.first, values={"lines": told})


def mixed_formats(file: FileFacts) -> Iterator[Hit]:
    """Yield the first row of each format but the file's own."""
    for name, seen in file.formats.items():
        if UNKNOWN in (name, file.format) or name == file.format:
            continue
        if (file.format, name) not in SOUND_PAIRS:
            values = {
                "rows": _rows(seen.rows),
                "are": "is" if seen.rows == 1 else "are",
                "title": FORMATS[name].title,
                "main": FORMATS[file.format].title,
            }
            yield Hit(line=seen.first, values=values)


def unknown_format(file: FileFacts) -> Iterator[Hit]:
    """Yield the first row that fits no format, with its keys."""
    seen = file.formats.get(UNKNOWN)
    if seen is None:
        return
    keys = next((keys for keys, rows in file.keys.items() if rows.first == seen.first), ())
    near = (
        get_close_matches(key.lower()[:40], _KEYS, 1, _NEAR) for key in keys if key not in _KEYS
    )
    values = {
        "rows": f"{_rows(seen.rows)} {'is' if seen.rows == 1 else 'are'}",
        "keys": ", ".join(f"`{key[:16]}`" for key in keys[:3]) + (" …" if len(keys) > 3 else ""),
        "hint": next((f"; did you mean `{found[0]}`?" for found in near if found), ""),
    }
    yield Hit(line=seen.first, values=values)


def format_not_taken(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a file in a format that the target does not train on."""
    taken = limits["limit_formats"]
    if taken is not None and file.format != UNKNOWN and file.format not in taken:
        titles = [FORMATS[name].title if name in FORMATS else name for name in taken]
        yield Hit(values={"title": FORMATS[file.format].title, "taken": _either(titles)})


def lock_does_not_match(file: FileFacts) -> Iterator[Hit]:
    """Yield the file itself and its inputs, where they are not as they were locked."""
    for path, how in file.parted:
        yield Hit(values={"path": path, "how": how})


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
