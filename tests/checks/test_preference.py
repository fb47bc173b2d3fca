"""The sides of a pair, held against one another in every format that has sides."""

from __future__ import annotations

from typing import Any

import pytest

from dslint.checks import preference
from dslint.formats import of_row
from dslint.model import Record

SIDES: list[tuple[str, Any]] = [
    (
        "preference",
        lambda one, other: {
            "input": {"messages": [{"role": "user", "content": "?"}]},
            "preferred_output": [{"role": "assistant", "content": one}],
            "non_preferred_output": [{"role": "assistant", "content": other}],
        },
    ),
    ("trl-preference", lambda one, other: {"prompt": "?", "chosen": one, "rejected": other}),
    (
        "trl-preference",
        lambda one, other: {
            "chosen": [{"role": "user", "content": "?"}, {"role": "assistant", "content": one}],
            "rejected": [{"role": "user", "content": "?"}, {"role": "assistant", "content": other}],
        },
    ),
    (
        "alpaca-preference",
        lambda one, other: {"instruction": "?", "chosen": one, "rejected": other},
    ),
    (
        "llamafactory-preference",
        lambda one, other: {
            "conversations": [{"from": "human", "value": "?"}],
            "chosen": {"from": "gpt", "value": one},
            "rejected": {"from": "gpt", "value": other},
        },
    ),
]


@pytest.mark.parametrize(("format", "pair"), SIDES)
def test_sides_are_held_against_one_another(format: str, pair: Any) -> None:
    def found(one: str, other: str) -> tuple[int, int]:
        row = pair(one, other)
        assert of_row(row) == format
        record = Record(1, b"", row, format)
        return len(list(preference.same(record))), len(list(preference.alike(record)))

    assert found("In Africa.", "In Africa.") == (1, 0)
    assert found("In Africa.", " In  Africa") == (0, 1)
    assert found("In Africa.", "in africa.") == (0, 0)
    assert found("5", "-5") == (0, 0)


def test_a_row_without_sides_has_none_that_are_the_same() -> None:
    rows: list[dict[str, Any]] = [
        {"preferred_output": [], "non_preferred_output": []},
        {"preferred_output": 1},
    ]
    for row in rows:
        record = Record(1, b"", row, "preference")
        assert list(preference.same(record)) == []
        assert list(preference.alike(record)) == []
