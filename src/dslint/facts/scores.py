"""Scores of answers beside those that were wanted, by scikit-learn's definitions where it has them;
and whether two models differ by more than chance.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from statistics import fmean
from typing import Any

from dslint.facts.labels import folded

SIGNIFICANT = 0.05
"""How probable a difference is by chance alone, below which it is none of noise."""

DRAWS = 1_000
"""How often rows are drawn anew to see how far a mean difference may lie off."""

SEED = 0

OTHER = None
"""Stands for an answer that is none of the labels."""

# A word; where a script has no spaces between words, a character.
_SINGLE = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool: its name, and its arguments as a JSON value, or as text where not JSON."""

    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, and the tools that were called."""

    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Labels as they are, and by what is left of them without case and marks at their edges."""

    exact: frozenset[str]
    loose: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Class:
    """How a label fared: `support` rows want it, `given` answers are it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    given: int


@dataclass(frozen=True, slots=True)
class Macro:
    """The means over classes, whatever their sizes."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Paired:
    """What two models got right on the same rows: `first` alone, `second` alone, of `rows`.

    `p` is how probable at least such a difference is where both are equally good: McNemar's exact
    test, two-sided, a binomial of the rows on which they differ.
    """

    rows: int
    first: int
    second: int
    p: float

    @property
    def noise(self) -> bool:
        """Say whether the difference may well be chance."""
        return self.p >= SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Shift:
    """A mean difference, and where 95 % of the means lie if the rows are drawn anew."""

    mean: float
    low: float
    high: float

    @property
    def noise(self) -> bool:
        """Say whether there may be no difference at all."""
        return self.low <= 0 <= self.high


def accuracy(right: Sequence[bool]) -> float:
    """Return the share that is right; 0 of nothing."""
    return sum(right) / len(right) if right else 0.0


def labelled(text: str, labels: Names) -> str | None:
    """Return the label that an answer is, but for case, white space and marks at its edges."""
    text = text.strip()
    return text if text in labels.exact else labels.loose.get(folded(text), OTHER)


def named(labels: Iterable[str]) -> Names:
    """Return the names of labels; those that differ in case alone are told by it."""
    known = frozenset(each.strip() for each in labels)
    alike = Counter(map(folded, known))
    return Names(known, {folded(each): each for each in known if alike[folded(each)] == 1})


def confusion(wanted: Sequence[str], given: Sequence[str | None]) -> dict[str, Counter[str | None]]:
    """Return how often each answer was given where a label was wanted."""
    found: dict[str, Counter[str | None]] = {label: Counter() for label in sorted(set(wanted))}
    for label, answer in zip(wanted, given, strict=True):
        found[label][answer] += 1
    return found


def classes(matrix: Mapping[str, Mapping[str | None, int]]) -> tuple[Class, ...]:
    """Return how each label fared, by a confusion matrix; a share of nothing is 0.

    As scikit-learn's `precision_recall_fscore_support` with these labels and `zero_division=0`.
    """
    found = []
    for label, row in matrix.items():
        support = sum(row.values())
        given = sum(each.get(label, 0) for each in matrix.values())
        right = row.get(label, 0)
        found.append(
            Class(
                label,
                right / given if given else 0.0,
                right / support if support else 0.0,
                2 * right / (given + support) if given + support else 0.0,
                support,
                given,
            )
        )
    return tuple(found)


def macro(found: Sequence[Class]) -> Macro:
    """Return the means over classes; 0 where there are none."""
    if not found:
        return Macro(0.0, 0.0, 0.0)
    return Macro(
        fmean(each.precision for each in found),
        fmean(each.recall for each in found),
        fmean(each.f1 for each in found),
    )


def exact(wanted: str, given: str) -> bool:
    """Say whether two texts are the same but for white space, or the same JSON object or array."""
    if wanted.split() == given.split():
        return True
    ours, theirs = _json(wanted), _json(given)
    return type(ours) in (dict, list) and same(ours, theirs)


def similarity(wanted: str, given: str) -> float:
    """Return how much two texts have in common, from 0 to 1: the F1 of their words.

    Twice the words that both have, over the words of both together, each as often as it is there;
    case, marks and order do not count. A character is a word in scripts without spaces. What is
    `exact` is 1, whatever its words.
    """
    if exact(wanted, given):
        return 1.0
    ours, theirs = (Counter(_WORD.findall(each.casefold())) for each in (wanted, given))
    both = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / both if both else 0.0


def call(name: object, arguments: object) -> Call:
    """Return a call, whose arguments are read where they are JSON in a text; none are `{}`."""
    if type(arguments) is str:
        arguments = _json(arguments, arguments) if arguments.strip() else {}
    return Call(str(name), {} if arguments is None else arguments)


def same_names(wanted: Sequence[Call], given: Sequence[Call]) -> bool:
    """Say whether the same tools are called, each as often, in whatever order."""
    return Counter(each.name for each in wanted) == Counter(each.name for each in given)


def same_calls(wanted: Sequence[Call], given: Sequence[Call]) -> bool:
    """Say whether the same tools are called with the same arguments, in whatever order."""
    left = list(given)
    for each in wanted:
        at = next((at for at, other in enumerate(left) if _same_call(each, other)), None)
        if at is None:
            return False
        del left[at]
    return not left


def _same_call(one: Call, other: Call) -> bool:
    return one.name == other.name and same(one.arguments, other.arguments)


def same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def paired(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """Compare what two models got right, row by row."""
    alone = sum(one and not other for one, other in zip(first, second, strict=True))
    other = sum(second) - sum(first) + alone
    return Paired(len(first), alone, other, mcnemar(alone, other))


def mcnemar(first: int, second: int) -> float:
    """Return the two-sided p of McNemar's exact test: `first` rows are right with one alone,
    `second` with the other.

    With n = first + second and k the lesser: min(1, 2 · Σ C(n, i) / 2ⁿ for i from 0 to k).
    """
    rows = first + second
    # by logarithms, as the numbers themselves are too large for a float from a thousand rows on
    whole = lgamma(rows + 1) - rows * log(2)
    tail = sum(
        exp(whole - lgamma(each + 1) - lgamma(rows - each + 1))
        for each in range(min(first, second) + 1)
    )
    return 1.0 if first == second else min(1.0, 2 * tail)


def shift(first: Sequence[float], second: Sequence[float], seed: int = SEED) -> Shift:
    """Return by how much the second is above the first in the mean: a paired bootstrap.

    `DRAWS` times as many rows as there are are drawn, with repeats, by a generator with this seed;
    `low` and `high` are the 2.5th and 97.5th percentile of the means of their differences.
    """
    apart = [after - before for before, after in zip(first, second, strict=True)]
    if not apart:
        return Shift(0.0, 0.0, 0.0)
    draw = random.Random(seed)
    size = len(apart)
    means = sorted(sum(draw.choices(apart, k=size)) / size for _ in range(DRAWS))
    cut = DRAWS // 40
    return Shift(fmean(apart), means[cut], means[DRAWS - 1 - cut])


def _json(text: str, default: object = None) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return default
