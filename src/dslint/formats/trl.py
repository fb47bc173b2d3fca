"""TRL's dataset types: text, prompt and completion as messages, preference, KTO and prompts alone.

Source: the dataset formats page of TRL's documentation (2026-07).
"""

from __future__ import annotations

from dslint.formats.pieces import alike, lay, put, written_tools
from dslint.formats.shape import Format, Row, Turn, no_tools
from dslint.formats.sharegpt import has_sides, under

_OTHER_PLACES = frozenset(
    {
        "messages",
        "conversations",
        "conversation",
        "contents",
        "segments",
        "instruction",
        "input",
        "prompt",
        "completion",
        "chosen",
        "preferred_output",
        "non_preferred_output",
    }
)


def _is_text(row: Row) -> bool:
    return type(row.get("text")) is str and not row.keys() & _OTHER_PLACES


def _text(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    if "text" in row:
        put(turns, "completion", "/text", {"role": "completion", "content": row["text"]})
    return turns


def _is_kto(row: Row) -> bool:
    return "prompt" in row and "completion" in row and type(row.get("label")) is bool


def _is_completion(row: Row) -> bool:
    sides = row.get("prompt"), row.get("completion")
    return None not in sides and any(type(each) is list for each in sides) and not _is_kto(row)


def _completion(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    lay(turns, "input", "prompt", row.get("prompt"), "user")
    lay(turns, "completion", "completion", row.get("completion"), "assistant")
    return turns


def _is_prompt(row: Row) -> bool:
    return type(row.get("prompt")) is list and "completion" not in row and not has_sides(row)


def _is_preference(row: Row) -> bool:
    return has_sides(row) and not under(row) and "instruction" not in row


def _preference(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    chosen, rejected = row.get("chosen"), row.get("rejected")
    shared = 0
    if "prompt" in row:
        lay(turns, "input", "prompt", row["prompt"], "user")
    elif "messages" in row:
        lay(turns, "input", "messages", row["messages"], "user")
    elif type(chosen) is list:
        # What both sides begin with is the prompt.
        shared = alike(chosen, rejected)
        lay(turns, "input", "chosen", chosen[:shared], "user")
    last = len(turns) - 1
    lay(turns, "preferred", "chosen", chosen, "assistant", follows=last, skip=shared)
    lay(turns, "non_preferred", "rejected", rejected, "assistant", follows=last, skip=shared)
    return turns


TEXT = Format("text", "plain text", _is_text, _text, {"role": "", "content": ""}, no_tools)
COMPLETION = Format(
    "trl-completion",
    "TRL prompt/completion as messages",
    _is_completion,
    _completion,
    tools=written_tools,
)
KTO = Format("trl-kto", "TRL unpaired preference (KTO)", _is_kto, _completion, tools=written_tools)
PREFERENCE = Format(
    "trl-preference",
    "chosen and rejected (TRL)",
    _is_preference,
    _preference,
    tools=written_tools,
    family="preference",
)
PROMPT = Format("trl-prompt", "TRL prompts", _is_prompt, _completion, tools=written_tools)
