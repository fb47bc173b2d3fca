"""A conversion writes what a format or a target wants: lines, an array or Parquet, in its ways."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.conversations import talks
from test_conversation import EVERY as EVERY_ROW
from test_conversation import LEAVES, places

from dslint import targets
from dslint.errors import InputError, UsageError
from dslint.formats import FORMATS, of_row
from dslint.formats.content import Unconvertible
from dslint.formats.reading import read, write
from dslint.stages import lock
from dslint.stages.convert import Conversion, Wish, convert
from dslint.stages.goal import WRITTEN, goal
from dslint.stages.parquet import fitted as shaped
from dslint.stages.parquet import shape_of, united
from dslint.stages.style import dressed, fitted

Row = dict[str, Any]

ASKED = {"role": "user", "content": "When is high water?"}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "tides", "arguments": '{"harbour": "Porto"}'},
}
TOOL = {"type": "function", "function": {"name": "tides", "parameters": {"type": "object"}}}
CHAT: Row = {
    "messages": [
        {"role": "developer", "content": "Be brief."},
        ASKED,
        {"role": "assistant", "content": "One moment.", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "at nine"},
        {"role": "assistant", "content": "At nine.", "weight": 0, "thinking": "Nine…"},
    ],
    "tools": [TOOL],
}
PAIR: Row = {
    "input": {"messages": [ASKED]},
    "preferred_output": [{"role": "assistant", "content": "At nine."}],
    "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
}
EVERY = ("weights", "reasoning", "tool-ids", "remarks", "rejected", "extra-keys", "images", "parts")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*rows: Row, **wish: Any) -> tuple[Conversion, bytes]:
    """Convert a file of these rows; return what was done and what was written."""
    Path("in.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    done = convert("in.jsonl", Wish(force=True, lock=False, **wish))
    assert done.refusal == ""
    return done, Path(done.out).read_bytes()


def written(to: str, row: Row = CHAT) -> Row:
    found: Row = json.loads(run(row, to=to, allow_loss=EVERY)[1].decode("utf-8-sig"))
    return found


@pytest.mark.parametrize("target", targets.every(), ids=lambda each: each.name)
@pytest.mark.parametrize("row", [CHAT, PAIR], ids=["chat", "pair"])
def test_what_is_written_for_a_target_is_what_it_takes(
    folder: Path, target: targets.Target, row: Row
) -> None:
    done, out = run(row, to=target.name, allow_loss=EVERY)
    assert done.to in target.limits["formats"]
    assert FORMATS[done.to].detect(json.loads(out.decode("utf-8-sig")))
    assert done.out == f"in.{target.name}.jsonl"
    assert out.startswith(b"\xef\xbb\xbf") == done.bom == (target.limits.get("bom") == "wanted")


def test_every_target_of_ours_says_what_is_written_for_it() -> None:
    for target in targets.every():
        for key in ("format", "preference", "reinforcement"):
            assert target.write.get(key, "chat") in WRITTEN
            assert key not in target.write or target.write[key] in target.limits["formats"]


def test_a_target_has_its_own_ways_of_writing_a_chat(folder: Path) -> None:
    trl, mistral, axolotl = written("trl"), written("mistral"), written("axolotl")
    call = trl["messages"][2]["tool_calls"][0]
    assert call["function"]["arguments"] == {"harbour": "Porto"}
    assert "weight" not in trl["messages"][4]
    assert axolotl["messages"][4]["train"] is False
    assert mistral["messages"][0]["role"] == "system"
    assert mistral["messages"][2] == {
        "role": "assistant",
        "tool_calls": [{**CALL, "id": "call00001"}],
    }
    assert mistral["messages"][3]["tool_call_id"] == "call00001"


def test_pictures_for_mistral_are_bare_addresses_and_come_back(folder: Path) -> None:
    url = "https://example.com/pier.jpg"
    part = {"type": "image_url", "image_url": {"url": url}}
    row = {"messages": [{"role": "user", "content": [part]}, CHAT["messages"][4]]}
    there = written("mistral", row)
    assert there["messages"][0]["content"][0] == {"type": "image_url", "image_url": url}
    assert written("chat", there)["messages"][0] == row["messages"][0]


@pytest.mark.parametrize(
    ("to", "key"), [("openai", None), ("together", "reasoning_content"), ("trl", "thinking")]
)
def test_reasoning_is_spelled_as_the_target_reads_it(
    folder: Path, to: str, key: str | None
) -> None:
    answer = written(to)["messages"][4]
    if key:
        assert (answer[key], answer["content"]) == ("Nine…", "At nine.")
    else:
        assert answer["content"] == "<think>\nNine…\n</think>\n\nAt nine."
    dropped = run(CHAT, to=to, allow_loss=EVERY, reasoning="drop")[1].decode()
    assert "Nine…" not in dropped


@pytest.mark.parametrize("row", [CHAT, PAIR], ids=["chat", "pair"])
def test_the_weight_of_a_row_stays_where_it_is_read(folder: Path, row: Row) -> None:
    assert written("fireworks", {**row, "weight": -0.5})["weight"] == -0.5
    done, out = run({**row, "weight": -0.5}, to="openai", allow_loss=EVERY)
    assert "weights" in done.lost
    assert "weight" not in json.loads(out)


def test_a_name_that_nobody_has_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"did you mean `bedrock`\?(.|\n)*formats are(.|\n)*trl"):
        goal("bedrok")


def test_a_target_of_ones_own_may_say_nothing_of_writing(folder: Path) -> None:
    head = 'name = "lab"\ntitle = "Lab"\nsummary = "ours"\nkind = "local"\n[limits]\n'
    Path("lab.toml").write_text(head + 'formats = ["trl-prompt", "alpaca"]\nbom = "wanted"\n')
    pair = {"messages": [ASKED, {"role": "assistant", "content": "At nine."}]}
    Path("none.toml").write_text(head.replace("lab", "none") + "formats = []\n")
    with pytest.raises(UsageError, match="takes no format"):
        goal("none.toml")
    Path("in.jsonl").write_bytes(orjson.dumps(pair))
    assert convert("in.jsonl", Wish(to="lab.toml", lock=False)).refusal
    Path("lab.toml").write_text(head + 'formats = ["alpaca", "trl-prompt"]\n')
    done, out = run(pair, to="lab.toml")
    assert json.loads(out) == {"instruction": ASKED["content"], "input": "", "output": "At nine."}
    assert done.out == "in.lab.jsonl"


@pytest.mark.parametrize("rows", [1, 3])
def test_a_json_file_is_one_array(folder: Path, rows: int) -> None:
    assert json.loads(run(*[CHAT] * rows, out="out.json")[1]) == [CHAT] * rows


def test_parquet_keeps_tools_and_arguments_apart_as_json_text(folder: Path) -> None:
    other = {**TOOL, "function": {"name": "piers", "parameters": {"properties": {"of": {}}}}}
    run(CHAT, {"messages": [ASKED, CHAT["messages"][4]], "tools": [other]}, out="out.parquet")
    rows = polars.read_parquet("out.parquet").to_dicts()
    assert [json.loads(row["tools"]) for row in rows] == [[TOOL], [other]]
    call = rows[0]["messages"][2]["tool_calls"][0]
    assert json.loads(call["function"]["arguments"]) == {"harbour": "Porto"}
    assert rows[1]["messages"][0]["content"] == ASKED["content"]


@pytest.mark.parametrize("out", ["out.parquet", "out.json", "out.jsonl"])
def test_the_lock_tells_of_what_is_read_back(folder: Path, out: str) -> None:
    Path("in.jsonl").write_bytes(orjson.dumps(CHAT))
    done = convert("in.jsonl", Wish(out=out, to="azure", allow_loss=EVERY))
    assert done.lock is not None
    entry = lock.read(Path(done.lock))[out]
    assert entry.content == lock.content_of(out)


@given(rows=st.lists(talks(plain=True), min_size=1, max_size=4))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_plain_chats_come_back_from_parquet(folder: Path, rows: list[Row]) -> None:
    run(*rows, out="out.parquet")
    done = convert("out.parquet", Wish(out="back.jsonl", force=True, lock=False))
    assert done.refusal == ""
    assert [json.loads(line) for line in Path("back.jsonl").read_bytes().splitlines()] == rows


def test_contents_of_both_kinds_are_parts_in_parquet_and_that_is_told(folder: Path) -> None:
    part = {"type": "text", "text": "When?"}
    row = {"messages": [{"role": "user", "content": [part]}, CHAT["messages"][4]]}
    done, _ = run(CHAT, row, out="out.parquet")
    assert done.notes["parts"] == 2
    rows = polars.read_parquet("out.parquet").to_dicts()
    assert rows[0]["messages"][1]["content"] == [{"type": "text", "text": ASKED["content"]}]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (1, 0.5, "number"),
        (1, "a", "json"),
        ({"a": 1}, {"b": "x"}, {"a": "whole", "b": "text"}),
        ({"a": None}, {"a": [1]}, {"a": ["whole"]}),
        ({"tools": [1]}, {"tools": {"a": 2}}, {"tools": "json"}),
        ("Hi", [{"type": "text", "text": "Hi"}], [{"type": "text", "text": "text"}]),
        ([], ["a"], ["text"]),
        (True, 1, "json"),
    ],
)
def test_a_column_has_the_type_that_holds_all(one: Any, other: Any, both: Any) -> None:
    shape = united(shape_of(one), shape_of(other))
    assert shape == both == united(shape_of(other), shape_of(one))
    for each in (one, other):
        assert united(shape, shape_of(shaped(each, shape))) == shape


@given(data=st.data(), to=st.sampled_from(targets.names()))
@settings(max_examples=300, deadline=None)
def test_odd_rows_are_refused_for_any_target_and_nothing_else_happens(
    data: st.DataObject, to: str
) -> None:
    row = copy.deepcopy(data.draw(st.sampled_from(EVERY_ROW)))
    format = of_row(row)
    holder, key = data.draw(st.sampled_from(list(places(row))))
    holder[key] = copy.deepcopy(data.draw(st.sampled_from(LEAVES)))
    wanted = goal(to)
    with suppress(Unconvertible):
        found = read(row, FORMATS[format])
        weight = fitted(found, wanted.style)
        dressed(write(found, FORMATS[wanted.format_for(format)]), wanted.style, weight)


REQUEST = {"custom_id": "a", "url": "/v1/chat/completions", "body": {"messages": [ASKED]}}
ANSWER = {"role": "assistant", "content": "At nine."}
RESULT = {"custom_id": "a", "response": {"status_code": 200, "body": {}}, "error": None}
RESULT["response"]["body"] = {"choices": [{"message": ANSWER}]}  # type: ignore[index]


@pytest.mark.parametrize(("rows", "other"), [(RESULT, REQUEST), (REQUEST, RESULT)])
def test_requests_and_results_of_a_batch_are_brought_together(
    folder: Path, rows: Row, other: Row
) -> None:
    Path("other.jsonl").write_bytes(orjson.dumps(other) + b"\n")
    done, out = run(rows, join="other.jsonl")
    assert json.loads(out) == {"messages": [ASKED, ANSWER]}
    assert done.notes == {"request": 1}


def test_a_file_to_join_needs_ids(folder: Path) -> None:
    Path("other.jsonl").write_bytes(orjson.dumps(CHAT))
    with pytest.raises(InputError, match="no row of it has a `custom_id`"):
        run(RESULT, join="other.jsonl")


def test_half_a_batch_says_what_is_missing(folder: Path) -> None:
    lonely = {**RESULT, "custom_id": "b"}
    Path("other.jsonl").write_bytes(orjson.dumps(REQUEST))
    done, _ = run(RESULT, lonely, join="other.jsonl", max_rejects=1)
    assert [each.reason for each in done.shown] == [
        "it has an answer and no question: --join names the file with those"
    ]
