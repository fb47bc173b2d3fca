"""Reads a list in plain text: a table of one column, a row a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dslint.tabular.table import Table, Taken, flawed, written

LINE = "line"
"""What the column is called."""


def listed(blocks: Callable[[], Iterable[bytes]]) -> Table:
    """Open a text in UTF-8, which `blocks` reads in whole lines; blank ones are no rows."""
    return Table((LINE,), lambda: _rows(blocks))


def _rows(blocks: Callable[[], Iterable[bytes]]) -> Iterator[Taken]:
    number = 0
    for block in blocks():
        for raw in block.removesuffix(b"\n").split(b"\n"):
            number += 1
            text = raw.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").rstrip(b"\r")
            if not text.strip():
                continue
            try:
                yield written({LINE: text.decode()}, {}, number)
            except UnicodeDecodeError as error:
                yield flawed(number, "not-utf8", text, f"`0x{text[error.start]:02x}`")
