"""The report for people: the story of each file, what becomes of its rows, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from dslint.model import FATE_LEVEL, FileSummary, Finding, Report, Story
from dslint.report import verdict, words
from dslint.report.screen import Look, Options, clip, window, wrap

EXAMPLES = 3
"""How many examples of a story are shown: the first, a middle and the last."""

_BAR = 40
_TAIL = 32
_INDENT = "   "


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the report, file by file, the stories of each by level and then by rows."""
    place = f"for {look.safe(report.target)}"
    for path, file, stories in words.sections(report):
        yield from head(look.safe(path), file, look, place)
        place = ""
        previous = ""
        for story in stories:
            if story.level != "info" or previous != "info":
                yield ""
            previous = story.level
            yield from _story(story, report.target, options, look)
        yield ""
    if report.stories:
        yield from _clean(report, look)
        yield from becomes(report, look)
    yield from _left(report, look)
    yield from verdict.lines(report, options, look)
    yield from helps(words.command(report), look)
    yield from _fixes(report, look)


def head(path: str, file: FileSummary | None, look: Look, right: str) -> Iterator[str]:
    """Yield a file's name, what is known of it, and `right`, at the right edge if there is room."""
    about = look.safe(words.about(file, look.marks.dot)) if file else ""
    room = look.width - cell_len(f"{path}  {about}  {right}")
    if room >= 0:
        gap = " " * (room + 2) if right else ""
        start = f"{look.paint(path, 'rule')}  {look.paint(about, 'dim')}".rstrip()
        yield f"{start}{gap}{look.paint(right, 'dim')}"
        return
    for line in wrap(path, look.width):
        yield look.paint(line, "rule")
    for line in wrap(f" {look.marks.dot} ".join(filter(None, (about, right))), look.width):
        yield look.paint(line, "dim")


def helps(command: str | None, look: Look) -> Iterator[str]:
    """Yield the command that helps most, never broken."""
    if command:
        said, shown = f"{_INDENT}why, and what to do:", look.safe(command)
        beside = len(said) + 2 + cell_len(shown) <= look.width
        yield from () if beside else (said,)
        yield f"{said + '  ' if beside else _INDENT}{look.paint(shown, 'help')}"


def _fixes(report: Report, look: Look) -> Iterator[str]:
    """Yield how much of this has a safe fix, and the command that shows it."""
    count, files = words.fixable(report)
    if count:
        verb = "has" if count == 1 else "have"
        named = shlex.join(files) if len(files) <= EXAMPLES else "…"
        said, shown = f"{_INDENT}{count} of these {verb} a safe fix:", f"dslint fix {named} --diff"
        beside = len(said) + 2 + cell_len(shown) <= look.width
        yield from () if beside else (said,)
        yield f"{said + '  ' if beside else _INDENT}{look.paint(look.safe(shown), 'help')}"


def _story(story: Story, target: str, options: Options, look: Look) -> Iterator[str]:
    shown = words.examples(story, options.max_per_rule or EXAMPLES)
    meaning = look.safe(words.meaning(story))
    first = look.safe(words.place(shown[0])) if shown and shown[0].line else ""
    if story.level == "info":
        yield from _heading(story, meaning, first, look)
        return
    yield from _heading(story, look.safe(words.consequence(story, target)), first, look)
    yield from (_INDENT + line for line in wrap(meaning, look.width - 3))
    yield from _examples(story, shown, look)
    for number, line in enumerate(wrap(look.safe(words.advice(story)), look.width - 5)):
        yield look.paint(f"{_INDENT}{'=' if number == 0 else ' '} {line}", "help")


def _heading(story: Story, tail: str, place: str, look: Look) -> Iterator[str]:
    """Yield a story's sign, rule, extent, `tail` and `place`: the tail below, if it has to be."""
    sign, name = getattr(look.marks, story.level), look.safe(story.rule.name)
    extent = words.extent(story)
    style = "dim" if story.level == "info" else story.level
    line = f" {look.paint(sign, story.level)} {look.paint(name, 'rule')}"
    room = look.width - cell_len(f" {sign} {name}   {extent}")
    below = tail
    if room < 0:
        below = f"{extent}, {tail}" if tail else extent
        room += len(extent) + 3
    else:
        line += f"   {extent}"
        wanted = min(cell_len(tail), _TAIL) if story.level == "info" else cell_len(tail)
        if tail and room - 3 >= wanted:
            beside = room - cell_len(place) - 6
            tail = clip(tail, beside if beside >= wanted else room - 3, look.marks.more)
            line += f"   {look.paint(tail, style)}"
            room -= cell_len(tail) + 3
            below = ""
    gap = room - cell_len(place)
    yield f"{line}{' ' * gap}{look.paint(place, 'dim')}" if place and gap >= 3 else line
    yield from (_INDENT + look.paint(each, style) for each in wrap(below, look.width - 3))


def _examples(story: Story, shown: Sequence[Finding], look: Look) -> Iterator[str]:
    """Yield each example behind its place: excerpt, marks and, where they differ, message."""
    differ = len({each.message for each in shown}) > 1
    pictured = [each for each in shown if each.excerpt or differ]
    if not pictured:
        yield from _places(story, shown, look)
        return
    places = [words.place(each, path=False) for each in pictured]
    gutter = max(map(len, places))
    rail = f"  {look.paint(look.marks.rail, 'dim')} "
    below = f"{_INDENT}{' ' * gutter}{rail}"
    room = max(12, look.width - gutter - 7)
    for found, place in zip(pictured, places, strict=True):
        first = f"{_INDENT}{look.paint(place.rjust(gutter), 'dim')}{rail}"
        label = look.safe(found.message) if differ else ""
        if found.excerpt is None:
            for number, line in enumerate(wrap(label, room)):
                yield (below if number else first) + line
            continue
        text, start, length = window(found.excerpt, room, look)
        yield first + text
        tildes = " " * start + look.paint("~" * length, story.level)
        beside = start + length + 1 + cell_len(label) <= room
        yield below + tildes + (f" {look.paint(label, story.level)}" if label and beside else "")
        if label and not beside:
            yield from (below + look.paint(line, story.level) for line in wrap(label, room))
    rest = words.unseen(story, len(pictured))
    if rest:
        yield f"{_INDENT}{' ' * gutter}  {look.paint(f'{look.marks.rest} {rest:,} more', 'dim')}"


def _places(story: Story, shown: Sequence[Finding], look: Look) -> Iterator[str]:
    """Yield in one sentence where the examples are that have nothing to show."""
    places = [words.place(each, path=False) for each in shown if each.line is not None]
    rest = words.unseen(story, len(places))
    if places:
        text = f"at {words.listed(places + [f'{rest:,} more'] * (rest > 0))}"
        yield from (_INDENT + look.paint(line, "dim") for line in wrap(text, look.width - 3))


def _clean(report: Report, look: Look) -> Iterator[str]:
    files = words.clean(report)
    if not files:
        return
    rows = words.many(sum(file.records for file in files), "row")
    names = words.listed([look.safe(file.path) for file in files]) if len(files) <= EXAMPLES else ""
    text = f"{names or words.many(len(files), 'other file')}: {rows}, nothing found"
    indent = " " * (len(look.marks.ok) + 2)
    for number, line in enumerate(wrap(text, look.width - len(indent))):
        yield f" {look.paint(look.marks.ok, 'ok')} {line}" if number == 0 else indent + line
    yield ""


def becomes(report: Report, look: Look) -> Iterator[str]:
    """Yield a bar for each fate that rows of the run have."""
    counts = words.fates(report)
    total = sum(rows for _, rows in counts)
    if not total:
        return
    yield f" What becomes of your {words.many(total, 'row')}"
    labels = max(len(words.BECOMES[fate]) for fate, _ in counts)
    digits = max(len(f"{rows:,}") for _, rows in counts)
    room = max(1, min(_BAR, look.width - labels - digits - 16))
    for fate, rows in counts:
        style = "ok" if fate == "train" else FATE_LEVEL[fate]
        halves = max(1, round(2 * room * rows / total))
        bar = look.marks.bar * (halves // 2) + look.marks.half * (halves % 2)
        share = words.share(rows, total).rjust(7)
        label = words.BECOMES[fate].ljust(labels)
        yield f"{_INDENT}{label}  {rows:>{digits},}  {share}  {look.paint(bar, style)}"
    yield ""


def _left(report: Report, look: Look) -> Iterator[str]:
    """Yield what could not be looked at, and what of the ignore file matches nothing."""
    if report.skipped:
        yield " Not looked at"
        for each in report.skipped:
            text = f"{look.safe(each.what)}: {look.safe(each.why)}"
            yield from (_INDENT + line for line in wrap(text, look.width - 3))
        yield ""
    if report.stale:
        count = len(report.stale)
        entries = "1 ignored entry matches" if count == 1 else f"{count:,} ignored entries match"
        yield f" {entries} nothing any more"
        for entry in report.stale[:EXAMPLES]:
            yield _INDENT + clip(look.safe(entry), look.width - 3, look.marks.more)
        if count > EXAMPLES:
            yield f"{_INDENT}{look.marks.rest} {count - EXAMPLES:,} more"
        yield ""
