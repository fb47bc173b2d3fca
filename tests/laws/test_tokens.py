"""The laws of tokens in rules: they are those of `dslint count`, and counting only what may be too
long says the same as counting all.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.rows import SOUND, Row

from dslint import models
from dslint.checks.tokens import answer_cut, beyond_context, over_context
from dslint.facts.batch import Batch
from dslint.facts.measure import every, may_exceed, measures
from dslint.facts.record import COUNTED
from dslint.facts.ruler import PLAIN, Ruler, ruler_of
from dslint.facts.tables import TABLES
from dslint.formats import of_row
from dslint.model import Record
from dslint.stages.tally import tally

RULERS = [
    PLAIN,
    *(ruler_of(models.resolve(name)) for name in ("gpt-4o-mini", "gpt-4.1-nano", "gpt-3.5-turbo")),
]
KEYS = ("role", "content", "function", "name", "arguments", "type", "parameters", "enum", "url")
ROWS = st.lists(st.one_of(*SOUND.values()), min_size=1, max_size=5)


def batch(rows: list[Row], ruler: Ruler) -> Batch:
    raws = [orjson.dumps(row) for row in rows]
    records = [
        Record(line, raw, row, of_row(row))
        for line, (raw, row) in enumerate(zip(raws, rows, strict=True), 1)
    ]
    for image in Batch(records).images:
        records[image.record].images += 1
    return Batch(records, ruler)


@settings(deadline=None)  # the first count loads the vocabulary
@given(ROWS, st.sampled_from(RULERS))
def test_the_columns_of_tokens_are_what_count_counts(rows: list[Row], ruler: Ruler) -> None:
    lines = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    counted = tally(ruler, lines, "unknown")
    frame = TABLES["record"].frame(batch(rows, ruler), {*COUNTED, "line"})
    kept = frame.filter(frame["line"].is_in(list(counted.lines)))
    assert kept["line"].to_list() == list(counted.lines)
    assert kept["tokens"].to_list() == list(counted.totals)
    assert kept["trainable_tokens"].to_list() == list(counted.trained)
    assert kept["longest_tokens"].to_list() == list(counted.longest)
    assert kept["tool_tokens"].sum() == counted.tools


@settings(deadline=None)
@given(ROWS, st.sampled_from(RULERS), st.integers(1, 200))
def test_what_is_not_counted_is_not_over_the_context(
    rows: list[Row], ruler: Ruler, context: int
) -> None:
    whole = batch(rows, ruler)
    over = [at for at, each in enumerate(every(whole)) if each.counted.longest > context]
    assert {*over} <= {*may_exceed(whole, context)}


@settings(deadline=None)
@given(ROWS, st.sampled_from(RULERS), st.integers(1, 200))
def test_one_rule_tells_each_record_over_the_context_that_teaches_something(
    rows: list[Row], ruler: Ruler, context: int
) -> None:
    limits: dict[str, Any] = {"limit_context": context, "model": None, "exact": True}
    lazy, full = batch(rows, ruler), batch(rows, ruler)
    told = [
        at for rule in (over_context, answer_cut, beyond_context) for at, _ in rule(lazy, limits)
    ]
    learned = {full.owners[at] for at in full.learned}
    over = [at for at, each in enumerate(every(full)) if each.counted.longest > context]
    assert sorted(told) == [at for at in over if at in learned]
    assert len(lazy.measures) <= len(full.measures)


JUNK = st.recursive(
    st.none() | st.integers(-2, 2) | st.text(max_size=4) | st.sampled_from(["user", "text"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.one_of(*SOUND.values()), st.data())
def test_a_row_that_is_not_built_as_it_should_be_is_counted_without_a_crash(
    row: Row, data: st.DataObject
) -> None:
    inside: Any = row
    while True:
        at = data.draw(
            st.sampled_from(list(inside) if type(inside) is dict else range(len(inside)))
        )
        if type(inside[at]) in (dict, list) and inside[at] and data.draw(st.booleans()):
            inside = inside[at]
            continue
        inside[at] = data.draw(JUNK)
        break
    limits: dict[str, Any] = {"limit_context": 1, "model": None, "exact": True}
    for check in (over_context, answer_cut, beyond_context):
        list(check(batch([row], PLAIN), limits))
    TABLES["record"].frame(batch([row], PLAIN), COUNTED)


@pytest.mark.parametrize("ruler", RULERS)
def test_what_was_counted_is_not_counted_again(ruler: Ruler) -> None:
    rows = [{"messages": [{"role": "user", "content": text}]} for text in ("One?", "And two?")]
    whole = batch(rows, ruler)
    (second,) = measures(whole, [1])
    assert every(whole)[1] is second


def test_where_nothing_can_count_nothing_is_said() -> None:
    rows = [{"messages": [{"role": "assistant", "content": "Because " * 100}]}]
    whole = Batch(batch(rows, PLAIN).records, None)
    assert every(whole) == []
    assert may_exceed(whole, 1) == []
