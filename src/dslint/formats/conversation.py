"""The hub between formats: any row is read into a conversation, and written from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dslint.formats.calling import function_tool, linked, listed_tools
from dslint.formats.content import Unconvertible, is_given, plain, with_media
from dslint.formats.openai import (
    CHAT,
    CHAT_KEYS,
    COMPLETION,
    PREFERENCE,
    PREFERENCE_SIDES,
    REINFORCEMENT,
)
from dslint.formats.shape import Format, Row, Turn

LOSSES: Mapping[str, str] = {
    "extra-keys": "keys that the format does not have",
    "images": "pictures that are no address or data URL, or not the user's",
    "media": "video, audio and documents",
    "weights": "weights of rows, and of messages that are neither 0 nor 1 or not an answer's",
    "rejected": "the answers that were not preferred (--to preference keeps them)",
    "reasoning": "the reasoning of answers",
    "scores": "the scores of answers",
    "tools": "tools that are no functions",
}
"""What a conversion can lose, by the names that allow it."""

SPEAKERS = {"prompt": "user", "completion": "assistant"}

_OWN = (CHAT.name, PREFERENCE.name, REINFORCEMENT.name)

_ANSWERED = frozenset({"trl-completion", "trl-kto", "trl-prompt", "text"})
"""Formats whose rows are nothing without an answer."""

_KEYS: Mapping[str, frozenset[str]] = {
    "alpaca": frozenset({"instruction", "input", "output", "system", "history"}),
    "alpaca-preference": frozenset({"instruction", "input", "system", "history"}),
    "bedrock-converse": frozenset({"schemaVersion", "system", "toolConfig", "messages"}),
    "vertex": frozenset({"systemInstruction", "contents", "completions", "tools"}),
    "llamafactory-kto": frozenset({"label", "kto_tag"}),
    "trl-kto": frozenset({"label"}),
}
"""Keys of rows that readers read beside those that their turns point to."""

_MEDIA_KEYS = frozenset({"images", "videos", "audios"})

_SAID = frozenset({"from", "value", "weight"})
_MESSAGE_KEYS: Mapping[str, frozenset[str]] = {
    "sharegpt": _SAID,
    "llamafactory-preference": _SAID,
    "conversation-array": frozenset({"system", "input", "output"}),
    "vertex": frozenset({"role", "parts"}),
    "axolotl-input-output": frozenset({"label", "text"}),
}
"""Keys of messages, in formats whose readers leave out all others."""


@dataclass(slots=True)
class Conversation:
    """A row, whatever it was: messages in OpenAI's shape, and the two answers of a preference.

    `settings` are keys such as `parallel_tool_calls`. `lost` names what reading left out (see
    `LOSSES`), `notes` what it had to change or to make up; `leftovers` are the keys without a place.
    """

    messages: list[Row] = field(default_factory=list)
    preferred: list[Row] = field(default_factory=list)
    non_preferred: list[Row] = field(default_factory=list)
    tools: list[Any] | None = None
    settings: Row = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    leftovers: set[str] = field(default_factory=set)


def read(row: Row, format: Format) -> Conversation:
    """Read a row of `format`. Raises Unconvertible where it can't be one conversation."""
    if format is COMPLETION:
        return _pair(row)
    if not format.is_read:
        raise Unconvertible(f"{format.title} are known by name only, not read")
    turns = format.turns(row)
    _verify(row, turns, format)
    found = Conversation()
    own = format.name in _OWN
    for turn in turns:
        message = turn.message if own else _message(row, turn, format, found)
        match turn.part:
            case "preferred":
                found.preferred.append(message)
            case "non_preferred":
                found.non_preferred.append(message)
            case _:
                found.messages.append(message)
    if not own:
        _media(row, found)
    _tools(row, format, found)
    if turns and not own:
        _keys(row, turns, format, found)
    elif own:
        _own_keys(row, format, found)
    found.messages = linked(found.messages, found.notes)
    found.preferred = linked(found.preferred, found.notes)
    found.non_preferred = linked(found.non_preferred, found.notes)
    if format.name in _ANSWERED and not any(
        each.get("role") == "assistant" for each in found.messages
    ):
        raise Unconvertible("it has no answer")
    return found


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


def write(conversation: Conversation, to: str) -> Row:
    """Write a conversation as `chat` or `preference`. Raises Unconvertible where it is none.

    What that loses is added to its `lost`.
    """
    if to == CHAT.name:
        return _chat(conversation)
    return _preference(conversation)


def _chat(found: Conversation) -> Row:
    if found.non_preferred:
        found.lost.add("rejected")
    row: Row = {"messages": found.messages + found.preferred}
    if found.tools is not None:
        row["tools"] = found.tools
    return row | found.settings


def _preference(found: Conversation) -> Row:
    if not (found.preferred and found.non_preferred):
        raise Unconvertible("it does not have two answers to choose between")
    for side in (found.preferred, found.non_preferred):
        if len(side) > 1:
            raise Unconvertible(f"an answer is {len(side)} messages, and a pair has one a side")
    given: Row = {"messages": [_without_pictures(each, found.lost) for each in found.messages]}
    if found.tools is not None:
        given["tools"] = found.tools
    return {
        "input": given | found.settings,
        "preferred_output": [_without_weight(each, found.lost) for each in found.preferred],
        "non_preferred_output": [_without_weight(each, found.lost) for each in found.non_preferred],
    }


def _without_pictures(message: Row, lost: set[str]) -> Row:
    content = message.get("content")
    if type(content) is not list:
        return message
    parts = [part for part in content if type(part) is not dict or part.get("type") != "image_url"]
    if len(parts) == len(content):
        return message
    lost.add("images")
    return {**message, "content": plain(parts, message.get("role"), lost) or ""}


def _without_weight(message: Row, lost: set[str]) -> Row:
    if "weight" not in message:
        return message
    if message["weight"] not in (1, None):
        lost.add("weights")
    return {key: each for key, each in message.items() if key != "weight"}


def _message(row: Row, turn: Turn, format: Format, found: Conversation) -> Row:
    """Return a turn of a foreign format as a message of OpenAI's."""
    message = {
        key: each
        for key, each in turn.message.items()
        if each is not None and (each or key != "tool_calls")
    }
    role = message.get("role")
    if type(role) is str and role in SPEAKERS:
        role = message["role"] = SPEAKERS[role]
    raw = _raw(row, turn, format)
    known = _MESSAGE_KEYS.get(format.name)
    if known is not None and any(is_given(raw[key]) for key in raw.keys() - known):
        found.lost.add("extra-keys")
    if raw.get("from") == "function_call" and "tool_calls" not in message:
        raise Unconvertible("a `function_call` is no JSON of `name` and `arguments`")
    _weigh(message, raw, role, found.lost)
    content = message.get("content")
    if type(content) is list:
        _verify_calls(message, content)
        content = plain(content, role, found.lost)
        content = "" if content is None else content
    elif content is None and "content" in turn.message:
        message["content"] = None
    if not content and message.get("tool_calls"):
        message.pop("content", None)
    elif content is not None:
        message["content"] = content
    return message


def _raw(row: Row, turn: Turn, format: Format) -> Row:
    """Return what a turn was read from, where that is an object."""
    steps = turn.pointer.split("/")[1:]
    found: Any = row
    for step in steps[:-1] if format.name == "conversation-array" else steps:
        found = found[int(step)] if type(found) is list else found.get(step)
        if type(found) not in (dict, list):
            return {}
    return found if type(found) is dict else {}


def _weigh(message: Row, raw: Row, role: object, lost: set[str]) -> None:
    """Leave a weight where it says something: 0 of an answer. Others go, and some of them count."""
    said = raw.get("loss_weight", raw.get("weight", message.get("weight")))
    message.pop("weight", None)
    if said is None:
        return
    if type(said) not in (int, float) or said not in (0, 1) or (said == 1 and role != "assistant"):
        lost.add("weights")
    elif said == 0 and role == "assistant":
        message["weight"] = 0


def _verify_calls(message: Row, content: list[Any]) -> None:
    """Hold the calls that a reader made to the parts that they were made of."""
    parts = sum(
        type(part) is dict
        and (part.get("type") == "tool_call" or bool(part.keys() & {"toolUse", "functionCall"}))
        for part in content
    )
    if parts > len(message.get("tool_calls", ())):
        raise Unconvertible("a call is no JSON of `name` and `arguments`")


def _verify(row: Row, turns: list[Turn], format: Format) -> None:
    """See that readers passed over nothing: items of a list of messages that are no objects."""
    if not turns:
        raise Unconvertible("nothing is said in it")
    if format.name.startswith("alpaca"):
        for pair in row["history"] if type(row.get("history")) is list else ():
            if type(pair) is not list or len(pair) != 2:
                raise Unconvertible("an item of `history` is not a question with its answer")
    for key in {turn.base.split("/")[1] for turn in turns} - {"history"}:
        value = row.get(key)
        if type(value) is dict:
            value = value.get("messages")
        if type(value) is list and any(type(each) is not dict for each in value):
            raise Unconvertible(f"an item of `{key}` is no object")
    if "false" in _labels(row, format):
        raise Unconvertible("its answer is labelled as a bad one")


def _labels(row: Row, format: Format) -> Iterator[str]:
    for key in ("label", "kto_tag"):
        if format.name.endswith("-kto") and type(row.get(key)) is bool:
            yield str(row[key]).lower()


def _media(row: Row, found: Conversation) -> None:
    placed = with_media(found.messages, row, found.lost)
    found.messages = [
        mine
        if mine is theirs
        else {**mine, "content": plain(mine["content"], mine.get("role"), found.lost) or ""}
        for mine, theirs in zip(placed, found.messages, strict=True)
    ]


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
    _leftovers(row, known, found)
    scores = row.get("completions")
    if format.name == "vertex" and type(scores) is list and scores:
        found.lost.add("scores")
    config = row.get("toolConfig")
    if type(config) is dict and any(is_given(config[key]) for key in config.keys() - {"tools"}):
        found.lost.add("extra-keys")


def _own_keys(row: Row, format: Format, found: Conversation) -> None:
    if format is not PREFERENCE:
        _leftovers(row, CHAT_KEYS, found)
        return
    for names in PREFERENCE_SIDES.values():
        if names[0] in row and is_given(row.get(names[1])):
            found.lost.add("extra-keys")
        elif names[1] in row:
            found.notes.add("stale-names")
    _leftovers(row, PREFERENCE.known, found)
    if type(row.get("input")) is dict:
        _leftovers(row["input"], CHAT_KEYS, found)


def _leftovers(row: Row, known: frozenset[str] | set[str], found: Conversation) -> None:
    for key in row.keys() - known:
        if is_given(row[key]):
            found.lost.add("weights" if key == "weight" else "extra-keys")
            found.leftovers.add(key)
