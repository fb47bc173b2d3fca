"""Shapes that stand alone: arrays of input and output, Axolotl's segments."""

from __future__ import annotations

from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.formats.pieces import first_of, put
from dslint.formats.shape import Format, Row, Turn, no_tools
from dslint.formats.sharegpt import under
from dslint.formats.writing import (
    closed,
    leading,
    leave,
    one_answer,
    pairs,
    role_of,
    without_tools,
    words,
)

_PLACES = (("system", "system"), ("input", "user"), ("output", "assistant"))


def _is_array(row: Row) -> bool:
    key = under(row)
    return bool(key) and {"input", "output"} <= first_of(row[key]).keys() - {"from", "role"}


def _array(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    key = under(row)
    for index, item in enumerate(row[key] if key else ()):
        for place, role in _PLACES if type(item) is dict else ():
            # An empty system prompt is how such rows say that there is none.
            if place in item and (item[place] or place != "system"):
                message = {"role": role, "content": item[place]}
                put(turns, "messages", f"/{key}/{index}/{place}", message)
    return turns


def _is_segments(row: Row) -> bool:
    first = first_of(row.get("segments"))
    return "label" in first and "text" in first


def _segments(row: Row) -> list[Turn]:
    """Read the pieces of a text: what is labelled is learned, and the rest leads up to it."""
    turns: list[Turn] = []
    segments = row.get("segments")
    for index, piece in enumerate(segments if type(segments) is list else ()):
        if type(piece) is dict:
            role = "completion" if piece.get("label") is True else "prompt"
            message: Row = {"role": role}
            if "text" in piece:
                message["content"] = piece["text"]
            put(turns, role, "/segments", message, index=index)
    return turns


def _write_array(found: Conversation) -> Row:
    system, rest = leading(one_answer(found), found)
    turns = pairs(rest, found, CONVERSATION_ARRAY.title)
    closed(found)
    rows: list[Row] = [{"input": asked, "output": answer} for asked, answer in turns]
    if system is not None:
        rows[0] = {"system": system, **rows[0]}
    return {"conversation": rows}


def _write_segments(found: Conversation) -> Row:
    """Write pieces of raw text: around them a trainer puts nothing, so nobody but the user and the
    assistant can speak.
    """
    messages = one_answer(found)
    without_tools(found, messages, INPUT_OUTPUT.title)
    closed(found)
    segments: list[Row] = []
    for each in messages:
        leave(each, found.lost)
        if (role := role_of(each)) == "system":
            raise Unconvertible("it has a system message, and only a chat template writes one out")
        segments.append({"label": role == "assistant", "text": words(each, found.lost)})
    found.notes.add("raw-text")
    return {"segments": segments}


CONVERSATION_ARRAY = Format(
    "conversation-array",
    "arrays of input and output",
    _is_array,
    _array,
    {"role": "", "content": ""},
    no_tools,
    family="chat",
    write=_write_array,
)
INPUT_OUTPUT = Format(
    "axolotl-input-output",
    "Axolotl segments",
    _is_segments,
    _segments,
    {"role": "/label", "content": "/text"},
    no_tools,
    write=_write_segments,
)
