"""`init`: asks little, says what it will write, writes it, and leaves a folder that passes."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
Typed = Callable[..., tuple[int, str]]

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
WRITTEN = {"dslint.toml", ".pre-commit-config.yaml", ".github"}


@pytest.fixture(autouse=True)
def data() -> None:
    """A folder with a clean and a faulty file."""
    Path("data").mkdir()
    for name in ("support-train.jsonl", "support-validation.jsonl"):
        shutil.copy(EXAMPLES / name, "data")


def there() -> set[str]:
    return {path.name for path in Path().iterdir()} - {"data"}


def target() -> object:
    return tomllib.loads(Path("dslint.toml").read_text())["target"]


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(run: Run) -> None:
    code, out, _ = run("init", "--dry-run")
    assert code == 0
    assert "create  dslint.toml" in out
    assert '| train = "data/support-train.jsonl"' in out
    assert "dslint-check" in out
    assert there() == set()


def test_where_nobody_answers_nothing_is_asked_and_the_data_passes(run: Run) -> None:
    code, out, _ = run("init", "--target", "foundry")
    assert code == 0
    assert there() == WRITTEN | {"dslint-ignore.jsonl"}
    assert target() == "azure"
    assert re.search(r"There are \d+ findings in \d+ rows, \d+ of them (an error|errors)\.", out)
    assert out.endswith("Next:  dslint check\n")
    assert run("check")[0] == 0
    assert {
        json.loads(line)["reason"] for line in Path("dslint-ignore.jsonl").read_text().splitlines()
    } == {"baseline"}


def test_clean_data_needs_no_baseline(run: Run) -> None:
    Path("data/support-train.jsonl").unlink()
    out = run("init", "--yes")[1]
    assert "nothing to mend" in out
    assert there() == WRITTEN
    assert target() == "openai"


def test_an_empty_folder_is_told_what_to_do(run: Run) -> None:
    shutil.rmtree("data")
    code, out, _ = run("init")
    assert code == 0
    assert "No data yet" in out
    assert there() == WRITTEN


def test_a_second_time_nothing_is_written(run: Run) -> None:
    run("init")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    code, out, _ = run("init", "--target", "together")
    assert code == 0
    assert out.count("leave ") == 3
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_another_folder_is_named_in_the_next_command(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Path.cwd()
    monkeypatch.chdir(work.parent)
    out = run("init", "work")[1]
    assert "Next:  cd work && dslint check\n" in out
    assert (work / "dslint.toml").is_file()
    assert (work / "dslint-ignore.jsonl").is_file()
    monkeypatch.chdir(work)
    assert run("check")[0] == 0


def test_a_terminal_is_asked_for_the_target_and_before_anything_is_written(typed: Typed) -> None:
    code, screen = typed("init", answers="together\ny\ny\n")
    assert code == 0
    assert "Where does the data go? [openai]" in screen
    assert "Write it? [Y/n]" in screen
    assert "Accept them for now, as a baseline? [Y/n]" in screen
    assert target() == "together"
    assert there() == WRITTEN | {"dslint-ignore.jsonl"}


def test_who_says_no_gets_nothing_written(typed: Typed) -> None:
    code, screen = typed("init", answers="\nn\n")
    assert code == 0
    assert "Write it?" in screen
    assert there() == set()


def test_who_wants_no_baseline_gets_none(typed: Typed) -> None:
    _, screen = typed("init", "--target", "azure", answers="y\nn\n")
    assert "Where does the data go?" not in screen
    assert "Next, to see them:  dslint check" in screen
    assert there() == WRITTEN


def test_yes_asks_nothing_of_a_terminal(typed: Typed) -> None:
    code, screen = typed("init", "--yes")
    assert code == 0
    assert "?" not in screen
    assert there() == WRITTEN | {"dslint-ignore.jsonl"}


def test_leaving_at_a_question_writes_nothing(typed: Typed) -> None:
    code, screen = typed("init", answers="\x04")
    assert code == 130
    assert "Traceback" not in screen
    assert there() == set()
