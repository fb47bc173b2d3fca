"""Pictures in cells: their bytes as the data URL that they are in JSON."""

from __future__ import annotations

import base64

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
)


def data_url(raw: bytes) -> str | None:
    """Return a picture as a data URL; None for bytes that are no PNG, JPEG, GIF or WebP."""
    kind = next((kind for start, kind in _STARTS if raw.startswith(start)), None)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        kind = "webp"
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode()}" if kind else None
