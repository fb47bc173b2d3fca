"""What of a message is counted: its texts, each with what it is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

import orjson

from dslint.facts.reasoning import KEYS
from dslint.formats.pieces import as_json


class Kind(IntEnum):
    """What a text is to the count of its message.

    An answer's PROSE, REASONING and CALL are learned. An ASIDE is what some count and others leave
    out: ids, and keys that OpenAI's messages don't have. A THOUGHT is the reasoning in a prose
    that is counted already.
    """

    PROSE = 0
    REASONING = 1
    CALL = 2
    NAME = 3
    ASIDE = 4
    THOUGHT = 5


class Said(NamedTuple):
    """A text of a message; `extra` are the tokens that come with it."""

    kind: Kind
    text: str
    extra: int = 0


CALL = 3
"""Tokens that a call has beside its name and arguments: what people report, no official figure."""

NAME = 1
"""Tokens that a name has beside itself, by OpenAI's cookbook."""


def said(message: dict[str, Any]) -> Iterator[Said]:
    """Yield the texts of a message but for its role, a content that is text, and its calls."""
    for key, value in message.items():
        if type(value) is list and key == "content":
            for part in value:
                yield from _part(part)
        elif type(value) is str and key not in ("role", "content"):
            if key == "name":
                yield Said(Kind.NAME, value, NAME)
            else:
                yield Said(Kind.REASONING if key in KEYS else Kind.ASIDE, value)


def thought(content: str) -> str:
    """Return the reasoning that a text begins with, between `<think>` and `</think>`, or ''."""
    bare = content.lstrip()
    if not bare.startswith("<think>"):
        return ""
    return bare.removeprefix("<think>").partition("</think>")[0]


def called(function: dict[str, Any]) -> Iterator[Said]:
    """Yield the texts of a call: its name and its arguments."""
    name, arguments = function.get("name"), function.get("arguments")
    yield Said(Kind.CALL, name if type(name) is str else "", CALL)
    if arguments is not None:
        yield Said(Kind.CALL, arguments if type(arguments) is str else _compact(arguments))


def unseen(message: dict[str, Any]) -> int:
    """Return how many parts of a message are images, sounds or files that are not looked into."""
    content = message.get("content")
    if type(content) is not list:
        return 0
    return sum(
        type(part) is dict and type(kind := part.get("type")) is str and kind in _UNSEEN
        for part in content
    )


_UNSEEN = frozenset(
    {"image", "input_image", "input_audio", "audio", "video", "video_url", "audio_url", "file"}
)


def _part(part: object) -> Iterator[Said]:
    """Yield the texts of a content's part: OpenAI's, and Claude's calls, results and thoughts."""
    if type(part) is not dict:
        return
    for key, kind in _TEXTS.items():
        if type(part.get(key)) is str:
            yield Said(kind, part[key])
    if part.get("type") == "tool_use":
        yield from called({"name": part.get("name"), "arguments": part.get("input")})
    elif part.get("type") == "tool_result":
        content = part.get("content")
        if type(content) is str:
            yield Said(Kind.PROSE, content)
        for each in content if type(content) is list else ():
            if type(each) is dict and type(each.get("text")) is str:
                yield Said(Kind.PROSE, each["text"])


_TEXTS = {"text": Kind.PROSE, "refusal": Kind.PROSE, "thinking": Kind.REASONING}


def _compact(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # nested deeper than orjson writes
        return as_json(value)
