"""Targets: dslint's own are sound and sourced, users' own are read or refused in plain words.

`python tests/test_targets.py` writes the tables of `docs/targets.md` anew.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dslint import targets
from dslint.errors import ConfigError, UsageError
from dslint.resources import folder

PAGE = Path(__file__).parent.parent / "docs" / "targets.md"
SCHEMA = json.loads((folder("schemas") / "target.schema.json").read_text(encoding="utf-8"))
LIMITS: dict[str, Any] = SCHEMA["properties"]["limits"]["properties"]
OWN = """
name = "lab"
title = "Our cluster"
summary = "Qwen with tools"
kind = "local"
"""


def size(limit: int | None) -> str:
    for unit, factor in (("GB", 2**30), ("MB", 2**20)):
        if limit and limit >= factor:
            return f"{limit / factor:.1f}".removesuffix(".0") + f" {unit}"
    return ""


def targets_table() -> str:
    rows = [
        "| target | takes | rows | file | images a row | tokens a row |",
        "|---|---|---|---|---|---|",
    ]
    for each in targets.every():
        has = each.limits.get
        least, most = has("min_rows"), has("max_rows")
        span = f"{least or 'up'} to {most:,}" if most else f"{least} or more" if least else ""
        images = f"{has('max_images', '')} of {size(has('max_image_bytes'))}"
        tokens = f"{has('context'):,}" if has("context") else ""
        formats = ", ".join(each.limits["formats"])
        cells = [formats, span, size(has("max_bytes")), images.strip(" of"), tokens]
        rows.append(
            f"| **[{each.name}]({each.url})** {each.title} ({each.kind}) | {' | '.join(cells)} |"
        )
    return "\n".join(rows)


def named(shape: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the schema, or the definition that it refers to."""
    if "$ref" not in shape:
        return shape
    found: dict[str, Any] = SCHEMA["$defs"][shape["$ref"].rpartition("/")[2]]
    return found


def limits_table() -> str:
    rows = ["| limit | takes | what it is |", "|---|---|---|"]
    for name, limit in LIMITS.items():
        items = limit.get("items", {})
        words = limit.get("enum") or named(items).get("enum", [])
        takes = targets.LIMITS[name].replace("list[str]", "list") + (": " if words else "")
        takes += ", ".join(f"`{word}`" for word in words)
        rows.append(f"| `{name}` | {takes} | {limit['description']} |")
    return "\n".join(rows)


def written_table() -> str:
    rows = ["| key | takes | what it is |", "|---|---|---|"]
    for name, key in SCHEMA["properties"]["write"]["properties"].items():
        words = (
            "a format" if "$ref" in key else ", ".join(f"`{each}`" for each in key.get("enum", ()))
        )
        rows.append(f"| `{name}` | {words or 'bool'} | {key['description']} |")
    return "\n".join(rows)


def derived(page: str) -> str:
    """Return the page with its tables as the code has them."""
    tables = {"targets": targets_table(), "limits": limits_table(), "write": written_table()}
    for name, table in tables.items():
        begin, end = f"<!-- derived: {name} -->\n", "<!-- /derived -->"
        before, rest = page.split(begin)
        page = before + begin + table + "\n" + rest[rest.index(end) :]
    return page


def test_the_tables_of_the_documentation_are_those_of_the_files() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == derived(page), "out of date: run `python tests/test_targets.py`"


def test_the_target_that_the_documentation_shows_can_be_used(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    (tmp_path / "lab.toml").write_text(shown[1], encoding="utf-8")
    assert targets.load("lab.toml", tmp_path).limits["context"] == 8192


def test_openai_comes_first_and_the_rest_by_the_alphabet() -> None:
    first, *rest = targets.names()
    assert first == targets.DEFAULT == "openai"
    assert rest == sorted(rest)
    assert [each.name for each in targets.every()] == [first, *rest]


@pytest.mark.parametrize("name", targets.names())
def test_a_target_of_ours_fits_the_schema(name: str) -> None:
    text = (folder("targets") / f"{name}.toml").read_text(encoding="utf-8")
    assert list(targets.problems(tomllib.loads(text))) == []


@pytest.mark.parametrize("target", targets.every(), ids=lambda each: each.name)
def test_everything_that_we_say_of_a_target_has_a_source_with_a_link_and_a_day(
    target: targets.Target,
) -> None:
    settings = {f"limits.{name}" for name in target.limits}
    settings |= {f"billing.{name}" for name in target.billing}
    settings |= {"dates"} if target.dates else set()
    settings |= {"write"} if target.write else set()
    settings |= {name for name in ("api", "next") if getattr(target, name)}
    claimed = {about for source in target.sources for about in source.about}
    claimed = {about for about in claimed if not about.startswith(("models.", "api."))}
    assert settings <= claimed, "these have no source"
    assert claimed <= settings | {"notes"}, "these sources are of nothing"
    assert all(source.link and source.read for source in target.sources)
    assert target.url
    assert target.read
    assert target.limits["formats"]


@pytest.mark.parametrize("target", targets.every(), ids=lambda each: each.name)
def test_a_limit_has_one_source_and_the_type_that_rules_rely_on(target: targets.Target) -> None:
    types = {"int": int, "str": str, "bool": bool, "list[str]": list}
    for name, value in target.limits.items():
        assert type(value) is types[targets.LIMITS[name]]
        assert target.source_of(name) is not None
        assert sum(f"limits.{name}" in source.about for source in target.sources) == 1


def test_the_limits_of_the_schema_are_those_that_rules_may_name() -> None:
    schema = {"integer": "int", "string": "str", "boolean": "bool", "array": "list[str]"}

    def kind(limit: dict[str, Any]) -> str:
        if "$ref" in limit:
            return kind(SCHEMA["$defs"][limit["$ref"].rpartition("/")[2]])
        return schema[limit.get("type", "string")]

    assert {name: kind(limit) for name, limit in LIMITS.items()} == dict(targets.LIMITS)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_names_and_aliases_belong_to_one_target_each() -> None:
    known = [name for each in targets.every() for name in (each.name, *each.aliases)]
    assert len(known) == len(set(known))
    assert "all" not in known
    for each in targets.every():
        assert all(targets.load(alias) is targets.load(each.name) for alias in each.aliases)


def test_the_end_of_openai_is_known_to_the_day() -> None:
    closes = [each for each in targets.load("openai").dates if each.event == "closes"]
    assert [each.on for each in closes] == [date(2027, 1, 6)]


def test_a_target_that_nobody_has_is_told_with_the_nearest_name_and_the_list() -> None:
    with pytest.raises(UsageError) as told:
        targets.load("fireworsk")
    assert "no target `fireworsk`; did you mean `fireworks`?" in str(told.value)
    assert all(name in str(told.value) for name in targets.names())


@given(st.text() | st.text().map("{}.toml".format))
def test_a_name_that_means_nothing_ends_in_a_plain_error(name: str) -> None:
    with pytest.raises((UsageError, ConfigError), match=r"no target|can't be read"):
        targets.load(name)


def test_a_name_does_not_lead_out_of_the_folder() -> None:
    with pytest.raises(UsageError):
        targets.load("../targets/openai")


def test_one_target_is_read_from_one_file_without_jsonschema() -> None:
    script = (
        "import sys, pathlib\n"
        "from dslint import targets\n"
        "read, real = [], pathlib.Path.read_text\n"
        "def spy(self, **how): read.append(self.name); return real(self, **how)\n"
        "pathlib.Path.read_text = spy\n"
        "targets.load('azure')\n"
        "print(read, 'jsonschema' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['azure.toml'] False"


def test_a_target_of_the_users_own_is_a_path_beside_their_configuration(tmp_path: Path) -> None:
    text = OWN + 'read = "2026-11-20"\n[limits]\nmax_rows = 500\n'
    text += '[[sources]]\nabout = "notes"\nkind = "observed"\n'
    (tmp_path / "lab.toml").write_text(text, encoding="utf-8")
    lab = targets.load("lab.toml", tmp_path)
    assert (lab.name, lab.limits["max_rows"], lab.read) == ("lab", 500, date(2026, 11, 20))
    assert targets.load(str(tmp_path / "lab.toml")) == lab


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OWN + "[limits]\nmax_row = 5", "no setting `limits.max_row`; did you mean `max_rows`?"),
        (OWN + "urls = 'x'", "no setting `urls`; did you mean `url`?"),
        (
            OWN + "[limits]\nmax_rows = 'ten'",
            '`limits.max_rows` is `"ten"`, and should be a whole number',
        ),
        (OWN + "[limits]\nmax_rows = -1", "`limits.max_rows` is `-1`, and should be 0 or more"),
        (OWN + "[limits]\ntools = 1", "`limits.tools` is `1`, and should be true or false"),
        (OWN + "[limits]\nbom = 'want'", "one of wanted, refused, either; did you mean `wanted`?"),
        (OWN + "[limits]\nformats = ['chat', 'caht']", '`limits.formats[1]` is `"caht"`'),
        (OWN + "[limits]\nroles = ['user', 'user']", "a list without an entry twice"),
        (OWN + "[limits]\ncall_id_pattern = '['", "should be a regular expression"),
        (OWN + "read = 'yesterday'", "should be a date such as 2026-11-20"),
        (OWN + "read = 2026-11-20T10:00:00", "should be a date such as 2026-11-20"),
        (OWN + "url = 'http://lab'", "should be a text that fits ^https://"),
        (
            OWN + "[[sources]]\nabout = 5\nkind = 'official'",
            "`sources[0].about` is `5`, and should be a text or",
        ),
        (OWN + "[[dates]]\non = 2027-01-01\nsays = 'x'", "`event` is missing in `dates[0]`"),
        (
            OWN.replace("Qwen with tools", ""),
            '`summary` is `""`, and should be a text that is not empty',
        ),
        ("name = 'lab'", "`title`, `summary`, `kind` is missing"),
        ("name = lab", "not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_users_target_is_told_by_file_and_setting(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "lab.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        targets.load("lab.toml", tmp_path)
    assert told in str(caught.value)
    assert all(line.startswith("lab.toml: ") for line in str(caught.value).splitlines())


def test_a_users_target_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"lab\.toml: can't be read: No such file"):
        targets.load("lab.toml", tmp_path)


if __name__ == "__main__":
    PAGE.write_text(derived(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
