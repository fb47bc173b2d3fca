"""What `dslint dedupe` did: a line each for what was read, what went and why, the largest clusters,
and what was written.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dslint.report.json import VERSION
from dslint.report.screen import Look, clip
from dslint.report.words import many
from dslint.report.words import share as percent
from dslint.stages.dedupe import Deduped

WHY = {
    "exact": "say what another row says",
    "normalised": "say what another row says, but for case, spacing or punctuation",
    "prompt": "have the prompt of another row",
    "near": "are nearly another row",
    "evaluation": "have a question of the evaluation in them",
}
"""What is said of the rows that went, by reason."""

SHOWN = 5
"""Rows of an evaluation that are shown."""


def lines(found: Deduped, look: Look) -> Iterator[str]:
    """Yield what was done, for people."""
    whole = ", ".join(found.sources[:3])
    if len(found.sources) > 3:
        whole += f" and {len(found.sources) - 3:,} more"
    yield _line("read", found.read, whole, look)
    if found.unsound:
        yield _line("notice", found.unsound, "are no JSON objects: left as they are", look)
    for why, rows in found.gone.items():
        said = WHY[why]
        if why == "near":
            said += f": {found.near:.0%} of their shingles in common, or more"
        if why == "evaluation":
            said += f": {', '.join(found.against[:3])}"
        yield _line("dropped", rows, said, look, style="warn")
    if not found.gone:
        yield _line("dropped", 0, "no row repeats another one", look)
    if found.gone.get("near", 0) > found.read / 2:
        many_ = (
            "most rows went: what all of them say is longer than what each says, see --near=0.95"
        )
        yield _line("notice", None, many_, look, style="warn")
    yield from _clusters(found, look)
    yield from _hits(found, look)
    if found.out is None:
        yield _line("kept", found.kept, "nothing is written without -o FILE", look)
        return
    out = "the standard output" if found.out == "-" else found.out
    dot = f" {look.marks.dot} "
    yield _line("wrote", found.kept, dot.join(filter(None, (out, found.lock))), look, style="ok")
    if found.dropped:
        yield _line("", None, f"the rows that went, with their twins: {found.dropped}", look)
    if found.out != "-":
        yield _line("next", None, f"dslint check {shlex.quote(found.out)}", look, style="help")


def _clusters(found: Deduped, look: Look) -> Iterator[str]:
    """Yield the rows for which most others went: how many, which one stayed, and what it says."""
    if not found.largest:
        return
    stayed = f"{many(found.clusters, 'row')} stayed for them, most of all"
    yield _line("", None, stayed if found.clusters > 1 else "one row stayed for them", look)
    for each in found.largest:
        room = look.width - 21
        place = f"{each.kept}"
        yield _line("", None, f"{each.rows + 1:,} rows   {place}", look)
        yield _below(look, clip(look.safe(each.text), room, look.marks.more), "dim")
        if each.differs:
            other = f"line {each.twin.line:,}" if each.twin.file == each.kept.file else each.twin
            text = f"{percent(round(each.share * 1000), 1000)} as in {other}: {each.differs}"
            yield _below(look, clip(look.safe(text), room, look.marks.more), "dim")


def _hits(found: Deduped, look: Look) -> Iterator[str]:
    """Yield a line for each row that has a question, the one that covers most of it first."""
    places = [(str(each.row), str(each.other)) for each in found.hits[:SHOWN]]
    wide = [max(map(len, column)) for column in zip(*places, strict=True)] if places else []
    for each, (row, other) in zip(found.hits, places, strict=False):
        bar = look.marks.bar * max(1, round(each.covered * 4))
        head = f"{bar:<4} {each.covered:>4.0%}  {row:<{wide[0]}}  {other:<{wide[1]}}  "
        room = max(12, look.width - 21 - len(head))
        said = clip(look.safe(each.question), room, look.marks.more)
        yield _below(look, look.safe(head) + said)
    if len(found.hits) > SHOWN:
        yield _below(look, f"{look.marks.rest} {len(found.hits) - SHOWN:,} more", "dim")


def _below(look: Look, text: str, style: str = "") -> str:
    return " " * 21 + (look.paint(text, style) if style else text)


def _line(word: str, rows: int | None, said: str, look: Look, style: str = "dim") -> str:
    head = look.paint(f" {word:<9}", style if word else "dim")
    count = f"{rows:>9,}" if rows is not None else " " * 9
    return f"{head}{count}  {look.safe(said)}".rstrip()


def as_json(found: Deduped) -> dict[str, Any]:
    """Return what was done, for programs."""
    return {"version": VERSION, **asdict(found)}
