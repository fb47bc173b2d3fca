"""Every page is true: its examples do what they say, wherever they are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from dslint import targets
from dslint.model import Rule
from dslint.rulebook import book
from dslint.stages.examples import outcome, raised
from dslint.stages.verify import verify

RULES = sorted(book.own().values(), key=lambda rule: rule.path)
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@every_rule
def test_the_examples_do_what_they_say(rule: Rule) -> None:
    assert outcome(Path(rule.path)).failures == ()


@every_rule
def test_where_an_example_is_cut_never_shows(rule: Rule) -> None:
    verify(rule)
    for example in rule.examples:
        assert raised(rule, example, chunk=1) == raised(rule, example)


@every_rule
def test_a_page_says_why_and_what_was_measured(rule: Rule) -> None:
    text = Path(rule.path).read_text(encoding="utf-8")
    sections = [line for line in text.splitlines() if line.startswith("## ")]
    assert sections == ["## Why is this bad?", "## Examples", "## Measured"]
    measured = text.partition("## Measured")[2].strip()
    assert measured
    assert len(rule.name) <= 32, "longer names do not fit a narrow terminal"


@every_rule
def test_its_fates_are_of_places_that_there_are(rule: Rule) -> None:
    assert set(rule.fate) <= {"any", *targets.names()}


def test_an_error_is_never_only_inferred_without_a_fate() -> None:
    """The law of levels: an error needs a source that saw it, or a row that teaches nothing."""
    unfounded = [
        rule.name
        for rule in RULES
        if rule.level == "error" and rule.source.kind == "inferred" and not rule.fate
    ]
    assert unfounded == []
