"""Which encodings there are, and what counts in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Protocol

from dslint.errors import UsageError
from dslint.facts.tokens.exact import Tiktoken
from dslint.facts.tokens.fast import SCHEMES, Gigatoken
from dslint.facts.tokens.vocabulary import SHIPPED, Ranks, definition


class Counter(Protocol):
    """Counts tokens. Any text has a count; text that spells a special token is text."""

    name: str

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""


@cache
def encoding(name: str, fast: bool | None = None) -> Counter:
    """Return what counts in one of tiktoken's encodings; its ranks are loaded at the first count.

    `fast` asks for gigatoken, which gives the same counts; by default it is used where it is
    installed. Raises UsageError for a name that tiktoken does not know and for a gigatoken that is
    not there, VocabularyError where an encoding's ranks are not on this machine.
    """
    if name not in SHIPPED:
        ranks = definition(name)["mergeable_ranks"]
        if isinstance(ranks, Ranks):
            ranks.read()
    installed = find_spec("gigatoken") is not None
    if fast and not installed:
        raise UsageError("gigatoken is not installed: `pip install 'dslint[fast]'`")
    counts_fast = name in SCHEMES and (installed if fast is None else fast)
    return Gigatoken(name) if counts_fast else Tiktoken(name)
