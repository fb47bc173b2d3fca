"""What a conversion did, a line each: read, notice, lost, wrote, and the command to type next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TextIO

from dslint.formats import FORMATS, UNKNOWN
from dslint.formats.conversation import LOSSES
from dslint.report.screen import Look, Options, look_of
from dslint.report.words import many

if TYPE_CHECKING:
    from dslint.stages.convert import Conversion
    from dslint.stages.legacy import Habits

NOTES = {
    "tools": "had tools in another shape: function tools now",
    "call-ids": "had calls without ids: `call_0001` and so on, and the replies say to which",
    "arguments": "had arguments that were no text: JSON text now",
    "replies": "had the results of several calls in one reply: a reply a call now",
    "functions": "had `functions` or `function_call`: `tools` and `tool_calls` now",
    "stale-names": "had an answer under its former name: `preferred_output` now",
    "formulas": "hold a cell that begins with `=`: kept as the text that it is",
    "system": "got the system message",
    "own-system": "have a system message of their own, and keep it",
    "no-prompt": "have an empty prompt: the chat begins with the answer",
    "no-dialogue": "do not hold a dialogue: their prompt is one message",
    "empty-answers": "have an answer of which nothing is left: it is empty",
    "request": "were requests with their answers: settings, times and usage stay behind",
    "cut-off": "have an answer that ends where it was cut off",
    "train": "say with `train` what is learned: `weight` now",
    "image-urls": "had pictures whose address was a text: an object with `url` now",
    "developer": "had a message from `developer`: from the system now",
    "new-ids": "had ids of calls that are not taken there: `call00001` and so on now",
    "parts": "have lists of parts for contents, as some are: a column of Parquet has one type",
    "arguments-packed": "have the arguments of calls as JSON text: in Parquet, objects bend",
    "raw-text": "are raw text now, around which a trainer puts no chat template",
    "reasoning": "keep their reasoning in a field, which few trainers read (--reasoning inline)",
    "reasoning-inline": "have their reasoning before the answer, in `<think>` and `</think>`",
    "reasoning-field": "have their reasoning in `reasoning_content`",
}
"""What was changed or made up, said of the rows that are counted."""


def render_conversion(found: Conversion, out: TextIO, options: Options) -> None:
    """Write what a conversion did, for people."""
    look = look_of(out, options)
    for line in _lines(found, look):
        print(line, file=out)


def read_lines(found: Conversion, look: Look, done: str = ", taken off") -> Iterator[str]:
    """Yield what was read, and how; `done` says what became of the marks of the old format."""
    formats = ", ".join(
        f"{'no format that is known' if name == UNKNOWN else FORMATS[name].title}"
        + (f" ({rows:,})" if len(found.formats) > 1 else "")
        for name, rows in found.formats.items()
    )
    dot = f" {look.marks.dot} "
    yield entry("read", found.read, dot.join(filter(None, (found.source, formats))), look)
    if found.columns:
        yield entry("", None, _taken(found.columns), look)
    if found.remark:
        yield entry("", None, found.remark, look)
    for habit in _habits(found.habits, done):
        yield entry("", None, habit, look)
    for name, rows in found.notes.items():
        yield entry("notice", rows, NOTES[name], look)


def _lines(found: Conversion, look: Look) -> Iterator[str]:
    yield from read_lines(found, look)
    for name, rows in found.lost.items():
        yield entry("lost", rows, f"{name}: {LOSSES[name]}", look)
        if name == "extra-keys" and found.leftovers:
            yield entry("", None, _named(found.leftovers), look)
    if not found.lost:
        yield entry("lost", 0, "", look)
    if found.rejected:
        where = f", all in {found.rejects}" if found.rejects else " (--rejects FILE collects them)"
        yield entry("rejected", found.rejected, f"can't be converted{where}", look)
        for each in found.shown:
            yield entry("", None, f"{found.unit} {each.line:,}: {each.reason}", look)
    if found.refusal:
        yield entry("refused", None, found.refusal, look, style="error")
        return
    whole = "the standard output" if found.out == "-" else found.out
    files = f" {look.marks.dot} ".join(filter(None, (whole, _shape(found), found.lock)))
    yield entry("wrote", found.wrote, files, look, style="ok")
    if found.out != "-":
        target = f" --target {shlex.quote(found.target)}" if found.target else ""
        next_ = f"dslint check {shlex.quote(found.out)}{target}"
        yield entry("next", None, next_, look, style="help")


def _shape(found: Conversion) -> str:
    """Say in which format the rows were written, where that is not in the name of the file."""
    named = f".{found.to}." in found.out
    mark = "with a byte-order mark" if found.bom else ""
    return ", ".join(filter(None, ("" if named else FORMATS[found.to].title, mark)))


def _taken(columns: Mapping[str, str]) -> str:
    """Say which columns were taken for what."""
    return "taken: " + ", ".join(f"`{column}` as {field}" for field, column in columns.items())


def _named(leftovers: Mapping[str, int], most: int = 8) -> str:
    names = [name for name in leftovers if name != "weight"]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"`{name}`" for name in names[:most]) + more


def _habits(known: Habits, done: str) -> Iterator[str]:
    if known.speakers:
        asks, answers = known.speakers
        who = _who(known.dialogues, known.prompts, "prompt", "holds")
        yield f"{who} a dialogue of `{asks}:` and `{answers}:`: split into turns,"
        yield "the answers inside it with the weight 0: only the completion was learned"
    elif known.separator:
        who = _who(known.separated, known.prompts, "prompt", "ends")
        yield f"{who} with {_quoted(known.separator)}: the old separator{done}"
    if known.stop:
        who = _who(known.stopped, known.completions, "completion", "ends")
        yield f"{who} with {_quoted(known.stop)}: the old stop sequence{done}"
    if known.lead:
        who = _who(known.led, known.completions, "completion", "begins")
        yield f"{who} with {_quoted(known.lead)}{done.replace(',', ':')}"


def _who(count: int, total: int, noun: str, does: str) -> str:
    """Return `every prompt ends`, or `9 of 10 prompts end`."""
    if count == total:
        return f"every {noun} {does}"
    return f"{count:,} of {many(total, noun)} {does.removesuffix('s')}"


def _quoted(text: str) -> str:
    return f"`{json.dumps(text, ensure_ascii=False)[1:-1]}`"


def entry(word: str, rows: int | None, said: str, look: Look, style: str = "dim") -> str:
    """Return a line: what happened, to how many rows, and what else there is to say."""
    head = look.paint(f" {word:<9}", style if word else "dim")
    count = f"{rows:>9,}" if rows is not None else " " * 9
    return f"{head}{count}  {look.safe(said)}".rstrip()
