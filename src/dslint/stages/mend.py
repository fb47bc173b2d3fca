"""Mends the rows of one chunk: bytes go in, the bytes that stand there from now on come out. Pure,
so that any executor can run it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import orjson

from dslint.facts.files import FileFacts
from dslint.formats import of_row
from dslint.jsonl import parse
from dslint.jsonl.edit import edited
from dslint.jsonl.locate import locate
from dslint.jsonl.repair import repaired
from dslint.jsonl.repeated import without_repeats
from dslint.model import Drop, Edit, Record, Remove
from dslint.stages.mending import (
    BLANK,
    CARRIAGE_RETURNS,
    Change,
    Found,
    Loss,
    Mending,
    Part,
    Row,
)
from dslint.stages.plan import Plan
from dslint.stages.scan import scan

ROUNDS = 64
"""How often a row is looked at again; one that is still not settled stays as it was."""


def mended(
    how: Mending,
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: object = (),
) -> Part:
    """Mend a chunk of whole lines of a file in `format`, or numbered rows. Never raises."""
    part = Part(FileFacts(bytes=len(whole), final_newline=whole.endswith(b"\n")))
    if numbered is None:
        part.file.lines = whole.count(b"\n") + (not part.file.final_newline)
        numbered = list(_lines(how, part, whole))
    part.rows = [[raw] for _, raw in numbered]
    found = _raised(how.plan, numbered, b"\n".join(raw for _, raw in numbered), format)
    if how.everywhere:
        for number, _ in numbered:
            found.setdefault(number, []).extend(how.everywhere)
    rows = {number: Row(number, raw, raw) for number, raw in numbered if number in found}
    _settle(how, format, [(row, found[number]) for number, row in rows.items()])
    _guard(how, format, [leaf for row in rows.values() for leaf in row.leaves])
    for at, (number, _) in enumerate(numbered):
        if number in rows:
            _account(how, part, at, rows[number])
    return part


def _lines(how: Mending, part: Part, whole: bytes) -> Iterator[tuple[int, bytes]]:
    """Number the lines of a chunk; without carriage returns, and without blank ones, if the file
    is to have none.
    """
    ends = how.whole & CARRIAGE_RETURNS
    for number, raw in parse.lines(whole):
        if BLANK in how.whole and not raw.strip():
            part.lines[BLANK] += 1
            part.touched.add(number)
            continue
        line = raw.removesuffix(b"\r") if ends else raw
        if len(line) < len(raw):
            part.lines.update(ends)
            part.touched.add(number)
        yield number, line


def _raised(
    plan: Plan, numbered: Sequence[tuple[int, bytes]], whole: bytes, format: str
) -> dict[int, list[Found]]:
    """Return what a plan raises in rows, by their numbers, in the order of its rules."""
    found: dict[int, list[Found]] = {}
    for (rule, target), hits in sorted(scan(plan, whole, format, numbered).hits.items()):
        for raised in hits:
            found.setdefault(raised.line, []).append((rule, target, raised))
    return found


def _settle(how: Mending, format: str, waiting: list[tuple[Row, list[Found]]]) -> None:
    """Mend rows, look at them again, and mend them again, until nothing is left to be mended."""
    for _ in range(ROUNDS):
        pending = [each for row, found in waiting for each in _mend(how, format, row, found)]
        if not pending:
            return
        numbered = [(number, row.raw) for number, row in enumerate(pending, 1)]
        whole = b"\n".join(raw for _, raw in numbered)
        raised = _raised(how.plan, numbered, whole, format)
        waiting = [
            (row, raised.get(number, []) + how.everywhere) for number, row in enumerate(pending, 1)
        ]
    for row, _ in waiting:
        row.restore()


def _mend(how: Mending, format: str, row: Row, found: list[Found]) -> Iterable[Row]:
    """Mend what was found in a row, as far as nothing is in another's way; return what has to be
    looked at again.
    """
    try:
        return _tried(how, format, row, found)
    except RecursionError:  # nested too deep to be written anew
        return ()


def _tried(how: Mending, format: str, row: Row, found: list[Found]) -> Iterable[Row]:
    rules = how.plan.rules
    open_ = [each for each in found if not how.accepts(rules[each[0]], row, each[2].pointer)]
    broken = [rules[rule].name for rule, _, _ in open_ if rules[rule].over == "defect"]
    if broken and (parts := _repair(how, row, broken)):
        return parts
    try:
        data = orjson.loads(row.raw)
    except ValueError:
        return ()
    if type(data) is not dict:
        return ()
    record = Record(row.line, row.raw, data, how.plan.format or of_row(data, format))
    fixes = []
    for rule, target, raised in open_:
        if not how.plan.applies(rule, record.format):
            continue
        if edits := how.fixers[rule].edits(record, raised.pointer, target):
            if any(isinstance(edit, Drop) for edit in edits):
                row.reason = rules[rule].name
                return ()
            fixes.append((rules[rule], edits))
    raw, made = edited(row.raw, [edits for _, edits in fixes])
    if raw == row.raw or raw in row.seen or not is_row(raw):
        if raw != row.raw:
            row.restore()
        return ()
    for rule_, edits in (fixes[at] for at in made):
        row.mended[rule_.name] += 1
        if rule_.name not in row.samples:
            alone = raw if len(made) == 1 else edited(row.raw, [edits])[0]
            row.samples[rule_.name] = row.raw, alone
        if rule_.fix and rule_.fix.applicability == "unsafe":
            row.lost += [(rule_.name, each) for each in _removed(row.raw, edits)]
    row.seen.add(row.raw)
    row.raw = raw
    return (row,)


def is_row(raw: bytes) -> bool:
    try:
        return type(orjson.loads(raw)) is dict and b"\n" not in raw.strip()
    except ValueError:
        return False


def _removed(raw: bytes, edits: Iterable[Edit]) -> Iterator[bytes]:
    """Yield the bytes of what edits take away."""
    for edit in edits:
        if isinstance(edit, Remove) and (span := locate(raw, edit.pointer)):
            yield raw[span[0] : span[1]]


def _repair(how: Mending, row: Row, broken: list[str]) -> list[Row]:
    """Repair a row that is no JSON, or gives a key twice; return the rows that it holds then."""
    if set(broken) == {"duplicate-key"}:
        lines: list[bytes] | None = [without_repeats(row.raw)]
    else:
        lines = repaired(row.raw, how.kinds)
    if lines is None or lines == [row.raw]:
        return []
    row.mended.update(dict.fromkeys(broken, 1))
    row.samples.update(dict.fromkeys(broken, (row.raw, b"\n".join(lines))))
    row.parts = [Row(row.line, line, line) for line in lines]
    if not lines:
        row.reason = broken[0]
    return row.parts


def _guard(how: Mending, format: str, rows: list[Row]) -> None:
    """Undo what raises an error that the row did not raise before, rule by rule."""
    for row, new in _worse(how, format, rows):
        rules = list(row.mended)
        row.restore()
        for name in rules if len(rules) > 1 else ():
            chosen = tuple(rule for rule in how.plan.rules if rule.name == name)
            alone = replace(how, plan=replace(how.plan, rules=chosen))
            trial = Row(row.line, row.raw, row.raw)
            given = [(1, row.raw)]
            _settle(
                alone, format, [(trial, _raised(alone.plan, given, row.raw, format).get(1, []))]
            )
            if not trial.parts and not list(_worse(how, format, [trial])):
                row.raw, row.reason = trial.raw, trial.reason
                row.mended += trial.mended
                row.lost += trial.lost
                row.samples |= trial.samples
        row.kept = new


def _worse(how: Mending, format: str, rows: list[Row]) -> Iterator[tuple[Row, str]]:
    """Yield the rows that raise an error which they did not raise before they were mended."""
    changed = [
        row for row in rows if row.raw != row.original and not row.reason and is_row(row.original)
    ]
    if not changed:
        return
    names = []
    for given in ([row.original for row in changed], [row.raw for row in changed]):
        found = _raised(how.guard, list(enumerate(given, 1)), b"\n".join(given), format)
        names.append(
            [
                {how.guard.rules[rule].name for rule, _, _ in found.get(at, ())}
                for at in range(1, len(given) + 1)
            ]
        )
    for row, before, after in zip(changed, *names, strict=True):
        if new := after - before:
            yield row, min(new)


def _account(how: Mending, part: Part, at: int, row: Row) -> None:
    """Add what became of a row to what the chunk gave."""
    leaves = list(row.leaves)
    part.rows[at] = [leaf.raw for leaf in leaves if not leaf.reason]
    counted: Counter[str] = Counter(row.mended)
    for leaf in leaves:
        if leaf is not row:
            counted += leaf.mended
        if leaf.kept:
            part.kept[leaf.kept] += 1
        if leaf.reason:
            counted[leaf.reason] += 1
            part.losses.append(Loss(row.line, leaf.reason, leaf.original, whole=True))
        part.losses += [Loss(row.line, rule, raw, whole=False) for rule, raw in leaf.lost]
    if not counted:
        return
    part.touched.add(row.line)
    part.lines.update(counted.keys())
    for leaf in (row, *leaves):
        for rule, (before, after) in leaf.samples.items():
            part.examples.setdefault(rule, Change(row.line, (rule,), before, after))
        if leaf.reason:
            gone = Change(row.line, (leaf.reason,), leaf.original, b"")
            part.examples.setdefault(leaf.reason, gone)
    if how.keep:
        after = b"\n".join(part.rows[at])
        part.changes.append(Change(row.line, tuple(counted), row.original, after))
