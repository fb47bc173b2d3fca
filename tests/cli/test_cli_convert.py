"""`dslint convert` in a shell: what is data goes to stdout, what is told to stderr."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PAIR = '{"prompt": "When is high water?", "chosen": "At nine.", "rejected": "No idea."}\n'
CHAT = (
    '{"messages":[{"role":"user","content":"When is high water?"},'
    '{"role":"assistant","content":"At nine."}]}\n'
)


def test_a_legacy_file_becomes_one_that_check_takes(run: Run) -> None:
    code, out, err = run(
        "convert", str(EXAMPLES / "legacy.jsonl"), "--to", "chat", "-o", "x y.jsonl"
    )
    assert (code, out) == (0, "")
    assert [line.strip().split("  ")[0] for line in err.splitlines()] == [
        "read",
        r"11 of 12 prompts end with `\n\n###\n\n`: the old separator, taken off",
        "10 of 11 completions end with ` END`: the old stop sequence, taken off",
        "every completion begins with ` `: taken off",
        *("notice", "lost", "wrote", "next"),
    ]
    assert err.endswith("dslint check 'x y.jsonl'\n")
    code, out, _ = run("check", "x y.jsonl", "--report", "json")
    found = {each["rule"] for each in json.loads(out)["findings"] if each["level"] == "error"}
    assert found == {"empty-assistant-message"}  # which is the example's own mistake


def test_standard_input_goes_to_standard_output(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(PAIR.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, err = run("convert", "-", "--allow-loss", "rejected")
    assert (code, out) == (0, CHAT)
    assert "next" not in err


def test_what_is_refused_exits_1_and_says_what_to_type(run: Run) -> None:
    Path("pairs.jsonl").write_text(PAIR)
    code, out, err = run("convert", "pairs.jsonl", "-o", "-")
    assert (code, out) == (1, "")
    assert "--allow-loss rejected does it" in err
    assert "--to preference keeps them" in err
    assert run("convert", "pairs.jsonl", "--to", "preference")[0] == 0


def test_rejected_rows_are_shown_with_their_lines(run: Run) -> None:
    Path("in.jsonl").write_text(CHAT + '{"\\u001b[31mpoem": 1}\n' * 5)
    code, _, err = run("convert", "in.jsonl", "--rejects", "rejects.jsonl")
    assert code == 1
    assert "5  can't be converted, all in rejects.jsonl" in err
    assert err.count("it is in no format that is known") == 3
    assert "\x1b" not in err
    assert run("convert", "in.jsonl", "--max-rejects", "5")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("convert",), "Missing argument 'PATH'"),
        (("convert", "nowhere.jsonl"), "`nowhere.jsonl` does not exist"),
        (("convert", "in.jsonl", "--to", "shat"), "did you mean `chat`"),
        (("convert", "in.jsonl", "--allow-loss", "image"), "did you mean `images`"),
    ],
)
def test_what_cannot_be_done_exits_2(run: Run, arguments: tuple[str, ...], said: str) -> None:
    Path("in.jsonl").write_text(CHAT)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_finding_names_the_conversion_with_the_file(run: Run) -> None:
    Path("export.jsonl").write_text("[\n" + CHAT.strip() + "\n]\n")
    assert "dslint convert export.jsonl --to chat" in run("check", "export.jsonl")[1]
