"""The grain of JSON text: the expressions that walk its bytes without building values."""

from __future__ import annotations

import orjson

SPACE = rb"[ \t\r\n]*+"
"""The white space that JSON allows between tokens (a no-break space is not among it)."""

BODY = rb'[^"\\]*+(?:\\.?+[^"\\]*+)*+'
"""What stands between the quotes of a string; needs `re.DOTALL`. No byte is ever given back."""

STRING = rb'"' + BODY + rb'"'

QUOTE, COMMA, BACKSLASH = b'",\\'
OPENERS = frozenset(b"{[")
CLOSERS = frozenset(b"}]")


def decoded(body: bytes) -> bytes:
    """Return the body of a string literal as UTF-8 without escapes; as it is where it is broken."""
    if b"\\" not in body:
        return body
    try:
        text: str = orjson.loads(b'"' + body + b'"')
    except orjson.JSONDecodeError:
        return body
    return text.encode()
