"""Cells that hold more than text: messages and tools as JSON, labels that are true or false."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

LONGEST_IN_EXCEL = 32_767

STRUCTURED = frozenset(
    {
        "messages",
        "conversations",
        "conversation",
        "contents",
        "segments",
        "history",
        "tools",
        "functions",
        "tool_calls",
        "preferred_output",
        "non_preferred_output",
        "systemInstruction",
        "images",
        "videos",
        "audios",
    }
)
"""Columns whose cells hold lists or objects, never text that begins with a bracket."""

SPOKEN = frozenset({"prompt", "completion", "chosen", "rejected", "input"})
"""Columns whose cells are text as a rule; or messages, and then they are what they look like."""

_LABELS = frozenset({"label", "kto_tag"})
_SPEAKERS = ("role", "from")
_TRUTH = {"true": True, "false": False}
_MESSAGE = re.compile(r"""\s*(?:\[\s*\{|\{\s*["']messages["'])""")


class BrokenCellError(ValueError):
    """A cell that should hold JSON and does not; `str()` says which and why."""


Reader = Callable[[str, str], Any]
"""Turns the text of a cell of the column that is named into what it holds."""


def readers(columns: Sequence[str]) -> Mapping[str, Reader]:
    """Return what reads the cells of columns that hold more than text."""
    found: dict[str, Reader] = {}
    for name in columns:
        if name in STRUCTURED:
            found[name] = structured
        elif name in SPOKEN:
            found[name] = spoken
        elif name in _LABELS and {"prompt", "completion"} <= {*columns}:
            found[name] = _label
    return found


def structured(name: str, text: str) -> Any:
    """Return the list or object that a cell holds as JSON, or as Python writes it.

    Raises BrokenCellError for what begins as one and is none. Other text stays.
    """
    begin = text.lstrip()[:1]
    if begin not in ("[", "{"):
        return text
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    cut = len(text) == LONGEST_IN_EXCEL
    raise BrokenCellError(
        f"its `{name}` are no JSON"
        + (f": they break off at {LONGEST_IN_EXCEL:,} characters, where Excel cuts" if cut else "")
    )


def spoken(name: str, text: str) -> Any:
    """Return the messages that a cell holds, where it holds messages, else its text."""
    if not _MESSAGE.match(text):
        return text
    try:
        found = structured(name, text)
    except BrokenCellError:
        return text
    if type(found) is dict:
        return found if name == "input" and type(found.get("messages")) is list else text
    said = all(type(each) is dict and any(key in each for key in _SPEAKERS) for each in found)
    return found if said else text


def _label(name: str, text: str) -> Any:
    return _TRUTH.get(text.strip().lower(), text)
