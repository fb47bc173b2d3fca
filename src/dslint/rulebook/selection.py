"""Which rules run, and how seriously: a rule's own level, its fate and the user's word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dslint.errors import ConfigError, DslintError, UsageError, did_you_mean
from dslint.model import FATE_LEVEL, LEVELS, Level, Rule

ALL = "all"
"""The name that speaks of every rule."""

_Word = tuple[str, Level, str]
"""What a user said: a rule, a group or `all`; the level; where it was said."""


def level_of(
    rule: Rule,
    target: str,
    levels: Iterable[_Word] = (),
    floor: Level = "info",
    file_levels: Iterable[_Word] = (),
    *,
    preview: bool = False,
) -> Level:
    """Return the level of a rule for data that goes to `target`.

    It is the page's level, raised by what becomes of such a row at the target; under `floor` it is
    `off`. The user's word is final, up or down. What was said later wins: the configuration
    (`levels`), its overrides for the file (`file_levels`), the command line. Within one of them the
    more specific wins: the rule's name, then its group, then `all`.

    A preview rule is off unless it is called by its name, or `preview` is set.
    """
    words = [word for word in _in_order(levels, file_levels) if _concerns(word[0], rule)]
    if rule.preview and not preview and not any(_concerns(word[0], rule) == 3 for word in words):
        return "off"
    if words:
        last = _place(words[-1])
        spoken = [word for word in words if _place(word) == last]
        # max() keeps the first of equals, and the last word on a name is to win
        return max(reversed(spoken), key=lambda word: _concerns(word[0], rule))[1]
    fate = rule.fate_at(target)
    level = max(rule.level, FATE_LEVEL[fate] if fate else "off", key=LEVELS.index)
    return level if LEVELS.index(level) >= LEVELS.index(floor) else "off"


def _in_order(levels: Iterable[_Word], file_levels: Iterable[_Word]) -> list[_Word]:
    said = list(levels)
    typed = [word for word in said if _is_flag(word[2])]
    return [word for word in said if not _is_flag(word[2])] + list(file_levels) + typed


def _is_flag(origin: str) -> bool:
    return origin.startswith("--")


def _place(word: _Word) -> str:
    return "--" if _is_flag(word[2]) else word[2]


def _concerns(name: str, rule: Rule) -> int:
    """Return how closely a name speaks of a rule: 0 not at all, 1 `all`, 2 by group, 3 by name."""
    if name == rule.name or name in rule.aliases:
        return 3
    return 2 if name == rule.group else int(name == ALL)


def verify(rules: Iterable[Rule], words: Iterable[_Word]) -> list[str]:
    """Refuse words on rules or groups that do not exist; return notices on old names and old rules.

    Raises UsageError where the command line is wrong, ConfigError where a file is, with the nearest
    name.
    """
    by_name = _by_name(rules)
    groups = {rule.group for rule in by_name.values()}
    wrong: list[_Word] = []
    notices: list[str] = []
    for word in words:
        name, _, origin = word
        rule = by_name.get(name)
        if rule:
            notices += _notices(name, rule, origin)
        elif name not in groups and name != ALL:
            wrong.append(word)
    if wrong:
        near = [*by_name, *groups, ALL]
        raise _kind(wrong)(
            "\n".join(
                f"there is no rule or group `{_quoted(name)}` ({origin}){did_you_mean(name, near)}"
                for name, _, origin in wrong
            )
        )
    return list(dict.fromkeys(notices))


def options_of(
    rules: Iterable[Rule], given: Mapping[str, Mapping[str, Any]], origin: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the options of each rule that has some, by its present name: its own, and what was
    given.

    `origin` maps `options.<rule>` to where it was said. Raises ConfigError for a rule, an option or
    a type of value that there is not.
    """
    by_name = _by_name(rules)
    found = {rule.name: dict(rule.options) for rule in by_name.values() if rule.options}
    for name, options in given.items():
        where = f" in {place}" if (place := origin.get(f"options.{name}")) else ""
        rule = by_name.get(name)
        if rule is None:
            near = did_you_mean(name, by_name)
            raise ConfigError(f"`options.{_quoted(name)}`{where}: there is no such rule{near}")
        for option, value in options.items():
            setting = f"`options.{name}.{_quoted(option)}`{where}"
            if option not in rule.options:
                has = ", ".join(f"`{each}`" for each in rule.options) or "none"
                near = did_you_mean(option, rule.options)
                raise ConfigError(f"{setting} is no option of the rule, which has {has}{near}")
            found[rule.name][option] = _fitting(value, rule.options[option], setting)
    return found


def _fitting(value: Any, default: Any, setting: str) -> Any:
    """Return a value for an option that is of the default's type; a whole number may stand for a
    float."""
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise ConfigError(f"{setting} is {_kind_of(value)}; it has to be {_kind_of(default)}")
    if (
        isinstance(default, list)
        and default
        and any(type(each) is not type(default[0]) for each in value)
    ):
        raise ConfigError(f"{setting} has to be a list whose items are {_kind_of(default[0])} each")
    return value


def _kind_of(value: Any) -> str:
    kinds: Mapping[type, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or time")


def _by_name(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Return rules by name, present and former; a former name never hides a present one."""
    known = list(rules)
    return {name: rule for rule in known for name in rule.aliases} | {
        rule.name: rule for rule in known
    }


def _notices(name: str, rule: Rule, origin: str) -> Iterable[str]:
    if name != rule.name:
        yield f"`{name}` ({origin}) is now called `{rule.name}`"
    if rule.deprecated:
        yield f"`{rule.name}` ({origin}) is deprecated: {rule.deprecated}"


def _kind(wrong: Sequence[_Word]) -> type[DslintError]:
    return UsageError if all(_is_flag(origin) for _, _, origin in wrong) else ConfigError


def _quoted(name: str) -> str:
    """Return a name from a file such that it can't paint the terminal."""
    return name if name.isprintable() else ascii(name)[1:-1]
