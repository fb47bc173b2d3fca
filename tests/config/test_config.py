"""Configuration: which file wins, what is resolved from it, and what a mistake in it is told as."""

from __future__ import annotations

import pickle
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.config import (
    DEFAULTS,
    PROFILES,
    load,
    toml,
)
from dslint.config.complaints import complaints, schema
from dslint.config.versions import installed, satisfies
from dslint.errors import ConfigError, DslintError, UsageError

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def write(text: str, path: str = "dslint.toml") -> Path:
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


def mistake(text: str, path: str = "dslint.toml") -> str:
    write(text, path)
    with pytest.raises(ConfigError) as caught:
        load()
    return str(caught.value)


# which file


def test_without_a_configuration_the_defaults_hold() -> None:
    chosen = load()
    assert (chosen.target, chosen.fail_on, chosen.excerpts) == (("openai",), "error", "masked")
    assert chosen.root == Path.cwd()
    assert chosen.ignore_file == Path.cwd() / "dslint-ignore.jsonl"
    assert set(chosen.origin.values()) == {"default"}


def test_the_nearest_folder_wins_and_nothing_is_taken_from_those_above() -> None:
    write('target = "azure"\nfail-on = "warn"')
    write('target = "trl"', "inner/dslint.toml")
    Path("inner/deeper").mkdir()
    chosen = load(Path("inner/deeper"))
    assert (chosen.target, chosen.fail_on) == (("trl",), "error")
    assert chosen.root == Path.cwd() / "inner"


def test_in_one_folder_dslint_toml_comes_before_pyproject() -> None:
    write('[tool.dslint]\ntarget = "trl"', "pyproject.toml")
    assert load().origin["target"] == "pyproject.toml"
    write('target = "azure"')
    assert (load().target, load().origin["target"]) == (("azure",), "dslint.toml")


@pytest.mark.parametrize("text", ["[project]\nname = 'x'", "[tool.ruff]", "tool = 3", ""])
def test_a_pyproject_that_does_not_speak_of_dslint_is_passed_over(text: str) -> None:
    write('target = "azure"')
    write(text, "inner/pyproject.toml")
    assert load(Path("inner")).target == ("azure",)


def test_a_file_named_on_the_command_line_is_the_only_one() -> None:
    write('target = "azure"')
    other = write('target = "trl"', "other/mine.toml")
    assert load(config=other).target == ("trl",)
    with pytest.raises(ConfigError, match=r"no configuration file `absent\.toml`"):
        load(config=Path("absent.toml"))
    with pytest.raises(ConfigError, match=r"pyproject\.toml has no `\[tool\.dslint\]`"):
        load(config=write("", "pyproject.toml"))


def test_it_begins_at_the_folder_of_a_file() -> None:
    write('target = "azure"', "inner/dslint.toml")
    assert load(write("", "inner/train.jsonl")).target == ("azure",)


# what wins


@given(st.data())
def test_what_is_said_later_wins_and_the_origin_says_who(data: st.DataObject) -> None:
    """Defaults, profile, configuration, command line; a profile comes just before who chose it."""
    levels = st.sampled_from(["error", "warn", "info", "never"])
    said: dict[str, Any] = {
        name: data.draw(st.none() | values)
        for name, values in {
            "file": levels,
            "flag": levels,
            "file profile": st.sampled_from(sorted(PROFILES)),
            "flag profile": st.sampled_from(sorted(PROFILES)),
        }.items()
    }
    lines = [f'fail-on = "{said["file"]}"'] if said["file"] else []
    lines += [f'profile = "{said["file profile"]}"'] if said["file profile"] else []
    write("\n".join(lines))
    chosen = load(fail_on=said["flag"], profile=said["flag profile"])
    by_flag = PROFILES.get(said["flag profile"] or "", {}).get("fail-on")
    by_file = PROFILES.get(said["file profile"] or "", {}).get("fail-on")
    expected = [
        (said["flag"], "--fail-on"),
        (by_flag, f"profile {said['flag profile']}"),
        (said["file"], "dslint.toml"),
        (None if said["flag profile"] else by_file, f"profile {said['file profile']}"),
        (DEFAULTS["fail-on"], "default"),
    ]
    assert (chosen.fail_on, chosen.origin["fail-on"]) == next(each for each in expected if each[0])


def test_profiles_say_what_they_are_for() -> None:
    assert load(profile="minimal").floor == "error"
    strict = load(profile="strict")
    assert (strict.fail_on, strict.strict, strict.preview) == ("warn", True, True)
    assert (load(profile="ci").floor, load(profile="ci").excerpts) == ("warn", "none")


def test_levels_keep_their_order_and_who_said_them() -> None:
    write('levels = { text = "info", mojibake = "error" }')
    assert load(levels=[("text", "off")]).levels == (
        ("text", "info", "dslint.toml"),
        ("mojibake", "error", "dslint.toml"),
        ("text", "off", "--level"),
    )


def test_a_flag_that_was_not_given_says_nothing() -> None:
    write('target = "azure"')
    assert load(target=None, strict=False, rulebooks=()).origin["target"] == "dslint.toml"


def test_paths_are_from_the_folder_of_who_said_them() -> None:
    write('rulebooks = "rules"\nignore-file = "known.jsonl"', "inner/dslint.toml")
    chosen = load(Path("inner"))
    assert chosen.rulebooks == (Path.cwd() / "inner" / "rules",)
    assert chosen.ignore_file == Path.cwd() / "inner" / "known.jsonl"
    assert load(Path("inner"), rulebooks=[Path("mine")]).rulebooks == (Path.cwd() / "mine",)


def test_a_target_that_is_a_file_is_from_the_folder_of_who_named_it() -> None:
    write('target = "mine.toml"\ndatasets.a = { train = "x", target = "b.toml" }', "in/dslint.toml")
    chosen = load(Path("in"))
    assert chosen.target == (str(Path("in/mine.toml").absolute()),)
    assert chosen.datasets["a"].target == (str(Path("in/b.toml").absolute()),)
    chosen = load(Path("in"), target="mine.toml")
    assert chosen.target == chosen.datasets["a"].target == ("mine.toml",)


def test_what_is_said_of_models_is_checked_and_resolved() -> None:
    write(
        '[models.a]\ntraining = "2.75"\nread = 2026-11-02\ntarget = "lab.toml"\naliases = "b"\n'
        '[models."gpt-4.1"]\nread = "2026-11-03"\ntarget = "azure"\n',
        "inner/dslint.toml",
    )
    assert load(Path("inner")).models == {
        "a": {
            "training": "2.75",
            "read": date(2026, 11, 2),
            "target": str(Path.cwd() / "inner/lab.toml"),
            "aliases": ("b",),
        },
        "gpt-4.1": {"read": date(2026, 11, 3), "target": "azure"},
    }


@pytest.mark.parametrize("budget", ["50 USD", "50USD", "$50", "$ 12.50", "50 usd", "0.5 EUR"])
def test_a_budget_is_an_amount_and_a_currency(budget: str) -> None:
    write(f'[datasets.a]\ntrain = "x"\nbudget = "{budget}"')
    assert load().datasets["a"].budget == budget


def test_settings_travel_to_other_processes() -> None:
    write('levels.all = "warn"\n[datasets.a]\ntrain = "x.jsonl"\n[options.b]\nc = 3')
    chosen = load()
    assert pickle.loads(pickle.dumps(chosen)) == chosen


# mistakes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('fail_on = "warn"', "`fail_on` in dslint.toml is not a setting; did you mean `fail-on`?"),
        ('profile = "stric"', '`profile` in dslint.toml is `"stric"`; it has to be `minimal`, '),
        ('profile = "stric"', "did you mean `strict`?"),
        ('levels.mojibake = "warning"', "`levels.mojibake` in dslint.toml"),
        ("levels.all = false", "is `false`; it has to be `error`, `warn`, `info` or `off`"),
        ("max-per-rule = 0", "has to be a whole number, 1 or more"),
        ('max-per-rule = "3"', 'is `"3"`'),
        ('exclude = ["a", 3]', "`exclude` (item 2) in dslint.toml is `3`"),
        ("rulebooks = 2026-01-01", "is `2026-01-01`; it has to be a string or a list of strings"),
        ('required-version = "new"', 'written like `">=0.1,<1"`'),
        ("[datasets.a]", "`datasets.a` in dslint.toml names no files"),
        ('[datasets.a]\ntrain = "x"\nvaldation = "y"', "did you mean `validation`?"),
        ('[datasets.a]\ntrain = "x"\nbudget = "much"', "`datasets.a.budget`"),
        ('[datasets."a b"]\ntrain = "x"', "is not a name for a dataset"),
        ("datasets.a = 3", "`datasets.a` in dslint.toml is `3`; it has to be a table"),
        (
            '[[overrides]]\nlevels.all = "off"',
            "[[overrides]] number 1 in dslint.toml lacks `files`",
        ),
        (
            '[[overrides]]\nfiles = "a"\nlevels.x = "of"',
            "`levels.x` of [[overrides]] number 1 in dslint.toml",
        ),
        ("options.mojibake = 3", "`options.mojibake` in dslint.toml is `3`"),
        ("models.x = 3", "`models.x` in dslint.toml is `3`; it has to be a table"),
        (
            "[models.x]\ntraning = '1'",
            "`models.x.traning` in dslint.toml is not a setting; did you",
        ),
        ("[models.x]\ntraining = 25.0", 'is `25.0`; it has to be written like `"25.00"`'),
        ("[models.x]\ntraining = '-1'", "`models.x.training` in dslint.toml"),
        ("[models.x]\nmethods = ['sft']", "`models.x.methods` (item 1) in dslint.toml"),
        ("[models.x]\ntiles = { base = 1 }", "`models.x.tiles` in dslint.toml lacks `tile`"),
        ("[models.x]\nread = 'today'", 'it has to be written like `"2026-11-20"`'),
        ("[models.x]\nread = '2026-02-30'", '`"2026-02-30"`, which is not a day'),
        ("[models.x]\nread = 2026-01-01T10:00:00", "`models.x.read` in dslint.toml"),
        ("[models.x]\ntitle = 2026-01-01", "is `2026-01-01`; it has to be a string"),
        ("tool.dslint.target = 'x'", "only in pyproject.toml are they under `[tool.dslint]`"),
    ],
)
def test_a_mistake_names_the_setting_the_file_and_what_it_may_be(text: str, told: str) -> None:
    assert told in mistake(text)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(mistake('fail_on = "warn"\nprofile = "x"\nmax-per-rule = 0').splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('target = "azure"\nlevels = {', "dslint.toml:2:"),
        ("target = azure", "dslint.toml:1:10: invalid value"),
        ('target = "azure', "dslint.toml:1:"),
        ('target = """\n\nazure', "dslint.toml:3:6: "),
        ("a = 1\na = 2", "dslint.toml:2:"),
        ("x = " + "[" * 5000, "nested too deep"),
    ],
)
def test_what_is_not_toml_is_told_by_line_and_column(text: str, told: str) -> None:
    assert told in mistake(text)


def test_bytes_that_are_not_utf8_are_told_by_line() -> None:
    Path("dslint.toml").write_bytes(b'target = "azure"\nmodel = "caf\xe9"')
    with pytest.raises(ConfigError, match=r"dslint\.toml:2: not UTF-8"):
        load()


def test_a_byte_order_mark_is_no_mistake() -> None:
    Path("dslint.toml").write_bytes(b'\xef\xbb\xbftarget = "azure"')
    assert load().target == ("azure",)


def test_pyproject_is_named_where_it_is_wrong() -> None:
    told = mistake("[tool.dslint]\ntargt = 1", "pyproject.toml")
    assert told == "`targt` in pyproject.toml is not a setting; did you mean `target`?"
    assert "`tool.dslint` in pyproject.toml is not a table" in mistake(
        "[tool]\ndslint = 3", "pyproject.toml"
    )


def test_the_command_line_is_held_to_the_same_schema() -> None:
    with pytest.raises(UsageError, match=r'`profile` is `"stric"`.*did you mean `strict`'):
        load(profile="stric")
    with pytest.raises(UsageError, match=r"`warning` is not a level.*did you mean `warn`"):
        load(levels=[("mojibake", "warning")])
    with pytest.raises(UsageError, match="`targt` is not a setting; did you mean `target`"):
        load(targt="azure")


@given(text=st.text(max_size=40), name=st.text(min_size=1, max_size=20))
def test_no_mistake_can_paint_the_terminal(text: str, name: str) -> None:
    try:
        table = tomllib.loads(f"{toml.key(name)} = {{ x = {toml.literal(text)} }}")
    except tomllib.TOMLDecodeError:
        return  # a lone surrogate, which TOML can't hold
    tables = [table, {"profile": text}, {"levels": {name: text}}, {"datasets": {name: text}}]
    for each in tables:
        for sentence in complaints(each, " in dslint.toml", schema()):
            assert sentence.isprintable()


@settings(max_examples=60)
@given(st.binary(max_size=60) | st.text("ab =[]{}\"'\n.#1-", max_size=60).map(str.encode))
def test_any_bytes_are_settings_or_a_mistake(data: bytes) -> None:
    Path("dslint.toml").write_bytes(data)
    told = ""
    try:
        load()
    except DslintError as error:
        told = str(error)
    assert all(line.isprintable() for line in told.split("\n"))


# versions


@pytest.mark.parametrize(
    ("version", "wanted", "met"),
    [
        ("0.1.0", ">=0.1,<1", True),
        ("0.1.0", "==0.1", True),
        ("0.10.0", ">0.9", True),
        ("0.1.0", ">=0.2", False),
        ("1.0", "<1", False),
        ("1.0", "!=1.0.0", False),
        ("0.2.0rc1", ">=0.2", True),
    ],
)
def test_versions_are_compared_number_by_number(version: str, wanted: str, met: bool) -> None:
    assert satisfies(version, wanted) is met


def test_a_configuration_for_another_version_says_so_before_anything_else() -> None:
    told = mistake('required-version = ">=99"\nsetting-of-the-future = 1')
    assert told == f"`required-version` in dslint.toml asks for dslint >=99; this is {installed()}"


# trust


def test_a_repository_can_not_let_its_own_rules_run_python() -> None:
    assert "pass `--allow-python-rules`" in mistake("allow-python-rules = true")
    assert "pass `--allow-python-rules`" in mistake(
        "[tool.dslint]\nallow-python-rules = true", "inner/../pyproject.toml"
    )


def test_the_flag_and_the_users_own_file_can(tmp_path: Path) -> None:
    assert not load().allow_python
    chosen = load(allow_python=True)
    assert (chosen.allow_python, chosen.origin["allow-python-rules"]) == (
        True,
        "--allow-python-rules",
    )
    write("allow-python-rules = true", str(tmp_path / "own/dslint/dslint.toml"))
    assert load().allow_python
    write("allow-python-rules = 1", str(tmp_path / "own/dslint/dslint.toml"))
    with pytest.raises(ConfigError, match="has to be true or false"):
        load()


def test_the_users_own_file_is_no_configuration_of_a_folder_below(tmp_path: Path) -> None:
    own = write("allow-python-rules = true", str(tmp_path / "own/dslint/dslint.toml"))
    assert load(own.parent).path is None


def test_a_relative_xdg_folder_would_be_the_repositorys_and_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("allow-python-rules = true", "conf/dslint/dslint.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", "conf")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    assert not load().allow_python
