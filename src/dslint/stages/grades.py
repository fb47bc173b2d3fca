"""Grades: what models answered, held against what the rows want, and the models against each
other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from dslint.facts import labels, scores
from dslint.facts.scores import Answer, Class, Macro, Paired, Shift
from dslint.stages.questions import Question

Kind = Literal["labels", "text", "calls"]

KINDS: tuple[Kind, ...] = ("labels", "text", "calls")


@dataclass(frozen=True, slots=True)
class Labelled:
    """How answers that are to be labels fared; `matrix` has what was given for each label, None for
    what is none of them.
    """

    rows: int
    accuracy: float
    macro: Macro
    classes: tuple[Class, ...]
    matrix: Mapping[str, Mapping[str | None, int]]


@dataclass(frozen=True, slots=True)
class Texts:
    """How answers in words fared: the share that is exact, and the mean similarity."""

    rows: int
    exact: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Calls:
    """How calls of tools fared: shares of the rows with the right tools (`names`), with their right
    arguments too (`exact`), and without any call (`none`).
    """

    rows: int
    exact: float
    names: float
    none: float


@dataclass(frozen=True, slots=True)
class Grades:
    """What a model's answers are worth, by what the rows want."""

    labels: Labelled | None = None
    text: Texts | None = None
    calls: Calls | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model beside the first one, on the rows that both answered: the shares that are right, or
    for `similarity` the means.
    """

    first: str
    second: str
    measure: str
    shares: tuple[float, float]
    test: Paired | Shift


def kinds(
    questions: Sequence[Question], told: Literal["labels", "text"] | None = None
) -> list[Kind]:
    """Return what each row wants: calls where it has some, else a label where the answers look like
    labels, else a text; `told` says which of these two.
    """
    texts = [each.wanted.text.strip() for each in questions if not each.wanted.calls]
    short = Counter(each for each in texts if len(each) <= labels.LONGEST)
    met = {text: labels.Met(rows, 0) for text, rows in short.items()}
    known = {*labels.Labels(len(texts), met).found}
    if told is not None:
        known = {*texts} if told == "labels" else set()
    return [
        "calls" if each.wanted.calls else "labels" if each.wanted.text.strip() in known else "text"
        for each in questions
    ]


def graded(
    questions: Sequence[Question], kinds: Sequence[Kind], answers: Mapping[int, Answer]
) -> Grades:
    """Grade a model's answers, by the positions of their questions."""
    known = scores.named(_labels(questions, kinds))
    pairs: dict[Kind, list[tuple[Answer, Answer]]] = {kind: [] for kind in KINDS}
    for at, answer in sorted(answers.items()):
        pairs[kinds[at]].append((questions[at].wanted, answer))
    return Grades(
        _labelled(pairs["labels"], known) if pairs["labels"] else None,
        _texts(pairs["text"]) if pairs["text"] else None,
        _calls(pairs["calls"]) if pairs["calls"] else None,
    )


def _labels(questions: Sequence[Question], kinds: Sequence[Kind]) -> set[str]:
    found = zip(questions, kinds, strict=True)
    return {each.wanted.text.strip() for each, kind in found if kind == "labels"}


def _labelled(pairs: Sequence[tuple[Answer, Answer]], known: scores.Names) -> Labelled:
    wanted = [each.text.strip() for each, _ in pairs]
    given = [scores.labelled(each.text, known) for _, each in pairs]
    matrix = scores.confusion(wanted, given)
    found = scores.classes(matrix)
    right = [one == other for one, other in zip(wanted, given, strict=True)]
    return Labelled(len(pairs), scores.accuracy(right), scores.macro(found), found, matrix)


def _texts(pairs: Sequence[tuple[Answer, Answer]]) -> Texts:
    right = [scores.exact(one.text, other.text) for one, other in pairs]
    alike = [scores.similarity(one.text, other.text) for one, other in pairs]
    return Texts(len(pairs), scores.accuracy(right), fmean(alike))


def _calls(pairs: Sequence[tuple[Answer, Answer]]) -> Calls:
    return Calls(
        len(pairs),
        scores.accuracy([scores.same_calls(one.calls, other.calls) for one, other in pairs]),
        scores.accuracy([scores.same_names(one.calls, other.calls) for one, other in pairs]),
        scores.accuracy([not other.calls for _, other in pairs]),
    )


def compared(
    questions: Sequence[Question],
    kinds: Sequence[Kind],
    answers: Mapping[str, Mapping[int, Answer]],
) -> Iterator[Comparison]:
    """Compare each model with the first, kind by kind."""
    first, *others = answers
    known = scores.named(_labels(questions, kinds))
    for other in others:
        both = sorted(answers[first].keys() & answers[other].keys())
        for kind in KINDS:
            rows = [at for at in both if kinds[at] == kind]
            if not rows:
                continue
            sides = [
                [_right(kind, questions[at].wanted, answers[model][at], known) for at in rows]
                for model in (first, other)
            ]
            shares = scores.accuracy(sides[0]), scores.accuracy(sides[1])
            measure = "accuracy" if kind == "labels" else f"exact {kind}"
            yield Comparison(first, other, measure, shares, scores.paired(sides[0], sides[1]))
            if kind == "text":
                alike = [_alike(questions, answers[model], rows) for model in (first, other)]
                means = fmean(alike[0]), fmean(alike[1])
                yield Comparison(
                    first, other, "similarity", means, scores.shift(alike[0], alike[1])
                )


def _alike(
    questions: Sequence[Question], answers: Mapping[int, Answer], rows: Sequence[int]
) -> list[float]:
    return [scores.similarity(questions[at].wanted.text, answers[at].text) for at in rows]


def _right(kind: Kind, wanted: Answer, given: Answer, known: scores.Names) -> bool:
    match kind:
        case "labels":
            return scores.labelled(given.text, known) == wanted.text.strip()
        case "calls":
            return scores.same_calls(wanted.calls, given.calls)
        case _:
            return scores.exact(wanted.text, given.text)
