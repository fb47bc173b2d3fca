"""Rewrites one chunk: rows go in, lines of another format and what they lost come out. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from dslint.checks import shape
from dslint.facts.files import FileFacts
from dslint.facts.hashes import line_hash, total
from dslint.facts.reasoning import field as reasoning_of
from dslint.formats import FORMATS, UNKNOWN, of_row
from dslint.formats.columns import Fields
from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.formats.openai import CHAT, COMPLETION, PREFERENCE
from dslint.formats.reading import read, write
from dslint.formats.shape import Row
from dslint.jsonl import parse
from dslint.jsonl.parse import Line, Malformed
from dslint.jsonl.unreadable import shown
from dslint.stages.legacy import Habits, Survey, renewed
from dslint.stages.reasoning import Spelling, has_reasoning, respelled
from dslint.stages.style import Style, dressed, fitted
from dslint.tabular.table import BROKEN

Numbered = Sequence[tuple[int, bytes]]

_FORMULA = b':"='


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How rows are rewritten: `forced` is the format that a user says of all; `hashed` says whether
    the hashes of rows are summed for the lock. `fields` are what the keys of rows are taken for,
    `style` what is wanted of rows beyond the format.
    """

    to: str
    forced: str | None
    habits: Habits
    system: str | None
    reasoning: Spelling | None
    hashed: bool = False
    fields: Fields | None = None
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that can't be converted: the line on which it begins, why, and its bytes."""

    line: int
    reason: str
    raw: bytes


@dataclass(slots=True)
class Part:
    """What a chunk gave; or all chunks, whose `out` (the lines to be written) is not kept.

    `taken` and `given` are the sums of the hashes of the rows that were read and written.
    """

    out: bytes = b""
    file: FileFacts = field(default_factory=FileFacts)
    lines: int = 0
    read: int = 0
    wrote: int = 0
    rejected: int = 0
    taken: int = 0
    given: int = 0
    formats: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    leftovers: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)

    def join(self, later: Part, most: int, offset: int) -> None:
        """Add what a later chunk gave, whose lines begin `offset` lines later: `most` rejects."""
        later.rejects = [replace(each, line=each.line + offset) for each in later.rejects]
        self.rejects += later.rejects[: max(0, most - len(self.rejects))]
        self.lines += later.lines
        self.read += later.read
        self.wrote += later.wrote
        self.rejected += later.rejected
        self.taken += later.taken
        self.given += later.given
        self.formats += later.formats
        self.lost += later.lost
        self.notes += later.notes
        self.leftovers += later.leftovers


@dataclass(slots=True)
class Surveyed:
    """What is remembered of a chunk's prompts and completions."""

    file: FileFacts
    survey: Survey


def surveyed(
    fields: Fields | None,
    whole: bytes,
    format: str,
    numbered: Numbered | None = None,
    broken: Sequence[Malformed] = (),
) -> Surveyed:
    """Look at a chunk's prompts and completions, as `rewritten` is given it. Pure."""
    survey = Survey()
    detect = FORMATS[COMPLETION.name].detect
    for _, raw in parse.lines(whole) if numbered is None else numbered:
        try:
            row = orjson.loads(raw)
        except ValueError:
            continue
        if fields and type(row) is dict:
            row = fields.of(row)
        if type(row) is dict and detect(row):
            survey.add(row.get("prompt"), row.get("completion"))
    return Surveyed(FileFacts(bytes=len(whole)), survey)


def rewritten(
    how: Rewriting,
    whole: bytes,
    format: str,
    numbered: Numbered | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Rewrite a chunk of whole lines, most of which are in `format`; or numbered rows, whose bytes
    all together are `whole`, and turn down those that are `broken`. Pure, and never raises.
    """
    parsed = parse.parse(parse.lines(whole) if numbered is None else numbered, whole)
    parsed.count += len(broken)
    parsed.malformed += broken
    part = Part(
        file=FileFacts(bytes=len(whole)),
        lines=parsed.count,
        read=len(parsed.lines) + len(parsed.malformed),
    )
    flaws = {
        flawed.number: {defect.kind: defect.found for defect in flawed.defects}
        for flawed in parsed.flawed
    }
    if how.hashed:  # before the rows are taken apart
        part.taken = total(line.data for line in parsed.lines)
        part.taken += sum(int(line_hash(each.raw), 16) for each in parsed.malformed)
    lines: list[bytes] = []
    rows: list[Any] = []
    for line in parsed.lines:
        try:
            if how.fields:
                line = _named(line, how.fields, flaws.get(line.number, {}), part)
            own = how.forced or of_row(line.data, format)
            part.formats[own] += 1
            out, row, conversation = _row(how, line, own, flaws.get(line.number, {}))
        except Unconvertible as why:
            part.rejects.append(Reject(line.number, str(why), line.raw))
            continue
        except RecursionError:
            part.rejects.append(Reject(line.number, "it is nested too deep", line.raw))
            continue
        lines += (out, b"\n")
        part.wrote += 1
        if how.hashed:
            if line.number in flaws:  # the value may have more than who reads it will see
                part.given += int(line_hash(out), 16)
            else:
                rows.append(row)
        if conversation.lost:
            part.lost.update(conversation.lost)
        if conversation.notes:
            part.notes.update(conversation.notes)
        if conversation.leftovers:
            part.leftovers.update(conversation.leftovers)
    for each in parsed.malformed:
        part.rejects.append(Reject(each.number, _broken(each), each.raw))
    part.rejects.sort(key=lambda each: each.line)
    part.rejected = len(part.rejects)
    part.given += total(rows)
    part.out = b"".join(lines)
    return part


def _named(line: Line, fields: Fields, flaws: dict[str, str], part: Part) -> Line:
    """Return a line with the names of its fields, its bytes as they were. Raises Unconvertible for
    a row of a table in which a cell is empty that it is nothing without.
    """
    if fields.table:
        part.notes["formulas"] += _FORMULA in line.raw
        if column := fields.empty(line.data):
            raise Unconvertible(f"its `{column}` is empty")
    data = json.loads(line.raw) if "number-loses-precision" in flaws else line.data
    return Line(line.number, line.raw, fields.of(data))


def _broken(row: Malformed) -> str:
    """Say why a row can't be read."""
    defect = row.defects[0]
    if defect.kind in BROKEN:
        return BROKEN[defect.kind].format(found=defect.found)
    return f"it can't be read as JSON: {defect.kind.replace('-', ' ')}"


def _row(
    how: Rewriting, line: Line, format: str, flaws: dict[str, str]
) -> tuple[bytes, Row, Conversation]:
    """Return a row as it is written, and as the value that was written."""
    data = line.data
    if "number-loses-precision" in flaws and not how.fields:
        data = json.loads(line.raw)  # which keeps whole numbers of any size
    if format == UNKNOWN:
        keys = ", ".join(f"`{shown(each.encode())}`" for each in list(data)[:5])
        raise Unconvertible(f"it is in no format that is known (its keys: {keys or 'none'})")
    found = read(data, FORMATS[format])
    directs = b'"developer"' in line.raw and _directs(found)
    if format == COMPLETION.name and how.to != COMPLETION.name:
        found.messages = renewed(found.messages, how.habits, found.notes)
    if how.reasoning or format != COMPLETION.name:
        _reason(how, found)
    if how.system is not None:
        _instruct(how.system, found)
    weight = fitted(found, how.style) if how.style else None
    changed = found.notes or found.lost or found.row_weight is not None
    if format == how.to and not how.style and not changed:
        _verify(how.to, data)
        return _kept(how, line, data), data, found
    row = write(found, FORMATS[how.to])
    if not (format == COMPLETION.name and how.to == CHAT.name):
        _verify(how.to, row)  # what is made of two texts is sound
    if how.style:
        row = dressed(row, how.style, weight)
    if row == data or (row.keys() <= data.keys() and row == _without_nulls(data)):
        return _kept(how, line, data), data, found
    if "duplicate-key" in flaws:
        raise Unconvertible(f"the key `{flaws['duplicate-key']}` is given twice in it")
    out = _written(row)
    if directs and b'"role":"developer"' not in out:
        found.notes.add("developer")
    return out, row, found


def _directs(found: Conversation) -> bool:
    """Say whether a message was from `developer`, as the system is called since o1."""
    return any(each.get("role") == "developer" for each in found.messages)


def _kept(how: Rewriting, line: Line, data: Row) -> bytes:
    """Return the bytes of a row that needs no change, on one line."""
    raw = line.raw.strip()
    return _written(data) if how.fields or b"\n" in raw else raw


def _reason(how: Rewriting, found: Conversation) -> None:
    sides = (found.messages, found.preferred, found.non_preferred)
    if not any(map(has_reasoning, sides)):
        return
    if how.reasoning:
        found.messages, found.preferred, found.non_preferred = (
            respelled(each, how.reasoning) for each in sides
        )
        if how.reasoning == "drop":
            found.lost.add("reasoning")
        else:
            found.notes.add(f"reasoning-{how.reasoning}")
    elif (
        how.to in (CHAT.name, PREFERENCE.name)
        and (how.style is None or how.style.reasoning is None)
        and any(reasoning_of(message) for side in sides for message in side)
    ):
        found.notes.add("reasoning")


def _instruct(system: str, found: Conversation) -> None:
    first = found.messages[0].get("role") if found.messages else None
    if first in ("system", "developer"):
        found.notes.add("own-system")
    else:
        found.notes.add("system")
        found.messages = [{"role": "system", "content": system}, *found.messages]


def _without_nulls(row: Row) -> Row:
    """Leave out the keys that say nothing, of a row and of what a preference is asked with."""
    found = {key: each for key, each in row.items() if each is not None}
    if type(found.get("input")) is dict:
        found["input"] = {key: each for key, each in found["input"].items() if each is not None}
    return found


def _verify(to: str, row: Row) -> None:
    """Raise Unconvertible where a row is not as the schema of its format says."""
    if shape.is_valid(to, row):
        return
    from dslint.rulebook import book
    from dslint.stages.scan import fill

    name, hit = shape.explain(to, row)[0]
    raise Unconvertible(f"{fill(book.own()[name].message, hit.values)} (at {hit.pointer or '/'})")


def _written(row: Any) -> bytes:
    try:
        return orjson.dumps(row)
    except (TypeError, ValueError):  # whole numbers beyond 64 bits, or nested deeper than it writes
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")


def listed(reject: Reject) -> bytes:
    """Write a reject as a line: where it stood, why, and the row (as text where it is broken)."""
    found: dict[str, Any] = {"line": reject.line, "reason": reject.reason}
    try:
        orjson.loads(reject.raw)
        found["row"] = orjson.Fragment(reject.raw.replace(b"\n", b" ").strip())
    except ValueError:
        found["text"] = reject.raw.decode("utf-8", "backslashreplace")
    return orjson.dumps(found) + b"\n"
