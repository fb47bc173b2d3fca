"""`dslint convert` in a shell: what is data goes to stdout, what is told to stderr."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from dslint import targets
from dslint.stages.goal import WRITTEN

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


def test_a_table_says_what_its_columns_were_taken_for(run: Run) -> None:
    Path("faq.csv").write_text("Frage;Antwort;Nr\nWann ist Flut?;Um neun.;1\n", encoding="utf-8")
    code, out, err = run("convert", "faq.csv", "-o", "-")
    assert (code, out) == (1, "")
    assert "taken: `Frage` as prompt, `Antwort` as completion" in err
    assert "lost             1  extra-keys" in err
    assert "`Nr`" in err
    code, out, _ = run("convert", "faq.csv", "-o", "-", "--allow-loss", "extra-keys")
    assert code == 0
    assert json.loads(out)["messages"][1]["content"] == "Um neun."


def test_what_a_table_leaves_open_is_typed_as_the_error_shows(run: Run) -> None:
    Path("films.csv").write_text("text,label\ngood,positive\n", encoding="utf-8")
    code, _, err = run("convert", "films.csv")
    assert code == 2
    assert "--map prompt=text --map completion=label" in err
    code, out, _ = run(
        "convert", "films.csv", "-o", "-", "--map", "prompt=text", "--map", "completion=label"
    )
    assert (code, json.loads(out)["messages"][1]["content"]) == (0, "positive")


@pytest.mark.parametrize("given", ["prompt", "=text", "prompt="])
def test_a_map_that_is_no_pair_is_refused(run: Run, given: str) -> None:
    Path("films.csv").write_text("text,label\ngood,positive\n", encoding="utf-8")
    code, _, err = run("convert", "films.csv", "--map", given)
    assert code == 2
    assert "is not FIELD=COLUMN" in err


def test_rows_of_a_workbook_are_named_by_their_number(run: Run) -> None:
    book = xlsxwriter.Workbook("faq.xlsx")
    sheet = book.add_worksheet("FAQ")
    sheet.write_column(1, 0, ["Question", "When is high water?", "And low water?"])
    sheet.write_column(1, 1, ["Answer", "At nine."])
    book.close()
    code, out, err = run("convert", "faq.xlsx", "-o", "-", "--max-rejects", "1")
    assert (code, out) == (0, CHAT)
    assert "row 4: its `Answer` is empty" in err


def test_a_lock_knows_how_its_table_was_read(run: Run) -> None:
    table = "Pergunta;Resposta\nQuando é?;Amanhã, às nove\n"
    Path("faq.csv").write_bytes(table.encode("cp1252"))
    how = ("--encoding", "windows-1252", "--delimiter", "semicolon")
    assert run("convert", "faq.csv", *how, "-o", "train.jsonl")[0] == 0
    assert "lock-does-not-match" not in run("check", "--frozen", "train.jsonl")[1]
    Path("faq.csv").write_bytes(table.replace("nove", "dez").encode("cp1252"))
    assert "lock-does-not-match" in run("check", "--frozen", "train.jsonl")[1]


def test_the_help_names_what_can_be_written(run: Run) -> None:
    code, out, _ = run("convert", "--help")
    assert code == 0
    assert [name for name in (*WRITTEN, *targets.names()) if name not in out] == []


def test_what_is_written_for_a_target_is_told_with_the_check_to_type(run: Run) -> None:
    Path("in.jsonl").write_text(CHAT)
    _, _, err = run("convert", "in.jsonl", "--to", "azure", "--no-lock")
    assert "in.azure.jsonl · chat, with a byte-order mark\n" in err
    assert err.endswith("dslint check in.azure.jsonl --target azure\n")
    assert run("check", "in.azure.jsonl", "--target", "azure", "--level", "all=off")[0] == 0
    _, _, err = run("convert", "in.jsonl", "--to", "sharegpt", "--no-lock")
    assert "in.sharegpt.jsonl\n" in err


def test_a_batch_is_joined(run: Run) -> None:
    body = {"messages": [{"role": "user", "content": "Now?"}]}
    answer = {"choices": [{"message": {"role": "assistant", "content": "Yes."}}]}
    asked = {"custom_id": "1", "url": "/v1/chat/completions", "body": body}
    Path("asked.jsonl").write_text(json.dumps(asked))
    Path("told.jsonl").write_text(json.dumps({"custom_id": "1", "response": {"body": answer}}))
    assert run("convert", "told.jsonl", "-o", "-")[0] == 1
    code, out, _ = run("convert", "told.jsonl", "--join", "asked.jsonl", "-o", "-")
    assert code == 0
    assert json.loads(out)["messages"][1]["content"] == "Yes."
