"""What tool definitions cost in tokens: texts to count, and what comes on top of them.

Nobody publishes how tools are laid before a model. Flat ones are counted by the formula of OpenAI's
cookbook; nested ones, of which it knows nothing, as the TypeScript that people found them to be
written as (hmarr's openai-chat-tokens, 2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dslint.formats.pieces import as_json

_TOOL, _OLD_TOOL = 7, 10
_PROPERTIES, _PROPERTY, _ENUM, _ITEM, _END = 3, 3, -3, 3, 12
_RENDERED = 9

_SCALARS = frozenset({"string", "number", "integer", "boolean", "null"})
_NESTING = frozenset({"properties", "items", "anyOf", "oneOf", "allOf", "$ref"})
_NAMES = {"integer": "number"}
_DEEPEST = 16
_MOST_NUMBERS = 32

SYSTEM = -4
"""What a system message takes off the cost of tools that are rendered."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The tools of a record: their cost is that of `texts` and `constant`.

    Where they are `nested` the cost is an estimate, and the first system message ends in a line
    break.
    """

    texts: tuple[str, ...]
    constant: int
    nested: bool


def sheet(tools: Sequence[dict[str, Any]], encoding: str) -> Sheet:
    """Lay out the functions (and whatever else may be) that are declared as tools."""
    named = [tool for tool in tools if type(tool.get("name")) is str]
    others = tuple(as_json(tool) for tool in tools if type(tool.get("name")) is not str)
    if not named:
        return Sheet(others, 0, bool(others))
    if others or not all(map(_is_flat, named)):
        return Sheet((rendered(named), *others), _RENDERED, True)
    texts: list[str] = []
    constant = _END
    for tool in named:
        # what encodings before o200k were trained with has three tokens more a function
        constant += _OLD_TOOL if encoding == "cl100k_base" else _TOOL
        texts.append(f"{tool['name']}:{_described(tool)}")
        properties = _properties(tool)
        constant += _PROPERTIES * bool(properties)
        for name, value in properties.items():
            constant += _PROPERTY
            texts.append(f"{name}:{value.get('type', '')}:{_described(value)}")
            if "enum" in value:
                constant += _ENUM + _ITEM * len(value["enum"])
                texts += value["enum"]
    return Sheet(tuple(texts), constant, False)


def rendered(tools: Sequence[dict[str, Any]]) -> str:
    """Write functions as a namespace of TypeScript types."""
    lines = ["namespace functions {", ""]
    for tool in tools:
        lines += _comment(tool)
        if _properties(tool):
            lines.append(f"type {tool['name']} = (_: {{")
            lines += _fields(tool["parameters"], "", 0)
            lines.append("}) => any;")
        else:
            lines.append(f"type {tool['name']} = () => any;")
        lines.append("")
    return "\n".join([*lines, "} // namespace functions"])


def _properties(tool: dict[str, Any]) -> dict[str, Any]:
    parameters = tool.get("parameters")
    found = parameters.get("properties") if type(parameters) is dict else None
    return found if type(found) is dict else {}


def _described(value: dict[str, Any]) -> str:
    found = value.get("description")
    return found.removesuffix(".") if type(found) is str else ""


def _is_flat(tool: dict[str, Any]) -> bool:
    return all(
        type(value) is dict
        and type(kind := value.get("type")) is str
        and kind in _SCALARS
        and not value.keys() & _NESTING
        and (
            "enum" not in value
            or (type(value["enum"]) is list and all(type(item) is str for item in value["enum"]))
        )
        for value in _properties(tool).values()
    )


def _comment(value: object) -> list[str]:
    said = value.get("description") if type(value) is dict else None
    return [f"// {said}"] if type(said) is str and said else []


def _fields(schema: dict[str, Any], indent: str, depth: int) -> Iterator[str]:
    properties = schema.get("properties")
    required = schema.get("required")
    for name, value in properties.items() if type(properties) is dict else ():
        yield from (indent + comment for comment in _comment(value))
        mark = "" if type(required) is list and name in required else "?"
        yield f"{indent}{name}{mark}: {_type(value, indent, depth)},"


def _type(schema: object, indent: str, depth: int) -> str:
    if type(schema) is not dict or depth > _DEEPEST:
        return "any"
    kind, choices = schema.get("type"), schema.get("enum")
    if type(choices) is list and choices:
        return _choices(choices)
    if kind == "object":
        return "\n".join(["{", *_fields(schema, indent + "  ", depth + 1), "}"])
    if kind == "array":
        return f"{_type(schema['items'], indent, depth + 1)}[]" if "items" in schema else "any[]"
    if type(kind) is list:
        return " | ".join(_NAMES.get(each, each) for each in kind if type(each) is str)
    if type(kind) is str:
        return _NAMES.get(kind, kind)
    for key in ("anyOf", "oneOf", "allOf"):
        if type(schema.get(key)) is list:
            return " | ".join(_type(each, indent, depth + 1) for each in schema[key])
    return "any"


def _choices(choices: list[Any]) -> str:
    if all(type(each) in (int, float) for each in choices):
        # written with bars between, a long list of digits has more tokens than it has bytes
        return " | ".join(map(str, choices)) if len(choices) <= _MOST_NUMBERS else "number"
    return " | ".join(f'"{each}"' if type(each) is str else as_json(each) for each in choices)
