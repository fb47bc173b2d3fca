"""The report for GitLab's merge requests: Code Quality, a JSON list with an issue a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from dslint.model import Finding, Level, Report
from dslint.report.json import dump
from dslint.report.screen import Look, Options, safe

_SEVERITY: Mapping[Level, str] = {
    "error": "critical",
    "warn": "major",
    "info": "info",
    "off": "info",
}


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the list, an issue on each line, without what is ignored."""
    seen: dict[str, int] = {}
    start = "["
    for found in report.findings:
        if not found.ignored:
            yield start + dump(_issue(found, _fingerprint(found, seen)), look)
            start = ","
    yield "[]" if start == "[" else "]"


def _issue(found: Finding, fingerprint: str) -> dict[str, object]:
    return {
        "description": safe(found.message) or found.rule,
        "check_name": found.rule,
        "fingerprint": fingerprint,
        "severity": "blocker" if found.fate == "refuses-file" else _SEVERITY[found.level],
        "location": {
            "path": safe(found.file).removeprefix("./"),
            "lines": {"begin": found.line or 1},
        },
    }


def _fingerprint(found: Finding, seen: dict[str, int]) -> str:
    """Return a fingerprint no other issue has: of those that share one, GitLab shows the first."""
    parts = (found.rule, found.file, found.fingerprint or f"{found.line}{found.pointer}")
    base = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    nth = seen[base] = seen.get(base, -1) + 1
    return f"{base}-{nth}" if nth else base
