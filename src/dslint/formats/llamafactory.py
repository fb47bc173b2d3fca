"""LLaMA-Factory's own shapes: v1 messages, preference, KTO, and chats with media beside them.

Source: LLaMA-Factory's data page and demonstration sets (2026-08).
"""

from __future__ import annotations

from dslint.formats.pieces import alike, calls_in, first_of, image, lay, put, text, written_tools
from dslint.formats.shape import Format, Row, Turn, chain
from dslint.formats.sharegpt import KEYS, has_sides, message, spoken, under

_MEDIA = ("images", "videos", "audios")


def _is_v1(row: Row) -> bool:
    return _has_values(row.get("messages"))


def _is_v1_preference(row: Row) -> bool:
    return type(row.get("chosen_messages")) is list or type(row.get("rejected_messages")) is list


def _has_values(messages: object) -> bool:
    part = first_of(first_of(messages).get("content"))
    return "type" in part and "value" in part


def _v1(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    lay(turns, "messages", "messages", _read(row.get("messages")), "")
    return turns


def _v1_preference(row: Row) -> list[Turn]:
    """Read two whole conversations; what they begin with alike is the input."""
    turns: list[Turn] = []
    chosen, rejected = _read(row.get("chosen_messages")), _read(row.get("rejected_messages"))
    shared = alike(chosen, rejected)
    lay(turns, "input", "chosen_messages", chosen[:shared], "")
    last = len(turns) - 1
    lay(turns, "preferred", "chosen_messages", chosen, "", follows=last, skip=shared)
    lay(turns, "non_preferred", "rejected_messages", rejected, "", follows=last, skip=shared)
    return turns


def _read(messages: object) -> list[object]:
    """Return messages in OpenAI's shape, each in its own place."""
    listed = messages if type(messages) is list else []
    return [_message(each) if type(each) is dict else each for each in listed]


def _message(said: Row) -> Row:
    found = {key: value for key, value in said.items() if key not in ("content", "loss_weight")}
    parts = said.get("content")
    if type(parts) is list:
        typed = [each for each in parts if type(each) is dict]
        calls = [
            one
            for each in typed
            if each.get("type") == "tool_call"
            for one in calls_in(each.get("value"))
        ]
        thoughts = [
            each["value"]
            for each in typed
            if each.get("type") == "reasoning" and type(each.get("value")) is str
        ]
        if calls:
            found["tool_calls"] = calls
        if thoughts:
            found["reasoning_content"] = "\n".join(thoughts)
        found["content"] = [_part(each) for each in parts]
    elif "content" in said:
        found["content"] = parts
    if said.get("loss_weight") in (0, 1):
        found["weight"] = int(said["loss_weight"])
    return found


def _part(part: object) -> object:
    if type(part) is not dict:
        return part
    if part.get("type") == "text":
        return text(part.get("value"))
    return image(part.get("value")) if part.get("type") == "image_url" else part


def _is_preference(row: Row) -> bool:
    return has_sides(row) and bool(under(row)) and "instruction" not in row


def _preference(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    spoken(turns, "input", row)
    last = len(turns) - 1
    for part, key in (("preferred", "chosen"), ("non_preferred", "rejected")):
        if type(row.get(key)) is dict:
            put(turns, part, f"/{key}", message(row[key]), follows=last)
    return turns


def _ends_on_an_answer(row: Row) -> bool:
    messages = row.get("messages")
    last = messages[-1] if type(messages) is list and messages else None
    return type(last) is dict and last.get("role") == "assistant" and not _is_v1(row)


def _is_kto(row: Row) -> bool:
    return bool in (type(row.get("label")), type(row.get("kto_tag"))) and _ends_on_an_answer(row)


def _is_media(row: Row) -> bool:
    beside = any(type(row.get(key)) is list for key in _MEDIA)
    return beside and _ends_on_an_answer(row) and not _is_kto(row) and not has_sides(row)


def _messages(row: Row) -> list[Turn]:
    return chain("messages", "/messages", row.get("messages"))


V1 = Format(
    "llamafactory-v1",
    "LLaMA-Factory v1",
    _is_v1,
    _v1,
    {"weight": "/loss_weight", "tool_calls": "/content", "reasoning_content": "/content"},
    written_tools,
    family="chat",
)
V1_PREFERENCE = Format(
    "llamafactory-v1-preference",
    "LLaMA-Factory v1 preference",
    _is_v1_preference,
    _v1_preference,
    V1.keys,
    written_tools,
    family="preference",
)
PREFERENCE = Format(
    "llamafactory-preference",
    "LLaMA-Factory preference",
    _is_preference,
    _preference,
    KEYS,
    written_tools,
    family="preference",
)
KTO = Format(
    "llamafactory-kto", "LLaMA-Factory KTO", _is_kto, _messages, tools=written_tools, family="chat"
)
MEDIA = Format(
    "llamafactory-media",
    "chat with media beside the messages (LLaMA-Factory)",
    _is_media,
    _messages,
    tools=written_tools,
    family="chat",
)
