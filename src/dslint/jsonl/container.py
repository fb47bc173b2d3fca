"""What a file is as a whole, told from its beginning: JSON Lines, or something by that name."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import islice

import orjson

SAMPLE = 200
"""How many lines that are not blank the kind is told from."""

HEADER = 1 << 20
"""Bytes that the schema of a stream of Arrow has at the most."""

_MAGIC = (
    (b"PAR1", "parquet"),
    (b"ARROW1\0\0", "arrow"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_WITHOUT_MARK = (
    ("utf-32-le", re.compile(rb"(?:[\t\n\r -~]\0\0\0){2}")),
    ("utf-32-be", re.compile(rb"(?:\0\0\0[\t\n\r -~]){2}")),
    ("utf-16-le", re.compile(rb"(?:[\t\n\r -~]\0){2}")),
    ("utf-16-be", re.compile(rb"(?:\0[\t\n\r -~]){2}")),
)
"""How NULs lie in a wide encoding where a text begins, as JSON does, with two ASCII characters."""

_POINTERS = (
    (re.compile(rb"version https://git-lfs\.github\.com/spec/"), "lfs-pointer"),
    (re.compile(rb"(?:(?:\.\./)*\.git)?/annex/objects/\S+\s*\Z"), "annex-pointer"),
    (
        re.compile(rb"(?:[a-z0-9_]+:.*\n)*outs:\s*\n\s*- (?:md5|hash|size|path|etag):"),
        "dvc-pointer",
    ),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEADER = re.compile(r"[^\W\d][\w .()/#%:-]{0,39}")
_INDENTED = re.compile(rb"[ \t]+[\[{]|[ \t]*[\"}\]]")


@dataclass(frozen=True, slots=True)
class Container:
    """What a file is as a whole.

    `kind` is jsonl, array (one JSON array), pretty (objects over several lines), csv, text,
    parquet, arrow, xlsx, zip, lfs-pointer, annex-pointer, dvc-pointer, gzip, zstd, empty or binary.
    `encoding` is utf-8, utf-16-le, utf-16-be, utf-32-le, utf-32-be or other; `bom` says whether the
    file begins with a byte-order mark.
    """

    kind: str
    encoding: str
    bom: bool


def container(head: bytes, name: str) -> Container:
    """Tell what a file is from its first bytes, unpacked (1 MB is plenty; less may be the whole).

    `name` is the file's: its ending decides only what its bytes leave open. A broken line does not
    make JSONL anything else.
    """
    if packed := _packed(head):
        return Container(packed, "other", False)
    encoding, bom = _encoding(head)
    if encoding not in ("utf-8", "other"):
        unit = 4 if encoding.startswith("utf-32") else 2
        text = head[: len(head) // unit * unit].decode(encoding, "replace")
        head = text.removeprefix("\ufeff").encode("utf-8", "replace")
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return Container(_kind(head, name.lower()), encoding, bom)


def _encoding(head: bytes) -> tuple[str, bool]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, True
    for encoding, pattern in _WITHOUT_MARK:
        if pattern.match(head):
            return encoding, False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else the head ends inside a character
            wide = head.decode("utf-8", "surrogateescape")
            stray = len(re.findall("[\udc80-\udcff]", wide))
            sound = len(re.findall("[^\0-\x7f\udc80-\udcff]", wide))
            # What has some broken letters is still best told line by line, each with its place.
            return "other" if stray > max(sound, len(head) // 10) else "utf-8", False
    return "utf-8", False


def _packed(head: bytes) -> str | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(b"\xff\xff\xff\xff") and 0 < int.from_bytes(head[4:8], "little") < HEADER:
        return "arrow"  # as a stream, which begins with the length of its schema
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if b"xl/" in head or b"[Content_Types].xml" in head else "zip"
    return None


def _kind(text: bytes, name: str) -> str:
    if not text:
        return "empty"
    for pattern, kind in _POINTERS:
        if pattern.match(text[:4096]):
            return kind
    lines = list(islice((line for line in text.splitlines() if line.strip()), SAMPLE))
    objects = sum(line.lstrip(b"\0 \t").startswith(b"{") for line in lines)
    if objects * 2 < len(lines) and len(_CONTROL.findall(text)) * 50 > len(text):
        return "binary"
    if text.startswith(b"{"):
        return "pretty" if _is_pretty(lines) else "jsonl"
    if text.startswith(b"["):
        return _bracketed(text, lines)
    if objects * 2 >= len(lines) or all(map(_parses, lines[:3])):
        return "jsonl"
    return "csv" if name.endswith((".csv", ".tsv")) or _is_csv(text) else "text"


def _is_pretty(lines: list[bytes]) -> bool:
    """Say whether the first object goes on on the next line, as a printer breaks it."""
    if len(lines) < 2 or _parses(lines[0]):
        return False
    first, second = lines[0].rstrip(), lines[1]
    if not _INDENTED.match(second):
        return False
    return first.endswith((b"{", b"[", b",", b":")) or not second.lstrip().startswith(b"{")


def _bracketed(text: bytes, lines: list[bytes]) -> str:
    """Tell one array from lines that are arrays, and both from text in brackets."""
    whole = [line for line in lines[:20] if line.startswith(b"[") and _parses(line)]
    if len(whole) > 1 or (whole and len(lines) > 1 and whole[0] is lines[0]):
        return "jsonl"
    return "array" if whole or text[1:].lstrip()[:1] in (b"", *_ELEMENTS) else "text"


_ELEMENTS = (b"{", b"[", b'"', b"]", b"'")


def _parses(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_csv(text: bytes) -> bool:
    """Say whether the text has a header and rows of as many cells."""
    sample = text[: 1 << 16].decode("utf-8", "replace").splitlines(keepends=True)
    if len(text) > 1 << 16:
        sample.pop()
    for delimiter in (",", "\t", ";", "|"):
        try:
            rows = [row for row in islice(csv.reader(sample, delimiter=delimiter), 21) if row]
        except csv.Error:
            continue
        if len(rows) < 2 or len(rows[0]) < 2:
            continue
        same = sum(len(row) == len(rows[0]) for row in rows)
        if same * 10 >= len(rows) * 9 and all(map(_HEADER.fullmatch, rows[0])):
            return True
    return False
