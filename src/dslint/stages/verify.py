"""Holds a rule page to the vocabulary: its SQL, its message and its place, each error with the line
of the page.
"""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from dslint.errors import PageError, did_you_mean
from dslint.facts.tables import TABLES
from dslint.model import Rule
from dslint.rulebook import page, sql
from dslint.stages.plan import literal
from dslint.targets import LIMITS

WHOLE = ("dataset", "twin", "near", "overlap", "totals", "file")
"""The tables that are never cut into chunks."""


def verify(rule: Rule) -> None:
    """Raise PageError where a rule could not run, or would not mean what it says."""
    if rule.sql is None:
        return
    columns = TABLES[rule.over].vocabulary
    literals = {f"limit_{name}": None for name in LIMITS} | {
        f"option_{name}": value for name, value in rule.options.items()
    }
    try:
        sql.guard(rule.sql, {*columns, *literals}, across_rows=rule.over in WHOLE)
    except sql.RefusedError as refused:
        line, column = _place(rule, refused.position)
        raise PageError(f"{rule.path}:{line}:{column}: {refused}") from None
    for name in re.findall(r"\{(\w+)\}", rule.message):
        if name not in columns:
            hint = did_you_mean(name, columns)
            raise PageError(
                f"{rule.path}:1: the message names `{{{name}}}`, no column of `{rule.over}`{hint}"
            )
    empty = pl.DataFrame(schema=dict(columns)).with_columns(
        literal(value, name).alias(name) for name, value in literals.items()
    )
    line, _ = _place(rule, 1)
    try:
        answer = empty.select(pl.sql_expr(rule.sql)).to_series()
    except Exception as error:  # polars raises a class of its own for each kind, of no common base
        reason = str(error).strip().split("\n")[0]
        raise PageError(f"{rule.path}:{line}: the predicate can't be run: {reason}") from None
    if answer.dtype != pl.Boolean:
        raise PageError(
            f"{rule.path}:{line}: a predicate says true or false; this one gives {answer.dtype}"
        )
    if len(answer):
        raise PageError(f"{rule.path}:{line}: an aggregate needs `OVER (PARTITION BY line)`")


def _place(rule: Rule, position: int) -> tuple[int, int]:
    """Return the page's line and column of a character of the rule's SQL, both from 1."""
    text = Path(rule.path).read_text(encoding="utf-8").replace("\r\n", "\n")
    fence = next(each for each in page.fences(text) if each.info[:1] == ("sql",))
    lead = len(fence.text) - len(fence.text.lstrip())
    before = fence.text[: lead + position - 1]
    return fence.line + before.count("\n"), len(before) - (before.rfind("\n") + 1) + 1
