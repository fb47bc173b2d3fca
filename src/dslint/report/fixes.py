"""What `dslint fix` did, or would do: a line a rule, with an example; then what is left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, TextIO

from rich.cells import cell_len

from dslint.facts.privacy import masked
from dslint.report import words
from dslint.report.screen import Look, clip, wrap
from dslint.stages.hunks import Hunk, hunks

if TYPE_CHECKING:
    from dslint.stages.fix import Fixed, Fixes
    from dslint.stages.mending import Change

WHOLE = frozenset(
    {
        *("utf-16", "utf-32", "json-array", "pretty-printed-json", "missing-final-newline"),
        *("byte-order-mark-at-start", "byte-order-mark-refused", "byte-order-mark-missing"),
    }
)
"""The rules whose fix is one of the whole file, not one a line."""

REWRITTEN = frozenset({"utf-16", "utf-32", "json-array", "pretty-printed-json"})
"""Those that leave no line as it was."""

_INDENT = "   "


def lines(found: Fixes, look: Look, command: str, excerpts: str) -> Iterator[str]:
    """Yield what was done to each file, and what is left; `command` is what writes it."""
    told = [file for file in found.files if file.changed or file.refusal or file.kept]
    if found.shown:
        yield from (
            "",
            *_wrapped("that is your data as it stands: nothing is covered", look, "dim"),
        )
    for file in told:
        yield from _file(found, file, look, excerpts)
    rest = len(found.files) - len(told)
    if rest:
        names = [look.safe(file.path) for file in found.files if file not in told]
        said = words.listed(names) if rest <= 3 else words.many(rest, "file")
        yield f" {look.paint(look.marks.ok, 'ok')} {said}: nothing to fix"
    if found.offered:
        more = ", ".join(
            f"{name} {words.many(rows, 'row')}" for name, rows in list(found.offered.items())[:4]
        )
        rest = len(found.offered) - 4
        more += f" and {rest} more" if rest > 0 else ""
        yield from _wrapped(f"more with --unsafe: {more}", look, "dim")
    if found.rejects:
        yield from _wrapped(f"what was taken away is in {found.rejects}", look, "dim")
    if found.left.stories:
        left = "left" if found.written or not found.changed else "would be left"
        yield from _wrapped(f"{left}: {words.verdict(found.left, look.marks.dot)}", look)
    if "-" in command.split():  # what was piped in is gone
        return
    if not found.written and found.changed:
        yield f" write it:  {look.paint(look.safe(command), 'help')}"
    elif found.left.stories:
        check = look.safe(command.replace(" fix ", " check ", 1).replace(" --unsafe", ""))
        yield f" what is left:  {look.paint(check, 'help')}"


def _file(found: Fixes, file: Fixed, look: Look, excerpts: str) -> Iterator[str]:
    sign, style = (look.marks.ok, "ok") if found.written else (look.marks.warn, "warn")
    if file.refusal:
        text = f"{look.safe(file.path)} stays as it is: {look.safe(file.refusal)}"
        yield f" {look.paint(look.marks.error, 'error')} {text}"
        return
    name = look.paint(look.safe(file.path), "rule")
    if file.changed:
        said = _done(found, file)
        beside = cell_len(f" {sign} {look.safe(file.path)}   {said}") <= look.width
        yield f" {look.paint(sign, style)} {name}{f'   {said}' if beside else ''}"
        yield from () if beside else (_INDENT + line for line in wrap(said, look.width - 3))
        examples = excerpts != "none" and not found.shown  # those have all been told
        yield from _rules(file, look, excerpts, examples=examples)
    for rule, kept in file.kept.items():
        stay, them = ("stays as it is", "it") if kept == 1 else ("stay as they are", "them")
        text = f"{words.many(kept, 'row')} {stay}: mending {them} would raise {rule}"
        yield from _wrapped(text, look, "dim")


def _done(found: Fixes, file: Fixed) -> str:
    """Say how much was done, or would be: `3 safe fixes in 26 of 21,604 rows`."""
    count = len(file.lines)
    kind = "fix" if found.unsafe else "safe fix"
    fixes = f"{count} {kind}{'es'[: 2 * (count != 1)]}"
    scope = f" in {file.rows:,} of {words.many(file.of, 'line')}" if file.rows else ""
    made = "" if found.written else "would make "
    whole = REWRITTEN & file.lines.keys() or file.rows >= file.of > 0
    stays = "" if whole else "; every other byte stays as it is"
    return f"{made}{fixes}{scope}{stays}"


def _rules(file: Fixed, look: Look, excerpts: str, *, examples: bool) -> Iterator[str]:
    """Yield a line for each rule: its name, how many lines, and an example."""
    names = max(cell_len(look.safe(name)) for name in file.lines)
    counts = {
        name: "file" if name in WHOLE else words.many(count, "line")
        for name, count in file.lines.items()
    }
    wide = max(map(len, counts.values()))
    places = max((len(f"{each.line:,}") for each in file.examples.values()), default=0)
    for name, count in counts.items():
        head = f"{_INDENT}{look.safe(name).ljust(names)}  {count.rjust(wide)}"
        example = file.examples.get(name)
        if example is None or not examples:
            yield head
            continue
        place = f"{example.line:,}".rjust(places)
        room = look.width - cell_len(head) - len(place) - 6
        if room >= 48:
            yield f"{head}   {look.paint(place, 'dim')}   {_example(example, look, room, excerpts)}"
        else:
            yield head
            shown = _example(example, look, look.width - 9 - len(place), excerpts)
            yield f"{_INDENT * 2}{look.paint(place, 'dim')}   {shown}"


def _example(change: Change, look: Look, room: int, excerpts: str) -> str:
    """Return what one change did, before and after an arrow."""
    arrow = "→" if look.utf else "->"
    shown = partial(masked, personal=excerpts != "full")
    hunk = next(iter(hunks(change.before, change.after, shown)), None)
    if hunk is None:
        return ""
    half = (room - 4) // 2
    before, after = (
        _window(text, hunk, size, look, half)
        for text, size in ((hunk.before, hunk.removed), (hunk.after, hunk.added))
    )
    if not change.after:
        after = "(left out)"
    return f"{before}  {look.paint(arrow, 'dim')}  {after}"


def _window(text: str, hunk: Hunk, size: int, look: Look, room: int) -> str:
    """Return what surrounds a change, in at most `room` cells: the change itself before all."""
    lead = text[: hunk.start]
    while lead and cell_len(look.safe(lead)) > max(4, room // 3):
        lead = lead[1:]
    start = look.marks.more if hunk.cut[0] or len(lead) < hunk.start else ""
    return clip(start + look.safe(lead + text[hunk.start :]), room, look.marks.more)


def diff(path: str, change: Change, look: Look) -> Iterator[str]:
    """Yield a change of one line, place by place, as `diff` would: it is data, and all of it."""
    rules = ", ".join(map(look.safe, change.rules))
    title = f"@@ {look.safe(path)}:{change.line} {look.marks.dot} {rules} @@"
    yield look.paint(title, "rule")
    for hunk in hunks(change.before, change.after):
        start, end = (look.marks.more if cut else "" for cut in hunk.cut)
        yield look.paint(f"-{start}{look.safe(hunk.before)}{end}", "error")
        if change.after:
            yield look.paint(f"+{start}{look.safe(hunk.after)}{end}", "ok")


def render(found: Fixes, out: TextIO, look: Look, command: str, excerpts: str) -> None:
    """Write what was done, for people."""
    for line in lines(found, look, command, excerpts):
        print(line, file=out)


def _wrapped(text: str, look: Look, style: str = "") -> Iterator[str]:
    for number, line in enumerate(wrap(look.safe(text), look.width - 3)):
        shown = look.paint(line, style) if style else line
        yield f"{' ' if number == 0 else _INDENT}{shown}"
