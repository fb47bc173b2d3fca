"""What the writers of formats share: a conversation's texts, calls and sides, and their losses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dslint.formats.content import PICTURES, Unconvertible, is_given, plain
from dslint.formats.conversation import Conversation
from dslint.formats.shape import Row

REASONING = ("reasoning_content", "reasoning", "thinking")
"""The keys under which messages have reasoning."""

_LOST_AS = {
    "name": "names",
    "weight": "weights",
    "refusal": "refusals",
    "audio": "media",
    **dict.fromkeys(REASONING, "reasoning"),
}
_SPOKEN = frozenset({"role", "content", "tool_calls", "tool_call_id"})


def one_answer(found: Conversation) -> list[Row]:
    """Return the messages for a format whose rows have one answer: of two, the better stays."""
    if found.label is False:
        raise Unconvertible("its answer is labelled as a bad one (--to trl-kto keeps the label)")
    if found.unanswered:
        raise Unconvertible("it has no answer")
    if found.non_preferred:
        found.lost.add("rejected")
    return found.messages + found.preferred


def two_answers(found: Conversation) -> tuple[Row, Row]:
    """Return the better and the worse answer; raises Unconvertible where there are no such two."""
    if not (found.preferred and found.non_preferred):
        raise Unconvertible("it does not have two answers to choose between")
    for side in (found.preferred, found.non_preferred):
        if len(side) > 1:
            raise Unconvertible(f"an answer is {len(side)} messages, and a pair has one a side")
    return found.preferred[0], found.non_preferred[0]


def split(found: Conversation) -> tuple[list[Row], Row]:
    """Return the messages before the last answer, and that answer."""
    messages = one_answer(found)
    if not messages or messages[-1].get("role") != "assistant":
        raise Unconvertible("it does not end on an answer")
    return messages[:-1], messages[-1]


def label_of(found: Conversation) -> bool:
    """Return whether the answer is good, where somebody has said so."""
    if found.non_preferred:
        raise Unconvertible("it is a pair, and its format has one answer with a label")
    if found.label is None:
        raise Unconvertible("nobody has said whether its answer is a good one")
    return found.label


def closed(found: Conversation) -> None:
    """Name what a format loses that has no more keys than those for messages and tools."""
    keys = set(found.graded)
    if found.settings.get("parallel_tool_calls") is False:
        keys.add("parallel_tool_calls")
    surplus(found, keys)


def surplus(found: Conversation, keys: set[str]) -> None:
    """Name keys that have no place."""
    if keys:
        found.lost.add("extra-keys")
        found.leftovers |= keys


def without_tools(found: Conversation, messages: list[Row], title: str) -> None:
    """Hold a conversation to a format that has no tools: calls can't be left out, tools can."""
    if any(each.get("tool_calls") or each.get("role") in ("tool", "function") for each in messages):
        raise Unconvertible(f"it calls tools, and {title} rows can't")
    if found.tools:
        found.lost.add("tools")


def leave(message: Row, lost: set[str], keeps: Collection[str] = ()) -> None:
    """Name the losses of a message of which only role, content, calls and `keeps` are written."""
    for key in message.keys() - _SPOKEN:
        if key not in keeps and is_given(message[key]) and not _is_usual(key, message):
            lost.add(_LOST_AS.get(key, "extra-keys"))


def _is_usual(key: str, message: Row) -> bool:
    """Say whether a weight says no more than that an answer is learned and all else is not."""
    weight = message[key]
    usual = (1,) if message.get("role") == "assistant" else (0,)
    return key == "weight" and type(weight) in (int, float) and weight in usual


def role_of(message: Row) -> str:
    """Return system, user, assistant or tool. Raises Unconvertible for any other role.

    `developer` is the newer word for system.
    """
    role = message.get("role")
    if role == "developer":
        return "system"
    if role not in ("system", "user", "assistant", "tool"):
        raise Unconvertible(f"a message is from `{role}`" if role else "a message is from nobody")
    return str(role)


def words(message: Row, lost: set[str]) -> str:
    """Return what a message says as one text; pictures are lost, and so are the seams of parts."""
    content = message.get("content")
    if type(content) is list:
        texts = [_said(part, lost) for part in content]
        if sum(each is not None for each in texts) > 1:
            lost.add("parts")
        return "\n".join(each for each in texts if each)
    if content is None and type(message.get("refusal")) is str:
        return str(message["refusal"])
    if content is None:
        return ""
    if type(content) is not str:
        raise Unconvertible("a message says something that is no text")
    return content


def _said(part: Any, lost: set[str]) -> str | None:
    kind = part.get("type") if type(part) is dict else None
    if kind in ("text", "refusal") and type(part.get(kind)) is str:
        if kind == "refusal":
            lost.add("refusals")
        return str(part[kind])
    if kind == "image_url":
        lost.add("images")
        return None
    raise Unconvertible("a part of a message is neither text nor a picture")


def parts_of(message: Row, lost: set[str]) -> list[Row]:
    """Return what a message says as text parts and, from the user, pictures; refusals are text."""
    content = message.get("content")
    if type(content) is not list:
        said = words(message, lost)
        return [{"type": "text", "text": said}] if said or content is not None else []
    parts: list[Row] = []
    for part in content:
        if type(part) is dict and part.get("type") == "image_url":
            if url_of(part) and message.get("role") == "user":
                parts.append(part)
            else:
                lost.add("images")
        else:
            parts.append({"type": "text", "text": _said(part, lost)})
    return parts


def url_of(part: Row) -> str:
    """Return the address of a picture; an empty text where it has none."""
    where = part.get("image_url")
    url = where.get("url") if type(where) is dict else where
    return url if type(url) is str else ""


def lose_detail(part: Row, lost: set[str]) -> None:
    where = part.get("image_url")
    if type(where) is dict and any(is_given(where[key]) for key in where.keys() - {"url"}):
        lost.add("extra-keys")


def reached(messages: list[Row], found: Conversation) -> list[Row]:
    """Return messages without pictures that only the trainer of another format can reach."""
    if not found.apart:
        return messages
    return [without_pictures(each, found.lost, PICTURES) for each in messages]


def without_pictures(message: Row, lost: set[str], but: tuple[str, ...] = ()) -> Row:
    """Return a message without pictures, but for those whose address begins like one of `but`."""
    content = message.get("content")
    if type(content) is not list:
        return message
    parts = [
        part
        for part in content
        if type(part) is not dict
        or part.get("type") != "image_url"
        or (but and url_of(part).startswith(but))
    ]
    if len(parts) == len(content):
        return message
    lost.add("images")
    return {**message, "content": plain(parts, message.get("role"), lost) or ""}


def leading(messages: list[Row], found: Conversation) -> tuple[str | None, list[Row]]:
    """Return the system message's text and the rest, for formats in which it stands apart."""
    texts: list[str] = []
    for message in messages:
        if message.get("role") not in ("system", "developer"):
            break
        leave(message, found.lost)
        texts.append(words(message, found.lost))
    rest = messages[len(texts) :]
    if any(each.get("role") in ("system", "developer") for each in rest):
        raise Unconvertible("a system message stands in the middle of it")
    if len(texts) > 1:
        found.lost.add("turns")
    whole = "\n\n".join(texts)
    if texts and not whole:
        found.lost.add("roles")
    return whole or None, rest


def pairs(messages: list[Row], found: Conversation, title: str) -> list[tuple[str, str]]:
    """Return questions with their answers. Raises Unconvertible where they don't take turns."""
    without_tools(found, messages, title)
    roles = [role_of(each) for each in messages]
    if not messages or len(messages) % 2 or roles != ["user", "assistant"] * (len(messages) // 2):
        raise Unconvertible("user and assistant don't take turns in it, to an answer at the end")
    for each in messages:
        leave(each, found.lost)
    texts = [words(each, found.lost) for each in messages]
    return list(zip(texts[::2], texts[1::2], strict=True))
