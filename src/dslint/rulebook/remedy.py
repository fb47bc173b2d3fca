"""What a rule page says of its fix: a word, a word with its value, or a function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dslint.errors import did_you_mean
from dslint.model import Fix

WORDS = ("strip", "cut", "remove", "quote", "unquote", "drop", "repair")
"""Fixes that need no more than the place that a finding points to."""

WITH_VALUE: Mapping[str, type[object]] = {"set": object, "rename": str, "replace": str}
"""Fixes that need a value, and what kind of value."""

PYTHON = "python"
"""The word of a fix that is a function."""

_MARKED = ("cut", "replace")
_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


def fix_of(block: Mapping[str, Any]) -> Fix | None:
    """Return the fix of a page's toml block, which has no `complaint`."""
    fix = block.get("fix")
    applicability = block.get("applicability", "safe")
    match fix:
        case None:
            return None
        case str() if ":" in fix:
            return Fix(PYTHON, fix, applicability)
        case str():
            return Fix(fix, None, applicability)
        case _:
            ((word, value),) = fix.items()
            return Fix(word, value, applicability)


def complaint(block: Mapping[str, Any]) -> str:
    """Say what is wrong with the fix of a toml block, if anything is."""
    fix = block.get("fix")
    known = ", ".join(f"`{word}`" for word in (*WORDS, *WITH_VALUE))
    match fix:
        case None:
            return "`applicability` needs a `fix`" if "applicability" in block else ""
        case str() if ":" in fix:
            return "" if _FUNCTION.fullmatch(fix) else f"`{fix}` is no `package.module:function`"
        case str():
            word = fix
            if word in WITH_VALUE:
                return f"`{word}` needs a value: `fix = {{{word} = …}}`"
            if word not in WORDS:
                return f"`{word}` is no fix{did_you_mean(word, WORDS)} (fixes: {known})"
        case dict(items) if len(items) == 1 and items.keys() <= WITH_VALUE.keys():
            word, value = next(iter(items.items()))
            if not isinstance(value, WITH_VALUE[word]):
                return f"`{word}` holds the wrong kind of value: {value!r}"
        case _:
            return f"`fix` is a word, or a table with one of {', '.join(WITH_VALUE)}"
    if word in _MARKED and not block.get("mark"):
        return f"`{word}` needs a `mark`: what it finds is taken out"
    return ""
