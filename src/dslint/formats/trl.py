"""TRL's dataset types: text, prompt and completion as messages, preference, KTO and prompts alone.

Source: the dataset formats page of TRL's documentation (2026-07).
"""

from __future__ import annotations

from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import arguments_of, calls_of
from dslint.formats.pieces import alike, lay, put, text, written_tools
from dslint.formats.shape import Format, Row, Turn, no_tools
from dslint.formats.sharegpt import has_sides, under
from dslint.formats.writing import (
    closed,
    label_of,
    leave,
    one_answer,
    split,
    surplus,
    two_answers,
    without_tools,
    words,
)

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


def _is_stepwise(row: Row) -> bool:
    return "prompt" in row and all(type(row.get(key)) is list for key in ("completions", "labels"))


def _stepwise(row: Row) -> list[Turn]:
    """Read an answer in steps, each of which has a label."""
    turns: list[Turn] = []
    lay(turns, "input", "prompt", row.get("prompt"), "user")
    if type(steps := row.get("completions")) is list:
        parts = [text(each) if type(each) is str else each for each in steps]
        put(turns, "completion", "/completions", {"role": "assistant", "content": parts})
    return turns


def _is_prompt(row: Row) -> bool:
    others = row.keys() & {"completion", "completions"}
    return type(row.get("prompt")) is list and not others and not has_sides(row)


def _is_preference(row: Row) -> bool:
    return has_sides(row) and not under(row) and "instruction" not in row


def _preference(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    chosen, rejected = row.get("chosen"), row.get("rejected")
    shared = 0
    if type(row.get("system")) is str and row["system"]:
        put(turns, "input", "/system", {"role": "system", "content": row["system"]})
    if asked := next((key for key in ("prompt", "question") if key in row), ""):
        lay(turns, "input", asked, row[asked], "user")
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


def templated(messages: list[Row], lost: set[str]) -> list[Row]:
    """Return messages as chat templates want them: the arguments of calls are objects, replies say
    whose they are, and no message has a weight.
    """
    names: dict[object, str] = {}
    out: list[Row] = []
    for each in messages:
        if "weight" in each:
            leave({"role": each.get("role"), "weight": each["weight"]}, lost)
            each = {key: value for key, value in each.items() if key != "weight"}
        if calls := calls_of(each):
            names |= {call.id: call.name for call in calls}
            functions = [{"name": call.name, "arguments": arguments_of(call)} for call in calls]
            listed = [
                {**call, "function": function}
                for call, function in zip(each["tool_calls"], functions, strict=True)
            ]
            each = {**each, "tool_calls": listed}
        elif each.get("tool_call_id") in names and "name" not in each:
            each = {**each, "name": names[each["tool_call_id"]]}
        out.append(each)
    return out


def _tools(found: Conversation) -> Row:
    return {"tools": found.tools} if found.tools else {}


def _write_text(found: Conversation) -> Row:
    messages = one_answer(found)
    without_tools(found, messages, TEXT.title)
    if len(messages) != 1 or messages[0].get("role") != "assistant":
        raise Unconvertible("it is more than one text, and only a chat template makes one of it")
    closed(found)
    leave(messages[0], found.lost)
    return {"text": words(messages[0], found.lost)}


def _write_completion(found: Conversation) -> Row:
    closed(found)
    before, last = split(found)
    messages = templated([*before, last], found.lost)
    return {"prompt": messages[:-1], "completion": messages[-1:], **_tools(found)}


def _write_kto(found: Conversation) -> Row:
    label = label_of(found)
    found.label = None
    return {**_write_completion(found), "label": label}


def _write_preference(found: Conversation) -> Row:
    closed(found)
    better, worse = two_answers(found)
    return {
        "prompt": templated(found.messages, found.lost),
        "chosen": templated([better], found.lost),
        "rejected": templated([worse], found.lost),
        **_tools(found),
    }


def _write_prompt(found: Conversation) -> Row:
    if found.preferred or (found.messages and found.messages[-1].get("role") == "assistant"):
        raise Unconvertible("it ends on an answer, and a prompt asks for one")
    if found.settings.get("parallel_tool_calls") is False:
        surplus(found, {"parallel_tool_calls"})
    return {"prompt": templated(found.messages, found.lost), **_tools(found), **found.graded}


TEXT = Format(
    "text",
    "plain text",
    _is_text,
    _text,
    {"role": "", "content": ""},
    no_tools,
    write=_write_text,
)
COMPLETION = Format(
    "trl-completion",
    "TRL prompt/completion as messages",
    _is_completion,
    _completion,
    tools=written_tools,
    write=_write_completion,
)
KTO = Format(
    "trl-kto",
    "TRL unpaired preference (KTO)",
    _is_kto,
    _completion,
    tools=written_tools,
    write=_write_kto,
)
PREFERENCE = Format(
    "trl-preference",
    "chosen and rejected (TRL)",
    _is_preference,
    _preference,
    tools=written_tools,
    family="preference",
    write=_write_preference,
)
PROMPT = Format(
    "trl-prompt",
    "TRL prompts",
    _is_prompt,
    _completion,
    tools=written_tools,
    write=_write_prompt,
)
STEPWISE = Format(
    "trl-stepwise", "TRL answers in labelled steps", _is_stepwise, _stepwise, tools=written_tools
)
