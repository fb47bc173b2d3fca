"""A chunk's messages laid flat: the quick way gives what the readers give, and a quick look misses
nothing that the slow look sees.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from dslint.checks import shape
from dslint.facts import characters, reasoning, text
from dslint.facts.batch import Batch
from dslint.facts.marks import SCREEN
from dslint.facts.mojibake import mojibake
from dslint.facts.tables import TABLES
from dslint.formats import FORMATS
from dslint.model import Record

VALUES = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=5)
CONTENTS = VALUES | st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url"]), "text": VALUES}),
    max_size=2,
)
CALLS = st.lists(
    st.fixed_dictionaries({"id": VALUES, "function": st.just({"name": "f", "arguments": "{}"})}),
    max_size=2,
)
ROLES = st.sampled_from(["system", "user", "assistant", "tool"])
PLAIN = st.fixed_dictionaries({"role": ROLES, "content": st.text(max_size=5)})
MESSAGES = PLAIN | st.fixed_dictionaries(
    {},
    optional={
        "role": ROLES | VALUES,
        "content": CONTENTS,
        "name": VALUES,
        "weight": VALUES,
        "tool_calls": CALLS,
        "tool_call_id": VALUES,
        "reasoning_content": VALUES,
    },
)
ROWS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGES, max_size=4)},
    optional={"tools": st.just([]), "parallel_tool_calls": VALUES},
)


class ByReader(Batch):
    """Laid flat a message at a time, as formats are that keep messages elsewhere."""

    listed = ""


@given(st.lists(ROWS, max_size=4))
def test_messages_in_one_list_are_laid_flat_as_readers_lay_them(rows: list[dict[str, Any]]) -> None:
    records = [Record(at, b"", row, "chat") for at, row in enumerate(rows, 1)]
    quick, slow = Batch(records), ByReader(records)
    assert quick.size == slow.size
    assert [quick.turn(at) for at in range(quick.size)] == slow.turns
    for name in ("record", "message", "tool_call", "dataset"):
        table = TABLES[name]
        columns = {each for each in table.columns if not each.endswith("tokens")}
        if name == "dataset":
            columns = {each for each in columns if table.columns[each].build}
        assert table.frame(quick, columns).equals(table.frame(slow, columns))


@given(st.lists(st.fixed_dictionaries({"messages": st.lists(PLAIN, max_size=4)}), max_size=4))
def test_a_row_of_roles_and_texts_passes_the_gate_by_its_roles(rows: list[dict[str, Any]]) -> None:
    for format in ("chat", "reinforcement"):
        batch = Batch([Record(at, b"", row, format) for at, row in enumerate(rows, 1)])
        if batch.listed:
            assert batch.plain == list(range(len(rows)))
        for record, cast in zip(batch.records, batch.cast, strict=True):
            taken = shape.takes(format, batch.casts[cast])
            assert taken == shape.is_valid(format, record.data)


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_only_a_row_of_roles_and_texts_is_called_plain(rows: list[dict[str, Any]]) -> None:
    batch = Batch([Record(at, b"", row, "chat") for at, row in enumerate(rows, 1)])
    plain = [
        at
        for at, row in enumerate(rows)
        if row.keys() == {"messages"}
        and all(
            message.keys() == {"role", "content"} and all(type(v) is str for v in message.values())
            for message in row["messages"]
        )
    ]
    assert batch.plain == plain
    mixed = Batch(
        [*batch.records, Record(9, b"", {"prompt": "a", "completion": "b"}, "completion")]
    )
    assert mixed.plain == plain, "what stands beside it makes no difference"


PIECES = st.sampled_from(
    [
        *(
            "<think>",
            "</think>",
            "```",
            "~~~\n",
            "`",
            "{{name}}",
            "{{ x }}",
            "<|im_end|>",
            "[INST]",
        ),
        *(
            "<<SYS>>",
            "<end_of_turn>",
            "[gMASK]",
            "<｜User｜>",
            "\u200b",
            "\u202e",
            "\u2066",
            "\u2028",
        ),
        *(
            "\x07",
            "\x7f",
            "\x81",
            "\ufeff",
            "Ã©",
            "â€™",
            "Ð¿Ñ€",
            "שלום",
            "你好",
            "ไทย",
            " ",
            "\n",
            "a",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join))
def test_what_a_closer_look_finds_has_a_mark(told: str) -> None:
    found = (
        characters.control_characters(told),
        characters.zero_width(told),
        characters.bidi_controls(told),
        characters.line_separators(told),
        mojibake(told),
        text.special_token(told),
        text.placeholder(told, ""),
        text.unclosed_fence(told),
        reasoning.think(told) != "no",
    )
    if any(found):
        assert pl.Series([told]).str.contains(SCREEN)[0]


def test_every_format_that_is_listed_keeps_its_messages_there() -> None:
    message = {"role": "user", "content": "hi"}
    for format in FORMATS.values():
        if format.listed:
            (turn,) = format.turns({format.listed: [message]})
            assert (turn.message, turn.pointer) == (message, f"/{format.listed}/0")
