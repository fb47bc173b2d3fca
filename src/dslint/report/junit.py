"""The report for test dashboards: JUnit's XML, a test suite a file, a test case a story."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from dslint.model import LEVELS, FileSummary, Report, Story
from dslint.report import words
from dslint.report.screen import Look, Options, safe


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the document. A story whose level fails the run fails; any other is told and passes."""
    suites: list[tuple[str, list[Story]]] = [
        (path, stories) for path, _, stories in words.sections(report)
    ]
    suites += [(file.path, []) for file in words.clean(report)]
    failures = sum(_fails(story, report) for story in report.stories)
    tests = sum(max(1, len(stories)) for _, stories in suites) + len(report.skipped)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<testsuites name="dslint" tests="{tests}" failures="{failures}" errors="0" '
        f'skipped="{len(report.skipped)}">'
    )
    files = {file.path: file for file in report.files}
    for path, stories in suites:
        yield from _suite(path, files.get(path), stories, report, options)
    if report.skipped:
        count = len(report.skipped)
        yield (
            f'  <testsuite name="not looked at" tests="{count}" failures="0" errors="0" '
            f'skipped="{count}">'
        )
        for each in report.skipped:
            yield f'    <testcase classname="not looked at" name={_attribute(each.what)}>'
            yield f"      <skipped message={_attribute(each.why)}/>"
            yield "    </testcase>"
        yield "  </testsuite>"
    yield "</testsuites>"


def _fails(story: Story, report: Report) -> bool:
    return LEVELS.index(story.level) >= LEVELS.index(report.fail_on)


def _suite(
    path: str, file: FileSummary | None, stories: list[Story], report: Report, options: Options
) -> Iterator[str]:
    failures = sum(_fails(story, report) for story in stories)
    name = _attribute(path)
    tests = max(1, len(stories))
    yield f'  <testsuite name={name} tests="{tests}" failures="{failures}" errors="0" skipped="0">'
    if file:
        yield "    <properties>"
        known = {
            "format": file.format,
            "rows": file.records,
            "bytes": file.bytes,
            "target": report.target,
        }
        for key, value in known.items():
            yield f'      <property name="{key}" value={_attribute(str(value))}/>'
        yield "    </properties>"
    if not stories:
        yield f'    <testcase classname={name} name="check"/>'
    for story in stories:
        yield f"    <testcase classname={name} name={_attribute(story.rule.name)}>"
        said = escape("\n".join(_said(story, report.target, options)))
        if _fails(story, report):
            head = _attribute(f"{words.extent(story)}: {words.meaning(story)}")
            yield f'      <failure type="{story.level}" message={head}>{said}</failure>'
        else:
            yield f"      <system-out>{said}</system-out>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _said(story: Story, target: str, options: Options) -> Iterator[str]:
    yield ", ".join(
        filter(None, (story.level, words.extent(story), safe(words.consequence(story, target))))
    )
    shown = words.examples(story, options.max_per_rule)
    yield from (safe(f"{words.place(found)}: {found.message}") for found in shown)
    rest = words.unseen(story, len(shown))
    if rest:
        yield f"{rest:,} more"
    yield safe(words.advice(story))


def _attribute(text: str) -> str:
    return quoteattr(safe(text))
