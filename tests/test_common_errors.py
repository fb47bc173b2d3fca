"""What services refuse: the page on it is made of the table that messages are made of.

`python tests/test_common_errors.py` writes the page anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dslint.report.pages import cell
from dslint.rulebook import book
from dslint.stages.refusals import REFUSALS, Refusal, explain, lines

PAGE = Path(__file__).parent.parent / "docs" / "common_errors.md"

HEAD = """\
# What services say when they refuse

A job can be refused when the file is uploaded, when the job is created, and later, when the service
looks into the files. Each entry has the service's words, the cause, the rule that finds it before
anything is sent, and what to do. `dslint upload`, `dslint launch` and `dslint jobs` tell the same
when it happens: this page is made of the table that they use.

| the service says | when | what it is | found before by |
|---|---|---|---|
"""


def page() -> str:
    rows = "".join(
        f"| {cell(each.says)} | {each.when} | [{each.name}](#{anchor(each.name)}) | "
        f"{rule_link(each.rule)} |\n"
        for each in REFUSALS
    )
    return HEAD + rows + "".join(map(entry, REFUSALS))


def anchor(name: str) -> str:
    kept = "".join(char for char in name.lower() if char.isalnum() or char in " -_")
    return kept.replace(" ", "-")


def rule_link(name: str) -> str:
    if not name:
        return ""
    group = Path(book.own()[name].path).parent.name
    return f"[`{name}`](../rules/{group}/{name}.md)"


def entry(each: Refusal) -> str:
    codes = [f"HTTP {each.status}"] if each.status else []
    codes += [f"`{each.code}`"] if each.code else []
    said = f"> {each.says}\n\n" + ("" if each.verbatim else "In substance; the words vary. ")
    when = ", ".join([each.when[:1].upper() + each.when[1:], *codes])
    told = f"{when}. {each.cause}\n\n"
    first, *more = each.advice.replace("{TARGET}", "NAME").splitlines()
    advice = "\n".join([f"{first}\n", *more]) if more else f"{first}."
    found = f"Found before an upload by {rule_link(each.rule)}.\n\n" if each.rule else ""
    return (
        f"\n## {each.name[:1].upper()}{each.name[1:]}\n\n{said}{told}{found}What to do: {advice}\n"
    )


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "out of date: run `python tests/test_common_errors.py`"
    )


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.name)
def test_what_a_service_says_is_found_as_what_it_is(refusal: Refusal) -> None:
    assert explain(refusal.status, refusal.code, refusal.says) is refusal
    assert explain(None, None, f"The job failed. {refusal.says}") is refusal
    refusal.advice.format(TARGET="openai")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.name)
def test_a_rule_that_is_named_is_there(refusal: Refusal) -> None:
    assert not refusal.rule or refusal.rule in book.own()


def test_a_code_alone_is_enough() -> None:
    found = explain(403, "training_not_available", "No.")
    assert found is not None
    assert found.name == "the platform takes no more jobs"
    assert explain(400, None, "something else altogether") is None


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Flagged lines: 4, 13, 14, 18, 35 ...", [4, 13, 14, 18, 35]),
        ('Invalid file format. Example 536 contains an extra "tools".', [536]),
        ('Line 1, message 3, key "content": Input should be a valid string', [1]),
        ("Training file has 7 example(s), but must have at least 10 examples", []),
    ],
)
def test_the_lines_that_a_service_names_are_read(message: str, found: list[int]) -> None:
    assert lines(message) == found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
