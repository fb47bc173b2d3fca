"""Hashes that are stored, and so have to be the same in every version and on every machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import orjson

MODULUS = 1 << 128
"""Sums of hashes are taken modulo this: they stay 32 hexadecimal digits."""


def canonical_hash(data: Any) -> str:
    """Return 32 hexadecimal digits for a JSON value: blake2b (16 bytes) of its canonical form.

    The canonical form is compact JSON with sorted keys; the order of keys and the white space of
    the source make no difference, the order of items and `1` against `1.0` do. NaN counts as null.
    Any depth, any size of number and lone surrogates are taken.
    """
    return digest(canonical(data))


def canonical(data: Any) -> bytes:
    """Return the canonical form of a JSON value."""
    try:
        return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # deeper than 254, beyond 64 bits, or a lone surrogate
        return b"".join(_canonical(data))


def total(rows: Iterable[Any]) -> int:
    """Return the sum of the hashes of JSON values, as numbers modulo `MODULUS`.

    It is the same in whatever order they come, and the sums of parts add up to the sum of all. It
    tells of what happens to data; it is no seal against somebody who makes a collision on purpose.
    """
    hashed, number, dumps, order = blake2b, int.from_bytes, orjson.dumps, orjson.OPT_SORT_KEYS
    found = 0
    for row in rows:
        try:
            form = dumps(row, None, order)
        except orjson.JSONEncodeError:
            form = canonical(row)
        found += number(hashed(form, digest_size=16).digest(), "big")
    return found % MODULUS


def line_hash(raw: bytes) -> str:
    """Return the hash of a record from its line, or of the bytes of a line that is not JSON.

    White space around the line, its end among it, makes no difference.
    """
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return digest(raw.strip())
    return canonical_hash(data)


def digest(data: bytes) -> str:
    """Return 32 hexadecimal digits for bytes: blake2b of 16 bytes."""
    return blake2b(data, digest_size=16).hexdigest()


def _canonical(data: Any) -> Iterator[bytes]:
    """Yield the very bytes that orjson would, without recursion."""
    todo: list[Any] = [data]  # values, and bytes to be written as they are
    while todo:
        value = todo.pop()
        if isinstance(value, bytes):
            yield value
        elif isinstance(value, dict):
            yield b"{"
            todo.append(b"}")
            keys = sorted(value, reverse=True)
            for at, key in enumerate(keys, 1):
                todo += (value[key], _leaf(key) + b":")
                if at < len(keys):
                    todo.append(b",")
        elif isinstance(value, list | tuple):
            yield b"["
            todo.append(b"]")
            for at, item in enumerate(reversed(value), 1):
                todo.append(item)
                if at < len(value):
                    todo.append(b",")
        else:
            yield _leaf(value)


def _leaf(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # `0xff` and `\ud800` are what orjson never writes: no other value looks so
        return (hex(value) if type(value) is int else json.dumps(value)).encode("ascii")
