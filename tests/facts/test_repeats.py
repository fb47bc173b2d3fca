"""What rows of a file have in common is the same however the file is cut, and told from a share."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from laws.rows import Row, chats

from dslint.checks.tokens import prompt_share, tools_share
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts
from dslint.facts.repeats import Repeats, repeats
from dslint.formats import of_row
from dslint.model import Record


def found(rows: list[Row]) -> Repeats:
    raws = map(orjson.dumps, rows)
    return repeats(
        Batch([Record(1, raw, row, of_row(row)) for raw, row in zip(raws, rows, strict=True)])
    )


def told(check: Any, rows: list[Row], share: float = 0.5) -> list[dict[str, object]]:
    size = sum(len(orjson.dumps(row)) + 1 for row in rows)
    file = FileFacts(bytes=size, repeats=found(rows))
    return [hit.values for hit in check(file, {"option_share": share})]


def chat(system: Any, question: str = "Why?", **also: Any) -> Row:
    first = [] if system is None else [{"role": "system", "content": system}]
    return {"messages": [*first, {"role": "user", "content": question}], **also}


@given(st.lists(chats(), max_size=6), st.integers(0, 6))
def test_where_a_file_is_cut_never_shows(rows: list[Row], cut: int) -> None:
    parts = found(rows[:cut])
    parts.join(found(rows[cut:]))
    assert parts == found(rows)


def test_a_prompt_that_stands_in_most_of_a_file_is_told_with_its_share() -> None:
    rows = [chat("Be kind. " * 40), chat("Be kind. " * 40, "How?"), chat(None)]
    ((values),) = told(prompt_share, rows)
    assert (values["rows"], values["size"]) == (2, "360 bytes")
    assert isinstance(share := values["share"], float)
    assert 0.7 < share < 1
    assert told(prompt_share, rows, share=0.95) == []


def test_a_prompt_of_one_row_alone_is_not_repeated() -> None:
    assert told(prompt_share, [chat("Be kind. " * 40)]) == []


def test_prompts_that_are_no_text_are_passed_over() -> None:
    rows = [chat([{"type": "text", "text": "Be kind."}]), chat(None), chat(7)]
    assert told(prompt_share, rows, share=0.0) == []


def test_all_lists_of_tools_that_rows_repeat_are_summed() -> None:
    def tool(name: str) -> dict[str, object]:
        return {"type": "function", "function": {"name": name, "description": "Counts. " * 30}}

    pair = [chat(None, tools=[tool("sheep")])] * 2
    ((values),) = told(tools_share, pair)
    assert (values["lists"], values["rows"]) == ("one list of tools", 2)
    ((values),) = told(tools_share, [*pair, *[chat(None, tools=[tool("cows")])] * 2])
    assert (values["lists"], values["rows"]) == ("2 lists of tools", 4)
    assert told(tools_share, [chat(None, tools=[tool(name)]) for name in ("a", "b")]) == []
