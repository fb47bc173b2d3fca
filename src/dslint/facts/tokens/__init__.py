"""Tokens: how many a text has, and a record. Nothing is loaded before the first count."""

from __future__ import annotations

from dslint.facts.tokens.encodings import Counter, encoding
from dslint.facts.tokens.vocabulary import VocabularyError

__all__ = ["Counter", "VocabularyError", "encoding"]
