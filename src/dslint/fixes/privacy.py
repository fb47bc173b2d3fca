"""Fixes of what should not be in a row at all: a placeholder in the place of each."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b

from dslint.facts.sensitive import personal_in, secrets_in
from dslint.fixes.places import at
from dslint.model import Edit, Record, Splice

KEY = "DSLINT_MASK_KEY"
"""The variable of the environment that holds the key of the placeholders' hashes."""


def placeholder(kind: str, value: str) -> str:
    """Return what stands for a value: its kind, and six hexadecimal digits of a keyed hash of it.

    The same value has the same placeholder in every row, file and run with the same key, and no
    state is kept for that: `[email-3f9a1c]`. Spaces, hyphens and case make no difference but to
    secrets. One pair in 16 million different values shares a placeholder.
    """
    bare = value if kind in _SECRET else re.sub("[ -]", "", value).lower()
    digest = blake2b(f"{kind}\0{bare}".encode(), digest_size=3, key=_key(os.environ.get(KEY, "")))
    return f"[{_CALLED.get(kind, kind)}-{digest.hexdigest()}]"


_CALLED = {"connection-string": "password"}
_SECRET = ("api-key", "private-key", "json-web-token", "connection-string")


@cache
def _key(word: str) -> bytes:
    return blake2b(word.encode(), digest_size=32).digest() if word else b"dslint"


def _masking(kind: str) -> Callable[[Record, str], Iterator[Edit]]:
    look = secrets_in if kind in _SECRET else personal_in

    def mask(record: Record, pointer: str) -> Iterator[Edit]:
        text = at(record.data, pointer)
        if isinstance(text, str):
            for found, _, start, end in look(text):
                if found == kind:
                    yield Splice(pointer, start, end, placeholder(kind, text[start:end]))

    mask.__doc__ = f"Put a placeholder in the place of each {kind} in a text."
    return mask


api_key = _masking("api-key")
private_key = _masking("private-key")
json_web_token = _masking("json-web-token")
connection_string = _masking("connection-string")
email = _masking("email")
card = _masking("card")
iban = _masking("iban")
national_id = _masking("national-id")
ip = _masking("ip")
