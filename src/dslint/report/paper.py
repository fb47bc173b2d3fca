"""A page of Markdown on a stream: laid out where people read, as it is where programs do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement, TableElement
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from dslint.report.screen import safe

WIDEST = 100
"""Cells that a page takes at the most: longer lines are hard to read."""

_FENCE = re.compile(r"(`{3,})(jsonl|bytes) (bad|good|fixed)(.*)")
_SAYS = {
    "bad": "✗ **raises it**",
    "good": "✓ **does not raise it**",
    "fixed": "✓ **mended**",
}
_THEME = Theme(
    {
        "markdown.h1": "bold",
        "markdown.h2": "bold cyan",
        "markdown.h3": "bold",
        "markdown.code": "cyan",
        "markdown.code_block": "default",
        "markdown.item.bullet": "dim",
        "markdown.link": "default",
        "markdown.link_url": "dim underline",
    }
)


def write(markdown: str, out: TextIO, *, raw: bool = False) -> None:
    """Write a page; `raw` writes the Markdown itself to a terminal, too.

    Whatever could steer a terminal is shown escaped, for a page may be a stranger's.
    """
    text = "\n".join(safe(line) for line in markdown.expandtabs(4).split("\n")).rstrip("\n") + "\n"
    encoding = getattr(out, "encoding", None) or "utf-8"
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    console = Console(file=out, theme=_THEME, highlight=False, emoji=False)
    if raw or not console.is_terminal:
        out.write(text)
        return
    page = _Page("\n".join(_labelled(text)), hyperlinks=False, code_theme="ansi_dark")
    console.print(page, width=min(console.width, WIDEST))


def _labelled(text: str) -> Iterator[str]:
    """Yield the lines of a page, with what is said of an example above its fence."""
    for line in text.split("\n"):
        found = _FENCE.fullmatch(line)
        if not found:
            yield line
            continue
        ticks, language, kind, settings = found.groups()
        yield _SAYS[kind] + (f" ({', '.join(settings.split())})" if settings.strip() else "")
        yield ""
        yield ticks + ("json" if language == "jsonl" else "text")


class _Heading(Heading):
    """A heading at the left edge; rich would centre it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text
        text.justify = "left"
        if self.tag == "h1":
            yield Text("")
        yield text


class _Code(CodeBlock):
    """A block of code, indented; rich would leave an empty line above and below it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip()
        yield Syntax(code, self.lexer_name, theme=self.theme, word_wrap=True, padding=(0, 2))


class _Table(TableElement):
    """A table whose cells are broken where they are too long; rich would cut an address off."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
        table.border_style = "dim"
        table.header_style = ""
        if self.header is not None and self.header.row is not None:
            for cell in self.header.row.cells:
                table.add_column(cell.content, overflow="fold")
        if self.body is not None:
            for row in self.body.rows:
                table.add_row(*(cell.content for cell in row.cells))
        yield table


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "table_open": _Table,
        "fence": _Code,
        "code_block": _Code,
    }
