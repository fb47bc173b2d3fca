"""Lists for a terminal and for programs: the rules, and the places that data can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rich.cells import cell_len

from dslint.model import Rule
from dslint.report import words
from dslint.report.pages import Standing
from dslint.report.reference import shown
from dslint.report.screen import Look, wrap
from dslint.targets import Target

NARROW = 20
"""Cells that are enough for a title beside its rule's name; with fewer, it stands below."""


def rules(chosen: Sequence[tuple[Rule, Standing]], look: Look, *, grouped: bool) -> Iterator[str]:
    """Yield a line a rule, under its group: a sign for its level, its name, what it finds."""
    name_width = max((cell_len(rule.name) for rule, _ in chosen), default=0)
    counts = Counter(rule.group for rule, _ in chosen)
    group = ""
    for rule, standing in chosen:
        if grouped and rule.group != group:
            if group:
                yield ""
            group = rule.group
            head = look.paint(look.safe(group), "rule")
            count = f"{look.marks.dot} {words.many(counts[group], 'rule')}"
            yield f"{head} {look.paint(count, 'dim')}"
        yield from _rule(rule, standing, name_width, look)


def _rule(rule: Rule, standing: Standing, name_width: int, look: Look) -> Iterator[str]:
    level = look.paint(
        standing.level.ljust(5), "dim" if standing.level == "off" else standing.level
    )
    name = look.paint(look.safe(rule.name), "dim" if standing.level == "off" else "rule")
    title = rule.title + (f" ({standing.fate})" if standing.fate else "")
    title += " (on trial)" if rule.preview else ""
    indent = 9 + name_width
    if look.width - indent < NARROW:
        yield f"  {level} {name}"
        yield from (f"{' ' * 8}{line}" for line in wrap(look.safe(title), look.width - 8))
        return
    gap = " " * (name_width - cell_len(look.safe(rule.name)))
    first, *rest = list(wrap(look.safe(title), look.width - indent - 1)) or [""]
    yield f"  {level} {name}{gap}  {first}"
    yield from (f"{' ' * (indent + 1)}{line}" for line in rest)


def rule_entry(rule: Rule, standing: Standing) -> dict[str, Any]:
    """Return a rule as programs see it."""
    return {
        "name": rule.name,
        "group": rule.group,
        "level": rule.level,
        "target": standing.target,
        "level_at_target": standing.level,
        "fate_at_target": standing.fate,
        "fates": dict(rule.fate),
        "title": rule.title,
        "summary": rule.summary,
        "over": rule.over,
        "formats": list(rule.formats),
        "options": dict(rule.options),
        "source": rule.source.kind,
        "link": rule.source.link,
        "since": rule.since,
        "fix": rule.fix.applicability if rule.fix else None,
        "preview": rule.preview,
        "deprecated": rule.deprecated,
        "aliases": list(rule.aliases),
        "path": rule.path,
    }


def targets(every: Iterable[Target], today: date, look: Look) -> Iterator[str]:
    """Yield a few lines a target: who it is, what it takes, its limits in short, what to know."""
    known = list(every)
    width = max(cell_len(target.name) for target in known)
    for number, target in enumerate(known):
        if number:
            yield ""
        said = [f"{target.title} ({target.kind})", *_short(target, look)]
        lead = look.paint(target.name, "rule") + " " * (width - cell_len(target.name))
        for part in said:
            for line in wrap(look.safe(part), look.width - width - 2):
                yield f"{lead}  {line}"
                lead = " " * width
        for milestone in target.dates:
            style = "error" if milestone.event == "closes" or milestone.on <= today else "warn"
            event = f"{milestone.event} {milestone.on}"
            lines = list(wrap(look.safe(f"{event}: {milestone.says}"), look.width - width - 2))
            for line in lines:
                yield f"{lead}  {line.replace(event, look.paint(event, style), 1)}"


def _short(target: Target, look: Look) -> Iterator[str]:
    has: Callable[..., Any] = target.limits.get
    yield f"takes {shown(has('formats', ()))}"
    if set(named := written(target)) < set(has("formats", ())):
        yield f"convert --to {target.name} writes {words.listed(named)}"
    least, most = has("min_rows"), has("max_rows")
    limits = []
    if least or most:
        limits.append(
            f"{least or 1:,} to {most:,} rows" if most else f"{words.many(least, 'row')} or more"
        )
    if has("max_bytes"):
        limits.append(f"files up to {_size(has('max_bytes'))}")
    if has("max_images"):
        size = f" of {_size(has('max_image_bytes'))}" if has("max_image_bytes") else ""
        limits.append(f"{words.many(has('max_images'), 'image')}{size} a row")
    if has("context"):
        limits.append(f"{has('context'):,} tokens a row")
    if limits:
        yield f" {look.marks.dot} ".join(limits)


def written(target: Target) -> list[str]:
    """Return the formats that are written for a target, each once."""
    keys = ("format", "preference", "reinforcement")
    return list(dict.fromkeys(target.write[key] for key in keys if key in target.write))


def _size(limit: int) -> str:
    """Return a limit in bytes as its place states it: in powers of 1024."""
    unit, factor = ("GB", 2**30) if limit >= 2**30 else ("MB", 2**20)
    return f"{limit / factor:.1f}".removesuffix(".0") + f" {unit}"


def target_entry(target: Target) -> dict[str, Any]:
    """Return a target as programs see it; limits that nobody states are absent."""
    return {
        "name": target.name,
        "title": target.title,
        "summary": target.summary,
        "kind": target.kind,
        "aliases": list(target.aliases),
        "url": target.url,
        "read": target.read,
        "limits": dict(target.limits),
        "write": dict(target.write),
        "billing": {
            name: each if isinstance(each, bool) else str(each)
            for name, each in target.billing.items()
        },
        "api": dict(target.api),
        "next": list(target.next),
        "models": [each.name for each in target.models],
        "notes": list(target.notes),
        "dates": [{"on": each.on, "event": each.event, "says": each.says} for each in target.dates],
        "sources": [
            {
                "about": list(each.about),
                "kind": each.kind,
                "link": each.link,
                "read": each.read,
                "note": each.note,
            }
            for each in target.sources
        ],
    }


def settings(rows: Sequence[tuple[str, str, str]], look: Look) -> Iterator[str]:
    """Yield the settings as TOML, with where each was said behind it."""
    wide = max((cell_len(f"{name} = {value}") for name, value, _ in rows), default=0)
    wide = min(wide, look.width - 24)
    for name, value, origin in rows:
        line = f"{name} = {value}"
        gap = " " * max(wide - cell_len(line), 0)
        yield f"{look.safe(line)}{gap}  {look.paint(f'# {look.safe(origin)}', 'dim')}"


def settings_entry(rows: Sequence[tuple[str, str, str]], file: str | None) -> Mapping[str, Any]:
    """Return the settings as programs see them."""
    from tomllib import loads

    return {
        "file": file,
        "settings": {
            name: {"value": loads(f"value = {value}")["value"], "origin": origin}
            for name, value, origin in rows
        },
    }
