"""Fixes of tools' parameters: types by the names that JSON Schema has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dslint.fixes.places import at, step
from dslint.model import Edit, Insert, Record, Replace

_KINDS = {
    "array": ("array", "list", "set", "tuple"),
    "boolean": ("boolean", "bool"),
    "integer": ("integer", "int"),
    "null": ("null", "none", "nonetype"),
    "number": ("number", "float"),
    "object": ("object", "dict"),
    "string": ("string", "str"),
}
_NAMES = {name: kind for kind, names in _KINDS.items() for name in names}
"""What JSON Schema calls its types, by what they are called there and in Python."""

_TYPE = re.compile(r"\s*([A-Za-z]+)(?:\[([A-Za-z]+)\])?\s*(?:,\s*optional)?\s*")
_LISTS = ("allOf", "anyOf", "oneOf", "items")
_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_ONES = ("items", "additionalProperties", "not", "contains")


def types(record: Record, pointer: str) -> Iterator[Edit]:
    """Write the types of a tool's parameters as JSON Schema calls them: `str` is `string`,
    `List[int]` an array of integers, and `int, optional` an integer.
    """
    above, found, _ = pointer.partition("/parameters")
    if found:
        yield from _renamed(above + found, at(record.data, above + found))


def _renamed(pointer: str, schema: Any) -> Iterator[Edit]:
    if type(schema) is not dict:
        return
    named = _named(schema.get("type"))
    if named and named[0] != schema["type"]:
        kind, item = named
        yield Replace(f"{pointer}/type", kind)
        if item and kind == "array" and "items" not in schema:
            yield Insert(pointer, "items", {"type": item})
    for key in _ONES:
        yield from _renamed(pointer + step(key), schema.get(key))
    for key in _LISTS:
        if type(schema.get(key)) is list:
            for number, each in enumerate(schema[key]):
                yield from _renamed(f"{pointer}{step(key)}/{number}", each)
    for key in _MAPS:
        if type(schema.get(key)) is dict:
            for name, each in schema[key].items():
                yield from _renamed(pointer + step(key) + step(name), each)


def _named(given: object) -> tuple[str, str | None] | None:
    """Return the type that a name can only mean, and that of its items where it says one."""
    found = _TYPE.fullmatch(given) if type(given) is str else None
    kind = _NAMES.get(found[1].lower()) if found else None
    if found is None or kind is None:
        return None
    item = _NAMES.get(found[2].lower()) if found[2] else None
    return None if found[2] and (item is None or kind != "array") else (kind, item)
