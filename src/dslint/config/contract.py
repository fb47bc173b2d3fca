"""What data is agreed to be like: limits on what `dslint stats` tells, held by `dslint check`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dslint.errors import ConfigError

_RANGE = re.compile(r"\s*([0-9][0-9_]*)?\s*(\.\.)?\s*([0-9][0-9_]*)?\s*")


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both among them; None where there is no limit."""

    low: int | None = None
    high: int | None = None

    def __contains__(self, number: int) -> bool:
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            return str(self.low)
        return f"{'' if self.low is None else self.low}..{'' if self.high is None else self.high}"


@dataclass(frozen=True, slots=True)
class Contract:
    """What the rows of a dataset are to be like; None is not agreed on.

    `rows` and `label_rows` (those of each label) are of what is trained on, all else of what is
    validated on as well. `turns` and `answer_characters` hold for each row, `system_prompts` counts
    different ones. The others are all that may occur; of `labels`, all that have to.
    """

    rows: Range | None = None
    turns: Range | None = None
    answer_characters: Range | None = None
    system_prompts: Range | None = None
    label_rows: Range | None = None
    labels: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    tools: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None


RANGES = ("rows", "turns", "answer-characters", "system-prompts", "label-rows")
LISTS = ("labels", "roles", "tools", "languages")


def contract(table: Mapping[str, Any], where: str) -> Contract | None:
    """Return what a configuration's table agrees on; None where that is nothing.

    `where` is what a ConfigError calls the table, `contract` or `datasets.support.contract`, and
    its file.
    """
    found: dict[str, Any] = {}
    for name, value in table.items():
        key = name.replace("-", "_")
        found[key] = _range(value, name, where) if name in RANGES else _list(value)
    return Contract(**found) if found else None


def _range(value: str | int, name: str, where: str) -> Range:
    if isinstance(value, int):
        return Range(value, value)
    match = _RANGE.fullmatch(value)
    assert match is not None, "the schema has held it to the pattern"
    low, dots, high = match.groups()
    first, last = (None if each is None else int(each) for each in (low, high))
    found = Range(first, last if dots else first)
    if found.low is not None and found.high is not None and found.low > found.high:
        raise ConfigError(
            f"`{name}` of {where} is `{value}`, which ends before it begins; write the smaller "
            "number first"
        )
    return found


def _list(value: str | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([value] if isinstance(value, str) else value))


def written(agreed: Contract) -> dict[str, object]:
    """Return a contract as the configuration has it."""
    given = {name: getattr(agreed, name.replace("-", "_")) for name in (*RANGES, *LISTS)}
    return {
        name: str(value) if isinstance(value, Range) else list(value)
        for name, value in given.items()
        if value is not None
    }
