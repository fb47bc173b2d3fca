"""The settings shown, the schema, the defaults and the page: four ways to say the same."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dslint.config import (
    DEFAULTS,
    PROFILES,
    Settings,
    load,
    show,
    toml,
)
from dslint.config.complaints import schema

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
NAMES = st.text("abc-", min_size=1, max_size=6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
LEVEL = st.sampled_from(["error", "warn", "info", "off"])


def write(text: str, path: str = "dslint.toml") -> Path:
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "target": TEXTS | st.lists(TEXTS, min_size=1, max_size=2, unique=True),
            "model": TEXTS,
            "budget": st.sampled_from(["50 USD", "$1,250.50"]),
            "profile": st.sampled_from(sorted(PROFILES)),
            "fail-on": st.sampled_from(["error", "warn", "info", "never"]),
            "excerpts": st.sampled_from(["none", "masked", "full"]),
            "max-per-rule": st.integers(1, 9),
            "exclude": st.lists(TEXTS, max_size=2, unique=True),
            "levels": st.dictionaries(TEXTS, LEVEL, max_size=3),
            "overrides": st.lists(
                st.fixed_dictionaries({"files": TEXTS, "levels": st.dictionaries(NAMES, LEVEL)}),
                max_size=2,
            ),
            "options": st.dictionaries(
                NAMES, st.dictionaries(NAMES, TEXTS | st.booleans() | st.floats(0, 1), min_size=1)
            ),
            "models": st.dictionaries(
                TEXTS,
                st.fixed_dictionaries(
                    {},
                    optional={
                        "training": st.sampled_from(["25.00", "0.5", "3"]),
                        "context": st.integers(1, 10**6),
                        "aliases": st.lists(TEXTS, max_size=2, unique=True),
                        "tiles": st.just({"base": 85, "tile": 170}),
                        "read": st.dates(date(1000, 1, 1)),
                    },
                ),
                max_size=2,
            ),
            "datasets": st.dictionaries(
                st.text("abc", min_size=1, max_size=3),
                st.fixed_dictionaries(
                    {"train": TEXTS}, optional={"target": TEXTS, "budget": st.just("50 USD")}
                ),
                max_size=2,
            ),
        },
    )
)
def test_what_is_shown_is_a_configuration_that_says_the_same(table: dict[str, Any]) -> None:
    def said(chosen: Settings) -> tuple[Any, ...]:
        fields = [name for name in Settings.__slots__ if name != "origin"]
        return tuple(getattr(chosen, name) for name in fields)

    write("\n".join(f"{name} = {toml.literal(value)}" for name, value in table.items()))
    chosen = load()
    rows = show(chosen)
    write("\n".join(f"{name} = {value}" for name, value, _ in rows))
    assert said(load()) == said(chosen)


def test_each_row_says_where_it_is_from() -> None:
    write('levels.text = "off"\n[datasets.a]\ntrain = "a.jsonl"')
    rows = {name: (value, where) for name, value, where in show(load(profile="ci", target="trl"))}
    assert rows["target"] == ('"trl"', "--target")
    assert rows["excerpts"] == ('"none"', "profile ci")
    assert rows["fail-on"] == ('"error"', "default")
    assert rows["levels.text"] == ('"off"', "dslint.toml")
    assert rows["datasets.a.train"] == ('"a.jsonl"', "dslint.toml")


# the schema, the defaults and the page


def _keys(shape: dict[str, Any]) -> set[str]:
    """Return the keys of all tables of a schema."""
    found = set(shape.get("properties", {}))
    for each in shape.values():
        for inner in each if isinstance(each, list) else [each]:
            found |= _keys(inner) if isinstance(inner, dict) else set()
    return found


def test_the_defaults_of_the_schema_are_the_defaults() -> None:
    for name, each in schema()["properties"].items():
        held = DEFAULTS.get(name, {} if each.get("type") == "object" else ())
        stated = each.get("default")
        if isinstance(held, tuple):
            stated = tuple([stated] if isinstance(stated, str) else stated)
        assert stated == held, name


def test_every_setting_is_on_the_page_with_its_default() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in _keys(schema()):
        assert f"`{name}`" in page, name
    for name, each in schema()["properties"].items():
        if "default" in each and not isinstance(each["default"], dict):
            row = re.search(rf"^\| `{name}` .*$", page, re.MULTILINE)
            assert row, name
            assert f"`{toml.literal(each['default'])}`" in row[0], name


def test_every_example_of_the_page_is_a_configuration() -> None:
    blocks = re.findall(
        r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) > 5
    for block in blocks:
        if "allow-python-rules" in block:
            continue
        Path("dslint.toml").unlink(missing_ok=True)
        Path("pyproject.toml").unlink(missing_ok=True)
        write(block, "pyproject.toml" if "tool.dslint" in block else "dslint.toml")
        assert load().path
