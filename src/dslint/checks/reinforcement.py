"""Reinforcement: does every row of a file have what the grader may ask for."""

from __future__ import annotations

from collections.abc import Iterator

from dslint.facts.files import FileFacts, Seen
from dslint.model import Hit

RESERVED = frozenset({"messages", "tools"})
"""The keys that are the model's; every other one is the grader's."""

MOST = 0.5
"""The share of rows that have a field, above which the others miss it."""


def fields_missed(file: FileFacts) -> Iterator[Hit]:
    """Find the grader's fields that most rows of a file have and some have not."""
    total = sum(seen.rows for seen in file.keys.values())
    fields = dict.fromkeys(key for keys in file.keys for key in keys if key not in RESERVED)
    for field in fields:
        missing = Seen()
        for keys, seen in file.keys.items():
            if field not in keys:
                missing.rows += seen.rows
                missing.first = min(missing.first or seen.first, seen.first)
        if 0 < missing.rows < total * MOST:
            values = {"field": field, "rows": missing.rows, "total": total}
            yield Hit(line=missing.first, values=values)


def nothing_to_grade_by(file: FileFacts) -> Iterator[Hit]:
    """Find files none of whose rows has a field for the grader."""
    if file.keys and all(RESERVED.issuperset(keys) for keys in file.keys):
        yield Hit(values={"rows": sum(seen.rows for seen in file.keys.values())})
