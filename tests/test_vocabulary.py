"""The vocabulary of rules: what `rules/README.md` says of it is what the code has.

`python tests/test_vocabulary.py` writes its tables anew.
"""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from string import punctuation

import pytest

from dslint.facts.tables import TABLES
from dslint.report.pages import cell
from dslint.report.reference import vocabulary
from dslint.resources import folder
from dslint.rulebook import page, sql
from dslint.stages.examples import outcome

PAGE = folder("rules") / "README.md"
TEXT = PAGE.read_text(encoding="utf-8")
QUESTION = TEXT.split("\n## The question\n")[1].split("\n## The tables\n")[0]


def keys() -> str:
    """Return the keys of a page's toml block as a table, in the schema's words."""
    schema = json.loads((folder("schemas") / "rule.schema.json").read_bytes())
    rows = ["| key | | what it is |", "|---|---|---|"]
    for name, shape in schema["properties"].items():
        words = shape.get("enum", ())
        need = "required" if name in schema["required"] else ""
        said = shape["description"]
        if any(word not in said for word in words):
            said += f" One of {', '.join(f'`{word}`' for word in words)}."
        rows.append(f"| `{name}` | {need} | {cell(said)} |")
    return "\n".join(rows) + "\n"


def derived(text: str) -> str:
    for name, table in (("keys", keys()), ("tables", vocabulary())):
        begin, end = f"<!-- derived: {name} -->\n", "<!-- /derived -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}{table}{end}{rest.split(end, 1)[1]}"
    return text


def test_the_tables_of_the_page_are_those_of_the_code() -> None:
    assert derived(TEXT) == TEXT, "out of date: run `python tests/test_vocabulary.py`"


def test_every_table_is_there() -> None:
    assert re.findall(r"^### `(\w+)`$", TEXT, re.MULTILINE) == list(TABLES)
    assert sorted(TABLES) == sorted(page.TABLES)


def test_every_function_is_there_and_no_other() -> None:
    cells = re.findall(r"^\| (`.*?) \|", QUESTION, re.MULTILINE)
    told = re.findall(r"`(\w+)\(", " ".join(cells))
    assert sorted(told) == sorted(sql.FUNCTIONS)


def test_every_keyword_is_there() -> None:
    words = set(re.findall(r"[A-Z]+", QUESTION.split("\nKeywords: ")[1].split("\n\n")[0]))
    assert {word.lower() for word in words} >= sql.KEYWORDS


def test_every_operator_is_there() -> None:
    told = set(re.findall(r"`([^`\w]+)`", QUESTION.split("\nOperators: ")[1].split("\n\n")[0]))
    candidates = {"".join(each) for size in (1, 2, 3) for each in product(punctuation, repeat=size)}
    taken = {
        each
        for each in candidates
        for tokens in [admitted(each)]
        if len(tokens) == 1 and tokens[0].kind == "operator"
    }
    assert told == taken


def admitted(text: str) -> list[sql.Token]:
    try:
        return list(sql._tokens(text))
    except sql.RefusedError:
        return []


@pytest.mark.parametrize("name", ["ticket-number", "too-many-messages", "refund-without-order"])
def test_the_rules_that_the_page_shows_work(name: str, tmp_path: Path) -> None:
    shown = re.findall(r"^`{5}markdown\n(.*?)^`{5}$", TEXT, re.MULTILINE | re.DOTALL)
    names = ["ticket-number", "too-many-messages", "refund-without-order"]
    path = tmp_path / f"{name}.md"
    path.write_text(dict(zip(names, shown, strict=True))[name], encoding="utf-8")
    found = outcome(path)
    assert found.failures == ()
    assert found.examples == 2


if __name__ == "__main__":
    PAGE.write_text(derived(TEXT), encoding="utf-8")
