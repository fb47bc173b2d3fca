"""Shape: is a record built as its schema says, and if not, what is wrong, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from json import JSONEncoder, loads
from typing import TYPE_CHECKING, Any, TypeAlias

from jsonschema_rs import Draft202012Validator, Registry

from dslint.model import Hit
from dslint.resources import folder

if TYPE_CHECKING:
    import jsonschema
    from jsonschema.exceptions import ValidationError

FORMATS = ("chat", "completion", "preference", "reinforcement")
"""The formats that have a schema."""

FALLBACK = "wrong-shape"
"""The rule that explains what no label does."""

STORIES = 10
"""How many things are told of one record."""

_ERRORS = 200
_DEPTH = 12
_SHORT = 40
_BASE = "json-schema:///"

_WORDS = {
    "string": "text",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}

_JSON = JSONEncoder(ensure_ascii=False, default=str, skipkeys=True)

Path: TypeAlias = tuple[str | int, ...]


def is_valid(format: str, data: object) -> bool:
    """Say whether `data` is a sound row of `format`; a format without a schema takes anything."""
    if format not in FORMATS:
        return True
    try:
        return _gate(format).is_valid(data)
    except ValueError:
        return False  # handed over from Python, it may hold what JSON can't: a key that is no text


@lru_cache(maxsize=4096)
def takes(format: str, roles: tuple[str, ...]) -> bool:
    """Say whether messages of these roles, each no more than a role and a text, are a sound row.

    The schemas ask nothing of a text, so what holds for one row holds for all with such roles.
    """
    return is_valid(format, {"messages": [{"role": role, "content": ""} for role in roles]})


def explain(format: str, data: object) -> list[tuple[str, Hit]]:
    """Return what is wrong with `data` as a row of `format`: the rules' names, each with its place.

    At least one where `is_valid` says no, none where it says yes, and never more than `STORIES`:
    each rule's first before any rule's second, so that forty messages without a role don't hide
    a broken tool.
    """
    if format not in FORMATS:
        return []
    data = _prune(data, _DEPTH)
    told: dict[Path, tuple[str, ValidationError]] = {}
    for error in islice(_reader(format).iter_errors(data), _ERRORS):
        for place, keyword in _places(error):
            told.setdefault(place, (_rule(error, keyword), error))
    if not told:
        return [] if is_valid(format, data) else [_unexplained(format, data)]
    turns: dict[str, int] = {}
    queue: list[tuple[int, int, Path]] = []
    for number, (place, (rule, _)) in enumerate(told.items()):
        turns[rule] = turns.get(rule, 0) + 1
        queue.append((turns[rule], number, place))
    chosen = sorted(sorted(queue)[:STORIES], key=lambda item: item[1])
    return [(told[place][0], _hit(data, place, told[place][1])) for _, _, place in chosen]


@cache
def _schema(format: str) -> dict[str, Any]:
    schema: dict[str, Any] = loads((folder("schemas") / f"{format}.schema.json").read_bytes())
    return schema


@cache
def _gate(format: str) -> Draft202012Validator:
    shared = Registry([(f"{_BASE}{_schema('chat')['$id']}", _schema("chat"))])
    return Draft202012Validator(_schema(format), registry=shared)


@cache
def _reader(format: str) -> jsonschema.Draft202012Validator:
    import jsonschema
    from referencing import Registry as Shared
    from referencing import Resource

    chat: Resource[Any] = Resource.from_contents(_schema("chat"))
    shared: Shared[Any] = Shared().with_resource(_schema("chat")["$id"], chat)
    return jsonschema.Draft202012Validator(_schema(format), registry=shared)


def _prune(value: object, depth: int) -> object:
    """Copy `value` without what lies deeper than any schema looks.

    jsonschema prints what it refuses, by recursion.
    """
    if isinstance(value, dict):
        return {key: _prune(inner, depth - 1) for key, inner in value.items()} if depth else {}
    if isinstance(value, list):
        return [_prune(inner, depth - 1) for inner in value] if depth else []
    return value


def _places(error: ValidationError) -> Iterator[tuple[Path, str]]:
    """Yield an error's places, each with its label: a missing key is told where it should stand."""
    path = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    given: Any = error.instance
    if error.validator == "required":
        for key in wanted:
            if key not in given:
                yield (*path, key), f"required.{key}"
    else:
        yield path, str(error.validator)


def _rule(error: ValidationError, keyword: str) -> str:
    schema = error.schema
    labels = schema.get("x-rule", {}) if isinstance(schema, dict) else {}
    return str(labels.get(keyword) or labels.get(error.validator) or FALLBACK)


def _hit(data: object, place: Path, error: ValidationError) -> Hit:
    """Make the hit of one error, with the words that the pages' messages are made of."""
    missing = error.validator == "required"
    path = place[:-1] if missing else place
    found = "missing" if missing else _found(error)
    expected = "" if missing else _expected(error)
    what = _what(place)
    values: dict[str, object] = {
        "problem": f"{what} is {found}" + (f", not {expected}" if expected else ""),
        "what": what,
        "found": found,
        "expected": expected,
        "key": next((step for step in reversed(place) if isinstance(step, str)), ""),
        "role": _nearest(data, path, "role"),
        "name": _nearest(data, path, "name"),
        "index": next((step for step in reversed(path) if isinstance(step, int)), 0),
        "value": "" if missing else _short(error.instance),
    }
    return Hit(pointer=_pointer(path), values=values)


def _unexplained(format: str, data: object) -> tuple[str, Hit]:
    values = {
        "problem": f"the row is not a sound {format} row",
        "what": "the row",
        "found": _kind(data),
        "expected": f"a {format} row",
        "key": "",
        "role": "",
        "name": "",
        "index": 0,
        "value": _short(data),
    }
    return FALLBACK, Hit(values=values)


def _pointer(path: Path) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _what(place: Path) -> str:
    match place:
        case ():
            return "the row"
        case (*_, str(key)):
            return f"`{key}`"
        case (*_, str(key), int()):
            return f"an item of `{key}`"
    return "an item"


def _nearest(data: Any, path: Path, key: str) -> str:
    """Return the text under `key` in the innermost object on `path` that has one, or nothing."""
    text = ""
    for step in (*path, None):
        if isinstance(data, dict) and isinstance(data.get(key), str):
            text = _cut(data[key])
        if step is not None:
            data = data[step]
    return text


def _found(error: ValidationError) -> str:
    """Say what stands there: the value where the value is wrong, its type where the type is."""
    value: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator, value:
        case "maxItems", list():
            return f"a list of {len(value)}"
        case (("enum" | "const" | "not" | "maxLength"), (bool() | int() | float())):
            return f"`{_short(value)}`"
        case (("enum" | "const" | "not" | "maxLength"), str()) if value:
            numbers = error.validator == "enum" and any(isinstance(each, int) for each in wanted)
            return f"the text `{_cut(value)}`" if numbers else f"`{_cut(value)}`"
    return _kind(value)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return "text" if value else "empty text"
        case list():
            return "a list" if value else "an empty list"
    return "an object"


def _expected(error: ValidationError) -> str:
    """Say what should stand there; null, where it is taken, is not worth a word."""
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            return _either([_WORDS[name] for name in names if name != "null"])
        case "enum":
            return _either([f"`{value}`" for value in wanted if value is not None])
        case "const":
            return f"`{wanted}`"
        case "maxItems":
            return f"of {wanted}"
    return ""


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _short(value: object) -> str:
    """Return the beginning of `value` as JSON, without writing the rest of it."""
    if isinstance(value, str):
        value = value[: _SHORT + 1]
    return _cut("".join(islice(_JSON.iterencode(value), _SHORT)))
