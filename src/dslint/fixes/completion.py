"""Fixes of prompt/completion rows: what the old format needed, and no trainer does today."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dslint.checks.completion import END_TOKENS
from dslint.model import Edit, Record, Splice

_END = re.compile(f"(?:{'|'.join(map(re.escape, END_TOKENS))})\\s*\\Z")


def without_end_token(record: Record, pointer: str) -> Iterator[Edit]:
    """Take the end token, and white space behind it, off a completion."""
    text = record.data.get("completion")
    found = _END.search(text[-200:]) if type(text) is str else None
    if found:
        yield Splice("/completion", len(text) - len(found[0]), len(text))
