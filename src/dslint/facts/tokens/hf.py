"""Counts tokens with a model's own `tokenizer.json`, through the tokenizers library."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dslint.errors import InputError, UsageError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class HuggingFace:
    """Counts as trainers do: special tokens that the text spells are tokens, none is added."""

    def __init__(self, name: str, tokenizer: Tokenizer) -> None:
        self.name = name
        self._tokenizer = tokenizer

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""
        return self.counts([text])[0]

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has."""
        whole = [text.encode("utf-8", "replace").decode() for text in texts]
        encoded = self._tokenizer.encode_batch_fast(whole, add_special_tokens=False)
        return [len(each.ids) for each in encoded]


def from_file(path: str | os.PathLike[str]) -> HuggingFace:
    """Return what counts with the `tokenizer.json` at a path; its name is the path.

    Raises InputError for a file that is not there or is no tokenizer, UsageError where the library
    is not installed.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise UsageError("tokenizers is not installed: `pip install 'dslint[hf]'`") from None
    name = os.fspath(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{name}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise InputError(f"{name}: not a tokenizer: it is not UTF-8") from None
    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # the library raises nothing narrower
        raise InputError(f"{name}: not a tokenizer: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return HuggingFace(name, tokenizer)
