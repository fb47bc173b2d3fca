"""What `dslint stats` found, for programs, and for the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dslint.config import toml
from dslint.config.contract import Contract, written
from dslint.facts.counts import Lengths
from dslint.facts.labels import near
from dslint.report.json import VERSION
from dslint.report.screen import Look
from dslint.stages.stats import Side, Stats

NAMED = 100
"""Things of a kind that programs are told."""


def draft(name: str, agreed: Contract, look: Look) -> Iterator[str]:
    """Yield a contract as the configuration has it."""
    table = f"datasets.{toml.key(name)}.contract" if name else "contract"
    yield look.paint("# dslint.toml; in pyproject.toml the table is [tool.dslint.…]", "dim")
    yield f"[{table}]"
    for limit, value in written(agreed).items():
        if isinstance(value, list) and len(value) > 4:
            yield f"{limit} = ["
            for each in value:
                yield f"    {toml.literal(each)},"
            yield "]"
        else:
            yield f"{limit} = {toml.literal(value)}"


def entry(found: Stats) -> dict[str, Any]:
    """Return what was found as programs see it."""
    return {
        "version": VERSION,
        "dataset": found.name or None,
        "sides": [_entry(side) for side in found.sides],
        "drifts": [
            {"side": name, **asdict(each)} for name, apart in found.drifts.items() for each in apart
        ],
        "skipped": [{"what": each.what, "why": each.why} for each in found.skipped],
    }


def _entry(side: Side) -> dict[str, Any]:
    of = side.portrait
    looked = len(of.sample.texts)
    labels = side.labels
    return {
        "name": side.name or None,
        "files": [asdict(each) for each in side.files],
        "records": side.records,
        "malformed": side.malformed,
        "unread": of.unread,
        "bytes": side.bytes,
        "formats": dict(of.formats.top(NAMED)),
        "roles": {
            role: {
                "messages": times,
                "rows": of.rows.times.get(role, 0),
                "characters": _numbers(of.lengths.get(role)),
            }
            for role, times in of.messages.top(NAMED)
        },
        "turns": _numbers(of.turns),
        "system_prompts": {
            "different": len(side.prompts),
            "rows_without": of.repeats.bare,
            "most": [asdict(each) for each in side.prompts[:NAMED]],
        },
        "tools": {
            "rows_defining": of.tools.defining,
            "rows_calling": of.tools.calling,
            "bytes": of.tools.bytes,
            "defined": dict(of.tools.defined.top(NAMED)),
            "called": dict(of.tools.called.top(NAMED)),
            "calls": _numbers(of.tools.calls),
        },
        "answers": {
            "rows": of.answers.total,
            "characters": _numbers(of.answers),
            "openings": dict(of.openings.top(NAMED)),
            "refusals": of.refusals,
        },
        "labels": {
            "rows": labels,
            "nearly_equal": [[one, other] for one, other in near(labels)],
        }
        if labels
        else None,
        "pairs": asdict(of.pairs) if of.pairs.pairs else None,
        "sample": looked,
        "languages": side.languages,
        "scripts": side.scripts,
    }


def _numbers(lengths: Lengths | None) -> dict[str, Any] | None:
    spread = lengths.spread() if lengths else None
    return asdict(spread) if spread else None
