"""Counts tokens with tiktoken, whose answer is the definition of every count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dslint.facts.tokens.vocabulary import Ranks, definition, parsed

if TYPE_CHECKING:
    from tiktoken import Encoding

LONG = 100_000
"""Characters of white space in a row that are kept from tiktoken: it panics at about a million."""

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACE = re.compile(f"[{_SPACES}]")
_SEAM = re.compile(f"(?<=[^{_SPACES}]) ")


class Tiktoken:
    """Counts what tiktoken's `encode` gives, where text that spells a special token is text.

    tiktoken can't take a million characters of white space in a row. A stretch that holds so many
    is split by the encoding's own pattern, as the `regex` library matches it, and each piece is
    encoded by tiktoken: what its definition says, where tiktoken itself has no answer. A surrogate
    that stands alone counts as U+FFFD, as tiktoken has it.
    """

    def __init__(self, name: str, long: int = LONG) -> None:
        self.name = name
        self._long = long

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""
        if len(text) < self._long:
            return len(self._encoding.encode_ordinary(text))
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return sum(
            sum(map(self._piece, self._pattern.findall(stretch)))
            if is_blank
            else len(self._encoding.encode_ordinary(stretch))
            for stretch, is_blank in stretches(text, self._long)
        )

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        return [self.count(text) for text in texts]

    def _piece(self, piece: str) -> int:
        return len(self._encoding._encode_single_piece(piece))

    @cached_property
    def _encoding(self) -> Encoding:
        from tiktoken import Encoding

        found = definition(self.name)
        if isinstance(found["mergeable_ranks"], Ranks):
            found["mergeable_ranks"] = parsed(found["mergeable_ranks"])
        return Encoding(**found)

    @cached_property
    def _pattern(self) -> Any:
        import regex  # type: ignore[import-untyped]  # tiktoken needs it, so it is there

        return regex.compile(self._encoding._pat_str)


def stretches(text: str, long: int) -> Iterator[tuple[str, bool]]:
    """Split a text where every encoding begins a new piece; say of each part if it holds `long`
    white space.

    Such a place is before a space after what is no white space: no pattern of tiktoken's matches
    across it, and none looks beyond it from before, so that the parts count as the whole does.
    """
    at = 0
    for found in re.finditer(f"[{_SPACES}]{{{long},}}", text):
        if found.start() >= at:
            start = _seam_before(text, at, found.start())
            following = _SEAM.search(text, found.end())
            end = following.start() if following else len(text)
            yield text[at:start], False
            yield text[start:end], True
            at = end
    yield text[at:], False


def _seam_before(text: str, least: int, at: int) -> int:
    """Return the last place to split at that is not after `at`; `least` where there is none."""
    while at > least and (text[at] != " " or _SPACE.match(text[at - 1])):
        at = text.rfind(" ", least, at)
    return max(at, least)
