"""Looks at one chunk: bytes and a plan go in, hits and facts come out. Pure, so that any executor
can run it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from dslint.checks import shape
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts, Seen
from dslint.facts.labels import labels
from dslint.facts.pairs import Pairs
from dslint.facts.privacy import masked
from dslint.facts.repeats import repeats
from dslint.facts.tables import TABLES
from dslint.formats import of_row
from dslint.formats.openai import COMPLETION
from dslint.jsonl import parse
from dslint.jsonl.parse import Malformed
from dslint.model import Defect, Hit, Record, Rule
from dslint.stages.plan import ANY, Check, Plan, Question

ROW_TABLES = ("record", "message", "tool_call", "tool", "image", "secret", "personal")
MOST_SHAPES = 1_000
"""Sets of keys that are told apart in a file; rows with yet another one are not counted by their
keys.
"""


_NAMED = re.compile(r"\{(\w+)\}")


class Raised(NamedTuple):
    """A hit as it travels: its line, pointer and message (None: the template as it stands), and its
    bytes.

    `span` is a pair of byte offsets in the line, for what has no pointer: broken JSON. `mark` is
    the hit's own.
    """

    line: int
    pointer: str = ""
    message: str | None = None
    span: tuple[int, int] | None = None
    mark: str | None = None


Hits = dict[tuple[int, int], list[Raised]]
"""What was raised, by the positions of rule and target in the plan."""


@dataclass(slots=True)
class Part:
    """What one chunk gave."""

    file: FileFacts
    hits: Hits = field(default_factory=dict)
    facts: pl.DataFrame | None = None


def scan(
    plan: Plan,
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Look at a chunk of whole lines of a file in `format`; or at numbered rows, where a file has
    no lines, and at those that are `broken` before anything is parsed.
    """
    parsed = parse.parse(parse.lines(whole) if numbered is None else numbered, whole)
    parsed.count += len(broken)
    parsed.malformed += broken
    records = [
        Record(line, raw, data, plan.format or of_row(data, format))
        for line, raw, data in parsed.lines
    ]
    part = Part(_file_facts(parsed, records, whole))
    _defects(plan, parsed, part.hits)
    batch = Batch(records, plan.purpose.ruler)
    for position in batch.plain:
        records[position].plain = True
    _shapes(plan, batch, part.hits)
    if b"image" in whole:
        for image in batch.images:
            records[image.record].images += 1
        for position in sorted({image.record for image in batch.images}):
            part.file.images.add(records[position].line)
    part.file.repeats = repeats(batch)
    part.file.labels = labels(batch)
    for name in ROW_TABLES:
        _ask(plan, name, batch, part.hits)
    _check(plan, batch, part.hits)
    columns = plan.columns("dataset")
    if columns:
        part.facts = TABLES["dataset"].frame(batch, stored(columns))
    for raised in part.hits.values():
        raised.sort(key=lambda hit: hit.line)
    return part


def stored(columns: Iterable[str]) -> list[str]:
    """Return the columns of the dataset that must be kept for `columns`: those that are not derived
    at the end.
    """
    table = TABLES["dataset"]
    needed = table.closure({*columns, "file", "line", "format"})
    return [name for name in needed if table.columns[name].derive is None]


def _file_facts(parsed: parse.Parsed, records: list[Record], whole: bytes) -> FileFacts:
    facts = FileFacts(
        bytes=len(whole),
        lines=parsed.count,
        newlines=parsed.newlines,
        carriage_returns=parsed.carriage_returns,
        final_newline=whole.endswith(b"\n"),
        records=len(records),
        malformed=len(parsed.malformed),
    )
    for line in parsed.blank:
        facts.blank.add(line)
    for record in records:
        keys = tuple(record.data)
        if record.format not in facts.formats:
            facts.formats[record.format] = Seen()
        facts.formats[record.format].add(record.line)
        if keys not in facts.keys and len(facts.keys) < MOST_SHAPES:
            facts.keys[keys] = Seen()
        if keys in facts.keys:
            facts.keys[keys].add(record.line)
        if record.format == COMPLETION.name and type(record.data) is dict:
            facts.pairs = facts.pairs or Pairs()
            facts.pairs.add(record.line, record.data.get("prompt"), record.data.get("completion"))
    return facts


def _defects(plan: Plan, parsed: parse.Parsed, hits: Hits) -> None:
    found = [
        (line.number, defect, len(line.raw))
        for line in (*parsed.malformed, *parsed.flawed)
        for defect in line.defects
    ]
    questions = plan.questions.get("defect", [])
    if not found or not questions:
        return
    for question, rows, frame in answers(
        questions, TABLES["defect"].frame(found, plan.columns("defect") | {"line"})
    ):
        rule = plan.rules[question.rule]
        messages = told(rule, frame, rows)
        hits.setdefault((question.rule, question.target), []).extend(
            Raised(found[row][0], "", message, _span(found[row][1]))
            for row, message in zip(rows, messages, strict=True)
        )


def _span(defect: Defect) -> tuple[int, int]:
    return defect.start, defect.end


def _shapes(plan: Plan, batch: Batch, hits: Hits) -> None:
    """Hold each record to its format's schema: a fast gate, and an explanation of what does not
    pass.
    """
    for record, cast in zip(batch.records, batch.cast, strict=True):
        if record.plain and shape.takes(record.format, batch.casts[cast]):
            continue
        if shape.is_valid(record.format, record.data):
            continue
        for name, hit in shape.explain(record.format, record.data):
            if name in plan.labels:
                position = plan.labels[name]
                message = fill(plan.rules[position].message, hit.values)
                hits.setdefault((position, ANY), []).append(
                    Raised(record.line, hit.pointer, message)
                )


def _ask(plan: Plan, name: str, batch: Batch, hits: Hits) -> None:
    """Put all questions over a table in one select."""
    formats = {record.format for record in batch.records}
    questions = [
        question
        for question in plan.questions.get(name, [])
        if any(plan.applies(question.rule, format) for format in formats)
    ]
    table = TABLES[name]
    if not questions or not table.rows(batch):
        return
    mixed = len(formats) > 1
    columns = plan.columns(name) | {"line"} | ({"format"} if mixed else set())
    for question, rows, frame in answers(questions, table.frame(batch, columns)):
        rule = plan.rules[question.rule]
        if mixed and rule.formats:
            kept = frame["format"]
            rows = [row for row in rows if plan.applies(question.rule, kept[row])]
        lines = frame["line"]
        hits.setdefault((question.rule, question.target), []).extend(
            Raised(lines[row], table.pointer(batch, row, at), message, mark=table.mark(batch, row))
            for row, message, at in zip(
                rows, told(rule, frame, rows), placed(rule, frame, rows), strict=True
            )
        )


def answers(
    questions: list[Question], frame: pl.DataFrame
) -> Iterable[tuple[Question, list[int], pl.DataFrame]]:
    """Yield each question that holds for some row of a table, with those rows."""
    literals = [each for question in questions for each in question.literals]
    full = frame.with_columns(literals) if literals else frame
    answered = full.select(
        question.predicate.alias(str(at)) for at, question in enumerate(questions)
    )
    for question, column in zip(questions, answered.get_columns(), strict=True):
        if column.any():
            yield question, column.arg_true().to_list(), full


def _check(plan: Plan, batch: Batch, hits: Hits) -> None:
    """Ask the functions about each record that has a row in the table that their rule is over."""
    formats = {record.format for record in batch.records}
    for table in ROW_TABLES:
        for check in plan.checks.get(table, []):
            taken = {format for format in formats if plan.applies(check.rule, format)}
            rule = plan.rules[check.rule]
            for record, hit in _found(check, batch, table, taken) if taken else ():
                hits.setdefault((check.rule, check.target), []).append(
                    Raised(record.line, hit.pointer, fill(rule.message, hit.values), mark=hit.mark)
                )


def _found(
    check: Check, batch: Batch, table: str, formats: set[str]
) -> Iterator[tuple[Record, Hit]]:
    """Yield what a function finds in the records of some formats: in each, or in all at once."""
    if check.whole:
        for position, hit in check.of(batch):
            if batch.records[position].format in formats:
                yield batch.records[position], hit
        return
    for record in _concerned(batch, table):
        if record.format in formats:
            for hit in check.of(record):
                yield record, hit


def _concerned(batch: Batch, table: str) -> list[Record]:
    """Return the records that have a row in a table."""
    if table in ("record", "message"):
        return batch.records
    match table:
        case "tool_call":
            concerned = {call.record for call in batch.calls}
        case "tool":
            concerned = {tool.record for tool in batch.tools}
        case "secret":
            concerned = {each.record for each in batch.secrets}
        case "personal":
            concerned = {each.record for each in batch.personal}
        case _:
            concerned = {image.record for image in batch.images}
    return [batch.records[position] for position in sorted(concerned)]


def told(rule: Rule, frame: pl.DataFrame, rows: list[int]) -> list[str | None]:
    """Fill the rule's message for rows of a table; None where it has nothing to fill in."""
    if not _NAMED.search(rule.message):
        return [None] * len(rows)
    return list(rendered(rule.message, frame, rows))


def placed(rule: Rule, frame: pl.DataFrame, rows: list[int]) -> list[str]:
    """Fill the rule's place for rows of a table."""
    return rendered(rule.at, frame, rows, str)


def rendered(
    template: str,
    frame: pl.DataFrame,
    rows: list[int],
    write: Callable[[Any], str] | None = None,
) -> list[str]:
    """Fill a template for rows of a table with the values of their columns."""
    named = [name for name in _NAMED.findall(template) if name in frame.columns]
    if not named:
        return [template] * len(rows)
    values = frame.select(named)[rows].iter_rows(named=True)
    return [fill(template, row, write) for row in values]


def fill(
    template: str, values: Mapping[str, Any], write: Callable[[Any], str] | None = None
) -> str:
    """Put values into the `{names}` of a message, each cut to a readable length."""
    put = write or shortened
    return _NAMED.sub(
        lambda found: put(values[found[1]]) if found[1] in values else found[0], template
    )


def shortened(value: object, most: int = 60) -> str:
    """Write a value in a message: numbers with separators, shares in per cent, long texts cut."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.0%}" if 0 <= value <= 1 else f"{value:,.1f}"
        case list() | tuple():
            return shortened(", ".join(map(str, value)), most)
        case _:
            text = str(value)
            if len(text) > most:  # a secret that is cut is none that can be told
                text = masked(text[: most + 512], personal=False)
            return text if len(text) <= most else text[: most - 1] + "…"
