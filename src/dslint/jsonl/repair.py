"""Lines that are no JSON and can be read one way only, written as the JSON that they can only mean.

The tokens are those by which `diagnose` says what is wrong. Whatever leaves room for a second
reading is left as it is.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Collection
from itertools import pairwise
from typing import Any

import orjson

from dslint.jsonl.edit import Slice, flat, joined
from dslint.jsonl.grain import BACKSLASH, CLOSERS, COMMA, OPENERS
from dslint.jsonl.tokens import COLON_AHEAD, ESCAPE, LITERALS, NUMBER, PYTHON, STRING_END, TOKEN

REPAIRED = frozenset(
    {
        *("byte-order-mark", "single-quotes", "typographic-quotes", "concatenated-objects"),
        *("comment", "python-literal", "unquoted-key", "nan-or-infinity", "trailing-comma"),
        *("missing-comma", "unescaped-control-character", "bad-escape", "not-json"),
        *("not-an-object", "duplicate-key"),
    }
)
"""The kinds of defects of which some can be repaired."""

LEAD = 64
"""Bytes at the head of a line in which its first key begins."""

LONGEST, DEEPEST = 4 * 1024 * 1024, 90
"""Bytes up to which a line is read as Python, too; brackets that may be open in it."""

_AS_JSON = {b"True": b"true", b"False": b"false", b"None": b"null"}
_HIDDEN = "\u00ad\u180e\u200b\u200c\u200d\u2060"
_DOUBLE = "“”„‟«»＂"
_QUOTED = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrtbf])|(['\"/\\]))|\\|([^\\]++)", re.DOTALL
)
_VALUES = ("string", "number", "word", "nan")
_SHORT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class _AmbiguousError(Exception):
    """The line can be read in several ways, or in none."""


def repaired(raw: bytes, kinds: Collection[str]) -> list[bytes] | None:
    """Return the objects of a line that does not parse to one, each on a line of its own.

    Only defects of `kinds` are mended; None where that does not make the line sound, or where it
    could be read in more than one way; nothing at all of a line that is a comment. Never raises,
    whatever the bytes are.
    """
    try:
        data = orjson.loads(raw)
    except ValueError:
        pass
    else:
        return _once(data) if "not-an-object" in kinds else None
    if b'{\\"' in raw[:LEAD] and "bad-escape" in kinds:
        return _escaped(raw)
    writer = _Writer(raw, kinds)
    try:
        objects = writer.objects()
    except _AmbiguousError:
        return None
    found = []
    for each in objects:
        try:
            found.append(orjson.loads(each))
        except ValueError:
            return None
    if not all(type(each) is dict for each in found):
        return None
    if writer.is_python and not _python_agrees(raw, found, must=writer.needs_python):
        return None
    return [flat(each) for each in objects]


def _once(data: Any) -> list[bytes] | None:
    """Return the object whose text was put into a string as a whole."""
    if type(data) is not str:
        return None
    try:
        return [flat(data.encode())] if type(orjson.loads(data)) is dict else None
    except ValueError:
        return None


def _escaped(raw: bytes) -> list[bytes] | None:
    """Return the object of a line that was made the inside of a string, and then not put in one."""
    try:
        return _once(orjson.loads(b'"' + raw.strip() + b'"'))
    except ValueError:
        return None


def _python_agrees(raw: bytes, found: list[Any], *, must: bool) -> bool:
    """Say whether Python reads a line in the same way; it must where only its grammar tells where
    strings end, else it may not read it at all.
    """
    meant = _as_python(raw)
    if meant is None:
        return not must
    return (list(meant) if type(meant) is tuple else [meant]) == found


def _as_python(raw: bytes) -> Any:
    """Return what a line means as a literal of Python; None where it is none."""
    if len(raw) > LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.literal_eval(raw.decode().strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, Warning):
        return None


class _Writer:
    """A line on its way to JSON. `is_python`: it may be Python's; `needs_python`: it has to be, for
    strings end where only its grammar says so.
    """

    def __init__(self, raw: bytes, kinds: Collection[str]) -> None:
        self.raw = raw
        self.kinds = kinds
        self.slices: list[Slice] = []
        self.borders: list[int] = []
        self.opened = bytearray()
        self.last = ""  # the token before, white space and comments aside
        self.comma = 0  # where the last comma is, while `last` is one
        self.end = 0  # where `last` ends
        self.is_python = self.needs_python = False

    def objects(self) -> list[bytes]:
        """Return the objects of the line. Raises _AmbiguousError."""
        at = 0
        while token := TOKEN.match(self.raw, at):
            group = token.lastgroup or ""
            start, at = token.span()
            if group == "space":
                continue
            if group in ("single", "curly"):
                at = self.foreign(group, start, at)
                group = "string"
            else:
                self.take(group, start, at)
            if group not in ("comment", "bom", "other"):
                self.last, self.end = group if group != "mark" else chr(self.raw[start]), at
        if self.opened:
            raise _AmbiguousError
        if self.last == ",":
            self.mend("trailing-comma", self.comma, self.comma + 1, b"")
        return self.parts()

    def parts(self) -> list[bytes]:
        """Cut the line where one object ends and the next begins."""
        borders = [0, *self.borders, len(self.raw)]
        found = []
        for begin, end in pairwise(borders):
            inside = [
                (start - begin, stop - begin, text)
                for start, stop, text in self.slices
                if begin <= start and stop <= end and (start < end or stop == len(self.raw))
            ]
            found.append(joined(self.raw[begin:end], inside).strip(b" \t\r\n"))
        return [each for each in found if each]

    def mend(self, kind: str, start: int, end: int, text: bytes) -> None:
        if kind not in self.kinds:
            raise _AmbiguousError
        self.slices.append((start, end, text))

    def take(self, group: str, start: int, end: int) -> None:
        token = self.raw[start:end]
        match group:
            case "mark":
                self.structure(token[0], start, end)
            case "string":
                self.follow(start, end)
                self.text(start, end)
            case "bom":
                self.mend("byte-order-mark", start, end, b"")
            case "comment":
                if token.startswith(b"/*") and (len(token) < 4 or not token.endswith(b"*/")):
                    raise _AmbiguousError
                self.mend("comment", start, end, b"")
            case "nan":
                self.mend("nan-or-infinity", start, end, b"null")
            case "number" if token.isdigit() and self.last in ("{", ",") and self.is_key(end):
                self.mend("unquoted-key", start, end, b'"' + token + b'"')
            case "number" if NUMBER.fullmatch(token):
                pass
            case "word":
                self.word(token, start, end)
            case "other" if token.decode("utf-8", "replace").isspace():
                self.mend("not-json", start, end, b" ")
            case "other" if token.decode("utf-8", "replace") in _HIDDEN:
                self.mend("not-json", start, end, b"")
            case _:
                raise _AmbiguousError

    def structure(self, mark: int, start: int, end: int) -> None:
        if mark in OPENERS:
            self.follow(start, end)
            self.opened.append(mark)
            if len(self.opened) > DEEPEST and self.is_python:
                raise _AmbiguousError
        elif mark in CLOSERS:
            if not self.opened or self.opened.pop() != mark - 2:
                raise _AmbiguousError
            if self.last == ",":
                self.mend("trailing-comma", self.comma, self.comma + 1, b"")
        elif mark == COMMA:
            if not self.last or self.last in ",:[{":
                raise _AmbiguousError
            self.comma = start

    def follow(self, start: int, end: int) -> None:
        """Take in a value, or a key, that stands behind another with no comma between: of an object
        or a list, or behind the line's first object.
        """
        if not self.opened and self.last in ("}", ","):
            if self.last == ",":
                self.mend("concatenated-objects", self.comma, self.comma + 1, b"")
            elif "concatenated-objects" not in self.kinds:
                raise _AmbiguousError
            self.borders.append(start)
        elif self.opened and (
            self.last in ("}", "]") or (self.last in _VALUES and self.is_key(end))
        ):
            self.mend("missing-comma", self.end, self.end, b",")

    def is_key(self, end: int) -> bool:
        return self.opened[-1:] == b"{" and COLON_AHEAD.match(self.raw, end) is not None

    def word(self, token: bytes, start: int, end: int) -> None:
        if self.last in ("{", ",") and self.is_key(end):
            self.mend("unquoted-key", start, end, b'"' + token + b'"')
        elif token in PYTHON:
            self.mend("python-literal", start, end, _AS_JSON[token])
        elif token not in LITERALS:
            raise _AmbiguousError

    def text(self, start: int, end: int) -> None:
        """Mend escapes and control characters of a string in double quotes."""
        for each in ESCAPE.finditer(self.raw, start + 1, end - 1):
            if each["control"]:
                escape = json.dumps(each[0].decode())[1:-1].encode()
                self.mend("unescaped-control-character", *each.span(), escape)
            elif each["lone"]:
                raise _AmbiguousError
            elif each["bad"]:
                self.escape(each[0], *each.span())

    def escape(self, token: bytes, start: int, end: int) -> None:
        """Mend an escape that JavaScript and Python read alike: of a quote, of an ASCII letter."""
        letter = re.fullmatch(rb"\\x([0-7][0-9a-fA-F])", token)
        if token == b"\\'":
            self.mend("bad-escape", start, end, b"'")
        elif letter:
            text = json.dumps(chr(int(letter[1], 16)))[1:-1]
            self.mend("bad-escape", start, end, text.encode())
        else:
            raise _AmbiguousError

    def foreign(self, group: str, start: int, end: int) -> int:
        """Take in a string in single or typographic quotes; return where it ends."""
        close = next(
            (each for each in STRING_END[group].finditer(self.raw, end) if each[0][0] != BACKSLASH),
            None,
        )
        if close is None or self.raw[start] in b"uUbB":
            raise _AmbiguousError
        self.follow(start, close.end())
        try:
            inner = self.raw[end : close.start()].decode()
        except UnicodeDecodeError:
            raise _AmbiguousError from None
        if group == "single":
            self.is_python = True
            self.needs_python |= "'" in re.sub(r"\\.", "", inner, flags=re.DOTALL)
        elif not _is_plain(self.raw[start:end].decode(), inner, close[0].decode()):
            raise _AmbiguousError
        text = json.dumps(_unescaped(inner), ensure_ascii=False).encode("utf-8", "surrogatepass")
        kind = "single-quotes" if group == "single" else "typographic-quotes"
        self.mend(kind, start, close.end(), text)
        return close.end()


def _is_plain(opening: str, inner: str, closing: str) -> bool:
    """Say whether no other typographic quote could be the end of a string."""
    if opening in _DOUBLE:
        return closing in _DOUBLE + '"' and not any(each in inner for each in _DOUBLE)
    return not any(each in inner + closing for each in _DOUBLE + "‘’‚‛" if each != closing)


def _unescaped(inner: str) -> str:
    """Undo the escapes of a string in foreign quotes: those that all languages have in common."""
    out = []
    for found in _QUOTED.finditer(inner):
        code = found[1] or found[2]
        if found[0] == "\\":
            raise _AmbiguousError
        out.append(
            chr(int(code, 16))
            if code
            else _SHORT[found[3]]
            if found[3]
            else found[4] or found[5] or ""
        )
    text = "".join(out)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
