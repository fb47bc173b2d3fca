"""Tables become chats like rows of JSON; what their columns are, and what is lost, is told."""

from __future__ import annotations

import csv
import gzip
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.rows import texts

import dslint
from dslint.errors import DslintError, InputError, UsageError
from dslint.stages.convert import Conversion, Wish, convert

Row = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(data: bytes, name: str = "in.csv", **wish: Any) -> tuple[Conversion, list[Row]]:
    """Convert a file of these bytes, and return what was done and the rows that were written."""
    Path(name).write_bytes(data)
    done = convert(name, Wish(lock=False, force=True, **wish))
    return done, read(done.out)


def read(name: str) -> list[Row]:
    """Return the rows of a file, none where it is not there."""
    path = Path(name)
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def chat(*said: str) -> Row:
    """Return a chat of a user and an assistant in turn; of three, the first is the system's."""
    roles = ("system", "user", "assistant")[-len(said) :]
    return {
        "messages": [
            {"role": role, "content": text} for role, text in zip(roles, said, strict=True)
        ]
    }


FAQ = b'Question,Answer\nWhen?,At nine\nWhere?,"Here, on\nthe left"\n'
CHATS = [chat("When?", "At nine"), chat("Where?", "Here, on\nthe left")]


def test_columns_are_told_by_their_names_and_said(folder: Path) -> None:
    done, rows = run(FAQ)
    assert rows == CHATS
    assert done.columns == {"prompt": "Question", "completion": "Answer"}
    assert (done.read, done.wrote, done.out) == (2, 2, "in.chat.jsonl")


@pytest.mark.parametrize(
    ("name", "pack"),
    [("in.csv.gz", gzip.compress), ("in.csv.zst", zstandard.compress), ("in.txt", bytes)],
)
def test_a_table_may_be_packed_and_need_not_be_called_one(
    folder: Path, name: str, pack: Any
) -> None:
    assert run(pack(FAQ), name)[1] == CHATS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_wide_encodings_are_plain_to_see(folder: Path, encoding: str) -> None:
    assert run(FAQ.decode().encode(encoding))[1] == CHATS
    line = json.dumps(CHATS[0]) + "\n"
    assert run(line.encode(encoding), "in.jsonl")[1] == CHATS[:1]


def test_an_old_encoding_is_explained_and_read_when_it_is_named(folder: Path) -> None:
    data = "Question,Answer\nQuando é?,Amanhã à tarde às nove? Não há problema\n"
    with pytest.raises(InputError, match=r"is not UTF-8; by its words it may be .*windows-1252"):
        run(data.encode("cp1252"))
    _, rows = run(data.encode("cp1252"), encoding="windows-1252")
    assert rows == [chat("Quando é?", "Amanhã à tarde às nove? Não há problema")]
    row = json.dumps(CHATS[0]).replace("nine", "nöün")
    _, rows = run(f"{row}\n".encode("cp1252"), "in.jsonl", encoding="latin-1")
    assert rows == [chat("When?", "At nöün")]


def test_what_the_columns_are_can_be_said(folder: Path) -> None:
    data = b"text,label,who\ngood,positive,You rate films.\n"
    with pytest.raises(InputError, match="--map prompt=text --map completion=label"):
        run(data)
    given = {"prompt": "text", "completion": "label", "system": "who"}
    assert run(data, map=given)[1] == [chat("You rate films.", "good", "positive")]


def test_so_can_what_the_keys_of_rows_are(folder: Path) -> None:
    data = b'{"q": "When?", "text_a": "At nine"}\n'
    _, rows = run(data, "in.jsonl", map={"prompt": "q", "completion": "text_a"})
    assert rows == [chat("When?", "At nine")]


def test_keys_of_rows_in_no_format_are_told_by_their_names_too(folder: Path) -> None:
    done, rows = run(b'{"question": "When?", "answer": "At nine"}\n', "in.jsonl")
    assert (rows, done.columns) == (CHATS[:1], {"prompt": "question", "completion": "answer"})


def test_a_column_without_a_place_is_a_loss_unless_it_is_empty(folder: Path) -> None:
    data = b"id,prompt,completion,note\n1,When?,At nine,\n2,Where?,Here,\n"
    done, rows = run(data)
    assert (done.lost, done.leftovers, rows) == ({"extra-keys": 2}, {"id": 2}, [])
    done, rows = run(data, allow_loss=("extra-keys",))
    assert len(rows) == 2


def test_a_row_that_does_not_fit_is_rejected_with_its_line_and_its_text(folder: Path) -> None:
    data = b'prompt,completion\n"When,\nplease?",At nine\nWhere?,Here,there\nWho?,\n'
    done, rows = run(data, max_rejects=2, rejects="rejects.jsonl")
    assert [(each.line, each.reason) for each in done.shown] == [
        (4, "it has 3 cells, and the header has 2"),
        (5, "its `completion` is empty"),
    ]
    assert len(rows) == 1
    rejects = read("rejects.jsonl")
    assert rejects[0]["text"] == "Where?,Here,there"
    assert rejects[1]["row"] == {"prompt": "Who?", "completion": None}


def test_formulas_are_kept_as_text_and_counted(folder: Path) -> None:
    done, rows = run(b"prompt,completion\nSum?,=1+1\nWhen?,At nine\n")
    assert rows[0] == chat("Sum?", "=1+1")
    assert done.notes["formulas"] == 1


def test_the_habits_of_the_old_format_are_found_in_tables_too(folder: Path) -> None:
    data = b"".join(b"Question %d ->, Answer %d END\n" % (at, at) for at in range(20))
    done, rows = run(b"Question,Answer\n" + data)
    assert rows[3] == chat("Question 3", "Answer 3")
    assert (done.habits.separator, done.habits.stop) == (" ->", " END")


def test_parquet_is_read_with_its_numbers_as_text(folder: Path) -> None:
    pl.DataFrame({"input": ["2+2?", "1/2?"], "output": [4.0, 0.5]}).write_parquet("in.parquet")
    done, rows = run(Path("in.parquet").read_bytes(), "in.parquet")
    assert rows == [chat("2+2?", "4.0"), chat("1/2?", "0.5")]
    assert done.unit == "row"


def test_messages_in_a_cell_are_a_chat(folder: Path) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["messages"])
    writer.writerow([json.dumps(CHATS[0]["messages"])])
    writer.writerow([str(CHATS[1]["messages"])])
    assert run(out.getvalue().encode())[1] == CHATS


def test_a_list_in_plain_text_is_completions_where_somebody_says_so(folder: Path) -> None:
    data = "\ufeffAt nine, as ever\r\n\r\nHere\n".encode()
    done, rows = run(data, "in.txt", map={"completion": "line"})
    assert [row["messages"] for row in rows] == [
        [{"role": "assistant", "content": "At nine, as ever"}],
        [{"role": "assistant", "content": "Here"}],
    ]
    assert done.notes == {"no-prompt": 2}
    done, _ = run(data + b"caf\xe9 \xc3\xa9\n", "in.txt", map={"completion": "line"})
    assert [(each.line, each.reason) for each in done.shown] == [(4, "it is not UTF-8 (`0xe9`)")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Is it open?,Until nine.\nAnd tomorrow?,From seven.\n", "has no header"),
        (b"prompt,prompt\na,b\n", "2 columns that are called `prompt`"),
        (b"a|b,c\n1|2,3\n", "say which: --delimiter"),
        (b"PK\x03\x04 xl/", "is no workbook"),
        (b"PAR1xxxxPAR1", "is no whole parquet file"),
    ],
)
def test_a_table_that_can_not_be_read_is_told(folder: Path, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        run(data)


def test_a_header_alone_gives_nothing(folder: Path) -> None:
    assert run(b"prompt,completion\n")[0].refusal == "there is no row in it that could be written"


def test_the_library_takes_the_same(folder: Path) -> None:
    Path("in.csv").write_bytes(b"q;a note\nWhen?;At nine\n")
    done = dslint.convert("in.csv", map={"completion": "a note"}, delimiter=";")
    assert json.loads(Path(done.out).read_text()) == CHATS[0]
    with pytest.raises(UsageError, match="no column `notes`"):
        dslint.convert("in.csv", map={"completion": "notes"}, force=True)


def test_check_and_count_look_into_tables(folder: Path) -> None:
    Path("in.csv").write_bytes(b"prompt,completion\n" + b"When is it open?,At nine\n" * 12)
    report = dslint.check("in.csv", target="trl")
    assert (report.records, report.skipped) == (12, ())
    jsonl = Path("in.jsonl")
    jsonl.write_bytes(b'{"prompt": "When is it open?", "completion": "At nine"}\n' * 12)
    counted = [dslint.count_tokens(name).total.tokens for name in ("in.csv", "in.jsonl")]
    assert counted[0] == counted[1] > 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    pairs=st.lists(st.tuples(texts, texts), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    packed=st.booleans(),
)
def test_a_table_and_its_rows_as_json_give_the_same(
    folder: Path, pairs: list[tuple[str, str]], delimiter: str, packed: bool
) -> None:
    """Law: CSV with any delimiter, Parquet and JSON Lines of the same rows are the same chats."""
    rows = [{"prompt": prompt, "completion": completion} for prompt, completion in pairs]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([("prompt", "completion"), *pairs])
    pl.DataFrame(rows).write_parquet("in.parquet")
    text = out.getvalue().encode()
    _, of_csv = run(gzip.compress(text) if packed else text, "in.csv" + ".gz" * packed)
    _, of_parquet = run(Path("in.parquet").read_bytes(), "in.parquet")
    _, of_json = run(b"".join(json.dumps(row).encode() + b"\n" for row in rows), "in.jsonl")
    assert of_csv == of_parquet == of_json != []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    data=st.binary(max_size=200)
    | st.text(st.sampled_from('pa,;"\n\r\t=é'), max_size=60).map(str.encode),
    name=st.sampled_from(["in.csv", "in.txt", "in.parquet", "in.csv.gz"]),
    encoding=st.sampled_from([None, "utf-16", "cp1252"]),
    given_=st.sampled_from([{}, {"prompt": "p", "completion": "a"}, {"completion": "line"}]),
)
def test_no_bytes_make_it_fail(
    folder: Path, data: bytes, name: str, encoding: str | None, given_: dict[str, str]
) -> None:
    """Law: whatever is in a file, it is converted or what is in the way is said."""
    with suppress(DslintError):
        run(data, name, encoding=encoding, map=given_, max_rejects=100)
