"""What a message says, as OpenAI's messages can say it: text, and pictures that can be reached."""

from __future__ import annotations

from typing import Any

from dslint.formats.shape import Row


class Unconvertible(Exception):  # noqa: N818  # it is of the row, and no mistake
    """A row that can't be written in another format; `str()` says why, of the row."""


PICTURES = ("https://", "http://", "data:image/")
"""How the address of a picture begins that a trainer of chats can reach."""

_MEDIA = frozenset(
    {"image", "video", "audio", "video_url", "audio_url", "input_audio", "file", "document"}
)
_MEDIA_KEYS = frozenset({"video", "audio", "document", "fileData", "inlineData"})

# What the readers of these parts have made calls, replies and reasoning of.
_TAKEN = frozenset({"tool_call", "reasoning"})
_TAKEN_KEYS = frozenset(
    {"toolUse", "toolResult", "reasoningContent", "functionCall", "functionResponse"}
)


def is_given(value: object) -> bool:
    """Say whether a value is there: null, an empty text, list or object says nothing."""
    return value is not None and not (type(value) in (str, list, dict) and not value)


def plain(content: object, role: object, lost: set[str]) -> object:
    """Return a message's content as OpenAI has it: a lone text part is its text, no part is None.

    What can't be had is left out, and named in `lost`: pictures without an address or not the
    user's, other media. Raises Unconvertible for a part that nobody knows.
    """
    if type(content) is not list:
        return content
    parts = staying(content, role, lost)
    if not parts:
        return None
    if all(part.get("type") == "text" for part in parts):
        if len(parts) == 1:
            return parts[0].get("text")
        if role == "tool" and all(type(part.get("text")) is str for part in parts):
            return "\n".join(part["text"] for part in parts)
    return parts


def staying(content: list[Any], role: object, lost: set[str]) -> list[Row]:
    """Return the parts that OpenAI's messages can have; see `plain`."""
    return [part for part in content if _stays(part, role, lost)]


def _stays(part: Any, role: object, lost: set[str]) -> bool:
    if type(part) is not dict:
        raise Unconvertible("a part of a message is no object")
    kind = part["type"] if type(part.get("type")) is str else ""
    if kind == "text" or kind == "refusal":
        return True
    if kind == "image_url":
        where = part.get("image_url")
        url = where.get("url") if type(where) is dict else where
        if role == "user" and type(url) is str:
            return True
        lost.add("images")
        return False
    if kind in _TAKEN or part.keys() & _TAKEN_KEYS:
        return False
    if kind in _MEDIA or part.keys() & _MEDIA_KEYS:
        lost.add("images" if kind == "image" else "media")
        return False
    name = kind or ", ".join(map(str, part)) or "{}"
    raise Unconvertible(f"a message has a part of a kind that is not known: `{name[:40]}`")
