"""The schemas: sound, labelled for the pages of `rules/shape`, and strict where a shape is ours."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from dslint.checks import shape
from dslint.resources import folder
from dslint.rulebook import page

SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(folder("schemas").glob("*.schema.json"))
}
PAGES = {path.stem: page.read(path) for path in sorted((folder("rules") / "shape").glob("*.md"))}


@cache
def reference(name: str) -> jsonschema.Draft202012Validator:
    """Return the schema `name` as the reference library reads it."""
    resources: list[tuple[str, Resource[Any]]] = [
        (each, Resource.from_contents(schema)) for each, schema in SCHEMAS.items()
    ]
    shared: Registry[Any] = Registry().with_resources(resources)
    return jsonschema.Draft202012Validator(SCHEMAS[name], registry=shared)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_sound_and_takes_its_own_examples(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    for each in SCHEMAS[name].get("examples", []):
        reference(name).validate(each)


ASSERTIONS = {"type", "enum", "const", "minItems", "maxItems", "minLength", "maxLength", "not"}
INSIDE = ("properties", "$defs")
BELOW = ("items", "then", "else")
LISTS = ("allOf", "prefixItems")


def branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the subschemas whose failure fails the whole: all but those of `if` and `not`."""
    yield schema
    for key in BELOW:
        if key in schema:
            yield from branches(schema[key])
    for key in INSIDE:
        for inner in schema.get(key, {}).values():
            yield from branches(inner)
    for key in LISTS:
        for inner in schema.get(key, []):
            yield from branches(inner)


@pytest.mark.parametrize("format", shape.FORMATS)
def test_every_keyword_that_can_fail_names_its_rule(format: str) -> None:
    for schema in branches(SCHEMAS[f"{format}.schema.json"]):
        labels = set(schema.get("x-rule", {}))
        needed = schema.keys() & ASSERTIONS
        for key in schema.get("required", []):
            needed |= {"required"} if "required" in labels else {f"required.{key}"}
        assert labels == needed, schema


def test_labels_and_pages_name_each_other() -> None:
    labels = {
        rule
        for format in shape.FORMATS
        for schema in branches(SCHEMAS[f"{format}.schema.json"])
        for rule in schema.get("x-rule", {}).values()
    }
    assert labels == set(PAGES)
    assert shape.FALLBACK in PAGES
    assert all(rule.labelled for rule in PAGES.values())


@pytest.mark.parametrize("name", PAGES)
def test_a_pages_block_satisfies_the_schema_of_blocks(name: str) -> None:
    text = (folder("rules") / "shape" / f"{name}.md").read_text(encoding="utf-8")
    block = next(page.fences(text)).text
    read = json.loads(json.dumps(tomllib.loads(block), default=str))
    reference("rule.schema.json").validate(read)


@pytest.mark.parametrize(
    "change",
    [
        {"over": "rows"},
        {"level": "fatal"},
        {"formats": []},
        {"fate": {"openai": "explodes"}},
        {"check": "no colon"},
        {"label": True, "check": "dslint.checks.chat:last"},
        {"severity": "error"},
    ],
)
def test_a_wrong_block_is_refused(change: dict[str, object]) -> None:
    block = {"over": "record", "message": "it is wrong", "level": "warn", "source": "inferred"}
    reference("rule.schema.json").validate(block)
    assert not reference("rule.schema.json").is_valid(block | change)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 2),
        (("findings", 0, "line"), 0),
        (("findings", 0, "level"), "off"),
        (("findings", 0, "pointer"), "messages/0"),
        (("findings", 0, "rule"), "E501"),
        (("fates", "vanishes"), 1),
        (("summary", "errors"), -1),
        (("extra",), None),
    ],
)
def test_a_wrong_report_is_refused(place: tuple[str | int, ...], value: object) -> None:
    report = copy.deepcopy(SCHEMAS["report.schema.json"]["examples"][0])
    inner = report
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert not reference("report.schema.json").is_valid(report)
