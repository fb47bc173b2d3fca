"""The tour that prepares data: what was found, each remedy with its examples, what was written."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from dslint.report.conversion import entry, read_lines
from dslint.report.screen import Look, Options, clip, look_of, wrap
from dslint.report.words import many
from dslint.stages.remedies import DROPS

if TYPE_CHECKING:
    from dslint.stages.convert import Conversion
    from dslint.stages.prepare import Preparation
    from dslint.stages.remedies import Example, Remedy

FEW = 100
"""Rows below which more of them are what helps most."""

_INDENT = "   "


def render_found(found: Conversion, out: TextIO, options: Options) -> None:
    """Write what was found in the data."""
    look = look_of(out, options)
    for line in read_lines(found, look, done=""):
        print(line, file=out)


def render_remedy(remedy: Remedy, out: TextIO, options: Options) -> None:
    """Write what a remedy does, why, and two examples."""
    look = look_of(out, options)
    print(file=out)
    for at, line in enumerate(wrap(look.safe(f"{_capital(remedy.does)}."), look.width - 3)):
        print((" " if at == 0 else _INDENT) + look.paint(line, "rule"), file=out)
    why = f"{many(remedy.rows, 'row')} {look.marks.dot} {remedy.why}"
    for line in wrap(look.safe(why), look.width - len(_INDENT)):
        print(_INDENT + look.paint(line, "dim"), file=out)
    for example in remedy.examples:
        for line in _example(example, look):
            print(_INDENT + line, file=out)


def render_answer(agreed: bool, out: TextIO, options: Options) -> None:
    """Write the answer that was given beforehand."""
    look = look_of(out, options)
    print(_INDENT + look.paint("yes" if agreed else "no", "ok" if agreed else "warn"), file=out)


def render_preparation(done: Preparation, out: TextIO, options: Options) -> None:
    """Write what was written, what is worth knowing of it, and the command to type next."""
    look = look_of(out, options)
    print(file=out)
    if done.refusal:
        print(f" {look.paint('refused', 'error')}  {look.safe(done.refusal)}", file=out)
        return
    if done.conversion.rejected:
        print(entry("left out", done.conversion.rejected, "unreadable rows", look), file=out)
    for name, rows in sorted(done.dropped.items(), key=lambda each: DROPS.index(each[0])):
        print(entry("left out", rows, name.replace("-", " "), look), file=out)
    name, rows = done.train
    extra = f" {look.marks.dot} {done.lock}" if done.lock else ""
    files = [name] if done.validation is None else [name, done.validation[0]]
    print(entry("wrote", rows, name + (extra if len(files) == 1 else ""), look, "ok"), file=out)
    if done.validation:
        print(entry("wrote", done.validation[1], done.validation[0] + extra, look, "ok"), file=out)
    for advice in _advice(done):
        for at, line in enumerate(wrap(look.safe(advice), look.width - 21)):
            head = look.paint(" notice".ljust(11), "dim") if at == 0 else " " * 11
            print(f"{head}{' ' * 10}{line}", file=out)
    command = "dslint check " + " ".join(map(shlex.quote, files))
    print(entry("next", None, command, look, "help"), file=out)


def _advice(done: Preparation) -> Iterator[str]:
    from dslint.stages.money import epochs

    rows = done.train[1]
    if rows < FEW:
        yield f"{many(rows, 'row')} to train on are few: some hundred teach a task"
    if done.same_answer:
        yield "all answers are the same: nothing else will be learned"
    if done.same_prompt:
        yield "all prompts are the same: the answers can't be told from them"
    if done.classes:
        least = min(done.classes, key=lambda label: done.classes[label])
        shown = ", ".join(f"`{label}` {count:,}" for label, count in [*done.classes.items()][:6])
        more = " …" if len(done.classes) > 6 else ""
        yield (
            f"it looks like a classification with {len(done.classes)} labels: {shown}{more}; the "
            f"rarest, `{least}`, has {many(done.classes[least], 'row')}"
        )
    habits = done.conversion.habits
    if habits.separator or habits.stop:
        yield (
            "ask the trained model as a chat: without the old separator, and with no stop sequence"
        )
    turns = epochs(rows)
    yield f"with {many(rows, 'row')}, {many(turns, 'epoch')} {'is' if turns == 1 else 'are'} usual"


def _example(example: Example, look: Look) -> Iterator[str]:
    room = look.width - len(_INDENT) - 4
    before = clip(look.safe(example.before), room, look.marks.more)
    yield (
        look.paint(f"{look.marks.rail} ", "dim")
        + ("- " if example.after is not None else "  ")
        + before
    )
    if example.after is not None:
        after = clip(look.safe(example.after), room, look.marks.more)
        yield look.paint(f"{look.marks.rail} ", "dim") + "+ " + after


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
