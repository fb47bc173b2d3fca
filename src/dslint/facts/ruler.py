"""What counts tokens, as a value that travels to workers: nothing is loaded before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dslint.figures import Model, Patches, Tiles

if TYPE_CHECKING:
    from dslint.facts.tokens.encodings import Counter

ENCODING = "o200k_base"
"""The encoding of what has none of its own: no model is named, or its tokenizer is not tiktoken's.
"""

VISION = Tiles(base=85, tile=170)
"""What images cost at gpt-4o and gpt-4.1: taken where no model is named."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """What counts: one of tiktoken's encodings, or the `tokenizer.json` at a path.

    `fast` is gigatoken where it is installed (None), or must be (True), or is not asked (False).
    """

    encoding: str = ENCODING
    tokenizer: str | None = None
    fast: bool | None = None
    vision: Tiles | Patches = VISION
    format: str | None = None

    def counter(self) -> Counter:
        """Return what counts; its vocabulary is loaded at the first count, once a process.

        Raises UsageError for an encoding that nobody knows, VocabularyError for one that is not on
        this machine.
        """
        return _counter(self.encoding, self.tokenizer, self.fast)


PLAIN = Ruler()
"""What counts where no model is named."""


@cache
def _counter(name: str, tokenizer: str | None, fast: bool | None) -> Counter:
    from dslint.facts.tokens import hf
    from dslint.facts.tokens.encodings import encoding

    return encoding(name, fast) if tokenizer is None else hf.from_file(tokenizer)


def ruler_of(
    model: Model | None,
    tokenizer: str | None = None,
    fast: bool | None = None,
    format: str | None = None,
) -> Ruler:
    """Return what counts for a model; without one, what counts for most."""
    return Ruler(
        encoding=(model.encoding if model else None) or ENCODING,
        tokenizer=tokenizer,
        fast=fast,
        vision=(model.tiles or model.patches if model else None) or VISION,
        format=format,
    )
