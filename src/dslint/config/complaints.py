"""What is wrong with settings, in words: which one, what it is, what it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson

from dslint.config.toml import key, literal
from dslint.errors import did_you_mean
from dslint.resources import folder

_TYPES = {
    "string": "a string",
    "array": "a list",
    "object": "a table",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the configuration."""
    read: dict[str, Any] = orjson.loads((folder("schemas") / "config.schema.json").read_bytes())
    return read


def complaints(values: Mapping[str, Any], where: str, shape: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing in `values` that `shape` refuses.

    `where` follows the name of a setting in them, such as ` in dslint.toml`.
    """
    import jsonschema_rs

    try:
        if jsonschema_rs.validator_for(dict(shape)).is_valid(values):
            return []
    except ValueError:
        pass  # a date or another value that TOML has and JSON has not
    from jsonschema import Draft202012Validator  # 70 ms: only to explain

    faults = [
        Fault(
            list(error.absolute_path),
            str(error.validator),
            error.instance,
            error.validator_value,
            error.schema,
            "propertyNames" in error.absolute_schema_path,
        )
        for error in Draft202012Validator(shape).iter_errors(values)
    ]
    faults.sort(key=lambda fault: [str(step) for step in fault.path])
    said = (_TRANSLATE.get(fault.keyword, _wrong)(fault, where) for fault in faults)
    return list(dict.fromkeys(each for sentences in said for each in sentences))


class Fault(NamedTuple):
    """What a schema says of a value: its place, the keyword that refuses it and what that wants."""

    path: list[str | int]
    keyword: str
    value: Any
    wanted: Any
    shape: Any
    is_name: bool


def _unknown(fault: Fault, where: str) -> Iterable[str]:
    known = fault.shape["properties"]
    for name in fault.value:
        if name in known:
            continue
        here = _named([*fault.path, name]) + where
        if name == "allow-python-rules":
            yield (
                f"{here} has no effect in a repository; pass `--allow-python-rules` "
                "or set it in your own configuration, ~/.config/dslint/dslint.toml"
            )
        elif name == "tool" and not fault.path:
            yield f"{here} is not a setting; only in pyproject.toml are they under `[tool.dslint]`"
        else:
            yield f"{here} is not a setting{did_you_mean(name, known)}"


def _lacking(fault: Fault, where: str) -> Iterable[str]:
    for name in fault.wanted:
        if name not in fault.value:
            yield f"{_named(fault.path)}{where} lacks `{name}`"


def _no_files(fault: Fault, where: str) -> Iterable[str]:
    if isinstance(fault.value, dict):
        what = "names no files; give it `train`, `validation` or `evaluation`"
        yield f"{_named(fault.path)}{where} {what}"


def _wrong(fault: Fault, where: str) -> Iterable[str]:
    if fault.is_name:
        yield (
            f"{_named([*fault.path, fault.value])}{where} is not a name for a dataset; "
            "it has letters, digits, `-`, `_` and `.`, and begins with a letter or a digit"
        )
        return
    value, shape = fault.value, fault.shape
    near = did_you_mean(value, _choices(shape)) if isinstance(value, str) else ""
    yield f"{_named(fault.path)}{where} is {_told(value)}; it has to be {_wanted(shape)}{near}"


_TRANSLATE: Mapping[str, Callable[[Fault, str], Iterable[str]]] = {
    "additionalProperties": _unknown,
    "required": _lacking,
    "anyOf": _no_files,
}


def _named(path: Sequence[str | int]) -> str:
    """Name a place: `datasets.support.train`, `exclude` (item 3), [[overrides]] number 2."""
    if len(path) > 1 and path[0] == "overrides" and isinstance(path[1], int):
        table = f"[[overrides]] number {path[1] + 1}"
        return f"{_named(path[2:])} of {table}" if len(path) > 2 else table
    if path and isinstance(path[-1], int):
        return f"{_named(path[:-1])} (item {path[-1] + 1})"
    return "`" + ".".join(key(str(step)) for step in path) + "`"


def _told(value: object) -> str:
    """Show a value: as TOML where that is short, by its kind where it is long."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    written = literal(value)
    return f"`{written}`" if len(written) <= 60 else f"a text of {len(str(value))} characters"


def _choices(allowed: Mapping[str, Any]) -> list[str]:
    choices: list[str] = allowed.get("enum", [])
    return choices


def _wanted(allowed: Mapping[str, Any]) -> str:
    if choices := _choices(allowed):
        quoted = [f"`{each}`" for each in choices]
        return ", ".join(quoted[:-1]) + f" or {quoted[-1]}"
    if allowed.get("type") == ["string", "array"]:
        return "a string or a list of strings, not empty"
    if "pattern" in allowed and "examples" in allowed:
        return f"written like `{literal(allowed['examples'][0])}`"
    text = _TYPES[allowed["type"]]
    if allowed.get("minLength"):
        text += " that is not empty"
    if "minimum" in allowed:
        text += f", {allowed['minimum']} or more"
    return text
