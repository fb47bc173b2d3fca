"""A tool's own schema: compiled without touching network or disk, within a bound on the work."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from jsonschema_rs import (
    Draft4Validator,
    Draft7Validator,
    Draft202012Validator,
    RegexOptions,
    ValidationError,
    Validator,
)

LONGEST = 1 << 18
"""Bytes of a schema beyond which it is not compiled: the compiled ones are kept."""

WORK = 4_000_000_000
"""The product of the bytes of a schema and of a value beyond which they are not held together."""

VISITS = 1_000_000
"""Subschemas that references may lead to for a value; a schema of forty lines can ask for 2^40."""

_DRAFTS = (Draft202012Validator, Draft7Validator, Draft4Validator)
# The linear engine: a stranger's pattern can't make it go back and forth.
_PATTERNS = RegexOptions(size_limit=1 << 22, dfa_size_limit=1 << 20)
_MOST_PATTERNS = 20

_IN_PLACE = ("not", "if", "then", "else")
_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE_MAPS = ("dependentSchemas", "dependencies")
_BELOW = ("items", "additionalProperties", "additionalItems", "contains", "propertyNames")
_BELOW_MAPS = ("properties", "patternProperties")


class Schema(NamedTuple):
    """A schema, read, with a `validator` or an `error`; one with neither is asked nothing."""

    text: bytes = b""
    data: Any = None
    validator: Validator | None = None
    error: ValidationError | None = None


def schema_of(parameters: dict[str, Any]) -> Schema:
    """Compile a tool's parameters; one that was seen lately is at hand."""
    try:
        text = orjson.dumps(parameters)
    except (TypeError, ValueError):  # too deep, or with what JSON can't hold
        return Schema()
    return _compiled(text) if len(text) <= LONGEST else Schema()


@lru_cache(maxsize=256)
def _compiled(text: bytes) -> Schema:
    data = orjson.loads(text)
    if _is_beyond_bounds(data, text):
        return Schema()
    first: ValidationError | None = None
    for draft in _DRAFTS:
        try:
            return Schema(text, data, _compile(draft, data))
        except ValidationError as error:
            first = first or error
        except ValueError:  # too deep
            return Schema()
    if first is not None and first.kind.name == "$ref" and "does not exist" not in first.message:
        return Schema()  # what it refers to lies elsewhere, and nothing is fetched
    return Schema(text, data, error=first)


def _is_beyond_bounds(data: dict[str, Any], text: bytes) -> bool:
    """Say whether a schema has what the bound on the work does not understand."""
    if b"$dynamicRef" in text or b"$recursiveRef" in text or text.count(b'"unevaluated') > 4:
        return True
    return b'"$ref"' in text and (text.count(b'"$id"') > ("$id" in data) or b'"unevaluated' in text)


def _compile(draft: type[Validator], data: Any) -> Validator:
    """Compile a schema, without the patterns that the linear engine does not know (look-around)."""
    for _ in range(_MOST_PATTERNS):
        try:
            return draft(data, validate_formats=False, pattern_options=_PATTERNS, offline=True)
        except ValidationError as error:
            if error.kind.name != "format" or not error.instance_path:
                raise
            data = _without(data, error.instance_path)
    return draft(data, validate_formats=False, pattern_options=_PATTERNS, offline=True)


def _without(data: Any, path: list[str | int]) -> Any:
    """Return a schema without the pattern at `path`, and what would refuse what it let through."""
    copy = orjson.loads(orjson.dumps(data))
    above, here = None, copy
    for step in path[:-1]:
        above, here = here, here[step]
    del here[path[-1]]
    if path[-2:-1] == ["patternProperties"] and isinstance(above, dict):
        for key in ("additionalProperties", "unevaluatedProperties"):
            above.pop(key, None)
    return copy


def is_answerable(schema: Schema, size: int, depth: int) -> bool:
    """Say whether a value of so many bytes and such depth can be checked in a bounded time."""
    if schema.validator is None or len(schema.text) * size > WORK:
        return False
    return b'"$ref"' not in schema.text or visits(schema.text, depth) <= VISITS


@lru_cache(maxsize=1024)
def visits(text: bytes, depth: int) -> float:
    """Return how many subschemas a way down into a value of such depth meets, at most."""
    data = orjson.loads(text)
    try:
        return _visits(data, data, depth, {})
    except RecursionError:
        return float("inf")


def _visits(node: Any, root: Any, depth: int, known: dict[tuple[int, int], float]) -> float:
    if not isinstance(node, dict) or depth < 0:
        return 1
    key = id(node), depth
    if key in known:
        return known[key]
    known[key] = float("inf")  # what comes back here without having gone down never ends
    here = [node[name] for name in _IN_PLACE if name in node]
    below = [node[name] for name in _BELOW if name in node]
    for name in _IN_PLACE_LISTS:
        here += _members(node.get(name))
    for name in _IN_PLACE_MAPS:
        here += _members(node.get(name))
    for name in (*_BELOW_MAPS, "items", "prefixItems"):
        below += (
            _members(node.get(name))
            if name in _BELOW_MAPS or isinstance(node.get(name), list)
            else []
        )
    if isinstance(node.get("$ref"), str):
        target = _target(root, node["$ref"])
        if target is None:
            return float("inf")
        here.append(target)
    total = 1 + sum(_visits(each, root, depth, known) for each in here)
    total += sum(_visits(each, root, depth - 1, known) for each in below)
    known[key] = total
    return total


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _target(root: Any, reference: str) -> Any:
    """Return what `#/…` points to, or nothing where that takes more than following names."""
    if "%" in reference or not (reference == "#" or reference.startswith("#/")):
        return None
    found = root
    for step in reference.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if (
            isinstance(found, list)
            and step.isdecimal()
            and len(step) < 9
            and int(step) < len(found)
        ):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return None
    return found
