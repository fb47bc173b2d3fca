"""Chat: keys of messages that nobody reads, and those that were meant to be another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from dslint.formats import FORMATS, Turn
from dslint.model import Hit, Record

KEYS = frozenset(
    {
        *("role", "content", "name", "refusal", "audio", "weight"),
        *("tool_calls", "tool_call_id", "function_call"),
    }
)
"""The keys of OpenAI's messages, of whatever role (schema of 2025-07)."""

REASONING = frozenset({"reasoning", "reasoning_content", "thinking"})

_KNOWN = KEYS | REASONING
_PLAIN = ("chat", "preference", "reinforcement")
_NEAR = 0.8


def misspelt_keys(record: Record) -> Iterator[Hit]:
    """Yield the keys that are nearly a key of OpenAI's which the message lacks."""
    for turn, key in _surplus(record):
        near = _meant(key, KEYS - turn.message.keys())
        if near:
            yield Hit(f"{turn.pointer}/{_escaped(key)}", {"key": key, "near": near})


def unknown_keys(record: Record, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield the keys that OpenAI's messages lack, but for the misspelt and those in `also`."""
    also = limits["option_also"]
    for turn, key in _surplus(record):
        if key not in also and not _meant(key, KEYS - turn.message.keys()):
            yield Hit(f"{turn.pointer}/{_escaped(key)}", {"key": key})


def _surplus(record: Record) -> Iterator[tuple[Turn, str]]:
    """Yield what OpenAI's messages don't have; other formats keep their messages in other words."""
    if record.format not in _PLAIN:
        return
    for turn in FORMATS[record.format].turns(record.data):
        if not turn.message.keys() <= _KNOWN:
            for key in turn.message:
                if key not in _KNOWN:
                    yield turn, key


def _meant(key: str, missing: frozenset[str]) -> str:
    """Return the missing key that `key` stands for: written in another way, or a letter off."""
    plain = key.replace("_", "").replace("-", "").lower()
    for known in missing:
        if known.replace("_", "") == plain:
            return known
    near = get_close_matches(key.lower()[:40], sorted(missing), n=1, cutoff=_NEAR)
    return near[0] if near else ""


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
