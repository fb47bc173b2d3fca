"""What a run asks: the rules that are on, bound to tables, targets' limits and options."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from dslint.errors import PageError
from dslint.facts.dataset import HASHES
from dslint.facts.record import COUNTED
from dslint.facts.tables import TABLES
from dslint.formats import FORMATS
from dslint.model import Rule
from dslint.rulebook import sql
from dslint.stages.purpose import Purpose
from dslint.targets import LIMITS, Target

ANY = -1
"""The target of a question whose answer is the same at every target."""

_TYPES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "int": pl.Int64,
    "float": pl.Float64,
    "str": pl.String,
    "bool": pl.Boolean,
    "list[str]": pl.List(pl.String),
}


class Question(NamedTuple):
    """A rule's predicate, for one target or for any; `rule` and `target` are positions in the plan.

    `literals` are the limits and options that it names, as columns of its own to be added to the
    table.
    """

    rule: int
    target: int
    predicate: pl.Expr
    literals: tuple[pl.Expr, ...]


class Check(NamedTuple):
    """A rule's function, with the limits and options it is given (None where it takes none).

    `whole` says that it is asked once a batch, and not about each record; or once a run, about
    all of its files.
    """

    rule: int
    target: int
    function: Callable[..., Iterable[Any]]
    limits: Mapping[str, Any] | None
    whole: bool = False

    def of(self, value: object) -> Iterable[Any]:
        """Ask the function about one record, batch or file."""
        return self.function(value) if self.limits is None else self.function(value, self.limits)


@dataclass(frozen=True)
class Plan:
    """The rules that run, by position, and what they are asked for. A pure value: it travels to
    workers as it is.
    """

    rules: tuple[Rule, ...]
    targets: tuple[Target, ...]
    options: Mapping[str, Mapping[str, Any]]
    format: str | None = None
    purpose: Purpose = field(default_factory=Purpose)

    def limits(self, rule: Rule, target: Target) -> dict[str, Any]:
        """Return the literal columns of a rule at a target: `limit_…` and `option_…`."""
        limits = {f"limit_{name}": target.limits.get(name) for name in LIMITS}
        given = self.options.get(rule.name, {})
        return limits | {
            f"option_{name}": given.get(name, default) for name, default in rule.options.items()
        }

    @cached_property
    def questions(self) -> dict[str, list[Question]]:
        """The predicates, by table."""
        found: dict[str, list[Question]] = {}
        for position, rule in enumerate(self.rules):
            if rule.sql is None:
                continue
            named = sql.names(rule.sql)
            for index, target in self._targets(any(name.startswith("limit_") for name in named)):
                values = {
                    name: value
                    for name, value in self.limits(rule, target).items()
                    if name in named
                }
                own = {name: f"{name}_{position}_{index + 1}" for name in values}
                question = Question(
                    position,
                    index,
                    pl.sql_expr(sql.renamed(rule.sql, own)),
                    tuple(literal(value, name).alias(own[name]) for name, value in values.items()),
                )
                found.setdefault(rule.over, []).append(question)
        return found

    @cached_property
    def checks(self) -> dict[str, list[Check]]:
        """The functions, by table."""
        found: dict[str, list[Check]] = {}
        for position, rule in enumerate(self.rules):
            if rule.check is None:
                continue
            function = imported(rule)
            parameters = list(inspect.signature(function).parameters)
            takes_limits = len(parameters) > 1
            whole = parameters[0] in ("batch", "run")
            for index, target in self._targets(takes_limits):
                limits = None
                if takes_limits:
                    limits = self.limits(rule, target) | self.purpose.figures(index, target)
                check = Check(position, index, function, limits, whole)
                found.setdefault(rule.over, []).append(check)
        return found

    def _targets(self, differ: bool) -> list[tuple[int, Target]]:
        return list(enumerate(self.targets)) if differ else [(ANY, self.targets[0])]

    @cached_property
    def labels(self) -> dict[str, int]:
        """The rules that a schema's label names, by name."""
        return {rule.name: at for at, rule in enumerate(self.rules) if rule.labelled}

    def asked(self, table: str) -> set[str]:
        """Return the columns of a table that a predicate of the plan names."""
        rules = (rule for rule in self.rules if rule.over == table and rule.sql is not None)
        return {name for rule in rules for name in sql.names(rule.sql or "")}

    def columns(self, table: str) -> set[str]:
        """Return the columns of a table that a predicate or a message of the plan names, and those
        of the dataset by which twins are found.
        """
        columns = TABLES[table].vocabulary
        named: set[str] = set()
        for rule in self.rules:
            if rule.over == table and rule.sql is not None:
                places = rule.message + rule.at + (rule.mark or "")
                named |= sql.names(rule.sql) | set(re.findall(r"\{(\w+)\}", places))
        hashes = HASHES if table == "dataset" and "twin" in self.questions else ()
        return (named & columns.keys()) | {*hashes}

    def counts(self, rule: Rule) -> bool:
        """Say whether a rule asks for the tokens of all records."""
        return bool(COUNTED & replace(self, rules=(rule,)).columns("record"))

    def applies(self, rule: int, format: str) -> bool:
        """Say whether a rule is for the rows of a format, by its own name or by its family's."""
        formats = self.rules[rule].formats
        return (
            not formats
            or format in formats
            or (format in FORMATS and FORMATS[format].family in formats)
        )


def literal(value: object, name: str) -> pl.Expr:
    """Return a typed literal: a limit that a target does not state is a null of the right type."""
    kind = LIMITS.get(name.removeprefix("limit_")) if name.startswith("limit_") else None
    if kind is None:
        kind = "list[str]" if isinstance(value, list | tuple) else type(value).__name__
    dtype = _TYPES[kind]
    if isinstance(value, list | tuple):
        return pl.lit(pl.Series([list(value)], dtype=pl.List(pl.String))).first()
    return pl.lit(value, dtype=dtype)


def imported(rule: Rule, key: str = "check") -> Callable[..., Iterable[Any]]:
    """Return the function that a page's `check`, or its `fix`, names."""
    named = str(rule.fix.value if key == "fix" and rule.fix else rule.check)
    module, _, name = named.partition(":")
    try:
        function: Callable[..., Iterable[Any]] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise PageError(f"{rule.path}:1: `{key} = {named!r}` can't be found: {error}") from None
    return function
