"""Fixes of pictures: what their data URLs say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dslint.facts.images import facts
from dslint.fixes.places import at
from dslint.model import Edit, Record, Splice

_TYPE = re.compile(r"data:([^;,]*)", re.IGNORECASE)


def media_type(record: Record, pointer: str) -> Iterator[Edit]:
    """Write the type that the bytes have into a data URL."""
    place = pointer if pointer.endswith("/url") else f"{pointer}/image_url/url"
    url = at(record.data, place)
    found = _TYPE.match(url) if type(url) is str else None
    actual = facts(url).actual_type if found else None
    if found and actual:
        yield Splice(place, found.start(1), found.end(1), actual)
