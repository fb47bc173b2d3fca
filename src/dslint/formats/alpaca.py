"""Alpaca: an instruction with its input and output; as a preference, two outputs.

Source: LLaMA-Factory's data page (2026-08), which adds `system` and `history` to the original.
"""

from __future__ import annotations

from dslint.formats.conversation import Conversation
from dslint.formats.pieces import lay, put
from dslint.formats.shape import Format, Row, Turn, no_tools
from dslint.formats.sharegpt import has_sides
from dslint.formats.writing import closed, leading, one_answer, pairs, two_answers

KEYS = {"role": "", "content": ""}


def _is_alpaca(row: Row) -> bool:
    return "instruction" in row and "output" in row and "messages" not in row


def _is_preference(row: Row) -> bool:
    return "instruction" in row and has_sides(row)


def _prompt(part: str, row: Row) -> list[Turn]:
    turns: list[Turn] = []
    if type(row.get("system")) is str and row["system"]:
        put(turns, part, "/system", {"role": "system", "content": row["system"]})
    history = row.get("history")
    for at, pair in enumerate(history if type(history) is list else ()):
        for side, role in enumerate(("user", "assistant")):
            if type(pair) is list and side < len(pair):
                message = {"role": role, "content": pair[side]}
                put(turns, part, f"/history/{at}", message, index=side)
    if "instruction" in row:
        put(turns, part, "/instruction", {"role": "user", "content": _asked(row)})
    return turns


def _asked(row: Row) -> object:
    """Return what the user says: the instruction, and on a new line the input."""
    instruction, given = row["instruction"], row.get("input")
    if type(instruction) is str and type(given) is str and given:
        return f"{instruction}\n{given}" if instruction else given
    return instruction


def _alpaca(row: Row) -> list[Turn]:
    turns = _prompt("messages", row)
    if "output" in row:
        put(turns, "messages", "/output", {"role": "assistant", "content": row["output"]})
    return turns


def _preference(row: Row) -> list[Turn]:
    turns = _prompt("input", row)
    last = len(turns) - 1
    lay(turns, "preferred", "chosen", row.get("chosen"), "assistant", follows=last)
    lay(turns, "non_preferred", "rejected", row.get("rejected"), "assistant", follows=last)
    return turns


def _row(messages: list[Row], found: Conversation) -> tuple[Row, str]:
    """Return the row without its last answer, and that answer."""
    system, rest = leading(messages, found)
    *history, (asked, answer) = pairs(rest, found, ALPACA.title)
    closed(found)
    row: Row = {"instruction": asked, "input": ""}
    if system is not None:
        row["system"] = system
    if history:
        row["history"] = [list(each) for each in history]
    return row, answer


def _write(found: Conversation) -> Row:
    row, answer = _row(one_answer(found), found)
    head = {key: row.pop(key) for key in ("instruction", "input")}
    return {**head, "output": answer, **row}


def _write_preference(found: Conversation) -> Row:
    sides = [_row([*found.messages, side], found) for side in two_answers(found)]
    row, better = sides[0]
    return {**row, "chosen": better, "rejected": sides[1][1]}


ALPACA = Format(
    "alpaca", "Alpaca", _is_alpaca, _alpaca, KEYS, no_tools, family="chat", write=_write
)
ALPACA_PREFERENCE = Format(
    "alpaca-preference",
    "Alpaca preference",
    _is_preference,
    _preference,
    KEYS,
    no_tools,
    family="preference",
    write=_write_preference,
)
