"""Chat: keys of messages that nobody reads, and those that were meant to be another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

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
_PLAIN = ("chat", "reinforcement")
_NEAR = 0.8


def misspelt_keys(record: Record) -> Iterable[Hit]:
    """Return the keys that are nearly a key of OpenAI's which the message lacks."""
    return () if record.plain or _is_known(record) else _misspelt(record)


def _misspelt(record: Record) -> Iterator[Hit]:
    for pointer, message, key in _surplus(record):
        near = _meant(key, KEYS - message.keys())
        if near:
            yield Hit(pointer, {"key": key, "near": near})


def unknown_keys(record: Record, limits: Mapping[str, Any]) -> Iterable[Hit]:
    """Return the keys that OpenAI's messages lack, but for the misspelt and those in `also`."""
    return () if record.plain or _is_known(record) else _unknown(record, limits["option_also"])


def _unknown(record: Record, also: Sequence[str]) -> Iterator[Hit]:
    for pointer, message, key in _surplus(record):
        if key not in also and not _meant(key, KEYS - message.keys()):
            yield Hit(pointer, {"key": key})


def _is_known(record: Record) -> bool:
    """Say whether a row has `messages` and no key in them that is not known, as nearly all rows."""
    messages = record.data.get("messages")
    return type(messages) is list and "input" not in record.data and _all_known(messages)


def _surplus(record: Record) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield what OpenAI's messages don't have: its pointer, its message and the key.

    It looks at the lists as they are: a reader's turns would cost ten times as much, and no other
    format keeps its messages in these words.
    """
    for base, messages in _lists(record):
        if _all_known(messages):
            continue
        for index, message in enumerate(messages):
            if type(message) is dict and not message.keys() <= _KNOWN:
                for key in sorted(message.keys() - _KNOWN):
                    step = key.replace("~", "~0").replace("/", "~1")
                    yield f"{base}/{index}/{step}", message, key


def _all_known(messages: list[Any]) -> bool:
    """Say whether no message has a key too many: what nearly every row is, so it has to be fast."""
    try:
        return all(map(_KNOWN.issuperset, messages))
    except TypeError:  # not every item is an object
        return False


def _lists(record: Record) -> Iterator[tuple[str, list[Any]]]:
    row = record.data
    if record.format == "preference":
        given = row.get("input")
        found = [("/input/messages", given.get("messages") if type(given) is dict else None)]
        found += [
            (f"/{side}", row.get(side)) for side in ("preferred_output", "non_preferred_output")
        ]
    else:
        found = [("/messages", row.get("messages"))] if record.format in _PLAIN else []
    for base, messages in found:
        if type(messages) is list:
            yield base, messages


def _meant(key: str, missing: frozenset[str]) -> str:
    """Return the missing key that `key` stands for: written in another way, or a letter off."""
    plain = key.replace("_", "").replace("-", "").lower()
    for known in missing:
        if known.replace("_", "") == plain:
            return known
    near = get_close_matches(key.lower()[:40], sorted(missing), n=1, cutoff=_NEAR)
    return near[0] if near else ""
