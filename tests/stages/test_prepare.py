"""Data is prepared a remedy at a time: what is agreed to is done, and nothing else."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dslint.errors import ConfigError, InputError, UsageError
from dslint.stages import answers, lock
from dslint.stages.prepare import Preparation, prepare, wish_of
from dslint.stages.remedies import Remedy

ROOT = Path(__file__).parent.parent.parent
ORACLE = [
    json.loads(line)
    for line in (ROOT / "tests/fixtures/prepare_data.jsonl").read_text("utf-8").splitlines()
]
"""What openai 0.28.1's prepare_data made of our rows with every remedy accepted: `separator` and
`stop` are what it added to them. No rows are given where it refused the file."""

DIFFERENCES = {
    "a line of an example cut in a word": "ends with a word",
    "a row of more than ten thousand characters": "counted in tokens",
    "a script without capitals": "script without capitals",
    "an answer of nothing but white space": "nothing but white space",
    "labels of one letter": "labels such as `A` stay",
    "all prompts the same": "all the same is told",
    "one row": "single row",
}
"""Where the rows differ on purpose, with the words that docs/prepare.md has for it."""

Row = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(rows: list[Row], name: str = "data.jsonl") -> str:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if name.endswith(".csv"):
        import csv

        with open(name, "w", encoding="utf-8", newline="") as out:
            table = csv.DictWriter(out, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
    elif name.endswith(".gz"):
        Path(name).write_bytes(gzip.compress(text.encode()))
    else:
        Path(name).write_text(text, encoding="utf-8")
    return name


def run(
    rows: list[Row],
    name: str = "data.jsonl",
    ask: Callable[[Remedy], bool] = lambda remedy: True,
    **wish: Any,
) -> Preparation:
    return prepare(write(rows, name), wish_of(force=True, **wish), ask)


def read(name: str) -> list[Row]:
    return [json.loads(line) for line in Path(name).read_text("utf-8").splitlines()]


def pairs(done: Preparation) -> list[tuple[str, str]]:
    """Return the prompts and answers that were written, in order of train, then validation."""
    found = []
    for file in filter(None, (done.train, done.validation)):
        for row in read(file[0]):
            said = {each["role"]: each["content"] for each in row["messages"]}
            found.append((said.get("user", ""), said["assistant"]))
    return found


def theirs(case: Row) -> list[tuple[str, str]]:
    """Return the rows of the old tool without what it added for the old format."""
    return [
        (
            row["prompt"].removesuffix(case["separator"]).removesuffix("\n\n###\n\n"),
            row["completion"].removesuffix(case["stop"]).removesuffix(" END").removeprefix(" "),
        )
        for row in case["given"]
    ]


@pytest.mark.parametrize(
    "case",
    [each for each in ORACLE if each["name"] not in DIFFERENCES],
    ids=lambda case: case["name"],
)
def test_with_every_remedy_the_rows_are_those_of_the_old_tool(folder: Path, case: Row) -> None:
    done = run(case["rows"], f"data.{case['container']}")
    assert sorted(pairs(done)) == sorted(theirs(case))
    if case["split"]:
        assert done.validation is not None
        assert done.validation[1] == len(case["rows"]) - int(0.8 * len(case["rows"]))


def case_of(name: str) -> Row:
    assert name in DIFFERENCES
    return next(case for case in ORACLE if case["name"] == name)


def test_every_difference_is_documented() -> None:
    page = " ".join((ROOT / "docs" / "prepare.md").read_text(encoding="utf-8").split())
    assert [words for words in DIFFERENCES.values() if words not in page] == []


def test_what_is_taken_off_ends_with_a_word(folder: Path) -> None:
    case = case_of("a line of an example cut in a word")
    expected = [("re" + prompt, answer) for prompt, answer in theirs(case)]
    assert sorted(pairs(run(case["rows"]))) == sorted(expected)


def test_a_long_row_is_one_that_models_dont_take(folder: Path) -> None:
    case = case_of("a row of more than ten thousand characters")
    assert len(pairs(run(case["rows"]))) == 12 == len(theirs(case)) + 1
    assert sorted(pairs(run(case["rows"], context=1_000))) == sorted(theirs(case))


def test_a_script_without_capitals_has_none(folder: Path) -> None:
    case = case_of("a script without capitals")
    found = sorted(pairs(run(case["rows"])))
    assert found == sorted((row["prompt"], row["completion"]) for row in case["rows"])
    assert [(one.lower(), other) for one, other in found] == sorted(theirs(case))


def test_a_text_may_begin_with_a_capital(folder: Path) -> None:
    case = case_of("labels of one letter")
    found = sorted(pairs(run(case["rows"])))
    assert {answer for _, answer in found} == {"A", "B"}
    assert [(one, other.lower()) for one, other in found] == sorted(theirs(case))


def test_an_answer_of_white_space_is_empty(folder: Path) -> None:
    case = case_of("an answer of nothing but white space")
    expected = [pair for pair in theirs(case) if pair[1].strip()]
    assert len(expected) == 11
    assert sorted(pairs(run(case["rows"]))) == sorted(expected)


def test_what_the_old_tool_refused_is_written_and_told(folder: Path) -> None:
    same = run(case_of("all prompts the same")["rows"])
    assert (same.same_prompt, len(pairs(same))) == (True, 12)
    assert pairs(run(case_of("one row")["rows"])) == [("Where is the tea?", "Here.")]


def test_answers_that_are_all_the_same_are_told(folder: Path) -> None:
    rows = next(each["rows"] for each in ORACLE if each["name"] == "all answers the same")
    assert run(rows).same_answer


def rows_of(count: int) -> list[Row]:
    things = ("tea", "soup", "bread")
    return [
        {
            "prompt": f"{at}: where is the {things[at % 3]}?",
            "completion": f"{at} steps to the left.",
        }
        for at in range(count)
    ]


MESS: list[Row] = [
    *({**row, "id": at} for at, row in enumerate(rows_of(12))),
    {"prompt": "0: where is the tea?", "completion": "0 steps to the left.", "id": 0},
    {"prompt": "And the salt?", "completion": "", "id": 13},
]


def test_what_is_declined_is_not_done(folder: Path) -> None:
    declined = ("empty-answers", "duplicates", "validation")
    done = run(MESS, ask=lambda remedy: remedy.name not in declined)
    assert [(remedy.name, agreed) for remedy, agreed in done.answers] == [
        ("lose-extra-keys", True),
        ("empty-answers", False),
        ("duplicates", False),
        ("validation", False),
    ]
    assert (done.train, done.validation, done.dropped) == (("data-train.jsonl", 14), None, {})
    assert not Path("data-validation.jsonl").exists()


def test_what_can_be_mended_is_mended_in_a_copy(folder: Path) -> None:
    broken = '{"prompt": "And the salt?", "completion": "Not here.",}\n'
    Path("data.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows_of(12)) + broken, encoding="utf-8"
    )
    whole = Path("data.jsonl").read_bytes()
    done = prepare("data.jsonl", wish_of(), lambda remedy: True)
    assert [remedy.name for remedy, _ in done.answers] == ["mend", "validation"]
    assert ("And the salt?", "Not here.") in pairs(done)
    assert (done.conversion.source, Path("data.jsonl").read_bytes()) == ("data.jsonl", whole)
    entry = lock.read(Path("dslint.lock"))["data-train.jsonl"]
    assert entry.inputs == {"data.jsonl": lock.content_of("data.jsonl")}
    (example,) = done.answers[0][0].examples
    assert example.before.endswith('here.",}')
    assert (example.after or "").endswith('here."}')
    again = prepare("data.jsonl", wish_of(force=True), lambda remedy: remedy.name != "mend")
    assert [name for name, _ in [(each.name, no) for each, no in again.answers]] == [
        "mend",
        "unreadable-rows",
        "validation",
    ]


def test_the_old_marks_are_left_to_their_own_remedy(folder: Path) -> None:
    rows = [
        {"prompt": f"{row['prompt']}\n", "completion": f"{row['completion']}<|endoftext|>"}
        for row in rows_of(30)
    ]
    done = run([*rows, {"prompt": "And the salt?\n", "completion": "<|endoftext|>"}])
    assert [remedy.name for remedy, _ in done.answers] == [
        *("old-marks", "empty-answers", "validation"),
    ]
    assert done.dropped == {"empty-answers": 1}


def test_what_is_needed_and_declined_leaves_nothing(folder: Path) -> None:
    done = run(MESS, ask=lambda remedy: False)
    assert (done.refusal, len(done.answers)) == (
        "nothing is written: it takes `lose-extra-keys`",
        1,
    )
    assert [path.name for path in folder.iterdir()] == ["data.jsonl"]


def test_the_old_marks_stay_where_they_are_wanted(folder: Path) -> None:
    rows = next(each["rows"] for each in ORACLE if each["name"] == "marks of the old format")
    done = run(rows, ask=lambda remedy: False)
    assert sorted(pairs(done)) == sorted((row["prompt"], row["completion"]) for row in rows)


def test_each_remedy_has_two_examples_of_what_it_does(folder: Path) -> None:
    seen: dict[str, Remedy] = {}
    for case in ORACLE:
        run(case["rows"], ask=lambda remedy: bool(seen.setdefault(remedy.name, remedy)))
    run(
        [*MESS, *MESS, {"chosen": 1}], ask=lambda remedy: bool(seen.setdefault(remedy.name, remedy))
    )
    assert {*seen} == {
        *("unreadable-rows", "lose-extra-keys", "old-marks", "empty-answers", "duplicates"),
        *("capital-prompts", "capital-answers", "prompt-prefix", "answer-prefix", "validation"),
        "answer-space",
    }
    marks = [(each.before, each.after) for each in seen["old-marks"].examples]
    assert marks == [
        (
            "Describe tea.\n\n###\n\n →  Like plum, number 0. END",
            "Describe tea. → Like plum, number 0.",
        ),
        (
            "Describe soup.\n\n###\n\n →  Like tea, number 1. END",
            "Describe soup. → Like tea, number 1.",
        ),
    ]
    assert [(each.before, each.after) for each in seen["lose-extra-keys"].examples] == [
        ("shelf: 0", None),
        ("shelf: 1", None),
    ]
    assert {name for name, remedy in seen.items() if not remedy.examples} == {"validation"}


def test_labels_are_told(folder: Path) -> None:
    rows = next(each["rows"] for each in ORACLE if each["name"] == "labels")
    assert run(rows).classes == {"good": 12, "bad": 12}
    assert run(rows_of(24)).classes == {}


def test_a_prompt_is_on_one_side_alone(folder: Path) -> None:
    rows = [
        {**row, "completion": f"{row['completion']} {more}"} for row in rows_of(20) for more in "ab"
    ]
    done = run(rows, validation=0.3)
    assert done.validation is not None
    train, validation = (
        {row["messages"][0]["content"] for row in read(name)}
        for name, _ in (done.train, done.validation)
    )
    assert (len(train), len(validation), train & validation) == (14, 6, set())


def test_a_part_for_validation_may_be_a_share_a_number_or_none(folder: Path) -> None:
    for wanted, rows in ((0.5, 12), (3.0, 3), (0.0, None), (None, 4)):  # a share is about
        done = run(rows_of(20), validation=wanted)
        assert (done.validation and done.validation[1]) == rows
    with pytest.raises(InputError, match="can't have 20 rows"):
        run(rows_of(20), validation=20.0)


@pytest.mark.parametrize("validation", [1.5, -0.1, -2.0, -3, float("nan"), float("inf")])
def test_a_part_that_is_none_is_said(validation: float) -> None:
    with pytest.raises(UsageError, match="a share below 1"):
        wish_of(validation=validation)


def test_a_folder_may_be_named_for_the_files(folder: Path) -> None:
    done = run(rows_of(12), out="new/")
    assert (done.train, done.validation) == (("new/train.jsonl", 9), ("new/validation.jsonl", 3))


def test_rows_that_cant_be_divided_are_all_for_training(folder: Path) -> None:
    rows = [{"prompt": "Where is the tea?", "completion": f"Try shelf {at}."} for at in range(12)]
    assert (run(rows).train[1], run(rows).validation) == (12, None)
    with pytest.raises(InputError, match="belong together"):
        run(rows, validation=0.2)


def test_the_same_seed_gives_the_same_files(folder: Path) -> None:
    def written(**wish: Any) -> bytes:
        run(rows_of(40), **wish)
        return Path("data-validation.jsonl").read_bytes()

    assert written() == written(seed=0)
    assert written() != written(seed=7)


def test_preferences_stay_preferences(folder: Path) -> None:
    rows: list[Row] = [
        {
            "input": {"messages": [{"role": "user", "content": f"WHERE IS THE {at}?"}]},
            "preferred_output": [{"role": "assistant", "content": "Here."}],
            "non_preferred_output": [{"role": "assistant", "content": "There."}],
        }
        for at in range(12)
    ]
    done = run([*rows, rows[0]])
    assert done.dropped == {"duplicates": 1}
    assert done.validation is not None
    written = read(done.train[0]) + read(done.validation[0])
    assert sorted(map(json.dumps, written)) == sorted(map(json.dumps, rows))


def test_what_has_no_answer_is_left_out(folder: Path) -> None:
    ask = {"role": "user", "content": "Where is the tea?"}
    call = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    said = [
        {"role": "assistant", "content": "Here."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "assistant", "content": "\n"},
    ]
    talks: list[Row] = [{"messages": [ask, each]} for each in said]
    talks += [{"messages": [ask]}, {"messages": [ask, said[0], ask]}]
    done = run([talks[0], *talks[2:]], name="talks.jsonl")
    assert (done.dropped, read(done.train[0])) == ({"empty-answers": 2}, [talks[0], talks[4]])
    assert run([talks[1]], name="calls.jsonl").train[1] == 1
    pair = {"input": {"messages": [ask]}, "preferred_output": said[:1]}
    sides = (said[2], {"role": "assistant", "content": "No."})
    pairs_: list[Row] = [{**pair, "non_preferred_output": [each]} for each in sides]
    assert run(pairs_, name="pairs.jsonl").dropped == {"empty-answers": 1}


def test_the_lock_has_what_was_agreed_to(folder: Path) -> None:
    done = run(MESS, "raw.jsonl.gz", out="sub/new", system="You know the pantry.")
    assert done.lock == os.path.join("sub", "dslint.lock")
    entries = lock.read(Path("sub/dslint.lock"))
    entry = entries["new-train.jsonl"]
    assert {*entries} == {"new-train.jsonl", "new-validation.jsonl"}
    assert entry.content == lock.content_of("sub/new-train.jsonl")
    assert entry.inputs == {"../raw.jsonl.gz": lock.content_of("raw.jsonl.gz")}
    assert (entry.verb, entry.verdict) == ("prepare", "2 of 14 rows left out")
    assert entry.settings["remedies"] == [remedy.name for remedy, _ in done.answers]
    assert entry.settings["system"] == "You know the pantry."


def test_files_that_are_there_stay(folder: Path) -> None:
    name = write(rows_of(12))
    for there in ("data-train.jsonl", "data-validation.jsonl"):
        Path(there).write_text("mine", encoding="utf-8")
        with pytest.raises(UsageError, match="--force writes over it"):
            prepare(name, wish_of(), lambda remedy: True)
        Path(there).unlink()
    with pytest.raises(UsageError, match="standard input"):
        prepare("-", wish_of(), lambda remedy: True)


def test_what_is_raised_at_a_question_leaves_nothing(folder: Path) -> None:
    def leave(remedy: Remedy) -> bool:
        if remedy.name == "validation":
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        run(MESS, ask=leave)
    assert [path.name for path in folder.iterdir()] == ["data.jsonl"]


def test_where_no_row_is_left_nothing_is_written(folder: Path) -> None:
    done = run([{"prompt": "Where is the tea?", "completion": " "}])
    assert done.refusal == "no row would be left: nothing is written"
    assert [path.name for path in folder.iterdir()] == ["data.jsonl"]


def test_a_plan_repeats_what_was_answered(folder: Path) -> None:
    first = run(MESS, ask=lambda remedy: remedy.name != "duplicates", seed=7)
    whole = Path("data-train.jsonl").read_bytes()
    answers.save(Path("p.toml"), {"seed": 7}, first.answers)
    assert tomllib.loads(Path("p.toml").read_text("utf-8"))["remedies"]["duplicates"] is False
    settings, answer = answers.read(Path("p.toml"))
    again = run(MESS, ask=answer, **settings)
    assert again == first
    assert Path("data-train.jsonl").read_bytes() == whole


def test_a_plan_is_not_asked_what_it_does_not_say(folder: Path) -> None:
    answers.save(Path("p.toml"), {}, [])
    with pytest.raises(ConfigError, match=r"p\.toml does not say whether to leave out keys"):
        run(MESS, ask=answers.read(Path("p.toml"))[1])
    for said in ("seeds = 3", "seed = 'x'", "seed = true", "map = 1"):
        Path("p.toml").write_text(f"plan = 1\n[remedies]\n[settings]\n{said}\n", encoding="utf-8")
        with pytest.raises(ConfigError, match=r"did you mean `seed`|can't be"):
            answers.read(Path("p.toml"))
    for text in ("x = 1\n", "plan = 2\n[remedies]\n", "plan = 1\n"):
        Path("p.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match="is no plan"):
            answers.read(Path("p.toml"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl-C to be sent")
def test_ctrl_c_in_the_middle_leaves_nothing(folder: Path) -> None:
    pty = pytest.importorskip("pty")
    write(MESS)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dslint", "prepare", "data.jsonl"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        # a shell's background jobs, of which a test run may be one, don't hear Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(slave)
    screen, asked, until = b"", 0, time.monotonic() + 30
    while asked < 2 and time.monotonic() < until:
        screen += os.read(master, 65536)
        if screen.count(b"Do it?") > asked:
            asked += 1
            if asked == 1:
                os.write(master, b"y\n")
    time.sleep(0.5)  # until it waits for the answer
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    os.close(master)
    assert [path.name for path in folder.iterdir()] == ["data.jsonl"]
