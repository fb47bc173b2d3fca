"""Which dslint this is, and whether it is one that a configuration asks for."""

from __future__ import annotations

import re
from itertools import zip_longest
from operator import eq, ge, gt, le, lt, ne

_COMPARE = {">=": ge, "<=": le, "==": eq, "!=": ne, ">": gt, "<": lt}
_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+)*)\s*")


def installed() -> str:
    """Return the version of the dslint that is running."""
    from importlib.metadata import version  # 35 ms, and seldom asked

    return version("dslint")


def satisfies(version: str, wanted: str) -> bool:
    """Say whether `version` meets all comparisons of `wanted`, such as `>=0.1,<1`.

    Only the dotted numbers count: `0.2.0rc1` is taken for 0.2.0. A clause that can't be read counts
    as met: the schema is what refuses it.
    """
    have = _numbers(version)
    for clause in wanted.split(","):
        if found := _CLAUSE.fullmatch(clause):
            mine, theirs = zip(*zip_longest(have, _numbers(found[2]), fillvalue=0), strict=True)
            if not _COMPARE[found[1]](mine, theirs):
                return False
    return True


def _numbers(version: str) -> list[int]:
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return [int(each) for each in found[0].split(".")] if found else [0]
