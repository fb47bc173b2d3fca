"""Pages of Markdown about formats, targets and the tables that rules ask."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from dslint.formats import Format
from dslint.model import Rule
from dslint.report.pages import cell
from dslint.resources import folder
from dslint.targets import Target


def format_page(format: Format, targets: Iterable[Target]) -> str:
    """Return the shape of a format in short, and which targets take it."""
    schema = _schema(format.name)
    parts = [f"# The format `{format.name}`", ""]
    parts += list(_closed(schema)) if schema else list(_foreign(format))
    taking = [target.name for target in targets if format.name in target.limits.get("formats", ())]
    parts += ["## Where it goes", ""]
    parts.append(f"Taken by {', '.join(taking)}." if taking else "No target takes it as it is.")
    if format.write:
        parts += ["", f"`dslint convert FILE --to {format.name}` writes it."]
    if format.family:
        parts += ["", f"Rules for `{format.family}` rows run on it where it stands."]
    return "\n".join(parts) + "\n"


def _schema(name: str) -> dict[str, Any] | None:
    path = folder("schemas") / f"{name}.schema.json"
    if not path.is_file():
        return None
    schema: dict[str, Any] = orjson.loads(path.read_bytes())
    return schema


def _closed(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a JSON Schema says of a row: its keys, the things inside, an example."""
    yield schema["description"].split(" `x-rule`")[0]
    yield ""
    yield "| key | | what it is |\n|---|---|---|"
    required = schema.get("required", ())
    for key, shape in schema.get("properties", {}).items():
        need = "required" if key in required else ""
        yield f"| `{key}` | {need} | {cell(_described(schema, shape))} |"
    inside = [each for each in schema.get("$defs", {}).values() if "title" in each]
    if inside:
        yield "\n## Inside\n"
    for each in inside:
        keys = ", ".join(f"`{key}`" for key in each.get("properties", {}))
        said = " ".join(filter(None, (each.get("description"), keys and f"Keys: {keys}.")))
        yield f"- **{each['title']}**{': ' + said if said else ''}"
    for example in schema.get("examples", ())[:1]:
        written = orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
        yield f"\n## Example\n\nOn one line of the file:\n\n```json\n{written}\n```"
    yield ""


def _described(schema: Mapping[str, Any], shape: Any) -> str:
    if not isinstance(shape, dict):
        return ""
    if "description" in shape:
        return str(shape["description"])
    name = str(shape.get("$ref", "")).removeprefix("#/$defs/")
    return str(schema.get("$defs", {}).get(name, {}).get("description", ""))


def _foreign(format: Format) -> Iterator[str]:
    """Yield what the module of a format says of it, and where it keeps what OpenAI has."""
    yield f"{format.title[:1].upper()}{format.title[1:]}."
    yield ""
    yield sys.modules[format.detect.__module__].__doc__ or ""
    if format.keys:
        yield "| in a message of OpenAI's | here |\n|---|---|"
        for key, place in format.keys.items():
            yield f"| `{key}` | `{place or '(the value itself)'}` |"
        yield ""


def target_page(target: Target, rules: Iterable[Rule]) -> str:
    """Return all that is known of a target, each limit with who says so, and what its fates are."""
    parts = [f"# {target.title}", "", f"{target.summary[:1].upper()}{target.summary[1:]}.", ""]
    parts += [f"| target | `{target.name}` |", "|---|---|", f"| kind | {target.kind} |"]
    if target.aliases:
        parts.append(f"| also called | {', '.join(f'`{name}`' for name in target.aliases)} |")
    if target.url:
        parts.append(f"| documented at | {target.url} |")
    if target.read:
        parts.append(f"| read | {target.read} |")
    parts += ["", "## Limits", "", "| limit | value | who says so |", "|---|---|---|"]
    for name, value in target.limits.items():
        claim = target.source_of(name)
        said = (
            f"{claim.kind}, {claim.read}" if claim and claim.read else claim.kind if claim else ""
        )
        parts.append(f"| `{name}` | {cell(shown(value))} | {said} |")
    if target.write:
        parts += ["", f"## What `dslint convert --to {target.name}` writes", ""]
        parts += ["| | |", "|---|---|"]
        parts += [f"| {name} | {cell(shown(value))} |" for name, value in target.write.items()]
    if target.models:
        parts += ["", "## Models", "", f"{', '.join(f'`{each.name}`' for each in target.models)}."]
        parts += ["", f"Prices and days: `dslint models --all --target {target.name}`."]
    if target.dates:
        parts += ["", "## Dates", ""]
        parts += [f"- **{each.on}** ({each.event}): {each.says}" for each in target.dates]
    if target.notes:
        parts += ["", "## Notes", "", *(f"- {note}" for note in target.notes)]
    meeting = [(rule, fate) for rule in rules if (fate := rule.fate.get(target.name)) is not None]
    if meeting:
        parts += ["", "## What becomes of rows here", "", "| rule | fate |", "|---|---|"]
        parts += [f"| `{rule.name}` | {fate} |" for rule, fate in meeting]
    if target.sources:
        parts += ["", "## Sources", ""]
        for each in target.sources:
            about = ", ".join(f"`{name}`" for name in each.about)
            parts.append(f"- {about}: {each.kind}{f', read {each.read}' if each.read else ''}")
            parts += [f"  {said}" for said in (each.link, each.note) if said]
    return "\n".join(parts) + "\n"


def shown(value: object) -> str:
    """Return a limit as a person reads it: lists with commas, numbers with separators."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return f"`{value}`" if value else "none"


def vocabulary() -> str:
    """Return the columns of every table that a rule can ask, as Markdown."""
    from dslint.facts.tables import TABLES

    return "\n".join(table_page(name) for name in TABLES)


def table_page(name: str) -> str:
    """Return the columns of one table: their types as SQL sees them, and what they say."""
    import polars as pl

    from dslint.facts.tables import TABLES

    words = {
        pl.String: "text",
        pl.Categorical: "text",
        pl.Boolean: "true or false",
        pl.Float64: "number",
        pl.List: "list of texts",
    }
    table = TABLES[name]
    rows = [
        f"| `{column}` | {words.get(dtype.base_type(), 'integer')} | {cell(says)} |"
        for column, dtype in table.vocabulary.items()
        for says in [table.columns[column].says]
    ]
    says = f"{table.says[:1].upper()}{table.says[1:]}."
    return f"### `{name}`\n\n{says}\n\n| column | type | what it says |\n|---|---|---|\n" + (
        "\n".join(rows) + "\n"
    )
