"""Why a line is not JSON: it is read as leniently as can be, and each liberty taken is named."""

from __future__ import annotations

import math
from typing import Any

from dslint.jsonl.grain import BACKSLASH, CLOSERS, COMMA, OPENERS, QUOTE
from dslint.jsonl.tokens import (
    COLON_AHEAD,
    ESCAPE,
    LITERALS,
    MIXED,
    NUMBER,
    PYTHON,
    STRING_END,
    TOKEN,
)
from dslint.jsonl.unreadable import shown, unreadable
from dslint.model import Defect

MAX_DEPTH = 1024
"""As deep as orjson reads (seen with 3.13: 1,024 brackets parse, 1,025 do not)."""

KINDS = (
    "not-utf8",
    "nul-byte",
    "byte-order-mark",
    "too-deep",
    "single-quotes",
    "typographic-quotes",
    "concatenated-objects",
    "comment",
    "python-literal",
    "unquoted-key",
    "nan-or-infinity",
    "number-out-of-range",
    "trailing-comma",
    "missing-comma",
    "unescaped-control-character",
    "bad-escape",
    "unescaped-quote",
    "lone-surrogate",
    "cut-line",
    "not-json",
    "not-an-object",
)
"""The kinds of defects of a line that is no row, in the order in which they are told."""

# What may come next: a value (or the end of an array), a key (or the end of an object), a colon …
_VALUE, _ITEM, _KEY, _MEMBER, _COLON_NEXT, _COMMA, _DONE = range(7)
_HIDDEN = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060")
_STOP = -1
_WANTED = {
    _VALUE: "a value",
    _ITEM: "a value or `]`",
    _KEY: "a key in double quotes",
    _MEMBER: "a key in double quotes or `}`",
    _COLON_NEXT: "`:` after the key",
    _COMMA: "`,` or a closing bracket",
    _DONE: "the end of the line",
}


def diagnose(raw: bytes) -> tuple[Defect, ...]:
    """Explain why a line, given without its line feed, is no JSON that `orjson.loads` takes.

    Returns at least one defect, each kind once at its first place, in the order of `KINDS`; spans
    are bytes of the line. Never raises, whatever the bytes are; linear time.
    """
    reader = _Reader(raw)
    for defect in unreadable(raw):
        reader.note(defect.kind, defect.start, defect.end, defect.found)
    # Where every second byte or so is NUL, the text is in another encoding: no grammar here.
    if raw.count(0) * 3 < len(raw) or not raw:
        reader.read()
    if not reader.defects:
        reader.note("not-json", 0, len(raw.rstrip()), "the parser refuses it")
    return tuple(sorted(reader.defects.values(), key=lambda each: KINDS.index(each.kind)))


def not_an_object(raw: bytes, data: Any) -> Defect:
    """Return the defect of a line that parsed to `data`, which is no JSON object."""
    text = raw.strip(b" \t\r\n")
    names = {list: "an array", str: "a string", int: "a number", float: "a number"}
    found = names.get(type(data)) or f"`{shown(text)}`"
    start = raw.find(text)
    return Defect("not-an-object", start, start + len(text), found)


class _Reader:
    """A line, read leniently: what is open, what may come next, and what was found.

    `comma` is the last comma as long as nothing has come after it, `text` the last string as long
    as no bracket or colon has.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.defects: dict[str, Defect] = {}
        self.opened = bytearray()
        self.next = _VALUE
        self.comma: int | None = None
        self.text: tuple[int, int] | None = None

    def note(self, kind: str, start: int, end: int, found: str = "") -> None:
        self.defects.setdefault(kind, Defect(kind, start, end, found))

    def read(self) -> None:
        at = 0
        while token := TOKEN.match(self.raw, at):
            at = self.step(token.lastgroup or "", token.start(), token.end())
            if at == _STOP:
                return
        self.finish()

    def step(self, group: str, start: int, end: int) -> int:
        """Take a token in; return where the next begins, `_STOP` where the line makes no sense."""
        match group:
            case "space" | "nul":
                return end
            case "bom":
                self.note("byte-order-mark", start, end)
                return end
            case "comment":
                self.note("comment", start, end, shown(self.raw[start:end]))
                return end
            case "control":
                self.note("unescaped-control-character", start, end, shown(self.raw[start:end]))
                return end
            case "escape":
                self.note("bad-escape", start, end, shown(self.raw[start:end]))
                return _STOP
            case "mark":
                return self.structure(start, end)
            case "open":
                return self.unclosed(start)
            case "string":
                self.escapes(start + 1, end - 1)
                return self.string(start, end)
            case "single" | "curly":
                return self.foreign(group, start, end)
            case "other":
                text = self.raw[start:end].decode("utf-8", "replace")
                if text.isspace() or text in _HIDDEN:
                    self.note("not-json", start, end, self.surprise(start, end))
                    return end
                return self.lost(start, end)
        return self.scalar(group, start, end)

    def structure(self, start: int, end: int) -> int:
        mark = self.raw[start]
        if mark in OPENERS:
            if self.next == _KEY:
                self.text = None
            if not self.admit(start, end):
                return self.lost(start, end)
            self.opened.append(mark)
            self.next = _MEMBER if mark == ord("{") else _ITEM
            if len(self.opened) > MAX_DEPTH:
                self.note("too-deep", start, end)
                return _STOP
        elif mark in CLOSERS:
            # In ASCII a closing bracket comes two after its opening one.
            if not self.opened or self.opened[-1] != mark - 2:
                return self.lost(start, end)
            if self.next in (_KEY, _VALUE) and self.comma is not None:
                self.note("trailing-comma", self.comma, self.comma + 1)
            elif self.next in (_VALUE, _COLON_NEXT):
                self.note("not-json", start, end, self.surprise(start, end))
            self.opened.pop()
            self.close_value()
        elif mark == COMMA:
            return self.separate(start, end)
        elif self.next != _COLON_NEXT:
            return self.lost(start, end)
        else:
            self.next = _VALUE
            self.comma = None
        self.text = None
        return end

    def separate(self, start: int, end: int) -> int:
        if self.next == _COMMA:
            self.next = _KEY if self.opened[-1] == ord("{") else _VALUE
        elif self.raw.strip() == b",":
            self.note("trailing-comma", start, end)
            return _STOP
        elif self.next != _DONE:
            return self.lost(start, end)
        self.comma = start
        return end

    def foreign(self, group: str, start: int, end: int) -> int:
        """Take in a string that stands in single or typographic quotes."""
        close = next(
            (each for each in STRING_END[group].finditer(self.raw, end) if each[0][0] != BACKSLASH),
            None,
        )
        if not close:
            if self.opened:
                self.note("cut-line", start, len(self.raw.rstrip()), "inside a string")
            return self.lost(start, end)
        kind = "single-quotes" if group == "single" else "typographic-quotes"
        self.note(kind, start, close.end(), shown(self.raw[start : close.end()]))
        return self.string(start, close.end())

    def string(self, start: int, end: int) -> int:
        self.mend(start, end)
        if self.next in (_KEY, _MEMBER):
            self.next = _COLON_NEXT
        elif not self.admit(start, end):
            return self.lost(start, end)
        else:
            self.close_value()
        self.text = start, end
        return end

    def scalar(self, group: str, start: int, end: int) -> int:
        """Take in a number or a word: a literal, a bare key, or text after a quote too many."""
        token = self.raw[start:end]
        glued = self.text is not None and self.text[1] == start
        if not glued:
            self.mend(start, end)
        if self.next in (_KEY, _MEMBER):
            if not COLON_AHEAD.match(self.raw, end):
                return self.lost(start, end)
            self.note("unquoted-key", start, end, shown(token))
            self.next = _COLON_NEXT
        elif (
            glued
            or self.next == _COLON_NEXT
            or not self.literal(group, token, start, end)
            or not self.admit(start, end)
        ):
            return self.lost(start, end)
        else:
            self.close_value()
        self.text = None
        return end

    def literal(self, group: str, token: bytes, start: int, end: int) -> bool:
        """Say whether a token can pass for a value, noting what is wrong with it."""
        if self.next not in (_VALUE, _ITEM) and token not in (*LITERALS, *PYTHON):
            return group == "number" and NUMBER.fullmatch(token) is not None
        if token in PYTHON:
            self.note("python-literal", start, end, token.decode())
        elif group == "nan":
            self.note("nan-or-infinity", start, end, token.decode())
        elif group == "number" and NUMBER.fullmatch(token):
            if math.isinf(float(token)):
                self.note("number-out-of-range", start, end, shown(token))
        elif self.opened and end == len(self.raw.rstrip()) and _is_begun(group, token):
            self.note("cut-line", start, end, "inside a value")
            return False
        elif group == "number":
            self.note("not-json", start, end, f"`{shown(token)}` is not a JSON number")
        return group != "word" or token in (*LITERALS, *PYTHON)

    def mend(self, start: int, end: int) -> None:
        """Take the comma as given that is missing before a key."""
        if self.next == _COMMA and self.opened[-1] == ord("{") and COLON_AHEAD.match(self.raw, end):
            self.note("missing-comma", start, end, shown(self.raw[start:end]))
            self.next = _KEY

    def admit(self, start: int, end: int) -> bool:
        """Say whether a value can be taken in here, after a missing comma or a whole value too."""
        if self.next == _COMMA and self.opened[-1] == ord("["):
            self.note("missing-comma", start, end, shown(self.raw[start:end]))
        elif self.next == _DONE and self.raw[start] in OPENERS:
            self.note("concatenated-objects", start, end)
        else:
            return self.next in (_VALUE, _ITEM)
        return True

    def close_value(self) -> None:
        self.comma = None
        self.next = _COMMA if self.opened else _DONE

    def lost(self, start: int, end: int) -> int:
        """Name what stands where it can't, the last thing that can be said of a line."""
        if self.defects.keys() & {"cut-line", "not-json"}:
            return _STOP
        if self.text and MIXED.search(self.raw, *self.text):
            self.note("typographic-quotes", *self.text, shown(self.raw[slice(*self.text)]))
        elif self.in_broken_text(start):
            _, quote = self.text or (0, 0)
            self.note("unescaped-quote", quote - 1, quote, shown(self.raw[start:end]))
        else:
            self.note("not-json", start, end, self.surprise(start, end))
        return _STOP

    def in_broken_text(self, start: int) -> bool:
        """Say whether the last string probably ended too early, at a quote meant as text."""
        if not self.text or not self.opened or self.raw[self.text[0]] != QUOTE:
            return False
        if self.raw[start] in CLOSERS or self.raw[start] in b",:=;":
            return False
        return self.next in (_COMMA, _KEY) or self.text[1] == start

    def unclosed(self, start: int) -> int:
        """Name a string that is still open at the end of the line."""
        end = len(self.raw.rstrip())
        self.escapes(start + 1, end)
        if self.in_broken_text(start) and self.next in (_COMMA, _COLON_NEXT):
            return self.lost(start, start + 1)
        if MIXED.search(self.raw, start, end):
            self.note("typographic-quotes", start, end, shown(self.raw[start:end]))
        else:
            self.note("cut-line", start, end, "inside a string")
        return _STOP

    def escapes(self, start: int, end: int) -> None:
        """Note what a string holds that JSON does not allow in one."""
        for each in ESCAPE.finditer(self.raw, start, end):
            if each["lone"]:
                self.note("lone-surrogate", *each.span(), shown(each[0]))
            elif each["bad"] and each.end() < len(self.raw.rstrip()):
                self.note("bad-escape", *each.span(), shown(each[0]))
            elif each["control"]:
                self.note("unescaped-control-character", *each.span(), shown(each[0]))

    def finish(self) -> None:
        """Note what is still open at the end of the line."""
        end = len(self.raw.rstrip())
        if self.opened:
            what = "an object" if self.opened[-1] == ord("{") else "an array"
            self.note("cut-line", end, end, f"inside {what}")
        elif self.next == _DONE and self.comma is not None:
            self.note("trailing-comma", self.comma, self.comma + 1)
        elif self.next == _VALUE and not self.defects:
            self.note("cut-line", end, end, "before a value")

    def surprise(self, start: int, end: int) -> str:
        return f"expected {_WANTED[self.next]}, found `{shown(self.raw[start:end])}`"


def _is_begun(group: str, token: bytes) -> bool:
    """Say whether a token is the beginning of a number or a literal."""
    if group == "number":
        return NUMBER.fullmatch(token + b"0") is not None
    return any(each.startswith(token) for each in (*LITERALS, *PYTHON))
