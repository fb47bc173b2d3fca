"""What `dslint count` found: for people, for programs, and record by record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.cells import cell_len

from dslint.report.json import VERSION, dump
from dslint.report.screen import Look, wrap
from dslint.report.words import many, share
from dslint.stages.count import Count, Summary
from dslint.stages.packing import Packing

FIELDS = ("file", "line", "tokens", "trained", "sequence")
"""What is told of a record; `sequence` is the longest that is trained on."""

_WIDE = 40


def lines(found: Count, look: Look) -> Iterator[str]:
    """Yield a paragraph a file, and one for all where there are several."""
    for line in wrap(look.safe(_how(found)), look.width):
        yield look.paint(line, "dim")
    several = len(found.files) > 1
    context = found.model.context if found.model else None
    for each in found.files if len(found.files) <= 10 else ():
        yield ""
        yield from _heading(each, look)
        yield from _parts(each, look, context, whole=not several)
    if several:
        yield ""
        yield from _heading(found.total, look, many(len(found.files), "file"))
        yield from _parts(found.total, look, context, whole=True)
    for skipped in found.skipped:
        yield look.paint(look.safe(f"{skipped.what} is not counted: {skipped.why}"), "warn")


def _how(found: Count) -> str:
    if found.model is None:
        return (
            f"counted in {found.encoding}; --model counts as the model does, and knows its context"
            if found.encoding.endswith("_base")
            else f"counted with {found.encoding}"
        )
    if found.exact:
        return f"counted as {found.model.name} does, in {found.encoding}"
    return (
        f"estimates: the tokenizer of {found.model.name} is not tiktoken's, and these are counts "
        f"in {found.encoding}; --tokenizer tokenizer.json counts with its own"
    )


def _heading(each: Summary, look: Look, name: str = "") -> Iterator[str]:
    dot = f" {look.marks.dot} "
    parts = [each.format or "", many(each.records, "record")]
    parts.append(f"{each.tokens:,} tokens, {each.trained:,} trained")
    title = look.safe(each.path or name)
    yield look.paint(title, "rule") + "  " + look.paint(dot.join(filter(None, parts)), "dim")


def _parts(each: Summary, look: Look, context: int | None, *, whole: bool) -> Iterator[str]:
    dot = f" {look.marks.dot} "
    if each.spread:
        of = each.spread
        numbers = (
            ("min", of.min),
            ("median", of.median),
            ("mean", of.mean),
            ("p95", of.p95),
            ("max", of.max),
        )
        yield "  a record   " + dot.join(f"{name} {value:,.0f}" for name, value in numbers)
        who = [f"{role} {share(tokens, each.tokens)}" for role, tokens in each.roles.items()]
        around = each.tokens - sum(each.roles.values()) - each.tools
        if around:
            who.append(f"the start of replies {share(around, each.tokens)}")
        yield from _told("by role", look.safe(dot.join(who)), look)
        kinds = (
            ("reasoning", each.reasoning),
            ("tools", each.tools),
            ("images", each.images),
            ("repeated system prompts", each.repeated),
        )
        rest = [
            f"{kind} {tokens:,} ({share(tokens, each.tokens)})" for kind, tokens in kinds if tokens
        ]
        if rest:
            yield from _told("of these", dot.join(rest), look)
    if each.bound:
        yield from _told(
            "bound",
            f"a provider may count up to {each.bound:,} less ({share(each.bound, each.tokens)})",
            look,
        )
    if each.estimated:
        said = (
            f"{many(each.estimated, 'record')} with tools, images or files: nobody publishes these"
        )
        yield from _told("estimates", said, look)
    if each.idle[0]:
        said = (
            f"{many(each.idle[0], 'record')}, {many(each.idle[1], 'token')}, with nothing to learn"
        )
        yield from _told("idle", said, look)
    if each.left_out:
        yield from _told("left out", _left_out(each), look, "warn")
    if whole and each.histogram:
        yield ""
        yield from _histogram(each, look)
        yield ""
        for number, long in enumerate(each.longest):
            named = look.safe(f"{long.file}:{long.line}")
            yield f"  {'longest' if number == 0 else '':<9}  {long.tokens:>9,}  {named}"
    if each.over is not None:
        yield from _told("context", _over(each, context), look, "warn" if each.over else "")
    if each.packing:
        yield from _told("packed", _packed(each.packing, dot), look)


def _told(name: str, said: str, look: Look, style: str = "") -> Iterator[str]:
    for number, line in enumerate(wrap(said, look.width - 13)):
        text = look.paint(line, style) if style else line
        yield f"  {name if number == 0 else '':<10} {text}"


def _left_out(each: Summary) -> str:
    parts = (
        (each.malformed, "that is no JSON object", "that are no JSON objects"),
        (each.invalid, "not built as its schema says", "not built as their schema says"),
        (each.unread, "of a format that can't be read", "of formats that can't be read"),
    )
    said = [f"{count:,} {one if count == 1 else more}" for count, one, more in parts if count]
    return f"{', '.join(said)}: not counted"


def _over(each: Summary, context: int | None) -> str:
    if not each.over:
        return f"no record is longer than its {context:,} tokens"
    return (
        f"{many(each.over, 'record')} longer than its {context:,} tokens; truncation drops "
        f"{many(each.cut or 0, 'token')}"
    )


def _packed(of: Packing, dot: str) -> str:
    padding = share(of.padding, of.records * of.length)
    parts = [
        f"{many(of.sequences, 'sequence')} of {of.length:,}, {100 * of.efficiency:.1f} % full "
        "(best fit, the longest first)",
        f"a record a sequence would be {padding} padding",
        f"{of.cut:,} tokens beyond the length are cut" if of.cut else "",
    ]
    return dot.join(filter(None, parts))


def _histogram(each: Summary, look: Look) -> Iterator[str]:
    names = [
        f"{bar.low:,} - {bar.high:,}" if bar.high else f"{bar.low:,} -" for bar in each.histogram
    ]
    wide = max(map(cell_len, names))
    digits = max(len(f"{bar.records:,}") for bar in each.histogram)
    most = max(bar.records for bar in each.histogram)
    room = max(10, min(_WIDE, look.width - wide - digits - 6))
    for name, bar in zip(names, each.histogram, strict=True):
        # whoever is there is seen
        drawn = look.marks.half * (max(1, round(bar.records * room / most)) if bar.records else 0)
        yield f"  {name:<{wide}}  {bar.records:>{digits},}  {look.paint(drawn, 'help')}".rstrip()


def entry(found: Count) -> dict[str, Any]:
    """Return what was found as programs see it."""
    return {
        "version": VERSION,
        "model": found.model.name if found.model else None,
        "target": found.model.target if found.model else None,
        "context": found.model.context if found.model else None,
        "encoding": found.encoding,
        "exact": found.exact,
        "files": [summary(each) for each in found.files],
        "total": summary(found.total),
        "skipped": [{"what": each.what, "why": each.why} for each in found.skipped],
    }


def summary(each: Summary) -> dict[str, Any]:
    """Return a file's sums, or those of all."""
    whole = asdict(each)
    whole["left_out"] = {name: whole.pop(name) for name in ("malformed", "invalid", "unread")}
    whole["over_context"], whole["truncated"] = whole.pop("over"), whole.pop("cut")
    records, tokens = whole.pop("idle")
    whole["idle"] = {"records": records, "tokens": tokens}
    whole["histogram"] = [
        {"low": bar.low, "high": bar.high, "records": bar.records} for bar in each.histogram
    ]
    whole["longest"] = [
        {"file": long.file, "line": long.line, "tokens": long.tokens} for long in each.longest
    ]
    if each.packing:
        whole["packing"] |= {
            "efficiency": round(each.packing.efficiency, 6),
            "padding": each.packing.padding,
        }
    return whole


def records(found: Count, form: str, look: Look) -> Iterator[str]:
    """Yield a line a record, as `jsonl` or as `csv` with a heading."""
    if form == "csv":
        yield _csv(FIELDS)
    for tally, file in zip(found.tallies, found.files, strict=True):
        numbers = zip(tally.lines, tally.totals, tally.trained, tally.longest, strict=True)
        for values in numbers:
            row = (file.path or "", *values)
            if form == "csv":
                yield _csv((look.safe(row[0]), *values))
            else:
                yield dump(dict(zip(FIELDS, row, strict=True)), look)


def _csv(values: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(values)
    return out.getvalue()
