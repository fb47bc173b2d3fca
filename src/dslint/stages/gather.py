"""Puts together what the pieces gave: each file's facts and hits, and the questions about what is
whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from dslint.facts import dataset
from dslint.facts.files import FileFacts
from dslint.facts.table import derive
from dslint.facts.tables import TABLES
from dslint.jsonl.source import CHUNK, Range
from dslint.model import Skipped
from dslint.stages import job, relations, whole
from dslint.stages.executor import run, tasks
from dslint.stages.files import File
from dslint.stages.plan import Plan
from dslint.stages.scan import (
    Hits,
    Raised,
    answers,
    fill,
    placed,
    rendered,
    scan,
    stored,
    told,
)


@dataclass(slots=True)
class Gathered:
    """What a run found: the hits of each file by rule and target, before anybody's opinion of them.

    The first file stands for the run as one. `skipped` is what could not be looked at.
    """

    files: list[File]
    hits: list[Hits] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def gather(
    plan: Plan,
    files: Sequence[File],
    jobs: int = 1,
    progress: Callable[[int], None] = lambda size: None,
    chunk: int = CHUNK,
    against: Sequence[File] = (),
) -> Gathered:
    """Look at all pieces of all files, then at the files and at the whole.

    `progress` is told bytes. `chunk` is how many bytes are looked at together: it never shows in
    the result. `against` are evaluation sets that are not looked at themselves.
    """
    found = Gathered(list(files), [{} for _ in files])
    facts: list[pl.DataFrame] = []
    offsets = [0] * len(found.files)
    for number, piece, part in run(partial(scan, plan), tasks(found.files, chunk), jobs):
        file = found.files[number]
        before = file.facts.lines
        if isinstance(piece, Range):
            file.chunks.append((before + 1, offsets[number]))
            offsets[number] += piece.length
        _add(found.hits[number], part.hits, before)
        if part.facts is not None:
            facts.append(
                part.facts.with_columns(
                    (pl.col("line") + before).cast(pl.UInt32),
                    pl.lit(number, dtype=pl.UInt32).alias("file"),
                )
            )
        file.facts.join(part.file)
        progress(part.file.bytes)
    _files(plan, found)
    _whole(plan, found, facts)
    _related(plan, found, facts, against, jobs)
    if found.files and "totals" in plan.checks:
        hits, found.skipped = job.ask(plan, found.files, jobs)
        _add(found.hits[0], hits, 0)
        every, unlooked = whole.ask(plan, found.files, jobs)
        for own, new in zip(found.hits, every, strict=True):
            _add(own, new, 0)
        found.skipped += unlooked
    return found


def _add(hits: Hits, new: Hits, before: int) -> None:
    for key, raised in new.items():
        if before:
            raised = [Raised(each.line + before, *each[1:]) for each in raised]
        hits.setdefault(key, []).extend(raised)


def _files(plan: Plan, found: Gathered) -> None:
    """Ask what is asked of files."""
    facts: list[FileFacts] = [file.facts for file in found.files]
    questions = plan.questions.get("file", [])
    if questions and facts:
        frame = TABLES["file"].frame(facts, plan.columns("file") | {"line"})
        for question, rows, full in answers(questions, frame):
            rule = plan.rules[question.rule]
            for row, message in zip(rows, told(rule, full, rows), strict=True):
                if plan.applies(question.rule, facts[row].format):
                    key = (question.rule, question.target)
                    found.hits[row].setdefault(key, []).append(Raised(0, "", message))
    for check in plan.checks.get("file", []):
        rule = plan.rules[check.rule]
        for number, each in enumerate(facts):
            if plan.applies(check.rule, each.format):
                for hit in check.of(each):
                    raised = Raised(hit.line or 0, hit.pointer, fill(rule.message, hit.values))
                    found.hits[number].setdefault((check.rule, check.target), []).append(raised)


def _whole(plan: Plan, found: Gathered, facts: list[pl.DataFrame]) -> None:
    """Ask what is asked of the facts of all records, and of their totals."""
    columns = plan.columns("dataset")
    if facts and plan.questions.get("dataset"):
        table = TABLES["dataset"]
        names = [name for name in table.closure(columns) if name not in stored(columns)]
        frame = derive(pl.concat(facts), table.columns, [*stored(columns), *names])
        frame = dataset.widen(frame, plan.asked("dataset"))
        for question, rows, full in answers(plan.questions["dataset"], frame):
            rule = plan.rules[question.rule]
            places = full.select("file", "line", "format")[rows]
            messages = told(rule, full, rows)
            pointers = [f"/{at}" if at else "" for at in placed(rule, full, rows)]
            for (number, line, format), message, pointer in zip(
                places.iter_rows(), messages, pointers, strict=True
            ):
                if plan.applies(question.rule, format):
                    key = (question.rule, question.target)
                    found.hits[number].setdefault(key, []).append(Raised(line, pointer, message))
    questions = plan.questions.get("totals", [])
    if questions and found.files:
        totals = {
            "files": len(found.files),
            "records": sum(file.facts.records for file in found.files),
            "malformed": sum(file.facts.malformed for file in found.files),
        }
        frame = TABLES["totals"].frame([totals], plan.columns("totals") | {"line"})
        for question, rows, full in answers(questions, frame):
            message = told(plan.rules[question.rule], full, rows)[0]
            found.hits[0].setdefault((question.rule, question.target), []).append(
                Raised(0, "", message)
            )


def _related(
    plan: Plan, found: Gathered, facts: list[pl.DataFrame], against: Sequence[File], jobs: int
) -> None:
    """Ask what is asked of rows that repeat others, and of those that an evaluation set has."""
    for name, rows in relations.made(plan, found.files, facts, against, jobs):
        table = TABLES[name]
        columns = plan.columns(name) | {"line", "format", "_file"}
        for question, places, full in answers(plan.questions[name], table.frame(rows, columns)):
            rule = plan.rules[question.rule]
            spots = full.select("_file", "line", "format")[places]
            for (number, line, format), message, at, mark in zip(
                spots.iter_rows(),
                told(rule, full, places),
                placed(rule, full, places),
                rendered(rule.mark or "", full, places, str),
                strict=True,
            ):
                if plan.applies(question.rule, format):
                    raised = Raised(line, f"/{at}" if at else "", message, mark=mark or None)
                    key = (question.rule, question.target)
                    found.hits[number].setdefault(key, []).append(raised)
