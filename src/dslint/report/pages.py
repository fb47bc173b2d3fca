"""What dslint has to say of a rule, a group of rules or the fates, as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from dslint.model import FATE_LEVEL, FATES, LEVELS, Fate, Level, Rule
from dslint.rulebook.page import fences

FATE_MEANS: Mapping[Fate, str] = {
    "refuses-file": "The whole file is refused: no row of it trains until this is mended.",
    "trains-on-nothing": "The row is taken and paid for, and nothing in it can be learned.",
    "drops-row": "The row is left out, as a rule without a word: fewer rows train than were sent.",
    "truncates": "The row is cut: what stands behind the cut is not learned.",
    "alters": "What is trained on is not what was written.",
}
"""What becomes of a row, for a person."""


class Standing(NamedTuple):
    """What a rule is worth where the data goes: its level there, and what becomes of such a row."""

    level: Level
    fate: Fate | None
    target: str


def rule_page(rule: Rule, standing: Standing) -> str:
    """Return a rule's page: its title, its settings as a table, and the rest as it is written."""
    text = Path(rule.path).read_text(encoding="utf-8").replace("\r\n", "\n")
    lines = text.split("\n")
    toml = next(each for each in fences(text) if each.info[:1] == ("toml",))
    end = toml.line + len(toml.text.split("\n"))
    title = next(at for at, line in enumerate(lines) if line.strip())
    before, after = lines[title + 1 : toml.line - 2], lines[end:]
    body = "\n\n".join("\n".join(part).strip("\n") for part in (before, after))
    if rule.sql:
        body = body.replace("\n```sql\n", "\n## What it asks\n\n```sql\n", 1)
    rows = "\n".join(
        f"| {name} | {cell(value)} |" for name, value in _facts(rule, standing) if value
    )
    return f"# {rule.title}\n\n| rule | `{rule.name}` |\n|---|---|\n{rows}\n\n{body}\n"


def _facts(rule: Rule, standing: Standing) -> Iterable[tuple[str, str]]:
    level = f"**{rule.level}**"
    if standing.level != rule.level:
        level += f", and **{standing.level}** for {standing.target}"
    yield "level", level
    yield "group", rule.group
    yield "fate", fates_of(rule)
    yield "fix", _fix(rule)
    yield "over", f"the table `{rule.over}`"
    yield "formats", ", ".join(rule.formats) or "all"
    yield "options", ", ".join(f"`{name}` = {value}" for name, value in rule.options.items())
    read = f", read {rule.source.read}" if rule.source.read else ""
    yield (
        "source",
        " ".join(filter(None, (f"{rule.source.kind}{read}:", rule.source.link))).rstrip(":"),
    )
    yield "since", rule.since + (", on trial: it runs with `--preview`" if rule.preview else "")
    yield "formerly", ", ".join(f"`{name}`" for name in rule.aliases)
    yield "deprecated", rule.deprecated or ""


_APPLIES = {
    "safe": "safe: `dslint fix` makes it",
    "unsafe": "unsafe: `dslint fix --unsafe` makes it",
    "shown": "only shown here",
}


def _fix(rule: Rule) -> str:
    """Return what is done about it: `remove`, safe or not."""
    if rule.fix is None:
        return ""
    word = rule.fix.value if rule.fix.word == "python" else rule.fix.word
    value = f" {rule.fix.value!r}" if rule.fix.word != "python" and rule.fix.value else ""
    return f"{_APPLIES[rule.fix.applicability]} (`{word}{value}`)"


def fates_of(rule: Rule) -> str:
    """Return what becomes of a row that raises a rule, the worst first: `refuses-file: azure`."""
    told = ((fate, _places(rule, fate)) for fate in reversed(FATES))
    return "; ".join(f"{fate}: {places}" for fate, places in told if places)


def _places(rule: Rule, fate: Fate) -> str:
    places = sorted(place for place, its in rule.fate.items() if its == fate)
    return ", ".join("anywhere" if place == "any" else place for place in places)


def group_page(group: str, rules: Iterable[Rule]) -> str:
    """Return the rules of a group, the most serious first, each with its title."""
    chosen = sorted(rules, key=lambda rule: (-LEVELS.index(rule.level), rule.name))
    rows = "\n".join(f"| `{rule.name}` | {rule.level} | {cell(rule.title)} |" for rule in chosen)
    return (
        f"# The rules of the group `{group}`\n\n"
        f"{len(chosen)} rules. `--level {group}=off` speaks of them all.\n\n"
        f"| rule | level | what it finds |\n|---|---|---|\n{rows}\n"
    )


def fates_page(rules: Iterable[Rule]) -> str:
    """Return what each fate means, and which rules have it where."""
    known = list(rules)
    parts = [
        "# What becomes of a row\n\n"
        "A finding has a **fate** where it is known what a place makes of such a row. It raises "
        "the rule's level for that place, and never lowers it. A row that meets several fates has "
        "the worst of them; this page begins with it.\n"
    ]
    for fate in reversed(FATES):
        meeting = [rule for rule in known if fate in rule.fate.values()]
        parts.append(f"## {fate}\n\n{FATE_MEANS[fate]} Level: **{FATE_LEVEL[fate]}** at least.\n")
        if meeting:
            parts.append("| rule | where |\n|---|---|")
        parts.extend(f"| `{rule.name}` | {_places(rule, fate)} |" for rule in meeting)
        parts.append("")
    return "\n".join(parts)


def cell(text: str) -> str:
    """Return a text as it has to stand in a table."""
    return text.replace("|", "\\|")
