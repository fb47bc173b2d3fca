"""Why arguments do not satisfy a schema, and why a schema is none, in the user's words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from json import JSONEncoder
from typing import Any, NamedTuple

from jsonschema_rs import ValidationError, ValidationErrorKind

from dslint.checks.parameters import Schema, is_answerable, visits

STORIES = 3
"""How many things are told of one call."""

EVERY, COPIED = 50_000, 2_000_000
"""Values times subschemas, or times bytes of schema, up to which all errors are asked for."""

ONE = 20_000
"""Subschemas up to which one error is asked for: it holds those of all branches."""

_K = ValidationErrorKind
_SHORT, _LIST = 40, 56
_KINDS = {
    "string": "text",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
}
_JSON = JSONEncoder(ensure_ascii=False, default=str, skipkeys=True)

Path = tuple[str | int, ...]


class Misfit(NamedTuple):
    """What stands at a place, and what should. The lower the rank, the more it says."""

    path: Path
    found: str
    expected: str
    rank: int = 2

    @property
    def place(self) -> str:
        """The name of an argument, or a pointer to what lies deeper in one."""
        if len(self.path) < 2:
            return str(self.path[0]) if self.path else "arguments"
        return "".join(f"/{step}" for step in self.path)


def misfits(schema: Schema, value: dict[str, Any], size: int) -> list[Misfit]:
    """Return what keeps a value of `size` bytes from satisfying a schema: three places at most."""
    try:
        count, depth = _extent(value)
        if schema.validator is None or not is_answerable(schema, size, depth):
            return []
        if schema.validator.is_valid(value):
            return []
        errors = _errors(schema, value, count, visits(schema.text, depth))
    except (ValueError, RecursionError):  # deeper than anyone walks
        return []
    if not errors:
        return [Misfit((), _found(value), "something else; it takes long to say what")]
    best: dict[Path, Misfit] = {}
    for error in errors:
        for each in _told(error, schema.data):
            if each.path not in best or each.rank < best[each.path].rank:
                best[each.path] = each
    return list(islice(best.values(), STORIES))


def _extent(value: Any) -> tuple[int, int]:
    """Return how many values a value holds, itself included, and how deep they lie."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    extents = [_extent(each) for each in inner]
    return 1 + sum(count for count, _ in extents), 1 + max(
        (depth for _, depth in extents), default=-1
    )


def _errors(schema: Schema, value: Any, count: int, parts: float) -> list[ValidationError]:
    validator = schema.validator
    assert validator is not None
    if count * parts <= EVERY and count * len(schema.text) <= COPIED:
        return list(islice(validator.iter_errors(value), 200))
    if parts <= ONE:
        try:
            validator.validate(value)
        except ValidationError as error:
            return [error]
    return []


def _told(error: ValidationError, data: Any) -> Iterator[Misfit]:
    path: Path = tuple(error.instance_path)
    value = error.instance
    match error.kind:
        case _K.Required(property=name):
            yield Misfit((*path, name), "missing", "it is required")
        case _K.AdditionalProperties(unexpected=names) | _K.UnevaluatedProperties(unexpected=names):
            owner = _at(data, error.schema_path[:-1])
            known = owner.get("properties") if isinstance(owner, dict) else None
            listed = _listed([f"`{each}`" for each in known]) if isinstance(known, dict) else ""
            for name in names:
                yield Misfit(
                    (*path, name),
                    "unknown to the tool",
                    f"only {listed}" if listed else "nothing else",
                )
        case _K.AnyOf(context=branches) | _K.OneOfNotValid(context=branches):
            yield from _closest(error, branches, data)
        case _K.OneOfMultipleValid():
            return  # a looseness of the schema's, as of `integer` beside `number`
        case _:
            owner = _at(data, error.schema_path[:-1])
            if value is None and isinstance(owner, dict) and owner.get("nullable") is True:
                return  # as OpenAPI says that null may stand there
            rank, expected = _expected(error)
            yield Misfit(path, _found(value), expected, rank)


def _closest(
    error: ValidationError, branches: list[list[ValidationError]], data: Any
) -> Iterator[Misfit]:
    """Tell the branch that the value comes closest to: of its kind, with the fewest errors."""
    path: Path = tuple(error.instance_path)
    told = [[each for one in branch for each in _told(one, data)] for branch in branches]
    if any(not each for each in told):
        return
    near = [each for each in told if not any(one.rank == 1 and one.path == path for one in each)]
    if near:
        yield from min(near, key=len)
        return
    kinds = dict.fromkeys(one.expected for each in told for one in each if one.path == path)
    yield Misfit(path, _found(error.instance), _either(list(kinds)), 1)


def _expected(error: ValidationError) -> tuple[int, str]:
    """Return the rank of an error and what its keyword asks for."""
    match error.kind:
        case _K.Enum(options=options):
            return 0, f"one of {_listed([_short(each) for each in options])}"
        case _K.Constant(expected_value=value):
            return 0, _short(value)
        case _K.Type(types=types):
            return 1, _either([_KINDS.get(each, each) for each in types])
        case _K.Minimum(limit=limit):
            return 2, f"at least {limit}"
        case _K.Maximum(limit=limit):
            return 2, f"at most {limit}"
        case _K.ExclusiveMinimum(limit=limit):
            return 2, f"more than {limit}"
        case _K.ExclusiveMaximum(limit=limit):
            return 2, f"less than {limit}"
        case _K.MultipleOf(multiple_of=step):
            return 2, f"a multiple of {step}"
        case _K.MinLength(limit=limit):
            return 2, f"{limit} characters or more"
        case _K.MaxLength(limit=limit):
            return 2, f"at most {limit} characters"
        case _K.MinItems(limit=limit):
            return 2, f"{limit} items or more"
        case _K.MaxItems(limit=limit):
            return 2, f"at most {limit} items"
        case _K.MinProperties(limit=limit):
            return 2, f"{limit} members or more"
        case _K.MaxProperties(limit=limit):
            return 2, f"at most {limit} members"
        case _K.Pattern(pattern=pattern):
            return 2, f"text that fits {pattern}"
        case _K.UniqueItems():
            return 2, "no item twice"
        case _K.FalseSchema():
            return 2, "it is not allowed"
    return 3, f"by its `{error.kind.name}`, something else"


def flaw(error: ValidationError) -> tuple[str, str]:
    """Return the place in a schema that is none, and what stands there."""
    path = "/".join(str(step) for step in error.instance_path)
    if error.kind.name == "$ref":
        return "$ref", error.message[:1].lower() + error.message[1:].replace("'", "`")
    return path or "parameters", _found(error.instance)


def _at(data: Any, path: list[str | int]) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _found(value: Any) -> str:
    match value:
        case None | bool() | [] | {}:
            return _short(value)
        case str():
            return f"{_short(value)} (text)"
        case int() | float():
            return f"{_short(value)} (a number)"
        case list():
            return f"{_short(value)} (a list)"
    return f"{_short(value)} (an object)"


def _listed(words: list[str]) -> str:
    """Join words, as many as a message has room for."""
    line = ""
    for at, word in enumerate(words):
        longer = f"{line}, {word}" if at else word
        if len(longer) > _LIST - 8 and at:
            return f"{line}…"
        line = longer
    return line or "nothing"


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _short(value: object) -> str:
    """Return the beginning of a value as JSON, without writing the rest of it."""
    if isinstance(value, str):
        value = value[: _SHORT + 1]
    text = "".join(islice(_JSON.iterencode(value), _SHORT))
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
