"""LLaMA-Factory's own shapes: v1 messages, preference, KTO, and chats with media beside them.

Source: LLaMA-Factory's data page and demonstration sets (2026-08).
"""

from __future__ import annotations

from dslint.formats.beside import marked, verified
from dslint.formats.calling import as_text
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import Call, exact_object, exchanges
from dslint.formats.openai import write_chat
from dslint.formats.pieces import alike, calls_in, first_of, image, lay, put, text, written_tools
from dslint.formats.shape import Format, Row, Turn, chain
from dslint.formats.sharegpt import (
    KEYS,
    flat_tools,
    has_sides,
    message,
    pictured,
    said_by,
    spoken,
    under,
)
from dslint.formats.writing import (
    REASONING,
    closed,
    label_of,
    leave,
    lose_detail,
    one_answer,
    parts_of,
    role_of,
    split,
    two_answers,
    url_of,
    words,
)

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


def _messages_v1(messages: list[Row], lost: set[str]) -> list[Row]:
    out: list[Row] = []
    for each, calls, replies in exchanges(messages, lost):
        leave(each, lost, (*REASONING, "weight"))
        role = role_of(each)
        thought = next((each[key] for key in REASONING if each.get(key)), "")
        parts = [_value("reasoning", thought)] if thought else []
        parts += [_piece(part, lost) for part in parts_of(each, lost)]
        parts += [_value("tool_call", _called(call)) for call in calls]
        weight = each.get("weight", 1) if role == "assistant" else 0
        if weight not in (0, 1):
            lost.add("weights")
            weight = 1
        out.append({"role": role, "content": parts, "loss_weight": float(weight or 0)})
        for reply in replies:
            leave(reply, lost)
            out.append(
                {
                    "role": "tool",
                    "content": [_value("text", words(reply, lost))],
                    "loss_weight": 0.0,
                }
            )
    return out


def _value(kind: str, value: str) -> Row:
    return {"type": kind, "value": value}


def _piece(part: Row, lost: set[str]) -> Row:
    if part["type"] == "text":
        return _value("text", part["text"])
    lose_detail(part, lost)
    return _value("image_url", url_of(part))


def _called(call: Call) -> str:
    arguments = exact_object(call.arguments)
    found = call.arguments if arguments is None else arguments
    return as_text({"name": call.name, "arguments": found})


def _text_tools(found: Conversation) -> Row:
    return {"tools": as_text(found.tools)} if found.tools else {}


def _write_v1(found: Conversation) -> Row:
    closed(found)
    return {"messages": _messages_v1(one_answer(found), found.lost), **_text_tools(found)}


def _write_v1_preference(found: Conversation) -> Row:
    closed(found)
    sides = [_messages_v1([*found.messages, side], found.lost) for side in two_answers(found)]
    return {"chosen_messages": sides[0], "rejected_messages": sides[1], **_text_tools(found)}


def _write_preference(found: Conversation) -> Row:
    closed(found)
    better, worse = ([side] for side in two_answers(found))
    images: list[str] = []
    turns = said_by(found.messages, images, found.lost)
    return {
        "conversations": turns,
        "chosen": said_by(better, images, found.lost)[0],
        "rejected": said_by(worse, images, found.lost)[0],
        **flat_tools(found),
        **pictured(turns, images),
    }


def _write_kto(found: Conversation) -> Row:
    label = label_of(found)
    found.label = None
    split(found)
    return {**write_chat(found, anywhere=True), "label": label}


def _write_media(found: Conversation) -> Row:
    split(found)
    row = write_chat(found, anywhere=True)
    images: list[str] = []
    row["messages"] = [marked(each, images, found.lost) for each in row["messages"]]
    contents = [each.get("content") for each in row["messages"]]
    verified([each for each in contents if type(each) is str], images)
    return {**row, "images": images}


V1 = Format(
    "llamafactory-v1",
    "LLaMA-Factory v1",
    _is_v1,
    _v1,
    {"weight": "/loss_weight", "tool_calls": "/content", "reasoning_content": "/content"},
    written_tools,
    family="chat",
    write=_write_v1,
)
V1_PREFERENCE = Format(
    "llamafactory-v1-preference",
    "LLaMA-Factory v1 preference",
    _is_v1_preference,
    _v1_preference,
    V1.keys,
    written_tools,
    family="preference",
    write=_write_v1_preference,
)
PREFERENCE = Format(
    "llamafactory-preference",
    "LLaMA-Factory preference",
    _is_preference,
    _preference,
    KEYS,
    written_tools,
    family="preference",
    write=_write_preference,
)
KTO = Format(
    "llamafactory-kto",
    "LLaMA-Factory KTO",
    _is_kto,
    _messages,
    tools=written_tools,
    family="chat",
    write=_write_kto,
)
MEDIA = Format(
    "llamafactory-media",
    "chat with media beside the messages (LLaMA-Factory)",
    _is_media,
    _messages,
    tools=written_tools,
    family="chat",
    write=_write_media,
)
