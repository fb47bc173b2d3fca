"""Selection: how seriously a rule is taken, and what is said of names that do not exist."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.errors import ConfigError, UsageError
from dslint.model import FATE_LEVEL, FATES, LEVELS, Level, Rule, Source
from dslint.rulebook.selection import level_of, options_of, verify

RULE = Rule(
    name="lonely-think-tag",
    group="reasoning",
    title="A think tag stands alone",
    summary="Close it.",
    over="message",
    message="`</think>` without `<think>`",
    level="warn",
    source=Source("inferred"),
    path="rules/reasoning/lonely-think-tag.md",
    aliases=("unopened-think",),
)
OTHER = replace(RULE, name="empty-reasoning", aliases=())

LEVEL = st.sampled_from(LEVELS)
ORIGIN = st.sampled_from(["dslint.toml", "[[overrides]] number 1 in dslint.toml", "--level"])
NAME = st.sampled_from(["all", "reasoning", "lonely-think-tag", "unopened-think", "text", "other"])
WORDS = st.lists(st.tuples(NAME, LEVEL, ORIGIN), max_size=5)


@given(LEVEL, st.sampled_from(FATES), LEVEL)
def test_a_fate_raises_a_level_at_its_target_and_never_lowers_it(
    level: Level, fate: Any, floor: Level
) -> None:
    rule = replace(RULE, level=level, fate={"azure": fate})
    found = level_of(rule, "azure", floor="off")
    assert LEVELS.index(found) == max(LEVELS.index(level), LEVELS.index(FATE_LEVEL[fate]))
    assert level_of(rule, "trl", floor="off") == level
    # and what is under the floor is off
    assert level_of(rule, "azure", floor=floor) in ("off", found)
    assert (level_of(rule, "azure", floor=floor) == "off") == (
        found == "off" or LEVELS.index(found) < LEVELS.index(floor)
    )


def test_a_fate_anywhere_is_one_at_every_target() -> None:
    assert level_of(replace(RULE, fate={"any": "refuses-file"}), "trl") == "error"


@given(LEVEL, LEVEL, LEVEL, st.sampled_from(["all", "reasoning", RULE.name, "unopened-think"]))
def test_the_users_word_is_final_up_or_down(
    own: Level, said: Level, floor: Level, name: str
) -> None:
    rule = replace(RULE, level=own, fate={"any": "drops-row"})
    assert level_of(rule, "azure", [(name, said, "dslint.toml")], floor) == said


@given(WORDS, WORDS)
def test_later_origins_win_and_within_one_the_more_specific(
    levels: list[tuple[str, Level, str]], file_levels: list[tuple[str, Level, str]]
) -> None:
    levels = [word for word in levels if "override" not in word[2]]
    file_levels = [word for word in file_levels if "override" in word[2]]
    closeness = {"all": 1, "reasoning": 2, "lonely-think-tag": 3, "unopened-think": 3}
    expected: Level = "warn"
    for spoken in (
        [word for word in levels if word[2] == "dslint.toml"],
        file_levels,
        [word for word in levels if word[2] == "--level"],
    ):
        nearest = 0
        for name, level, _ in spoken:
            if closeness.get(name, 0) >= max(nearest, 1):
                nearest, expected = closeness[name], level
    assert level_of(RULE, "openai", levels, "info", file_levels) == expected


def test_of_two_overrides_for_a_file_the_later_wins_even_if_less_specific() -> None:
    words: list[tuple[str, Level, str]] = [
        (RULE.name, "error", "[[overrides]] number 1 in dslint.toml"),
        ("all", "off", "[[overrides]] number 2 in dslint.toml"),
    ]
    assert level_of(RULE, "openai", file_levels=words) == "off"


@pytest.mark.parametrize(
    ("name", "expected"), [("all", "off"), ("reasoning", "off"), (RULE.name, "error")]
)
def test_a_preview_rule_runs_only_when_called_by_its_name(name: str, expected: str) -> None:
    rule = replace(RULE, preview=True)
    words: list[tuple[str, Level, str]] = [(name, "error", "--level")]
    assert level_of(rule, "openai", words) == expected
    assert level_of(rule, "openai", words, preview=True) == "error"
    assert level_of(rule, "openai") == "off"


def test_names_that_do_not_exist_are_told_with_the_nearest_and_where_they_are() -> None:
    rules = [RULE, OTHER]
    with pytest.raises(ConfigError) as caught:
        verify(rules, [("lonely-think", "off", "dslint.toml"), ("reason", "off", "--level")])
    assert str(caught.value).splitlines() == [
        "there is no rule or group `lonely-think` (dslint.toml); did you mean `lonely-think-tag`?",
        "there is no rule or group `reason` (--level); did you mean `reasoning`?",
    ]
    with pytest.raises(UsageError, match="did you mean `reasoning`"):
        verify(rules, [("reason", "off", "--level")])
    with pytest.raises(UsageError) as painted:
        verify(rules, [("\x1b[31m", "off", "--level")])
    assert str(painted.value).isprintable()
    assert verify(rules, [("all", "off", "x"), ("reasoning", "off", "x")]) == []


def test_old_names_and_deprecated_rules_are_told_once() -> None:
    rule = replace(RULE, deprecated="empty-reasoning finds the same")
    words: list[tuple[str, Level, str]] = [("unopened-think", "off", "dslint.toml")] * 2
    assert verify([rule], words) == [
        "`unopened-think` (dslint.toml) is now called `lonely-think-tag`",
        "`lonely-think-tag` (dslint.toml) is deprecated: empty-reasoning finds the same",
    ]


RULED = replace(RULE, options={"share": 0.5, "least": 3, "words": ["a"], "deep": False, "tag": "b"})


def test_options_are_the_pages_own_and_what_was_given_under_the_present_name() -> None:
    assert options_of([RULED, OTHER], {"unopened-think": {"share": 1}}, {}) == {
        RULE.name: {"share": 1.0, "least": 3, "words": ["a"], "deep": False, "tag": "b"}
    }


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"lonely-think": {}}, "there is no such rule; did you mean `lonely-think-tag`?"),
        ({RULE.name: {"lest": 1}}, "is no option of the rule, which has `share`, `least`"),
        ({RULE.name: {"lest": 1}}, "did you mean `least`?"),
        ({"empty-reasoning": {"x": 1}}, "is no option of the rule, which has none"),
        ({RULE.name: {"least": "3"}}, "is a string; it has to be a whole number"),
        ({RULE.name: {"least": True}}, "is true or false; it has to be a whole number"),
        ({RULE.name: {"share": "x"}}, "is a string; it has to be a number"),
        ({RULE.name: {"words": [1]}}, "has to be a list whose items are a string each"),
    ],
)
def test_an_option_that_does_not_fit_is_told_with_its_setting_and_file(
    given_: dict[str, dict[str, Any]], told: str
) -> None:
    name = next(iter(given_))
    with pytest.raises(ConfigError) as caught:
        options_of([RULED, OTHER], given_, {f"options.{name}": "dslint.toml"})
    assert told in str(caught.value)
    assert f"`options.{name}" in str(caught.value)
    assert " in dslint.toml" in str(caught.value)
