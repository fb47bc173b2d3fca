"""Scores: scikit-learn's definitions where it has them, and examples that a hand can count."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.facts import scores
from dslint.facts.scores import Call

LABELS = ("billing", "delivery", "returns")
PAIRS = st.lists(
    st.tuples(st.sampled_from(LABELS), st.sampled_from((*LABELS, scores.OTHER))), min_size=1
)
BOOLS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


def test_classes_of_an_example_that_a_hand_can_count() -> None:
    wanted = ["a", "a", "a", "b", "b", "c"]
    given = ["a", "a", "b", "b", scores.OTHER, "a"]
    matrix = scores.confusion(wanted, given)
    assert matrix == {"a": {"a": 2, "b": 1}, "b": {"b": 1, None: 1}, "c": {"a": 1}}
    a, b, c = scores.classes(matrix)
    assert (a.precision, a.recall, a.f1, a.support, a.given) == (2 / 3, 2 / 3, 2 / 3, 3, 3)
    assert (b.precision, b.recall, b.f1) == (0.5, 0.5, 0.5)
    assert (c.precision, c.recall, c.f1, c.given) == (0.0, 0.0, 0.0, 0)
    assert scores.macro((a, b, c)).f1 == pytest.approx((2 / 3 + 0.5) / 3)


@settings(deadline=None, max_examples=40)  # each call of theirs takes its time
@given(PAIRS)
def test_classes_and_means_are_those_of_scikit_learn(pairs: list[tuple[str, str | None]]) -> None:
    oracle = pytest.importorskip("sklearn.metrics", exc_type=ImportError)
    wanted = [one for one, _ in pairs]
    answered = [other for _, other in pairs]
    plain = [each or "none of them" for each in answered]
    found = scores.classes(scores.confusion(wanted, answered))
    labels = sorted(set(wanted))
    options: dict[str, Any] = {"labels": labels, "zero_division": 0}
    columns = oracle.precision_recall_fscore_support(wanted, plain, **options)
    ours = [(each.precision, each.recall, each.f1, each.support) for each in found]
    for one, other in zip(ours, zip(*columns, strict=True), strict=True):
        assert one == pytest.approx(other)
    means = oracle.precision_recall_fscore_support(wanted, plain, average="macro", **options)
    macro = scores.macro(found)
    assert (macro.precision, macro.recall, macro.f1) == pytest.approx(means[:3])
    right = [one == other for one, other in pairs]
    assert scores.accuracy(right) == pytest.approx(oracle.accuracy_score(wanted, plain))


@given(PAIRS)
def test_every_row_is_in_the_matrix_once(pairs: list[tuple[str, str | None]]) -> None:
    matrix = scores.confusion(*map(list, zip(*pairs, strict=True)))
    assert sum(row.total() for row in matrix.values()) == len(pairs)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("billing", "billing"),
        (" Billing.\n", "billing"),
        ('"billing"', "billing"),
        ("It is about billing", None),
        ("", None),
        ("IT", "IT"),
        ("it", "it"),
        ("It", None),
    ],
)
def test_an_answer_is_a_label_but_for_case_and_marks_where_that_is_one_label(
    text: str, label: str | None
) -> None:
    assert scores.labelled(text, scores.named(["billing", "IT", "it"])) == label


@pytest.mark.parametrize(
    ("wanted", "given", "same", "alike"),
    [
        ("The lamp is on.", "The  lamp is on.\n", True, 1.0),
        ("The lamp is on.", "the lamp is on", False, 1.0),
        ("the lamp is on", "the lamp is off", False, 0.75),
        ("a b", "c d e", False, 0.0),
        ("a a b", "a", False, 0.5),
        ('{"on": true, "lamp": 1}', '{"lamp":1.0,"on":true}', True, 1.0),
        ('{"on": true}', '{"on": 1}', False, 0.5),
        ("灯开着", "灯关着", False, 2 / 3),
        ("!", "?", False, 0.0),
        ("!", "!", True, 1.0),
        ("", "", True, 1.0),
    ],
)
def test_texts_are_the_same_or_have_words_in_common(
    wanted: str, given: str, same: bool, alike: float
) -> None:
    assert scores.exact(wanted, given) is same
    assert scores.similarity(wanted, given) == pytest.approx(alike)


@given(st.text(), st.text())
def test_similarity_is_a_share_the_same_both_ways_and_1_of_a_text_with_itself(
    one: str, other: str
) -> None:
    assert 0 <= scores.similarity(one, other) <= 1
    assert scores.similarity(one, other) == scores.similarity(other, one)
    assert scores.similarity(one, one) == 1
    assert scores.exact(one, one)


@given(
    st.lists(
        st.builds(Call, st.sampled_from("fg"), VALUES.filter(lambda each: each is not None)),
        max_size=4,
    ),
    st.randoms(),
)
def test_calls_are_the_same_in_whatever_order_and_however_they_are_written(
    calls: list[Call], draw: Any
) -> None:
    others = [scores.call(each.name, json.dumps(each.arguments)) for each in calls]
    draw.shuffle(others)
    assert scores.same_calls(calls, others)
    assert scores.same_names(calls, others)
    assert not scores.same_calls(calls, [*others, Call("h", {})])


def test_calls_with_other_arguments_are_calls_of_the_same_tools() -> None:
    one, other = scores.call("find", '{"n": 1}'), scores.call("find", '{"n": true}')
    assert scores.same_names([one], [other])
    assert not scores.same_calls([one], [other])
    assert not scores.same_calls([one, other], [one, one])
    assert scores.call("find", "") == scores.call("find", None) == Call("find", {})
    assert scores.call("find", '{"n":') == Call("find", '{"n":')


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (0, 5, 0.0625),
        (0, 6, 0.03125),
        (1, 9, 22 / 1024),
        (9, 1, 22 / 1024),
    ],
)
def test_mcnemars_p_is_that_of_a_coin(first: int, second: int, p: float) -> None:
    assert scores.mcnemar(first, second) == pytest.approx(p)


@given(BOOLS)
def test_two_models_are_compared_on_the_rows_where_they_differ(
    pairs: list[tuple[bool, bool]],
) -> None:
    first, second = map(list, zip(*pairs, strict=True))
    found = scores.paired(first, second)
    assert found.first == pairs.count((True, False))
    assert found.second == pairs.count((False, True))
    assert 0 < found.p <= 1
    assert scores.paired(second, first).p == found.p


def test_mcnemars_p_is_there_for_very_many_rows() -> None:
    assert scores.mcnemar(40_000, 40_000) == 1.0
    assert scores.mcnemar(0, 2_000) == 0.0


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_shift_lies_between_its_bounds_and_is_the_same_each_time(
    pairs: list[tuple[float, float]],
) -> None:
    first, second = map(list, zip(*pairs, strict=True))
    found = scores.shift(first, second)
    assert found == scores.shift(first, second)
    assert found.low <= found.high
    apart = [after - before for before, after in pairs]
    assert min(apart) - 1e-9 <= found.low
    assert found.high <= max(apart) + 1e-9


def test_a_shift_of_every_row_is_no_noise_and_one_of_a_few_is() -> None:
    assert not scores.shift([0.2] * 30, [0.4] * 30).noise
    assert scores.shift([0.5] * 30, [0.5] * 28 + [0.9, 0.2]).noise
    assert scores.shift([], []).noise
