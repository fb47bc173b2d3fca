"""What an image's bytes say: its type, its size, how it keeps its colours."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.facts.images import colours, facts, measure

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08%c\0\0\0"
JPEG = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640)
WEBP = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0"


@pytest.mark.parametrize(
    ("raw", "kind", "size", "mode"),
    [
        (PNG % 2, "image/png", (640, 480), "rgb"),
        (PNG % 6, "image/png", (640, 480), "rgba"),
        (PNG % 3, "image/png", (640, 480), "palette"),
        (PNG % 0, "image/png", (640, 480), "grey"),
        (PNG % 4, "image/png", (640, 480), "grey-alpha"),
        (JPEG + b"\x03", "image/jpeg", (640, 480), "rgb"),
        (JPEG + b"\x01", "image/jpeg", (640, 480), "grey"),
        (JPEG + b"\x04", "image/jpeg", (640, 480), "cmyk"),
        (WEBP, "image/webp", (640, 480), "rgb"),
        (b"GIF89a" + struct.pack("<HH", 640, 480), "image/gif", (640, 480), "palette"),
        (b"\0\0\0\x1cftypheic", "image/heic", (None, None), None),
        (b"\0\0\0\x1cftypisom", None, (None, None), None),
        (b"II*\0", "image/tiff", (None, None), None),
        (b"<svg xmlns=", "image/svg+xml", (None, None), None),
        (b"<html>", None, (None, None), None),
        (PNG[:20], "image/png", (None, None), None),
        (b"\xff\xd8\xff", "image/jpeg", (None, None), None),
    ],
)
def test_the_first_bytes_say_what_an_image_is(
    raw: bytes, kind: str | None, size: tuple[int | None, int | None], mode: str | None
) -> None:
    assert measure(raw) == (kind, *size)
    assert colours(raw, kind) == mode


@given(st.sampled_from([PNG % 3, JPEG, WEBP, b"GIF89a", b"RIFF\0\0\0\0WEBPVP8L"]), st.binary())
def test_no_bytes_make_it_stumble(begin: bytes, rest: bytes) -> None:
    for raw in (begin + rest, begin[: len(rest)], rest):
        kind, _, _ = measure(raw)
        colours(raw, kind)
        url = "data:image/png;base64," + base64.b64encode(raw).decode()
        assert facts(url).bytes == len(raw)


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("", "missing"),
        ("https://example.com/a.png", "url"),
        ("s3://bucket/a.png", "s3"),
        ("gs://bucket/a.png", "gs"),
        ("images/a.png", "other"),
        ("C:\\images\\a.png", "other"),
        ("data:image/png;base64,", "data"),
    ],
)
def test_an_address_says_where_the_image_is(url: str, source: str) -> None:
    assert facts(url).source == source
