"""`dslint dedupe` in a shell, and `check` on the sides of a dataset and against evaluation sets."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

QUESTION = "A boat takes 12 people over the river in 20 minutes. How many can cross in an hour?"


def chat(question: str, answer: str) -> str:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}) + "\n"


def write(name: str, *rows: str) -> None:
    Path(name).write_text("".join(rows), encoding="utf-8")


def test_the_report_says_what_went_and_what_is_next(run: Run) -> None:
    write("in.jsonl", *[chat("Open on Sunday?", "No.")] * 3, chat("And on Monday?", "Yes."))
    code, out, err = run("dedupe", "in.jsonl", "-o", "x y.jsonl", "--dropped", "gone.jsonl")
    assert (code, out) == (0, "")
    assert [" ".join(line.split()) for line in err.splitlines()] == [
        "read 4 in.jsonl",
        "dropped 2 say what another row says",
        "one row stayed for them",
        "3 rows in.jsonl:1",
        "Open on Sunday? No.",
        "wrote 2 x y.jsonl · dslint.lock",
        "the rows that went, with their twins: gone.jsonl",
        "next dslint check 'x y.jsonl'",
    ]
    assert Path("x y.jsonl").read_text().count("\n") == 2


def test_nothing_to_drop_is_said_and_without_an_output_nothing_is_written(run: Run) -> None:
    write("in.jsonl", chat("a", "b"))
    code, _, err = run("dedupe", "in.jsonl")
    assert code == 0
    assert "no row repeats another one" in err
    assert "nothing is written without -o FILE" in err
    assert [each.name for each in Path().iterdir()] == ["in.jsonl"]


def test_standard_input_goes_to_standard_output(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(chat("a", "b").encode() * 2))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, err = run("dedupe", "-", "-o", "-")
    assert (code, out) == (0, chat("a", "b"))
    assert "next" not in err


def test_the_report_for_programs(run: Run) -> None:
    write("in.jsonl", chat("a", "b"), chat("a", "c"))
    code, out, err = run("dedupe", "in.jsonl", "--key", "prompt", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["gone"] == {"prompt": 1}
    assert found["largest"][0]["kept"] == {"file": "in.jsonl", "line": 1}
    code, _, err = run("dedupe", "in.jsonl", "-o", "-", "--json")
    assert code == 2
    assert "has room for one" in err


def test_rows_with_an_evaluation_question_are_shown_with_what_differs(run: Run) -> None:
    write("in.jsonl", chat(QUESTION.replace("12", "15"), "45"), chat("a", "b"))
    write("eval.jsonl", json.dumps({"prompt": QUESTION, "completion": "36"}))
    code, _, err = run("dedupe", "in.jsonl", "--against", "eval.jsonl")
    assert code == 0
    assert "1  have a question of the evaluation in them: eval.jsonl" in err
    assert "in.jsonl:1  eval.jsonl:1  A boat takes [15 → 12] people" in err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--near", "in.jsonl"), "write --near=0.9, or --near behind the paths"),
        (("in.jsonl", "-o", "in.jsonl"), "`in.jsonl` is an input"),
        (("in.jsonl", "--near=2"), "--near is a share"),
        (("none.jsonl",), "`none.jsonl` does not exist"),
        (("in.jsonl", "--against", "none.jsonl"), "`none.jsonl` does not exist"),
        ((), "Missing argument"),
    ],
)
def test_a_wrong_call_exits_2_and_says_why(
    arguments: tuple[str, ...], reason: str, run: Run
) -> None:
    write("in.jsonl", chat("a", "b"))
    code, out, err = run("dedupe", *arguments)
    assert (code, out) == (2, "")
    assert reason in err


def found(out: str) -> set[tuple[str, str, int | None]]:
    return {(each["rule"], each["file"], each["line"]) for each in json.loads(out)["findings"]}


def test_the_sides_of_a_dataset_are_compared(run: Run) -> None:
    write("train.jsonl", chat("a", "b"), chat("c", "d"), chat(QUESTION, "36"), chat("c", "d"))
    write("validation.jsonl", chat("c", "d"), chat("a", "other"))
    write("eval.jsonl", json.dumps({"prompt": QUESTION, "completion": "36"}) + "\n")
    write("other.jsonl", chat("a", "b"))
    Path("dslint.toml").write_text(
        '[datasets.main]\ntrain = "train.jsonl"\nvalidation = "validation.jsonl"\n'
        'evaluation = "eval.jsonl"\n[datasets.other]\ntrain = "other.jsonl"\n'
    )
    _, out, _ = run("check", "--report", "json", "--level", "all=off", *on("duplicates"))
    assert found(out) == {
        ("in-validation-set", "train.jsonl", 2),
        ("in-validation-set", "train.jsonl", 4),
        ("exact-duplicate", "train.jsonl", 4),
        ("prompt-in-validation-set", "train.jsonl", 1),
        ("whole-evaluation-question", "train.jsonl", 3),
    }


def on(*rules: str) -> list[str]:
    return [word for rule in rules for word in ("--level", f"{rule}=warn")]


def test_evaluation_sets_are_named_on_the_command_line_and_not_checked(run: Run) -> None:
    write("train.jsonl", chat("x", "y"), chat(QUESTION.replace("an hour", "a day"), "864"))
    write("eval.jsonl", json.dumps({"prompt": QUESTION, "completion": ""}) + "\n")
    _, out, _ = run("check", "train.jsonl", "--against", "eval.jsonl", "--report", "json")
    (hit,) = [each for each in json.loads(out)["findings"] if "evaluation" in each["rule"]]
    assert (hit["rule"], hit["line"], hit["pointer"]) == (
        "in-evaluation-set",
        2,
        "/messages/0/content",
    )
    assert hit["message"].startswith("89% of the question at eval.jsonl:1: A boat takes 12 people")
    assert {each["path"] for each in json.loads(out)["files"]} == {"train.jsonl"}
    assert run("check", "train.jsonl", "--against", "none.jsonl")[0] == 2
    Path("empty.jsonl").touch()
    code, _, err = run("check", "train.jsonl", "--against", "empty.jsonl")
    assert code == 2
    assert "`empty.jsonl` has no questions that could be read" in err


def test_rows_of_an_array_and_of_packed_files_are_found_with_their_lines(run: Run) -> None:
    rows = [{"prompt": f"p{n % 3}", "completion": "c"} for n in range(5)]
    Path("in.json").write_text(json.dumps(rows, indent=1))
    _, out, _ = run("check", "in.json", "--level", "all=off", *on("exact-duplicate"))
    assert "14:1" in out
    assert "the same record as in.json:2" in out


def test_near_duplicates_are_found_where_they_are_asked_for(run: Run) -> None:
    words = " ".join(f"w{n}" for n in range(60))
    write("in.jsonl", chat(words, "yes"), chat(f"{words} more", "yes"), chat("else", "no"))
    assert "near-duplicate" not in run("check", "in.jsonl")[1]
    _, out, _ = run("check", "in.jsonl", *on("near-duplicate"))
    assert "near-duplicate" in out
    assert "95% of its words are as in in.jsonl:1" in out
