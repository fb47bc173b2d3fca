"""The report for code scanning: SARIF 2.1.0, one run, with the rules' pages as their help."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dslint.model import Finding, Level, Report, Rule
from dslint.report.json import dump
from dslint.report.screen import Look, Options, safe

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

MOST = 25_000
"""How many results of a run GitHub takes; a run with more is refused as a whole."""

_LEVELS: Mapping[Level, str] = {"error": "error", "warn": "warning", "info": "note", "off": "none"}
_SEVERITY: Mapping[Level, str] = {"error": "error", "warn": "warning", "info": "recommendation"}
_RANKS = ("error", "warn", "info", "off", "ignored")
# In a SARIF message `[text](target)` is a link; what the data holds of that shape is none.
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the log, a result a line; of more than `MOST` the worst, with a notice that says so."""
    known = {story.rule.name: story.rule for story in report.stories}
    names = sorted({found.rule for found in report.findings} | set(known))
    index = {name: number for number, name in enumerate(names)}
    room, dropped = _quotas(report.findings)
    driver = {
        "name": "dslint",
        "semanticVersion": version("dslint"),
        "rules": [_rule(name, known.get(name)) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": _notices(report, dropped)}
        ],
        "properties": {"target": safe(report.target)},
    }
    start = dump({"$schema": SCHEMA, "version": "2.1.0"}, look)[:-1]
    yield f'{start},"runs":[{dump(run, look)[:-1]},"results":['
    comma = ""
    for found in report.findings:
        rank = _rank(found)
        if room[rank]:
            room[rank] -= 1
            yield comma + dump(_result(found, index[found.rule]), look)
            comma = ","
    yield "]}]}"


def _rank(found: Finding) -> str:
    return "ignored" if found.ignored else found.level


def _quotas(findings: tuple[Finding, ...]) -> tuple[dict[str, int], int]:
    """Return how many findings of each rank are kept, the worst first, and how many are dropped."""
    counts = Counter(map(_rank, findings))
    room, left = {}, MOST
    for rank in _RANKS:
        room[rank] = min(counts[rank], left)
        left -= room[rank]
    return room, len(findings) - sum(room.values())


def _notices(report: Report, dropped: int) -> list[dict[str, Any]]:
    texts = [f"could not look at {each.what}: {each.why}" for each in report.skipped]
    if dropped:
        texts.append(
            f"{dropped:,} of {len(report.findings):,} findings are left out: "
            f"a run holds {MOST:,} results, and the worst are kept"
        )
    return [{"level": "warning", "message": {"text": _plain(text)}} for text in texts]


def _rule(name: str, rule: Rule | None) -> dict[str, Any]:
    """Describe a rule. Of one whose findings are all ignored only the name is known."""
    if rule is None:
        return {"id": name}
    described: dict[str, Any] = {
        "id": name,
        "shortDescription": {"text": safe(rule.title)},
        "fullDescription": {"text": safe(rule.summary)},
        "help": {"text": safe(rule.summary), "markdown": _page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.level], "enabled": rule.level != "off"},
        "properties": {
            "tags": [rule.group],
            "problem.severity": _SEVERITY.get(rule.level, "recommendation"),
        },
    }
    link = rule.source.link
    if link and urlsplit(link).scheme in ("http", "https") and link.isascii() and " " not in link:
        described["helpUri"] = link
    if rule.aliases:
        described["deprecatedIds"] = list(dict.fromkeys(rule.aliases))
    return described


def _page(rule: Rule) -> str:
    try:
        return Path(rule.path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return safe(rule.summary)


def _result(found: Finding, index: int) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": uri(found.file)}}
    if found.line is not None:
        region = {"startLine": found.line}
        if found.column is not None:
            region["startColumn"] = found.column
            if found.end_column is not None:
                region["endColumn"] = max(found.end_column, found.column)
        where["region"] = region
    result: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": _LEVELS[found.level],
        "message": {"text": _plain(found.message) or found.rule},
        "locations": [{"physicalLocation": where}],
        "properties": {
            "pointer": safe(found.pointer),
            "rows": found.rows,
            "help": safe(found.help),
            "fate": found.fate,
            "fix": safe(found.fix) if found.fix else None,
        },
    }
    if found.fingerprint:
        result["partialFingerprints"] = {"dslint/v1": safe(found.fingerprint)}
    if found.ignored:
        result["suppressions"] = [{"kind": "external", "justification": safe(found.ignored)}]
    return result


def _plain(text: str) -> str:
    return _LINK.sub(r"\\[", safe(text))


def uri(path: str) -> str:
    """Return a file's name as a URI reference, relative where it lies in the working folder."""
    if os.path.isabs(path):
        try:
            path = str(Path(path).relative_to(Path.cwd()))
        except ValueError:
            return "file://" + quote(_bytes(Path(path).as_posix()))
    return quote(_bytes(path.replace("\\", "/") if os.sep == "\\" else path))


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "replace")
