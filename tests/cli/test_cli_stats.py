"""`dslint stats` as it is called, and the rules and contracts that hold a dataset as a whole."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run
from jsonschema import Draft202012Validator

from dslint.resources import folder

SCHEMA = json.loads((folder("schemas") / "stats.schema.json").read_bytes())
GUIDE = "You are the harbour's guide."


@pytest.fixture(autouse=True)
def without_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell scripts alone: the model of languages takes seconds to load."""
    for module in ("stages.stats", "stages.agree", "facts.languages"):
        monkeypatch.setattr(f"dslint.{module}.available", lambda: False)


def write(name: str, *answers: str, system: str | None = None) -> None:
    first = [] if system is None else [{"role": "system", "content": system}]
    with open(name, "a", encoding="utf-8", newline="") as file:
        for number, answer in enumerate(answers):
            asked = {"role": "user", "content": f"{name} {number}?"}
            row = {"messages": [*first, asked, {"role": "assistant", "content": answer}]}
            file.write(json.dumps(row) + "\n")


def findings(run: Run, *arguments: str) -> list[dict[str, Any]]:
    levels = (f"--level={name.stem}=error" for name in (folder("rules") / "dataset").glob("*.md"))
    _, out, err = run("check", *arguments, "--level", "all=off", *levels, "--report", "json")
    assert err == ""
    found: list[dict[str, Any]] = json.loads(out)["findings"]
    return found


def places(found: list[dict[str, Any]]) -> list[tuple[str, str, int | None]]:
    return [(each["rule"], each["file"], each["line"]) for each in found]


def test_it_tells_what_a_person_looks_at_first(run: Run) -> None:
    write("ferry.jsonl", "At six.", "At ten.", system=GUIDE)
    write("ferry.jsonl", "At noon.")
    code, out, err = run("stats", "ferry.jsonl")
    assert (code, err) == (0, "")
    assert out.startswith("ferry.jsonl  chat · 3 rows · ")
    for said in (
        "system 2 (in 66.7 % of the rows) · user 3 · assistant 3",
        "2 in every row",
        f"66.7 %  2  {GUIDE}",
        "33.3 %  1  none",
        "scripts        Latin 100.0 %",
    ):
        assert said in out


def test_labels_are_shown_with_those_that_are_nearly_the_same(run: Run) -> None:
    write("mood.jsonl", *["praise"] * 9, *["complaint"] * 6, "Praise ")
    _, out, _ = run("stats", "mood.jsonl")
    assert "3 labels" in out
    assert "`Praise ` (1) and `praise` (9) are nearly the same" in out


def test_programs_get_what_the_schema_says(run: Run) -> None:
    write("mood.jsonl", *["praise"] * 9, *["complaint"] * 6, "Praise ", system=GUIDE)
    write("other.jsonl", "At six.")
    Path("broken.jsonl").write_text("{broken\n")
    _, out, _ = run(
        "stats", "mood.jsonl", "broken.jsonl", "--compare", "other.jsonl", "--report", "json"
    )
    found = json.loads(out)
    Draft202012Validator(SCHEMA).validate(found)
    mood, other = found["sides"]
    assert mood["labels"]["rows"] == {"praise": 9, "complaint": 6, "Praise ": 1}
    assert (mood["malformed"], other["name"]) == (1, "other.jsonl")
    assert {each["side"] for each in found["drifts"]} == {"other.jsonl"}


def test_the_schemas_example_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    (example,) = SCHEMA["examples"]
    Draft202012Validator(SCHEMA).validate(example)


def test_a_dataset_is_told_side_by_side(run: Run) -> None:
    write("a.jsonl", *["praise", "complaint"] * 20)
    write("b.jsonl", *["praise"] * 20)
    Path("dslint.toml").write_text(
        '[datasets.mood]\ntrain = "a.jsonl"\nvalidation = "b.jsonl"\n', encoding="utf-8"
    )
    _, out, _ = run("stats")
    assert "mood · train · a.jsonl" in out
    assert "validation, compared with train" in out
    assert "complaint: 0.0 %, there 50.0 %" in out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nowhere.jsonl"],
        ["a.jsonl", "--format", "chatt"],
        ["a.jsonl", "--compare", "nowhere.jsonl"],
        ["a.jsonl", "--suggest-contract", "--report", "json"],
    ],
)
def test_a_wrong_call_says_what_is_wrong(run: Run, arguments: list[str]) -> None:
    write("a.jsonl", "Yes.")
    code, out, err = run("stats", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("dslint: ")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_text_of_the_data_steers_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    write("a.jsonl", *["\x1b[31mred"] * 12, system="\x1b]0;title\x07" + "长" * 90)
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    _, out, _ = run("stats", "a.jsonl")
    assert "\x1b" not in out
    assert "\x07" not in out


def test_a_drafted_contract_is_kept_by_the_data_and_broken_by_other_data(run: Run) -> None:
    write("a.jsonl", *["praise", "complaint"] * 20, system=GUIDE)
    _, drafted, _ = run("stats", "a.jsonl", "--suggest-contract")
    assert tomllib.loads(drafted)["contract"] == {
        "rows": "20..80",
        "turns": "2",
        "system-prompts": "..1",
        "label-rows": "10..",
        "labels": ["complaint", "praise"],
        "roles": ["assistant", "system", "user"],
    }
    Path("dslint.toml").write_text(drafted, encoding="utf-8")
    assert findings(run, "a.jsonl") == []
    write("a.jsonl", "question", system=GUIDE)
    found = [each for each in findings(run, "a.jsonl") if each["rule"] == "breaks-the-contract"]
    assert [(each["level"], each["line"], each["message"]) for each in found] == [
        ("error", None, "by the contract, `label-rows` is `10..`; `question` is in 1 row"),
        (
            "error",
            41,
            "by the contract, `labels` is `complaint`, `praise`; `question` is in 1 row",
        ),
    ]


def test_a_datasets_own_limits_win_over_those_for_all(run: Run) -> None:
    write("a.jsonl", "Yes.", "No.")
    Path("dslint.toml").write_text(
        '[contract]\nrows = "5.."\nturns = "2"\n'
        '[datasets.own]\ntrain = "a.jsonl"\ncontract = {rows = "..5"}\n'
        '[datasets.other]\ntrain = "a.jsonl"\n',
        encoding="utf-8",
    )
    assert findings(run, "own") == []
    assert [each["message"] for each in findings(run, "other")] == [
        "by the contract, `rows` is `5..`; there are 2 rows"
    ]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ('rows = "9..2"', "ends before it begins"),
        ('rows = ".."', 'written like `"5000..20000"`'),
        ("rows = 1.5", 'written like `"5000..20000"`'),
        ('label = ["a"]', "did you mean `labels`?"),
        ("labels = 3", "a string or a list of strings"),
    ],
)
def test_a_wrong_limit_is_told_by_its_name(run: Run, limit: str, said: str) -> None:
    Path("dslint.toml").write_text(f"[contract]\n{limit}\n", encoding="utf-8")
    write("a.jsonl", "Yes.")
    code, _, err = run("check", "a.jsonl")
    assert code == 2
    assert said in err
    assert "dslint.toml" in err


def test_languages_that_cannot_be_told_are_skipped_and_not_passed(run: Run) -> None:
    Path("dslint.toml").write_text('[contract]\nlanguages = ["pt"]\n', encoding="utf-8")
    write("a.jsonl", "Yes.")
    code, out, _ = run("check", "a.jsonl", "--strict")
    assert code == 1
    assert "dslint[lang]" in out


def test_labels_that_are_nearly_the_same_are_shown_where_the_rarer_one_is(run: Run) -> None:
    write("a.jsonl", *["praise"] * 9, *["complaint"] * 6)
    write("b.jsonl", *["complaint"] * 11, "Praise")
    found = findings(run, "a.jsonl", "b.jsonl")
    assert ("nearly-equal-labels", "b.jsonl", 12) in places(found)


def test_a_side_is_compared_with_the_other_one(run: Run) -> None:
    write("a.jsonl", *["praise"] * 30, *["complaint"] * 30)
    write("b.jsonl", *["praise"] * 19, "question")
    Path("dslint.toml").write_text(
        '[datasets.mood]\ntrain = "a.jsonl"\nvalidation = "b.jsonl"\n', encoding="utf-8"
    )
    found = [each for each in places(findings(run)) if each[0] == "label-on-one-side-only"]
    assert found == [
        ("label-on-one-side-only", "a.jsonl", 31),
        ("label-on-one-side-only", "b.jsonl", 20),
    ]


def test_a_prompt_with_a_space_more_is_found_across_files(run: Run) -> None:
    write("a.jsonl", "At six.", "At ten.", system=GUIDE)
    write("b.jsonl", "At noon.", system=f"{GUIDE} ")
    assert places(findings(run, "a.jsonl", "b.jsonl")) == [
        ("system-prompts-nearly-equal", "b.jsonl", 1)
    ]


def test_the_first_row_without_the_usual_prompt_is_shown(run: Run) -> None:
    write("a.jsonl", "At six.", "At ten.", system=GUIDE)
    write("a.jsonl", "At noon.")
    assert places(findings(run, "a.jsonl")) == [("system-prompt-in-most-rows-only", "a.jsonl", 3)]


def test_labels_that_one_side_alone_has_are_named(run: Run) -> None:
    write("a.jsonl", *["praise", "complaint", "thanks"] * 9)
    write("b.jsonl", *["praise", "complaint", "question"] * 5)
    _, out, _ = run("stats", "a.jsonl", "--compare", "b.jsonl")
    assert "only in a.jsonl: `thanks` (9)" in out
    assert "only in b.jsonl: `question` (5)" in out
