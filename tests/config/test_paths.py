"""Paths and globs: which files a dataset has, and which files a pattern is about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.config import (
    excluded,
    expand,
    file_levels,
    load,
    sides,
)
from dslint.config.paths import matches
from dslint.errors import InputError


def write(text: str, path: str = "dslint.toml") -> Path:
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


def test_a_dataset_has_what_the_settings_have_unless_it_says_otherwise() -> None:
    write(
        'target = "azure"\nmodel = "gpt-4.1"\n'
        '[datasets.a]\ntrain = "a.jsonl"\n[datasets.b]\ntrain = "b.jsonl"\ntarget = ["trl"]'
    )
    found = load().datasets
    assert (found["a"].target, found["a"].model) == (("azure",), "gpt-4.1")
    assert found["b"].target == ("trl",)
    assert load(target="mistral").datasets["b"].target == ("mistral",)


def test_files_are_found_by_path_folder_and_glob_in_a_fixed_order() -> None:
    for name in ("b", "a", "parts/2", "parts/1", "parts/.hidden", "odd[1]", "evals/x/y"):
        write("", f"{name}.jsonl")
    write(
        'exclude = ["parts/2*"]\n[datasets.all]\ntrain = ["b.jsonl", "a.jsonl", "parts"]\n'
        'validation = "odd[1].jsonl"\nevaluation = ["evals/**/*.jsonl", "b.jsonl"]'
    )
    chosen = load()
    paths = [str(path) for path in expand(chosen.datasets["all"], chosen)]
    assert paths == ["b.jsonl", "a.jsonl", "parts/1.jsonl", "odd[1].jsonl", "evals/x/y.jsonl"]
    found = sides(chosen.datasets["all"], chosen)
    assert [str(path) for path in found["evaluation"]] == ["evals/x/y.jsonl", "b.jsonl"]


def test_a_glob_gives_its_files_in_order_whatever_the_disk_says() -> None:
    names = [f"data/{number:02}.jsonl" for number in range(40)]
    for name in reversed(names):
        write("", name)
    write('[datasets.a]\ntrain = "data/*.jsonl"')
    chosen = load()
    assert [str(path) for path in expand(chosen.datasets["a"], chosen)] == names


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ('"trian.jsonl"', "names `trian.jsonl`, which is not there; did you mean `train.jsonl`?"),
        ('["train.jsonl", "no/*.jsonl"]', "names `no/*.jsonl`, which matches no file"),
        ('"empty"', "names `empty`, which has no data files in it"),
        ('"old/*"', "names `old/*`, all that it matches is excluded"),
        ('"a\\u0000b"', r"names `a\u0000b`, which is not there"),
    ],
)
def test_files_that_are_not_there_are_told_with_their_setting(names: str, told: str) -> None:
    write("", "train.jsonl")
    write("", "old/train.jsonl")
    Path("empty").mkdir()
    write(f'exclude = "old/"\n[datasets.support]\ntrain = {names}')
    chosen = load()
    with pytest.raises(InputError) as caught:
        expand(chosen.datasets["support"], chosen)
    assert str(caught.value) == f"`datasets.support.train` in dslint.toml {told}"


# globs


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("*.jsonl", "a/b/c.jsonl", True),
        ("c.jsonl", "a/c.jsonl", True),
        ("a/*.jsonl", "a/c.jsonl", True),
        ("a/*.jsonl", "a/b/c.jsonl", False),
        ("a/*.jsonl", "x/a/c.jsonl", False),
        ("a/**", "a/b/c.jsonl", True),
        ("a/**/c.jsonl", "a/c.jsonl", True),
        ("**/b/*.jsonl", "a/b/c.jsonl", True),
        ("a/b", "a/b/c.jsonl", True),
        ("b/", "a/b/c.jsonl", True),
        ("./a/c.jsonl", "a/c.jsonl", True),
        ("[ab].jsonl", "b.jsonl", True),
        ("[!ab].jsonl", "b.jsonl", False),
        ("[z-a].jsonl", "b.jsonl", False),
        ("a[/]b", "a/b", False),
        ("?.jsonl", "ab.jsonl", False),
        ("../*.jsonl", "../c.jsonl", True),
        ("[", "[", True),
    ],
)
def test_a_glob_matches_what_it_says(pattern: str, path: str, hit: bool) -> None:
    assert matches(path, pattern, Path.cwd()) is hit


@given(st.text("ab*?[]!-/.\\^&|~(", max_size=12), st.text("ab/.[-", min_size=1, max_size=8))
def test_any_glob_can_be_asked(pattern: str, path: str) -> None:
    assert matches(path, pattern, Path.cwd()) in (True, False)


def test_overrides_speak_of_the_files_they_match_in_their_order() -> None:
    write(
        '[[overrides]]\nfiles = ["synthetic/**"]\nlevels = { text = "off" }\n'
        '[[overrides]]\nfiles = "*.draft.jsonl"\nlevels = { all = "info" }'
    )
    chosen = load()
    assert file_levels("train.jsonl", chosen) == ()
    assert file_levels("synthetic/a.draft.jsonl", chosen) == (
        ("text", "off", "[[overrides]] number 1 in dslint.toml"),
        ("all", "info", "[[overrides]] number 2 in dslint.toml"),
    )
    assert not excluded("train.jsonl", chosen)
