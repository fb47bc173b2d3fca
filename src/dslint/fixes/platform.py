"""Fixes of what a platform asks of rows as a whole: their keys, and their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dslint.fixes.places import step
from dslint.formats import FORMATS
from dslint.model import Edit, Insert, Record, Remove


def without_keys(record: Record, pointer: str, limits: Mapping[str, Any]) -> Iterator[Edit]:
    """Take away the keys of a row that the target does not take."""
    taken = limits["limit_keys"]
    if taken is None or record.format not in FORMATS:
        return
    known = taken if record.format == "chat" else FORMATS[record.format].known
    if known and any(key in known for key in record.data):
        yield from (Remove(step(key)) for key in record.data if key not in known)


def weight(record: Record, pointer: str) -> Iterator[Edit]:
    """Give a row the weight of 1, which is neutral."""
    if "weight" not in record.data:
        yield Insert("", "weight", 1)
