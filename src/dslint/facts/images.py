"""The table of images: what a part says it is, and what its bytes are."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.parts import Image
from dslint.facts.table import Column, Table, pointed

_DATA_URL = re.compile(r"data:([^;,]*)((?:;[^;,]*)*),(.*)", re.DOTALL | re.IGNORECASE)


class Facts(NamedTuple):
    """What is known of an image from its URL alone: sizes are in bytes and pixels, None where it is
    not here.
    """

    source: str
    media_type: str | None = None
    actual_type: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    decodable: bool = True
    mode: str | None = None


@lru_cache(maxsize=64)
def facts(url: str) -> Facts:
    """Read an image's URL. A data URL's bytes are looked at; nothing is fetched."""
    if not url:
        return Facts("missing")
    found = _DATA_URL.match(url)
    if found is None:
        scheme = url.split(":", 1)[0].lower() if ":" in url else ""
        kind = {"http": "url", "https": "url", "s3": "s3", "gs": "gs"}.get(scheme, "other")
        return Facts(kind)
    media_type = found[1].strip().lower() or None
    if ";base64" not in found[2].lower():
        return Facts("data", media_type, decodable=False)
    try:
        raw = base64.b64decode("".join(found[3].split()), validate=True)
    except (binascii.Error, ValueError):
        return Facts("data", media_type, decodable=False)
    actual, width, height = measure(raw)
    mode = colours(raw, actual)
    return Facts("data", media_type, actual, len(raw), width, height, bool(raw), mode)


_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "image/heic"),
}


def measure(raw: bytes) -> tuple[str | None, int | None, int | None]:
    """Return the media type of an image's bytes, its width and its height in pixels, from its first
    bytes.

    The layouts are those of the PNG, GIF, JPEG (ITU T.81) and WebP (RFC 9649) specifications.
    """
    try:
        if raw.startswith(b"\x89PNG\r\n\x1a\n"):
            return ("image/png", *struct.unpack(">II", raw[16:24]))
        if raw.startswith((b"GIF87a", b"GIF89a")):
            return ("image/gif", *struct.unpack("<HH", raw[6:10]))
        if raw.startswith(b"\xff\xd8\xff"):
            return ("image/jpeg", *_jpeg(raw))
        if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
            return ("image/webp", *_webp(raw))
    except (struct.error, IndexError):
        pass
    if raw.startswith(b"\x89PNG"):
        return "image/png", None, None
    if raw.startswith(b"BM"):
        return "image/bmp", None, None
    if raw.startswith(b"%PDF"):
        return "application/pdf", None, None
    if raw.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff", None, None
    if raw[4:8] == b"ftyp" and raw[8:12] in _BRANDS:
        return _BRANDS[raw[8:12]], None, None
    if raw.lstrip()[:5].lower() in (b"<svg ", b"<?xml"):
        return "image/svg+xml", None, None
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp", None, None
    return None, None, None


_PNG_MODES = {0: "grey", 2: "rgb", 3: "palette", 4: "grey-alpha", 6: "rgba"}
_JPEG_MODES = {1: "grey", 3: "rgb", 4: "cmyk"}


def colours(raw: bytes, kind: str | None) -> str | None:
    """Return how an image of a media type keeps its colours; None where its bytes don't say.

    It is rgb, rgba, grey, grey-alpha, palette or cmyk; what WebP holds is decoded as rgb.
    """
    match kind:
        case "image/png":
            return _PNG_MODES.get(raw[25]) if len(raw) > 25 else None
        case "image/jpeg":
            frame = _frame(raw)
            return _JPEG_MODES.get(raw[frame + 9]) if frame else None
        case "image/gif":
            return "palette"
        case "image/webp":
            return "rgb"
    return None


def _jpeg(raw: bytes) -> tuple[int | None, int | None]:
    at = _frame(raw)
    if not at:
        return None, None
    height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
    return width, height


def _frame(raw: bytes) -> int:
    """Return the offset of the segment that says a JPEG's size and components; 0 without one."""
    at = 2
    while at + 9 < len(raw):
        if raw[at] != 0xFF:
            at += 1
            continue
        marker = raw[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return at
        at += (
            2
            if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD9
            else 2 + int.from_bytes(raw[at + 2 : at + 4])
        )
    return 0


def _webp(raw: bytes) -> tuple[int | None, int | None]:
    kind = raw[12:16]
    if kind == b"VP8X":
        return int.from_bytes(raw[24:27], "little") + 1, int.from_bytes(raw[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", raw[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None, None


def _url(image: Image) -> str:
    given = image.value.get("image_url")
    url = given.get("url") if isinstance(given, dict) else given
    return url if isinstance(url, str) else ""


def _fact(name: str) -> Callable[[Batch], list[Any]]:
    return lambda batch: [getattr(facts(_url(image)), name) for image in batch.images]


def _detail(image: Image) -> str:
    given = image.value.get("image_url")
    detail = given.get("detail") if isinstance(given, dict) else None
    return detail if isinstance(detail, str) else "auto"


def _image_pointer(batch: Batch, row: int, at: str) -> str:
    image = batch.images[row]
    return pointed(batch, image.turn, f"content/{image.index}" + (f"/{at}" if at else ""))


IMAGE = Table(
    "image",
    "a row an image part of a message",
    {
        "line": Column(
            pl.Int64,
            "the record's line",
            lambda batch: [batch.lines[image.record] for image in batch.images],
        ),
        "format": Column(
            pl.String,
            "the record's format",
            lambda batch: [batch.records[image.record].format for image in batch.images],
        ),
        "message": Column(
            pl.Int64,
            "the index of its message",
            lambda batch: [batch.indexes[image.turn] for image in batch.images],
        ),
        "part": Column(
            pl.Int64,
            "its place in the content, from 0",
            lambda batch: [image.index for image in batch.images],
        ),
        "role": Column(
            pl.String,
            "the role of its message",
            lambda batch: [batch.roles[image.turn] for image in batch.images],
        ),
        "source": Column(
            pl.String, "where it is: url, data, s3, gs, other or missing", _fact("source")
        ),
        "media_type": Column(pl.String, "the type that a data URL says", _fact("media_type")),
        "actual_type": Column(
            pl.String,
            "the type that its bytes are; null where they are none known",
            _fact("actual_type"),
        ),
        "bytes": Column(pl.Int64, "its size in bytes, where it is here", _fact("bytes")),
        "width": Column(pl.Int64, "its width in pixels, where it is here", _fact("width")),
        "height": Column(pl.Int64, "its height in pixels, where it is here", _fact("height")),
        "decodable": Column(
            pl.Boolean, "not a data URL whose base64 can't be decoded", _fact("decodable")
        ),
        "mode": Column(
            pl.String,
            "its colours, where it is here: rgb, rgba, grey, grey-alpha, palette or cmyk",
            _fact("mode"),
        ),
        "detail": Column(
            pl.String, "low, high or auto", lambda batch: [_detail(image) for image in batch.images]
        ),
    },
    lambda batch: len(batch.images),
    _image_pointer,
)
