"""What mending takes and gives: which fixes are made, a row on its way, what a chunk became."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from dslint.facts.files import FileFacts
from dslint.facts.hashes import line_hash
from dslint.facts.privacy import masked_pointer
from dslint.fixes.declared import declared
from dslint.jsonl.repair import REPAIRED
from dslint.model import Edit, Record, Rule
from dslint.rulebook.remedy import PYTHON
from dslint.stages import ignore
from dslint.stages.ignore import Ignores
from dslint.stages.plan import ANY, Plan, imported
from dslint.stages.scan import Raised

BLANK = "blank-lines"
CARRIAGE_RETURNS = frozenset({"crlf-line-ends", "mixed-line-ends"})
"""The rules whose fixes are of a file's lines, whatever stands in them."""

Found = tuple[int, int, Raised]
"""What was raised, with the positions of its rule and target in the plan."""


class Fixer(NamedTuple):
    """A rule's fix. A function is given the limits and options of each target, if it takes them."""

    rule: Rule
    function: Callable[..., Iterable[Edit]] | None
    limits: tuple[Mapping[str, Any], ...]

    def edits(self, record: Record, pointer: str, target: int) -> list[Edit]:
        if self.function is None:
            return list(declared(self.rule, record, pointer))
        if not self.limits:
            return list(self.function(record, pointer))
        return list(self.function(record, pointer, self.limits[max(target, 0)]))


def fixer(plan: Plan, rule: Rule) -> Fixer:
    """Bind a rule's fix to its function. Raises PageError where there is none of that name."""
    if not rule.fix or rule.fix.word != PYTHON:
        return Fixer(rule, None, ())
    function = imported(rule, "fix")
    takes_limits = len(inspect.signature(function).parameters) > 2
    limits = tuple(plan.limits(rule, target) for target in plan.targets) if takes_limits else ()
    return Fixer(rule, function, limits)


@dataclass(frozen=True)
class Mending:
    """How rows are mended: the rules whose fixes are made, those that no row may raise afterwards
    that it did not raise before, and those that were raised for the file as a whole.

    `name` is the file's. `keep` asks for every change, not for the first of each rule alone.
    """

    plan: Plan
    guard: Plan
    whole: frozenset[str]
    name: str
    ignores: Ignores | None = None
    keep: bool = False

    @cached_property
    def fixers(self) -> list[Fixer]:
        """What gives the edits of a rule, by its position in the plan."""
        return [fixer(self.plan, rule) for rule in self.plan.rules]

    @cached_property
    def everywhere(self) -> list[Found]:
        """What is asked of every row, as the file as a whole raised it."""
        return [
            (at, ANY, Raised(0))
            for at, rule in enumerate(self.plan.rules)
            if rule.over == "file" and rule.name in self.whole and not is_bytes(rule)
        ]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of broken lines that are repaired: a rule about one has its name."""
        return frozenset(
            rule.name
            for rule in self.plan.rules
            if rule.over == "defect" and rule.fix and rule.fix.word == "repair"
        ) & (REPAIRED)

    def accepts(self, rule: Rule, row: Row, pointer: str) -> bool:
        """Say whether a finding was accepted as it is, so that nobody wants it mended."""
        if not self.ignores or rule.name not in {name for name, _, _ in self.ignores.by_key}:
            return False
        record = line_hash(row.original)
        place = masked_pointer(pointer)
        return ignore.matches(self.ignores, rule.name, record, place, self.name) is not None


def is_bytes(rule: Rule) -> bool:
    """Say whether a rule's fix is of the file's bytes, outside of any row."""
    return rule.over == "file" and rule.fix is not None and rule.fix.word == "repair"


@dataclass(slots=True)
class Row:
    """A row on its way: as it was, as it is, and how often each rule was mended in it.

    `parts` are the rows that a line turned out to hold; `reason` is the rule for which it is left
    out; `kept` says that mending it would have raised the rule that it names. `samples` are what
    each rule's fix alone did.
    """

    line: int
    original: bytes
    raw: bytes
    mended: Counter[str] = field(default_factory=Counter)
    seen: set[bytes] = field(default_factory=set)
    parts: list[Row] = field(default_factory=list)
    lost: list[tuple[str, bytes]] = field(default_factory=list)
    samples: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    reason: str = ""
    kept: str = ""

    @property
    def leaves(self) -> Iterator[Row]:
        """The rows that it turned out to hold, or itself."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves

    def restore(self) -> None:
        """Be as it was before any fix."""
        self.raw, self.reason = self.original, ""
        self.mended.clear()
        self.lost.clear()
        self.samples.clear()


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changed: its line, the rules that were mended, and its bytes before and after."""

    line: int
    rules: tuple[str, ...]
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Loss:
    """What a fix took away: from which line, for which rule, and its bytes."""

    line: int
    rule: str
    raw: bytes
    whole: bool


@dataclass(slots=True)
class Part:
    """What one chunk gave. `rows` are the bytes of each row that was given, in order: none of one
    that is left out, several of one that held several.

    `lines` count those in which a rule was mended, `kept` rows that would have raised a rule.
    `changes` is every change, where all are asked for; `examples` has the first of each rule;
    `touched` are the numbers of all rows that changed.
    """

    file: FileFacts
    rows: list[list[bytes]] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    examples: dict[str, Change] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    losses: list[Loss] = field(default_factory=list)
