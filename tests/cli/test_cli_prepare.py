"""`dslint prepare` in a shell: it asks where there is somebody to be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
Typed = Callable[..., tuple[int, str]]

ROWS = [
    {"prompt": f"{at}: when is high water?\n\n###\n\n", "completion": f" At {at}. END"}
    for at in range(12)
]


@pytest.fixture(autouse=True)
def tides(plain: None) -> str:
    text = "".join(json.dumps(row) + "\n" for row in [*ROWS, ROWS[0]])
    Path("tides.jsonl").write_text(text, encoding="utf-8")
    return text


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_without_a_terminal_it_says_what_to_type(run: Run) -> None:
    code, out, err = run("prepare", "tides.jsonl")
    assert (code, out) == (2, "")
    assert "--yes does all that is proposed" in err
    assert names() == ["tides.jsonl"]


def test_yes_does_all_and_says_what_to_type_next(run: Run) -> None:
    code, out, err = run("prepare", "tides.jsonl", "--yes")
    assert (code, out) == (0, "")
    assert [line.split() for line in err.splitlines() if line.startswith(" wrote")] == [
        ["wrote", "9", "tides-train.jsonl"],
        ["wrote", "3", "tides-validation.jsonl", "·", "dslint.lock"],
    ]
    assert err.endswith("dslint check tides-train.jsonl tides-validation.jsonl\n")
    assert names() == ["dslint.lock", "tides-train.jsonl", "tides-validation.jsonl", "tides.jsonl"]
    code, out, _ = run("check", "--frozen", "tides-train.jsonl", "--report", "json")
    rules = {each["rule"] for each in json.loads(out)["findings"]}
    assert not rules & {"lock-does-not-match", "old-stop-sequence", "empty-assistant-message"}


def test_a_plan_answers_as_it_was_answered(run: Run) -> None:
    assert run("prepare", "tides.jsonl", "--yes", "--save-plan", "p.toml", "--seed", "3")[0] == 0
    first = Path("tides-train.jsonl").read_bytes()
    assert run("prepare", "tides.jsonl", "--yes", "--save-plan", "p.toml", "--force")[0] == 0
    assert Path("tides-train.jsonl").read_bytes() != first
    text = Path("p.toml").read_text(encoding="utf-8")
    Path("p.toml").write_text(text.replace("[settings]", "[settings]\nseed = 3"), encoding="utf-8")
    assert run("prepare", "tides.jsonl", "--plan", "p.toml", "--force")[0] == 0
    assert Path("tides-train.jsonl").read_bytes() == first
    assert run("prepare", "tides.jsonl", "--plan", "p.toml", "--yes")[0] == 2
    assert run("prepare", "tides.jsonl", "--plan", "p.toml")[0] == 2  # the files are there
    assert run("prepare", "tides.jsonl", "--yes", "--save-plan", "p.toml", "-o", "x")[0] == 2


def test_in_a_terminal_it_asks(typed: Typed) -> None:
    code, screen = typed("prepare", "tides.jsonl", answers="y\nn\n\n", NO_COLOR="1")
    assert code == 0
    assert screen.count("Do it? [Y/n]:") == 3
    assert "\x1b" not in screen
    for said in (
        "Take off what only the old format needed.",
        " 1 row · ",
        "+ 0: when is high water?",
    ):
        assert said in screen
    rows = Path("tides-train.jsonl").read_text("utf-8") + Path("tides-validation.jsonl").read_text(
        "utf-8"
    )
    assert rows.count('"0: when is high water?"') == 2  # the second answer was no
    assert "END" not in rows


def test_nothing_is_written_where_something_needed_is_declined(typed: Typed) -> None:
    Path("tides.jsonl").write_text(
        '{"prompt": "a", "completion": "b", "id": 1}\n', encoding="utf-8"
    )
    code, screen = typed("prepare", "tides.jsonl", answers="n\n")
    assert code == 1
    assert "without it nothing can be written" in screen
    assert names() == ["tides.jsonl"]
