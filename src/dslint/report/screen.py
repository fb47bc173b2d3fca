"""What a stream can show, and how a string from the data is made safe to show on it."""

from __future__ import annotations

import codecs
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, TextIO

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from dslint.model import Excerpt


@dataclass(frozen=True, slots=True)
class Options:
    """How a report is to look. `color` and `width` are the stream's own where they are None.

    `max_per_rule` bounds what the formats for people show of a rule; 0 leaves it to the format.
    """

    color: bool | None = None
    width: int | None = None
    quiet: bool = False
    statistics: bool = False
    max_per_rule: int = 0


class Marks(NamedTuple):
    """The signs of the formats for people, each one cell wide but for `ok` and `rest`."""

    error: str
    warn: str
    info: str
    ok: str
    dot: str
    more: str
    rest: str
    rail: str
    bar: str
    half: str


UNICODE = Marks("✗", "!", "·", "✓", "·", "…", "…", "│", "█", "▌")
ASCII = Marks("x", "!", "-", "ok", "-", ">", "...", "|", "#", "#")

STYLES = {
    "error": "bold red",
    "warn": "bold yellow",
    "info": "dim",
    "ok": "bold green",
    "rule": "bold",
    "help": "cyan",
    "dim": "dim",
}

NARROWEST, WIDEST, UNKNOWN_WIDTH = 40, 120, 100


@dataclass(frozen=True, slots=True)
class Look:
    """What a stream can show: its width in cells, whether in colour, its encoding, its signs."""

    width: int = UNKNOWN_WIDTH
    color: bool = False
    encoding: str = "utf-8"
    marks: Marks = UNICODE

    @property
    def utf(self) -> bool:
        """Say whether the stream can hold every character."""
        return codecs.lookup(self.encoding).name.startswith("utf")

    def paint(self, text: str, style: str) -> str:
        """Return `text` in one of `STYLES`, where the stream takes colours."""
        if not self.color or not text:
            return text
        return _style(STYLES[style]).render(text, color_system=ColorSystem.STANDARD)

    def safe(self, text: str) -> str:
        """Return `text` as `safe` does, with what the stream's encoding lacks escaped as well."""
        shown = safe(text)
        if self.utf:
            return shown
        return shown.encode(self.encoding, "backslashreplace").decode(self.encoding)


@cache
def _style(definition: str) -> Style:
    return Style.parse(definition)


def look_of(out: TextIO, options: Options) -> Look:
    """Find out what `out` can show; `options` win over `NO_COLOR` and `FORCE_COLOR`."""
    encoding = getattr(out, "encoding", None) or "utf-8"
    probe = Console(file=out)
    color = probe.color_system is not None and not probe.no_color and not probe.legacy_windows
    width = options.width
    if width is None:
        width = shutil.get_terminal_size().columns if out.isatty() else UNKNOWN_WIDTH
    return Look(
        width=max(NARROWEST, min(width, WIDEST)),
        color=color if options.color is None else options.color,
        encoding=encoding,
        marks=UNICODE if _can(encoding, "".join(UNICODE)) else ASCII,
    )


def _can(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


_HIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "[": "\\x5b"}
# What stands behind `##` is a command to the log readers of some CI services, wherever it is.
_SUSPECT = re.compile(r"(?<=##)\[|[^\x20-\x7e]")


def safe(text: str) -> str:
    r"""Return `text` on one line, with nothing left in it that could steer a terminal or hide.

    Controls, bidirectional and other format characters, line and paragraph separators, lone
    surrogates and unassigned code points become `\n`, `\x1b`, `\u202e` or `\U000e0001`.
    """
    return text if text.isprintable() and "##[" not in text else _SUSPECT.sub(_shown, text)


def hidden(char: str) -> bool:
    """Say whether a character is one that `safe` does not let through."""
    return unicodedata.category(char) in _HIDDEN


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    if char in _SHORT:
        return _SHORT[char]
    if not hidden(char) or (char in "\u200c\u200d" and _joins(found)):
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def _joins(found: re.Match[str]) -> bool:
    """Say whether a joiner stands between two characters of a script, or emoji, that needs it."""
    text, at = found.string, found.start()
    return 0 < at < len(text) - 1 and all(
        not each.isascii() and each.isprintable() for each in (text[at - 1], text[at + 1])
    )


def clip(text: str, width: int, more: str = UNICODE.more) -> str:
    """Return `text` in at most `width` cells, its end replaced by `more` where it is longer."""
    if cell_len(text) <= width:
        return text
    return _head(text, width - 1) + more


def wrap(text: str, width: int) -> Iterator[str]:
    """Yield `text` in lines of at most `width` cells, broken at spaces where there are any."""
    line = ""
    for word in text.split(" "):
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            yield line
        line = word
        while cell_len(line) > width:
            part = _head(line, width) or line[:1]
            yield part
            line = line[len(part) :]
    if line:
        yield line


def window(excerpt: Excerpt, width: int, look: Look) -> tuple[str, int, int]:
    """Return the part of an excerpt round its mark that fits `width` cells, and the mark's place.

    The place is where in that part the mark begins, and how wide it is: at least one cell.
    """
    start = max(0, min(excerpt.start, len(excerpt.text)))
    end = max(start, min(excerpt.end, len(excerpt.text)))
    before = look.safe(excerpt.text[:start])
    mark = look.safe(excerpt.text[start:end])
    after = look.safe(excerpt.text[end:])
    room = width - cell_len(before) - cell_len(mark) - cell_len(after)
    if room < 0:
        whole = mark
        mark = clip(mark, max(width - 12, width * 2 // 3), look.marks.more)
        after = after if mark == whole else ""
        left = width - cell_len(mark)
        behind = min(cell_len(after), left * 2 // 3)
        kept = _tail(before, left - behind - 1)
        if kept != before:
            before = look.marks.more + kept
        after = clip(after, width - cell_len(before + mark), look.marks.more)
    return before + mark + after, cell_len(before), max(1, cell_len(mark))


def _head(text: str, width: int) -> str:
    """Return the longest beginning of `text` that fits `width` cells."""
    kept = ""
    for char in text[: 4 * max(width, 0)]:
        if cell_len(kept + char) > width:
            break
        kept += char
    return kept


def _tail(text: str, width: int) -> str:
    """Return the longest end of `text` that fits `width` cells."""
    kept = ""
    for char in reversed(text[-4 * width :] if width > 0 else ""):
        if cell_len(char + kept) > width:
            break
        kept = char + kept
    return kept
