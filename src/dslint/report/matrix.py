"""The report of `--target all`: a line a place the data could go, what it takes and why not all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from rich.cells import cell_len

from dslint.model import FATES, Finding, Report, Story
from dslint.report import full, words
from dslint.report.screen import Look, Options, look_of, wrap

_HEAD = ("", "file", "rows that train", "why not")


def render_matrix(
    reports: Sequence[Report],
    out: TextIO,
    options: Options,
    notes: Mapping[str, Sequence[str]],
) -> None:
    """Write a line for each report. `notes` are what else is known of a target, by its name."""
    look = look_of(out, options)
    for line in _lines(reports, notes, look):
        shown = (
            line
            if look.utf
            else line.encode(look.encoding, "backslashreplace").decode(look.encoding)
        )
        out.write(f"{shown}\n")


def _lines(
    reports: Sequence[Report], notes: Mapping[str, Sequence[str]], look: Look
) -> Iterator[str]:
    rows = [
        (look.safe(report.target), _taken(report), f"{_trains(report):,}") for report in reports
    ]
    for file in reports[0].files if reports else ():
        yield from full.head(look.safe(file.path), file, look, "")
    yield ""
    wide = [max(cell_len(each[at]) for each in (*rows, _HEAD)) for at in range(3)]
    indent = sum(wide) + 9
    beside = look.width - indent >= 32
    if not beside:
        indent = 6
    yield _line(_HEAD if beside else _HEAD[:3], wide, look, "dim")
    for report, row in zip(reports, rows, strict=True):
        why = [line for each in _reasons(report) for line in _part(each, look.width - indent, look)]
        for note in notes.get(report.target, ()):
            why += [look.paint(line, "dim") for line in _part(note, look.width - indent, look)]
        yield _line((*row, *(why[:1] if beside else ())), wide, look, _style(report))
        for line in why[beside:]:
            yield " " * indent + line
    command = next(filter(None, map(words.command, sorted(reports, key=_rank, reverse=True))), None)
    if command:
        yield ""
    yield from full.helps(command, look)


def _part(text: str, width: int, look: Look) -> Iterator[str]:
    """Yield one reason in lines of at most `width` cells, all but the first indented."""
    for number, line in enumerate(wrap(look.safe(text), width - 2)):
        yield line if number == 0 else f"  {line}"


def _line(cells: Sequence[str], wide: Sequence[int], look: Look, style: str) -> str:
    name, file, train, *why = cells
    gap = " " * (wide[0] - cell_len(name))
    head = style == "dim"
    row = f" {name if head else look.paint(name, 'rule')}{gap}   "
    row += f"{look.paint(file.ljust(wide[1]), style)}   {look.paint(train.rjust(wide[2]), style)}"
    return f"{row}  {look.paint(why[0], 'dim') if head else why[0]}" if why else row


def _refused(report: Report) -> int:
    return sum(bool(file.fates.get("refuses-file")) for file in report.files)


def _taken(report: Report) -> str:
    refused, files = _refused(report), len(report.files)
    if refused == files and files:
        return "refused"
    return f"{refused} of {files} refused" if refused else "accepted"


def _trains(report: Report) -> int:
    """Count the rows that are trained on, cut and changed ones too."""
    return sum(report.fates.get(fate, 0) for fate in ("train", "truncates", "alters"))


def _style(report: Report) -> str:
    if _refused(report):
        return "error"
    return "ok" if set(dict(words.fates(report))) <= {"train"} else "warn"


def _rank(report: Report) -> int:
    """Say how bad the worst fate of a report is."""
    return max((_severity(story) for story in report.stories), default=-1)


def _severity(story: Story) -> int:
    return FATES.index(story.fate) if story.fate else -1


def _reasons(report: Report) -> Iterator[str]:
    """Yield why rows do not train as they are: the story that refuses the file, or one a fate."""
    counts = dict(words.fates(report))
    if "refuses-file" in counts:
        story = _most(report, "refuses-file")
        rows = f" ({words.extent(story)})" if story and _first(story) else ""
        yield f"{_told(report, story)}{rows}" if story else words.BECOMES["refuses-file"]
        return
    for fate in sorted(counts, key=lambda each: -counts[each]):
        if fate != "train":
            story = _most(report, fate)
            told = f": {_told(report, story)}" if story else ""
            yield f"{counts[fate]:,} {words.BECOMES[fate]}{told}"


def _most(report: Report, fate: str) -> Story | None:
    """Return the story with a fate that affects most rows."""
    told = (story for story in report.stories if story.fate == fate)
    return max(told, key=lambda story: story.rows, default=None)


def _told(report: Report, story: Story) -> str:
    first = _first(story)
    if first is None:
        return words.meaning(story)
    where = f"line {first.line:,}" if len(report.files) == 1 else words.place(first)
    return f"{words.meaning(story)}, first at {where}"


def _first(story: Story) -> Finding | None:
    return next((each for each in words.examples(story) if each.line is not None), None)
