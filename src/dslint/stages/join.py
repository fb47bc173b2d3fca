"""Requests and the answers to them, from two files: a row for each, by its `custom_id`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from dslint.errors import InputError
from dslint.jsonl import source
from dslint.jsonl.source import Source


def joined(rows: Source, others: Source) -> Source:
    """Return a temporary file with the rows of `rows`, each with what `others` has under its
    `custom_id`: the request that it answers, or the answer to it.

    A row whose other half is missing stays as it is. Raises InputError where `others` has no
    `custom_id` at all. Who calls deletes the file.
    """
    with tempfile.TemporaryFile(prefix="dslint-") as spool:
        places = _index(others, spool)
        if not places:
            raise InputError(f"`{others.name}` can't be joined: no row of it has a `custom_id`")
        with tempfile.NamedTemporaryFile(prefix="dslint-", suffix=".jsonl", delete=False) as out:
            for line in _lines(rows):
                row = _row(line)
                place = places.get(row["custom_id"]) if row else None
                if row and place:
                    spool.seek(place[0])
                    line = orjson.dumps(_whole(row, orjson.loads(spool.read(place[1]))))
                out.write(line + b"\n")
    return Source(rows.name.removesuffix(rows.packing), out.name)


def _index(others: Source, spool: BinaryIO) -> dict[str, tuple[int, int]]:
    """Copy the lines with an id, and return where each stands: by offset and length."""
    places: dict[str, tuple[int, int]] = {}
    for line in _lines(others):
        if row := _row(line):
            places.setdefault(row["custom_id"], (spool.tell(), len(line)))
            spool.write(line)
    return places


def _lines(found: Source) -> Iterator[bytes]:
    for block in source.blocks(found):
        yield from block.removesuffix(b"\n").split(b"\n")


def _row(line: bytes) -> dict[str, Any] | None:
    """Return the row of a line, if it has an id."""
    try:
        row = orjson.loads(line)
    except ValueError:
        return None
    return row if type(row) is dict and type(row.get("custom_id")) is str else None


def _whole(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return a request with its answer, whichever of the two is which."""
    asked, answered = (one, other) if "body" in one else (other, one)
    return {
        "custom_id": one["custom_id"],
        "request": asked.get("body"),
        "response": answered.get("response"),
        "error": answered.get("error"),
    }


def remove(found: Source | None) -> None:
    """Delete a temporary file, if there is one."""
    if found:
        Path(found.path).unlink(missing_ok=True)
