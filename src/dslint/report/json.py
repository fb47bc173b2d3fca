"""The report for programs: one JSON document, described by `schemas/report.schema.json`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from dslint.model import Finding, Report
from dslint.report.screen import Look, Options, hidden

VERSION = 1
"""Keys are added within a version; what is taken away or changes its meaning makes the next."""

_OTHER = re.compile(r"[^\x20-\x7e]")


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the document with a finding on each line, so that none of it is held at once."""
    yield f'{{"version":{VERSION},"target":{dump(report.target, look)},"findings":['
    counts: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    last = len(report.findings) - 1
    for number, found in enumerate(report.findings):
        if not found.ignored:
            counts[found.rule] += 1
        levels["ignored" if found.ignored else found.level] += 1
        yield dump(entry(found), look) + ("," if number < last else "")
    rest = {
        "counts": dict(sorted(counts.items())),
        "fates": report.fates,
        "files": [
            {
                "path": file.path,
                "format": file.format,
                "records": file.records,
                "bytes": file.bytes,
                "fates": {"train": 0, **file.fates},
            }
            for file in report.files
        ],
        "skipped": [{"what": each.what, "why": each.why} for each in report.skipped],
        "stale": report.stale,
        "summary": {
            "records": report.records,
            "files": len(report.files),
            "errors": levels["error"],
            "warnings": levels["warn"],
            "infos": levels["info"],
            "ignored": levels["ignored"],
        },
    }
    yield "]," + dump(rest, look)[1:]


def entry(found: Finding) -> dict[str, Any]:
    """Return a finding as it stands in the document."""
    return {
        "rule": found.rule,
        "level": found.level,
        "fate": found.fate,
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "end_column": found.end_column,
        "pointer": found.pointer,
        "message": found.message,
        "help": found.help,
        "fix": found.fix,
        "fingerprint": found.fingerprint,
        "ignored": found.ignored,
        "rows": found.rows,
    }


def dump(value: Any, look: Look) -> str:
    """Return `value` as JSON on one line.

    Escaped is what the stream or UTF-8 lacks, and what `safe` does not let through: a program reads
    the same, and a terminal that is shown it is not steered.
    """
    if look.utf:
        try:
            text = orjson.dumps(value).decode()
            return text if text.isprintable() else _OTHER.sub(_escaped, text)
        except TypeError:  # a lone surrogate: of the data, or of a file name that is not UTF-8
            pass
    return json.dumps(value, separators=(",", ":"), default=str)  # days


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if hidden(found[0]) else found[0]
