"""An answer's reasoning: in a field of its own, or between `<think>` and `</think>` in its text."""

from __future__ import annotations

from typing import Any

from dslint.facts.text import outside_code

KEYS = ("reasoning_content", "reasoning", "thinking")
"""The fields in which trainers and providers keep an answer's reasoning."""

INLINE = "inline"
"""The spelling of reasoning that stands in the text itself."""


def keys(message: dict[str, Any]) -> list[str]:
    """Return the fields of a message that hold reasoning; a blank one holds none."""
    return [key for key in KEYS if type(found := message.get(key)) is str and found.strip()]


def field(message: dict[str, Any]) -> str | None:
    """Return the reasoning that a message keeps in a field of its own."""
    found = keys(message)
    return message[found[0]] if found else None


def think(text: str) -> str:
    """Say how a text uses `<think>`: `no`, `closed`, `empty`, `unclosed`, `unopened` or
    `mentioned`.

    A text thinks if it begins with `<think>`, or has `</think>` outside code; what only names the
    tags mentions them.
    """
    bare = text.lstrip()
    if bare.startswith("<think>"):
        inside, closing, _ = bare.removeprefix("<think>").partition("</think>")
        if not closing:
            return "unclosed"
        return "closed" if inside.strip() else "empty"
    if "<think>" in text:
        opened = text.index("<think>")
        if "</think>" in text[opened:]:
            return "closed" if "</think>" in outside_code(text) else "mentioned"
        return "mentioned"
    if "</think>" in text:
        return "unopened" if "</think>" in outside_code(text) else "mentioned"
    return "no"
