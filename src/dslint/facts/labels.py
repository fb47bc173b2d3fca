"""Answers that look like labels: few, short, and given again and again."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dslint.facts.batch import Batch

LONGEST = 40
"""Characters of a label, at the most."""

MOST = 500
"""Different short answers, at the most, where they are labels: with more, none is remembered."""

FEWEST = 10
"""Answers from which some can be labels."""

SHARE = 0.9
"""The share of the answers that are short, where they are labels."""

TIMES = 5
"""How often labels are given on average, at the least."""

_EDGES = " .,;:!?\"'`*"


class Met(NamedTuple):
    """How many rows have a label, and the first of their lines."""

    rows: int
    first: int


@dataclass(slots=True)
class Labels:
    """How many `answers` there are, and the short ones, by their text."""

    answers: int = 0
    short: dict[str, Met] = field(default_factory=dict)
    too_many: bool = False

    def join(self, later: Labels, offset: int) -> None:
        """Take in those of a later chunk, whose lines begin `offset` lines later."""
        self.answers += later.answers
        for text, met in () if self.too_many else later.short.items():
            known = self.short.get(text)
            self.short[text] = (
                known._replace(rows=known.rows + met.rows)
                if known
                else met._replace(first=met.first + offset)
            )
        if later.too_many or len(self.short) > MOST:
            self.too_many = True
            self.short = {}

    @property
    def found(self) -> dict[str, Met]:
        """The labels; none where the answers do not look like labels. One alone is no choice."""
        return self.alike if len(self.short) > 1 else {}

    @property
    def alike(self) -> dict[str, Met]:
        """The same, also where there is but one: a side of data whose other side has labels."""
        rows = sum(met.rows for met in self.short.values())
        is_so = rows >= max(FEWEST, SHARE * self.answers, TIMES * len(self.short))
        return self.short if is_so else {}


def labels(batch: Batch) -> Labels:
    """Return the short answers of a batch."""
    texts, answers = batch.texts, batch.answers
    answered = len(answers) - answers.count(-1)
    short = [
        (text, line)
        for at, line in zip(answers, batch.lines, strict=True)
        if at >= 0 and (text := texts[at]) and len(text) <= LONGEST
    ]
    first = dict(reversed(short))
    if len(first) > MOST:
        return Labels(answered, too_many=True)
    counted = Counter(map(itemgetter(0), short))
    return Labels(answered, {text: Met(rows, first[text]) for text, rows in counted.items()})


def folded(label: str) -> str:
    """Return what labels have in common that differ in case, white space, or a mark at an edge."""
    plain = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
    return plain.strip(_EDGES) or plain


def near(rows: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield labels that differ in case, white space or a mark at an edge, each with the most
    frequent one that is like it.
    """
    first: dict[str, str] = {}
    for label in sorted(rows, key=lambda each: (-rows[each], each)):
        known = first.setdefault(folded(label), label)
        if known != label:
            yield label, known
