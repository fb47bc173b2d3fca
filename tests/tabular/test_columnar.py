"""Parquet and Arrow give the rows that were written, without the keys that Arrow added."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laws.rows import SOUND

from dslint.formats import of_row
from dslint.tabular.columnar import columnar
from dslint.tabular.table import TableError

Row = dict[str, Any]

WRITERS: dict[str, Callable[[pl.DataFrame, Path], Any]] = {
    "parquet": lambda frame, path: frame.write_parquet(path),
    "arrow": lambda frame, path: frame.write_ipc(path),
    "stream": lambda frame, path: frame.write_ipc_stream(path),
}
TALK = {
    "messages": [
        {"role": "user", "content": "Book me a table"},
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "book", "arguments": "{}"}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
        {"role": "assistant", "content": "Booked."},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "book",
                "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
            },
        },
        {
            "type": "function",
            "function": {
                "name": "ring",
                "parameters": {"type": "object", "properties": {"who": {"type": "string"}}},
            },
        },
    ],
}
CHAT = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]}


def rows(path: Path, kind: str = "parquet") -> list[Row]:
    taken = list(columnar(str(path), kind).rows())
    assert [each.place for each in taken] == [*range(1, len(taken) + 1)]
    assert not any(each.defect for each in taken)
    return [json.loads(each.raw) for each in taken]


@pytest.mark.parametrize("container", WRITERS)
def test_keys_that_arrow_added_are_left_out_again(tmp_path: Path, container: str) -> None:
    path = tmp_path / "chat"
    WRITERS[container](pl.DataFrame([TALK, CHAT], infer_schema_length=None), path)
    assert rows(path, "parquet" if container == "parquet" else "arrow") == [TALK, CHAT]


def test_cells_of_json_are_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "chat.parquet"
    texts = {name: [json.dumps(value)] for name, value in TALK.items()}
    pl.DataFrame(texts).write_parquet(path)
    assert rows(path) == [TALK]


def test_values_that_json_lacks_are_written_plainly(tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    frame = pl.DataFrame(
        {
            "prompt": [None],
            "day": [date(2024, 2, 29)],
            "moment": [datetime(2024, 2, 29, 12, 30)],
            "price": [Decimal("1.50")],
            "nothing": [math.nan],
            "kind": pl.Series(["a"], dtype=pl.Categorical),
        }
    )
    frame.write_parquet(path)
    assert rows(path) == [
        {
            "prompt": None,
            "day": "2024-02-29",
            "moment": "2024-02-29T12:30:00",
            "price": 1.5,
            "nothing": None,
            "kind": "a",
        }
    ]


def test_a_cell_of_bytes_is_said_of_its_row(tmp_path: Path) -> None:
    path = tmp_path / "bytes.parquet"
    pl.DataFrame({"prompt": ["a", "b"], "sound": [None, b"RIFF"]}).write_parquet(path)
    first, second = columnar(str(path), "parquet").rows()
    assert first.defect is None
    assert second.defect is not None
    assert second.defect.found == "a cell holds 4 bytes that are no text and no picture"


def test_a_picture_is_a_data_url_or_its_address(tmp_path: Path) -> None:
    path = tmp_path / "pictures.parquet"
    pictures = [
        {"bytes": b"\x89PNG\r\n\x1a\n", "path": "a.png"},
        {"bytes": b"RIFF\0\0\0\0WEBP", "path": None},
        {"bytes": None, "path": "https://example.org/c.jpg"},
    ]
    pl.DataFrame({"images": [pictures]}).write_parquet(path)
    (row,) = rows(path)
    assert row["images"] == [
        "data:image/png;base64,iVBORw0KGgo=",
        "data:image/webp;base64,UklGRgAAAABXRUJQ",
        "https://example.org/c.jpg",
    ]


def test_rows_that_are_tokens_already_are_not_taken_for_text(tmp_path: Path) -> None:
    path = tmp_path / "tokens.parquet"
    pl.DataFrame({"input_ids": [[1, 2]], "attention_mask": [[1, 1]]}).write_parquet(path)
    with pytest.raises(TableError, match="holds tokens"):
        columnar(str(path), "parquet")


def test_a_name_is_no_pattern_for_others(tmp_path: Path) -> None:
    path = tmp_path / "part[1].parquet"
    pl.DataFrame({"prompt": ["a"]}).write_parquet(path)
    assert rows(path) == [{"prompt": "a"}]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.sampled_from(sorted(SOUND)).flatmap(lambda name: SOUND[name]), min_size=1, max_size=4
    )
)
def test_json_text_in_parquet_comes_back(tmp_path: Path, found: list[Row]) -> None:
    """Law: rows of any format, each value as a column of JSON text, come back as they were."""
    path = tmp_path / "rows.parquet"
    names = sorted({name for row in found for name in row} & {"messages", "tools", "conversations"})
    texts = {
        name: [json.dumps(row[name]) if name in row else None for row in found] for name in names
    }
    pl.DataFrame({"id": [*range(len(found))], **texts}, strict=False).write_parquet(path)
    assert rows(path) == [
        {"id": at} | {name: row[name] for name in names if name in row}
        for at, row in enumerate(found)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(SOUND["chat"], min_size=1, max_size=4))
def test_chats_in_parquet_stay_chats(tmp_path: Path, found: list[Row]) -> None:
    """Law: what polars can hold of chats is read back equal, and as chats."""
    path = tmp_path / "rows.parquet"
    plain = [
        {
            "messages": [
                {k: v for k, v in each.items() if type(v) is str} for each in row["messages"]
            ]
        }
        for row in found
    ]
    pl.DataFrame(plain, infer_schema_length=None).write_parquet(path)
    assert rows(path) == plain
    assert all(of_row(row) == "chat" for row in plain)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.binary(max_size=200), st.integers(0, 600), st.sampled_from(["parquet", "arrow", "stream"])
)
def test_no_damage_makes_it_fail(tmp_path: Path, junk: bytes, at: int, container: str) -> None:
    """Law: a file that is cut, or written over, gives rows or a TableError."""
    path = tmp_path / "damaged"
    WRITERS[container](pl.DataFrame([TALK, CHAT], infer_schema_length=None), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    with suppress(TableError):
        list(columnar(str(path), "parquet" if container == "parquet" else "arrow").rows())
