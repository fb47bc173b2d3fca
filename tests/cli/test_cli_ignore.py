"""`ignore`: what is accepted is really there, follows its record, and goes when it is of no use."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]


def chat(question: str, role: str = "user", last: str = "") -> dict[str, Any]:
    messages = [{"role": role, "content": question}, {"role": "assistant", "content": "Gladly."}]
    if last:
        messages.append({"role": "user", "content": last})
    return {"messages": messages}


def write(path: str, rows: list[dict[str, Any]]) -> None:
    Path(path).write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def entries() -> list[dict[str, str]]:
    return [json.loads(line) for line in Path("dslint-ignore.jsonl").read_text().splitlines()]


def found(run: Run, *arguments: str) -> set[tuple[str, int | None]]:
    """Return rule and line of what `check` finds and nobody has accepted."""
    report = json.loads(run("check", *arguments, "--report", "json")[1])
    return {(each["rule"], each["line"]) for each in report["findings"] if not each["ignored"]}


@pytest.fixture
def data() -> None:
    """Twelve rows: the second speaks as `human`, the third ends on the user."""
    rows = [chat(f"Table {number}, please?") for number in range(1, 13)]
    rows[1] = chat("A table for two?", role="human")
    rows[2] = chat("A table for three?", last="Hello?")
    write("train.jsonl", rows)


HUMAN, LAST = ("unknown-role", 2), ("last-message-not-assistant", 3)


def test_a_finding_is_accepted_with_a_reason_and_stays_so_wherever_its_row_moves(
    run: Run, data: None
) -> None:
    assert {HUMAN, LAST} <= found(run, "train.jsonl")
    code, out, err = run("ignore", "unknown-role", "train.jsonl:2", "--reason", "a test of theirs")
    assert code == 0
    assert out == "ignored: `unknown-role` in train.jsonl (a test of theirs)\n"
    assert err == "dslint: written to dslint-ignore.jsonl\n"
    (entry,) = entries()
    assert (entry["rule"], entry["reason"]) == ("unknown-role", "a test of theirs")
    assert HUMAN not in found(run, "train.jsonl")
    assert LAST in found(run, "train.jsonl")
    lines = Path("train.jsonl").read_text().splitlines()
    Path("train.jsonl").write_text("\n".join(reversed(lines)) + "\n")
    assert {rule for rule, _ in found(run, "train.jsonl")} >= {LAST[0]}
    assert "unknown-role" not in {rule for rule, _ in found(run, "train.jsonl")}


def test_a_changed_row_is_found_again(run: Run, data: None) -> None:
    run("ignore", "unknown-role", "train.jsonl:2", "--reason", "a test")
    text = Path("train.jsonl").read_text()
    Path("train.jsonl").write_text(text.replace("A table for two?", "A table for nine?"))
    assert HUMAN in found(run, "train.jsonl")


def test_only_the_place_that_is_named_is_accepted(run: Run) -> None:
    row = {"messages": [{"role": "human", "content": "Hi"}, {"role": "gpt", "content": "Hi"}]}
    write("train.jsonl", [row])
    code, _, err = run(
        *("ignore", "unknown-role", "train.jsonl:1:30", "--reason", "a test"),
        *("--pointer", "/messages/7"),
    )
    assert code == 2
    assert "raised there at `/messages/0/role`, `/messages/1/role`, not at `/messages/7`" in err
    run(*("ignore", "unknown-role", "train.jsonl:1", "--reason", "x", "--pointer", "/messages/1"))
    report = json.loads(run("check", "train.jsonl", "--report", "json")[1])
    roles = [each for each in report["findings"] if each["rule"] == "unknown-role"]
    assert [(each["pointer"], each["ignored"]) for each in roles] == [
        ("/messages/0/role", None),
        ("/messages/1/role", "x"),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("unknown-role", "train.jsonl:3"), "not raised at train.jsonl:3; what is: `last-mess"),
        (("unknown-role", "train.jsonl:3"), "`unknown-role` is raised at line 2"),
        (("unknown-role", "train.jsonl:5"), "not raised at train.jsonl:5; nothing is"),
        (("unknown-role", "train.jsonl:99"), "`train.jsonl` has 12 lines, and no line 99"),
        (("unknown-role", "train.jsonl:0"), "lines are counted from 1"),
        (("missing-messages", "train.jsonl"), "`missing-messages` is not raised at train.jsonl"),
        (("unknown-roll", "train.jsonl:2"), "did you mean `unknown-role`"),
        (("unknown-role", "nowhere.jsonl:2"), "`nowhere.jsonl` does not exist"),
        (("unknown-role", "."), "`.` is a folder"),
        (("unknown-role", "-"), "standard input can't be named here"),
        (("unknown-role", "train.jsonl:2", "--until", "2020-01-01"), "2020-01-01 has passed"),
        (("unknown-role", "train.jsonl", "--pointer", "/messages"), "no line is given"),
        (("unknown-role",), "name a rule and a place"),
        (("--baseline", "train.jsonl"), "--reason, --until and --pointer go with"),
        (("--list", "--prune"), "ask for one"),
    ],
)
def test_nothing_is_ignored_in_vain(
    run: Run, data: None, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run("ignore", *arguments, "--reason", "a test")
    assert (code, out) == (2, "")
    assert said in err
    assert not Path("dslint-ignore.jsonl").exists()


def test_a_rule_that_is_off_can_not_be_ignored(run: Run, data: None) -> None:
    Path("dslint.toml").write_text('[levels]\nunknown-role = "off"\n')
    code, _, err = run("ignore", "unknown-role", "train.jsonl:2", "--reason", "a test")
    assert code == 2
    assert "`unknown-role` is off for openai" in err


def test_without_a_reason_nothing_is_ignored(run: Run, data: None) -> None:
    for reason in ((), ("--reason", " ")):
        code, _, err = run("ignore", "unknown-role", "train.jsonl:2", *reason)
        assert code == 2
        assert "say why this is accepted" in err


def test_a_whole_file_is_accepted(run: Run, data: None) -> None:
    run("ignore", "unknown-role", "train.jsonl", "--reason", "all of it")
    assert HUMAN not in found(run, "train.jsonl")
    (entry,) = entries()
    assert (entry["file"], entry["record"]) == ("train.jsonl", "")


def folded() -> None:
    """Thirty rows that all end on the user: one finding about the file."""
    write("train.jsonl", [chat(f"Table {number}?", last="Hello?") for number in range(30)])


def test_a_folded_finding_is_accepted_as_one_by_its_file(run: Run) -> None:
    folded()
    assert (LAST[0], None) in found(run, "train.jsonl")
    run("ignore", LAST[0], "train.jsonl", "--reason", "they are not trained on")
    report = json.loads(run("check", "train.jsonl", "--report", "json")[1])
    (only,) = [each for each in report["findings"] if each["rule"] == LAST[0]]
    assert (only["line"], only["rows"]) == (None, 30)
    assert only["ignored"] == "they are not trained on"
    assert LAST[0] not in run("check", "train.jsonl")[1]


def test_rows_of_a_folded_finding_are_accepted_one_by_one(run: Run) -> None:
    folded()
    run("ignore", LAST[0], "train.jsonl:7", "train.jsonl:8", "--reason", "a test")
    report = json.loads(run("check", "train.jsonl", "--report", "json")[1])
    told = [each for each in report["findings"] if each["rule"] == LAST[0]]
    assert [(each["line"], each["ignored"]) for each in told if each["ignored"]] == [
        (7, "a test"),
        (8, "a test"),
    ]
    (whole,) = [each for each in told if not each["ignored"]]
    assert whole["rows"] == 28


def test_a_row_of_an_array_is_named_by_a_line_it_stands_on(run: Run) -> None:
    rows = [chat("One?"), chat("Two?", role="human"), chat("Three?")]
    Path("train.json").write_text(json.dumps(rows, indent=2))
    report = json.loads(run("check", "train.json", "--report", "json")[1])
    (line,) = [each["line"] for each in report["findings"] if each["rule"] == "unknown-role"]
    assert line > 10
    code, _, err = run("ignore", "unknown-role", f"train.json:{line}", "--reason", "a test")
    assert code == 0, err
    assert "unknown-role" not in {rule for rule, _ in found(run, "train.json")}


def test_all_rows_that_begin_on_a_line_and_raise_the_rule_are_accepted(run: Run) -> None:
    rows = [chat("One?", role="human"), chat("Two?"), chat("Three?", role="human")]
    Path("train.json").write_text(json.dumps(rows))
    run("ignore", "unknown-role", "train.json:1", "--reason", "a test")
    assert len(entries()) == 2
    assert "unknown-role" not in {rule for rule, _ in found(run, "train.json")}


def test_a_packed_file_can_be_named(run: Run, data: None) -> None:
    Path("train.jsonl.gz").write_bytes(gzip.compress(Path("train.jsonl").read_bytes()))
    assert run("ignore", "unknown-role", "train.jsonl.gz:2", "--reason", "a test")[0] == 0
    assert HUMAN not in found(run, "train.jsonl.gz")


def test_a_broken_line_can_be_named(run: Run) -> None:
    Path("train.jsonl").write_text(json.dumps(chat("One?")) + '\n{"messages": [\n')
    (rule,) = [rule for rule, line in found(run, "train.jsonl") if line == 2]
    assert run("ignore", rule, "train.jsonl:2", "--reason", "a test")[0] == 0
    assert (rule, 2) not in found(run, "train.jsonl")


def test_a_baseline_accepts_all_there_is_and_nothing_that_comes(run: Run, data: None) -> None:
    folded_before = Path("train.jsonl").read_text()
    code, out, _ = run("ignore", "--baseline", "train.jsonl")
    assert code == 0
    assert out.startswith("accepted ")
    assert found(run, "train.jsonl") == set()
    assert run("check", "train.jsonl")[0] == 0
    assert {entry["reason"] for entry in entries()} == {"baseline"}
    Path("train.jsonl").write_text(folded_before + json.dumps(chat("New?", role="gpt")) + "\n")
    assert ("unknown-role", 13) in found(run, "train.jsonl")
    assert run("check", "train.jsonl")[0] == 1


def test_a_baseline_takes_in_folded_findings(run: Run) -> None:
    folded()
    run("ignore", "--baseline", "train.jsonl")
    assert found(run, "train.jsonl") == set()
    assert len(entries()) == len({entry["rule"] for entry in entries()})


def test_a_second_baseline_adds_nothing(run: Run, data: None) -> None:
    run("ignore", "--baseline", "train.jsonl")
    before = Path("dslint-ignore.jsonl").read_bytes()
    _, out, _ = run("ignore", "--baseline", "train.jsonl")
    assert "no baseline is needed" in out
    assert Path("dslint-ignore.jsonl").read_bytes() == before


def test_a_baseline_of_the_configuration_is_of_all_datasets_each_for_its_target(
    run: Run, data: None
) -> None:
    write("other.jsonl", [chat(f"Table {number}?", last="Hello?") for number in range(10)])
    Path("dslint.toml").write_text(
        '[datasets.a]\ntrain = "train.jsonl"\n'
        '[datasets.b]\ntrain = "other.jsonl"\ntarget = "fireworks"\n'
    )
    run("ignore", "--baseline")
    assert found(run) == set()
    assert {entry["file"] for entry in entries()} == {"train.jsonl", "other.jsonl"}


def test_pruning_removes_what_is_of_no_use_and_says_which(run: Run, data: None) -> None:
    run("ignore", "unknown-role", "train.jsonl:2", "--reason", "mended below")
    run("ignore", LAST[0], "train.jsonl:3", "--reason", "still there")
    old = {**entries()[1], "pointer": "/messages/2", "until": "2020-01-01", "reason": "past"}
    with Path("dslint-ignore.jsonl").open("a") as file:
        file.write(json.dumps(old) + "\n")
    assert run("ignore", "--prune", "train.jsonl")[1].count("removed: ") == 1
    Path("train.jsonl").write_text(Path("train.jsonl").read_text().replace('"human"', '"user"'))
    code, out, _ = run("ignore", "--prune", "train.jsonl")
    assert code == 0
    assert out == "removed: `unknown-role` in train.jsonl (mended below): matches nothing\n"
    assert [entry["reason"] for entry in entries()] == ["still there"]
    assert run("ignore", "--prune", "train.jsonl")[1].startswith("every entry")


def test_pruning_leaves_alone_what_it_can_not_judge(run: Run, data: None) -> None:
    write("other.jsonl", [chat("One?", role="human")])
    run("ignore", "unknown-role", "other.jsonl:1", "--reason", "of another file")
    run("ignore", "unknown-role", "train.jsonl:2", "--reason", "off below")
    Path("dslint.toml").write_text(
        'levels = { unknown-role = "off" }\n[datasets.a]\ntrain = "train.jsonl"\n'
    )
    run("ignore", "--prune", "train.jsonl")
    assert len(entries()) == 2
    Path("other.jsonl").unlink()
    _, out, _ = run("ignore", "--prune")
    assert out.endswith("(of another file): its file is gone\n")
    assert [entry["reason"] for entry in entries()] == ["off below"]


def test_entries_are_listed(run: Run, data: None) -> None:
    assert run("ignore", "--list")[1] == ""
    run("ignore", LAST[0], "train.jsonl:3", "--reason", "a test", "--until", "2999-01-01")
    assert run("ignore", "--list")[1] == (
        "`last-message-not-assistant` in train.jsonl (a test, until 2999-01-01)\n"
    )
