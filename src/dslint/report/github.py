"""The report for GitHub's log: annotations, the worst first, and a notice of what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from dslint.model import Finding, Level, Report, Story
from dslint.report import words
from dslint.report.screen import Look, Options, safe

MOST = 10
"""How many annotations of a kind GitHub shows of a step."""

_COMMANDS: Mapping[Level, str] = {"error": "error", "warn": "warning", "info": "notice"}


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield an annotation a line: every story's first example before any story's second."""
    told: Counter[Level] = Counter()
    rounds = zip_longest(*([(story, found) for found in story.shown] for story in report.stories))
    for story, found in (each for turn in rounds for each in turn if each):
        # One notice is kept free for the summary.
        if told[story.level] < MOST - (story.level == "info"):
            told[story.level] += 1
            yield _command(
                _COMMANDS[story.level], _place(found), _title(story), _message(story, found)
            )
    left = sum(story.findings for story in report.stories) - told.total()
    if left > 0:
        summary = f"{words.verdict(report, '·')}; {left:,} of the findings have no annotation"
        yield _command("notice", {}, "dslint", summary)


def _title(story: Story) -> str:
    return f"{story.rule.name} ({words.extent(story)})"


def _message(story: Story, found: Finding) -> str:
    return "\n".join(filter(None, (safe(found.message), safe(found.help or story.rule.summary))))


def _place(found: Finding) -> dict[str, object]:
    place = {
        "file": safe(found.file),
        "line": found.line,
        "col": found.column,
        "endColumn": found.end_column,
    }
    return {key: value for key, value in place.items() if value is not None}


def _command(name: str, place: dict[str, object], title: str, message: str) -> str:
    properties = {**place, "title": safe(title)}
    said = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {said}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
