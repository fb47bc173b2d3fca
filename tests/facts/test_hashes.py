"""Hashes that are stored: equal for equal content, whatever its writing, and for good."""

from __future__ import annotations

import json
import random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from dslint.facts.hashes import _canonical, canonical_hash, line_hash

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())
    | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def typed(value: Any) -> Any:
    """Return what is equal only for the same JSON: 1, 1.0 and true differ, and 0.0 and -0.0."""
    if isinstance(value, dict):
        return {key: typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [typed(each) for each in value]
    return type(value).__name__, repr(value)


@given(JSON, JSON)
def test_equal_values_have_equal_hashes_and_others_have_not(one: Any, other: Any) -> None:
    same = typed(one) == typed(other)
    assert (canonical_hash(one) == canonical_hash(other)) is same


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=5), st.randoms())
def test_the_order_of_keys_and_white_space_make_no_difference(
    data: dict[str, Any], order: random.Random
) -> None:
    shuffled = list(data.items())
    order.shuffle(shuffled)
    assert canonical_hash(dict(shuffled)) == canonical_hash(data)
    try:
        compact = orjson.dumps(data)
    except orjson.JSONEncodeError:
        return  # beyond what a line can say
    spaced = json.dumps(dict(shuffled), indent=2, ensure_ascii=order.random() < 0.5).encode()
    if orjson.loads(spaced) == orjson.loads(compact):
        assert line_hash(b"  " + spaced + b" \r\n") == line_hash(compact)


@given(JSON)
def test_both_ways_to_the_canonical_form_write_the_same_bytes(data: Any) -> None:
    """What is deep or odd goes another way: a version of orjson that takes it must not be told."""
    try:
        fast = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return
    assert b"".join(_canonical(data)) == fast


def test_depth_size_and_lone_surrogates_are_taken() -> None:
    deep: Any = 1
    other: Any = 2
    for _ in range(100_000):
        deep, other = [deep], [other]
    values = [
        deep,
        other,
        10**30,
        10**30 + 1,
        10**6000,
        {"a": "\ud800"},
        {"\ud800": "a"},
        "\\ud800",
    ]
    assert len({canonical_hash(each) for each in values}) == len(values)


def test_a_line_that_is_not_json_is_known_by_its_bytes() -> None:
    assert line_hash(b'{"a": 1,}\n') == line_hash(b'{"a": 1,}')
    assert line_hash(b'{"a": 1,}') != line_hash(b'{"a": 2,}')


def test_a_hash_is_stored_and_so_never_changes() -> None:
    assert canonical_hash({"b": [1, 2.5, "é"], "a": None}) == "f8df62ed4c32a3a1138f3eab72524768"
