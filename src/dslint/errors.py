"""The errors that reach a user: each says what, where and what to do, and ends a command with exit
2.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class DslintError(Exception):
    """Something dslint was asked for can't be done; `str()` is one or more whole sentences for the
    user.
    """


class UsageError(DslintError):
    """A name or a setting that does not exist, or two that contradict each other."""


class InputError(DslintError):
    """A path that is missing, unreadable, or holds no data."""


class ConfigError(DslintError):
    """A setting in a configuration file, an ignore file or a target that is wrong; says which, and
    where.
    """


class RemoteError(DslintError):
    """A service refused what it was asked, could not be reached, or did not answer; says what it
    said, and what to do.
    """


class PageError(DslintError):
    """A rule page that is broken; says the file and the line."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `"; did you mean `x`?"` for the nearest of `known`, or an empty string where none is
    near.
    """
    whole = {each: each for each in known}
    # who types the beginning of a long name means that name
    begun = {each[: len(name)]: each for each in whole}
    for among, cutoff in ((whole, 0.8), (begun, 0.8), (whole, 0.6)):
        near = get_close_matches(name, list(among), n=1, cutoff=cutoff)
        if near:
            return f"; did you mean `{among[near[0]]}`?"
    return ""
