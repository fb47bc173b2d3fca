"""Reading: a row of any format becomes a conversation, and what it can't hold is named."""

from __future__ import annotations

from collections.abc import Mapping

from dslint.formats.beside import filled, with_media
from dslint.formats.calling import function_tool, linked, listed_tools
from dslint.formats.content import Unconvertible, is_given, plain
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import told_by_id
from dslint.formats.logs import LOGS, settled
from dslint.formats.messages import foreign_message, is_apart, own_message
from dslint.formats.openai import (
    CHAT,
    CHAT_KEYS,
    COMPLETION,
    PREFERENCE,
    PREFERENCE_SIDES,
    REINFORCEMENT,
)
from dslint.formats.shape import Format, Row, Turn

_OWN = (CHAT.name, PREFERENCE.name, REINFORCEMENT.name)

_ANSWERED = frozenset({"trl-completion", "trl-kto", "trl-prompt", "text"})
"""Formats whose rows are nothing without an answer."""

_KEYS: Mapping[str, frozenset[str]] = {
    "alpaca": frozenset({"instruction", "input", "output", "system", "history"}),
    "alpaca-preference": frozenset({"instruction", "input", "system", "history"}),
    "bedrock-converse": frozenset({"schemaVersion", "system", "toolConfig", "messages"}),
    "vertex": frozenset(
        {"systemInstruction", "system_instruction", "contents", "completions", "tools"}
    ),
    "llamafactory-kto": frozenset({"label", "kto_tag"}),
    "trl-kto": frozenset({"label"}),
    "trl-preference": frozenset({"system"}),
    "trl-stepwise": frozenset({"labels"}),
}
"""Keys of rows that readers read beside those that their turns point to."""

_MEDIA_KEYS = frozenset({"images", "videos", "audios"})


def read(row: Row, format: Format) -> Conversation:
    """Read a row of `format`. Raises Unconvertible where it can't be one conversation."""
    if format is COMPLETION:
        return _pair(row)
    if not format.is_read:
        raise Unconvertible(f"{format.title} are known by name only, not read")
    own = format.name in _OWN
    row = row if own else filled(row)
    turns = format.turns(row)
    _verify(row, turns, format)
    found = Conversation()
    for turn in turns:
        message = own_message(turn, found) if own else foreign_message(row, turn, format, found)
        match turn.part:
            case "preferred":
                found.preferred.append(message)
            case "non_preferred":
                found.non_preferred.append(message)
            case _:
                found.messages.append(message)
    _tools(row, format, found)
    found.messages = linked(found.messages, found.notes)
    found.preferred = linked(found.preferred, found.notes)
    found.non_preferred = linked(found.non_preferred, found.notes)
    if own:
        _own_keys(row, format, found)
        found.unanswered = format is REINFORCEMENT and not _answers(found)
        return found
    _media(row, found)
    if format in LOGS:
        found.settings |= settled(row, found.lost, found.notes)
        found.notes.add("request")
    else:
        _keys(row, turns, format, found)
    if format.name.startswith("trl-"):
        found.messages = told_by_id(found.messages)
    found.label = _label(row, format)
    found.unanswered = format.name in _ANSWERED and not _answers(found)
    return found


def _answers(found: Conversation) -> bool:
    return any(each.get("role") == "assistant" for each in found.messages)


def _pair(row: Row) -> Conversation:
    """Read a prompt and its completion: by far the most rows of all, and the simplest."""
    prompt, completion = row.get("prompt"), row.get("completion")
    if type(completion) is not str:
        empty = completion is None and "completion" in row
        raise Unconvertible(
            "its completion is empty" if empty else "it has no completion that is text"
        )
    if type(prompt) is not str:
        empty = prompt is None and "prompt" in row
        raise Unconvertible("its prompt is empty" if empty else "it has no prompt that is text")
    asked = {"role": "user", "content": prompt}
    found = Conversation([asked, {"role": "assistant", "content": completion}])
    if len(row) > 2:
        _leftovers(row, COMPLETION.known, found)
    return found


def write(conversation: Conversation, format: Format) -> Row:
    """Write a conversation as a row of `format`. Raises Unconvertible where it is none.

    What that loses is added to its `lost`.
    """
    assert format.write is not None
    if conversation.row_weight is not None:
        conversation.lost.add("weights")
    return format.write(conversation)


def _verify(row: Row, turns: list[Turn], format: Format) -> None:
    """See that readers passed over nothing: items of a list of messages that are no objects."""
    if not turns:
        raise Unconvertible("nothing is said in it")
    if format.name.startswith("alpaca"):
        for pair in row["history"] if type(row.get("history")) is list else ():
            if type(pair) is not list or len(pair) != 2:
                raise Unconvertible("an item of `history` is not a question with its answer")
    texts = {"history"} | ({"completions"} if format.name == "trl-stepwise" else set())
    for key in {turn.base.split("/")[1] for turn in turns} - texts:
        value = row.get(key)
        if type(value) is dict:
            value = value.get("messages")
        if type(value) is list and any(type(each) is not dict for each in value):
            raise Unconvertible(f"an item of `{key}` is no object")


def _label(row: Row, format: Format) -> bool | None:
    """Return what a row says of its answer: `label` in formats that have it, `kto_tag` anywhere."""
    for key in ("kto_tag", *(("label",) if format.name.endswith("-kto") else ())):
        if type(row.get(key)) is bool:
            return bool(row[key])
    steps = row.get("labels") if format.name == "trl-stepwise" else None
    return all(each is True for each in steps) if type(steps) is list else None


def _media(row: Row, found: Conversation) -> None:
    placed = with_media(found.messages, row, found.lost)
    found.messages = [
        mine
        if mine is theirs
        else {**mine, "content": plain(mine["content"], mine.get("role"), found.lost) or ""}
        for mine, theirs in zip(placed, found.messages, strict=True)
    ]
    found.apart |= any(is_apart(each.get("content")) for each in found.messages)


def _tools(row: Row, format: Format, found: Conversation) -> None:
    holder = row
    if format is PREFERENCE:
        holder = row["input"] if type(row.get("input")) is dict else {}
    tools = listed_tools(holder, format.tools(row)[1])
    written = [function_tool(each, found.lost, found.notes) for each in tools]
    if written or (format.name in _OWN and type(holder.get("tools")) is list):
        found.tools = written
    if type(holder.get("functions")) is list:
        found.notes.add("functions")
    if type(holder.get("parallel_tool_calls")) is bool:
        found.settings["parallel_tool_calls"] = holder["parallel_tool_calls"]
    if format.name == "vertex" and type(row.get("tools")) is list and len(row["tools"]) > 1:
        found.lost.add("tools")


def _keys(row: Row, turns: list[Turn], format: Format, found: Conversation) -> None:
    """Name what else a foreign row holds."""
    known = {turn.base.split("/")[1] for turn in turns} | _KEYS.get(format.name, frozenset())
    known |= {"tools", "functions", "parallel_tool_calls"} | _MEDIA_KEYS
    if type(row.get("kto_tag")) is bool:
        known |= {"kto_tag"}
    if format.name == "trl-prompt":
        found.graded = {key: each for key, each in row.items() if key not in known}
        return
    _leftovers(row, known, found)
    scored = row.get("completions")
    if format.name == "vertex" and type(scored) is list:
        scores = {str(each.get("score")) for each in scored if type(each) is dict}
        if not scores <= {"0", "0.0", "1", "1.0"}:
            found.lost.add("scores")
    config = row.get("toolConfig")
    if type(config) is dict and any(is_given(config[key]) for key in config.keys() - {"tools"}):
        found.lost.add("extra-keys")


def _own_keys(row: Row, format: Format, found: Conversation) -> None:
    if format is REINFORCEMENT:
        found.graded = {key: each for key, each in row.items() if key not in CHAT_KEYS}
        return
    weight = row.get("weight")
    weighed = {"weight"} if type(weight) in (int, float) else set[str]()
    found.row_weight = weight if weighed else None
    if format is not PREFERENCE:
        _leftovers(row, CHAT_KEYS | weighed, found)
        return
    for names in PREFERENCE_SIDES.values():
        if names[0] in row and is_given(row.get(names[1])):
            found.lost.add("extra-keys")
        elif names[1] in row:
            found.notes.add("stale-names")
    _leftovers(row, PREFERENCE.known | weighed, found)
    if type(row.get("input")) is dict:
        _leftovers(row["input"], CHAT_KEYS, found)


def _leftovers(row: Row, known: frozenset[str] | set[str], found: Conversation) -> None:
    for key in row.keys() - known:
        if is_given(row[key]):
            found.lost.add("weights" if key == "weight" else "extra-keys")
            found.leftovers.add(key)
