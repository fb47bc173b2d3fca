"""The report for job summaries and comments: Markdown that nothing of the data can mark up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dslint.model import Finding, Report, Story
from dslint.report import words
from dslint.report.screen import Look, Options, safe, window

TOLD = 20
"""How many stories are told with examples; a comment holds 65,536 characters."""

_SIGNS = {"error": "✗", "warn": "!", "info": "·"}
_MEANT = re.compile(r"([\\`*_\[\]<>(){}#|~&$!@+-])")
_NUMBERED = re.compile(r"^\s*(\d+)\.")
_LINKED = re.compile(r"(\\[@#]|:(?=//)|GH\\-|www\.)(?=\S)", re.IGNORECASE)


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the verdict, a table of the stories, what becomes of the rows, and the examples."""
    sign = "✗" if report.fails() else "!" if report.stories else "✓"
    yield f"### {sign} dslint for {text(report.target)}"
    yield ""
    yield text(words.verdict(report, "·"))
    if report.stories:
        yield ""
        yield from _table(report.stories, report)
    fates = [f"{words.BECOMES[fate]} **{rows:,}**" for fate, rows in words.fates(report)]
    if fates and report.stories:
        yield ""
        yield f"What becomes of your {words.many(report.records, 'row')}: {' · '.join(fates)}"
    told = [story for story in report.stories if story.level != "info"][:TOLD]
    for story in told:
        yield ""
        yield from _story(story, options)
    for title, left in (
        ("Not looked at", [f"{code(each.what)}: {text(each.why)}" for each in report.skipped]),
        ("Ignored, and nothing matches any more", [code(entry) for entry in report.stale]),
    ):
        if left:
            yield ""
            yield f"**{title}**"
            yield ""
            yield from (f"- {each}" for each in left)
    command = words.command(report)
    if command:
        yield ""
        yield f"Why, and what to do: {code(command)}"


def _table(stories: Sequence[Story], report: Report) -> Iterator[str]:
    several = len({story.file for story in stories}) > 1
    where = ("file", "---") if several else ("first", "---")
    yield f"| | rule | affects | {where[0]} | what it means |"
    yield f"|---|---|---:|{where[1]}|---|"
    for story in stories:
        first = next(iter(words.examples(story)), None)
        place = story.file if several or first is None else words.place(first)
        means = text(words.meaning(story), cell=True)
        becomes = words.consequence(story, report.target)
        if becomes:
            means += f"; **{text(becomes, cell=True)}**"
        sign = _SIGNS.get(story.level, "")
        cells = (
            sign,
            code(story.rule.name, cell=True),
            words.extent(story),
            code(place, cell=True),
            means,
        )
        yield f"| {' | '.join(cells)} |"


def _story(story: Story, options: Options) -> Iterator[str]:
    yield f"#### {_SIGNS.get(story.level, '')} {code(story.rule.name)} in {code(story.file)}"
    yield ""
    yield text(words.advice(story))
    shown = words.examples(story, options.max_per_rule)
    block = [line for found in shown for line in _example(found)]
    rest = words.unseen(story, len(shown))
    if rest:
        block.append(f"… {rest:,} more")
    longest = max((len(run) for line in block for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield f"{fence}text"
    yield from block
    yield fence


def _example(found: Finding) -> Iterator[str]:
    yield safe(f"{words.place(found)}  {found.message}")
    if found.excerpt:
        line, start, length = window(found.excerpt, 100, Look())
        yield f"    {line}"
        yield f"    {' ' * start}{'~' * length}"


def text(said: str, *, cell: bool = False) -> str:
    """Return a message as Markdown: code between backticks, all else without any meaning."""
    # Four spaces at the beginning would make a block of code.
    parts = safe(said).strip().split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(
        (code(part, cell=cell) if part else _inert("``")) if at % 2 else _inert(part)
        for at, part in enumerate(parts)
    )


def code(said: str, *, cell: bool = False) -> str:
    """Return `said` as a code span, or as plain text where a table's cell would end in it."""
    inner = safe(said) or " "
    if cell and "|" in inner:
        return _inert(inner)
    fence = "`" * (max(map(len, re.findall("`+", inner)), default=0) + 1)
    pad = " " if inner[0] in "` " or inner[-1] in "` " else ""
    return f"{fence}{pad}{inner}{pad}{fence}"


def _inert(part: str) -> str:
    # A zero-width space keeps a name behind `@`, a number behind `#` and an address from being
    # linked, and people from being called. An escape would not: that is decided on the text shown.
    escaped = _NUMBERED.sub(r"\1\\.", _MEANT.sub(r"\\\1", part))
    return _LINKED.sub(r"\1&#8203;", escaped)
