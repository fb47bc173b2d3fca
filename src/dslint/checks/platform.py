"""Platforms: what a target says of the size of a file and of the keys of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dslint.facts.files import FileFacts, Seen
from dslint.formats import FORMATS
from dslint.model import Hit

MOST_KEYS = 10
"""Keys that are told one by one; rows whose keys are data have thousands."""

_CLOSED = ("chat", "completion", "preference")
_STEP = 1024


def too_few(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a file with fewer rows than the target trains on; an empty one is no such."""
    least = limits["limit_min_rows"]
    if least is not None and 0 < file.records < least:
        yield Hit(values={"rows": _rows(file.records), "least": least})


def too_many(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for each of the target's limits on rows that a file exceeds."""
    most = limits["limit_max_rows"]
    if file.format == "reinforcement":
        most = limits["limit_max_reinforcement_rows"] or most
    if most is not None and file.records > most:
        yield Hit(values={"rows": _rows(file.records), "most": most})
    most = limits["limit_max_image_rows"]
    if most is not None and file.images.rows > most:
        values = {"rows": f"{_rows(file.images.rows)} with images", "most": most}
        yield Hit(line=file.images.first, values=values)


def too_large(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a file of more bytes, unpacked, than the target takes."""
    most = limits["limit_max_bytes"]
    if most is not None and file.bytes > most:
        yield Hit(values={"size": size(file.bytes), "most": size(most)})


def keys_not_taken(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield the keys of rows that the target does not know, the first row of each with how many.

    `limit_keys` speaks of chat rows; a target that has such a list is held to be as strict with the
    other formats that it takes.
    """
    taken = limits["limit_keys"]
    if taken is None or file.format not in _CLOSED:
        return
    if file.format not in (limits["limit_formats"] or _CLOSED):
        return
    known = frozenset(taken) if file.format == "chat" else FORMATS[file.format].known
    found: dict[str, Seen] = {}
    for keys, rows in file.keys.items():
        if known.isdisjoint(keys):
            continue
        for key in keys:
            if key not in known:
                seen = found.setdefault(key, Seen())
                seen.rows += rows.rows
                seen.first = min(seen.first or rows.first, rows.first)
    for key, seen in list(found.items())[:MOST_KEYS]:
        step = key.replace("~", "~0").replace("/", "~1")
        told = "every row" if seen.rows == file.records else _rows(seen.rows)
        yield Hit(f"/{step}", {"keys": f"`{key}`", "rows": told}, seen.first)
    if rest := list(found.values())[MOST_KEYS:]:
        first = min(seen.first for seen in rest)
        yield Hit(values={"keys": f"{len(rest):,} more keys", "rows": "some rows"}, line=first)


def row_weights(file: FileFacts) -> Iterator[Hit]:
    """Yield the first row without a weight of its own in a file whose other rows have one."""
    without = Seen()
    for keys, rows in file.keys.items():
        if "weight" not in keys:
            without.rows += rows.rows
            without.first = min(without.first or rows.first, rows.first)
    if without.rows and any("weight" in keys for keys in file.keys):
        yield Hit(values={"rows": _rows(without.rows)}, line=without.first)


def size(count: int) -> str:
    """Write a number of bytes in the largest unit that it fills: `512 MB` of 1,024 KB each."""
    value, unit = float(count), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < _STEP:
            break
        value, unit = value / _STEP, larger
    return f"{value:,.1f}".removesuffix(".0") + f" {unit}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
