"""Whatever has a name, explained as Markdown: rules, groups, fates, formats, targets, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dslint import targets
from dslint.config import Settings
from dslint.errors import UsageError, did_you_mean
from dslint.formats import FORMATS
from dslint.model import FATES, LEVELS, Rule
from dslint.report import pages, reference
from dslint.report.pages import Standing
from dslint.rulebook import selection
from dslint.rulebook.page import TABLES

FATE_NAMES = ("fates", "fate", *FATES)


def standing(rule: Rule, settings: Settings) -> Standing:
    """Return what a rule is worth where the data goes: the worst of it, if to several places."""
    places = [targets.load(name).name for name in settings.target]
    levels = [
        selection.level_of(rule, place, settings.levels, settings.floor, preview=settings.preview)
        for place in places
    ]
    level = max(levels, key=LEVELS.index)
    fates = [fate for place in places if (fate := rule.fate_at(place))]
    return Standing(level, max(fates, key=FATES.index, default=None), ", ".join(places))


def explain(name: str, rules: Mapping[str, Rule], settings: Settings) -> tuple[str, list[str]]:
    """Return the page on all that is called `name`, and notices: that it has another name by now.

    Raises UsageError with the nearest name where nothing is called so.
    """
    notices = []
    if name not in rules:
        now = next((rule.name for rule in rules.values() if name in rule.aliases), None)
        if now:
            notices.append(f"`{name}` is now called `{now}`")
            name = now
    found = list(_pages(name, rules, settings))
    if not found:
        known = [*rules, *_groups(rules), *_places(), *FORMATS, *TABLES, *FATE_NAMES, "tables"]
        near = did_you_mean(name, known)
        raise UsageError(
            f"there is no rule, group, fate, target, format or table `{name}`{near}\n"
            "`dslint rules` lists the rules, `dslint targets` the targets"
        )
    return "\n".join(found), notices


def _pages(name: str, rules: Mapping[str, Rule], settings: Settings) -> Iterator[str]:
    if name in rules:
        yield pages.rule_page(rules[name], standing(rules[name], settings))
    if name in FATE_NAMES:
        yield pages.fates_page(rules.values())
    if name in FORMATS:
        yield reference.format_page(FORMATS[name], targets.every())
    if name in _places():
        yield reference.target_page(targets.load(name), rules.values())
    if name in _groups(rules):
        yield pages.group_page(name, [rule for rule in rules.values() if rule.group == name])
    if name in TABLES:
        yield reference.table_page(name)
    if name == "tables":
        yield f"# The tables that rules ask\n\n{reference.vocabulary()}"


def _groups(rules: Mapping[str, Rule]) -> list[str]:
    return list(dict.fromkeys(rule.group for rule in rules.values()))


def _places() -> list[str]:
    return [name for each in targets.every() for name in (each.name, *each.aliases)]
