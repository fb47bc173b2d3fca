"""Asks what is asked of all files of a run together: of labels, system prompts, the contract."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from dslint.errors import DslintError
from dslint.facts.run import ANSWER, Run
from dslint.facts.table import pointed
from dslint.model import Skipped
from dslint.stages.files import File, opened
from dslint.stages.plan import Plan
from dslint.stages.scan import Hits, Raised, fill

if TYPE_CHECKING:
    from dslint.facts.portrait import Portrait


def ask(plan: Plan, files: Sequence[File], jobs: int = 1) -> tuple[list[Hits], list[Skipped]]:
    """Return what functions find in each file, and what they could not look at.

    `files` have been looked at; they are read again only for a contract.
    """
    hits: list[Hits] = [{} for _ in files]
    agreed = plan.purpose.contract
    skipped: list[Skipped] = []

    @cache
    def portraits() -> Sequence[Portrait]:
        return _portraits(plan, files, jobs)

    run = Run(
        [file.facts for file in files],
        [plan.purpose.side(file.source.name) for file in files],
        agreed,
        portraits,
    )
    for check in plan.checks.get("totals", []):
        if not check.whole:
            continue
        try:
            for at, hit in check.of(run):
                message = fill(plan.rules[check.rule].message, hit.values)
                pointer = (
                    _answer(plan, files[at], hit.line) if hit.pointer == ANSWER else hit.pointer
                )
                raised = Raised(hit.line or 0, pointer, message)
                hits[at].setdefault((check.rule, check.target), []).append(raised)
        except DslintError as error:
            skipped.append(Skipped(f"`{plan.rules[check.rule].name}`", str(error)))
    if agreed and agreed.languages and portraits.cache_info().misses:
        skipped += _untold()
    return hits, skipped


def _untold() -> list[Skipped]:
    from dslint.facts.languages import NEEDS, available

    if available():
        return []
    why = f"needs py3langid, which is not installed: pip install '{NEEDS}'"
    return [Skipped("`languages` of the contract", why)]


def _answer(plan: Plan, file: File, line: int | None) -> str:
    """Read a row again, and return where its answer stands; the whole row where it can't be."""
    from dslint.stages.prints import rows_of

    for number, raw in file.rows_at([line] if line else []):
        facts, batch = rows_of(plan.format, b"", file.facts.format, [(number, raw)])
        if facts.records and batch.answers[0] >= 0:
            return pointed(batch, batch.answers[0], "content")
    return ""


def _portraits(plan: Plan, files: Sequence[File], jobs: int) -> Sequence[Portrait]:
    from dslint.stages.stats import look

    return [look([opened(file.source, plan.format)], plan.format, jobs) for file in files]
