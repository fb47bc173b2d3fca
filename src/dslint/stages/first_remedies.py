"""The remedies that come before all others: what a conversion loses, leaves out and takes off."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from dslint.formats.conversation import LOSSES
from dslint.formats.openai import COMPLETION
from dslint.stages import convert as conversion
from dslint.stages.beginnings import SHOWN
from dslint.stages.convert import Conversion
from dslint.stages.files import SAMPLE
from dslint.stages.legacy import Habits, renewed
from dslint.stages.remedies import Example, Remedy, head, tail


def first_remedies(path: str, reading: conversion.Wish, found: Conversion) -> Iterator[Remedy]:
    """Yield what has to be agreed to for the rows to be read at all, and what the old format
    needed and chats don't.
    """
    if found.rejected:
        yield Remedy(
            "unreadable-rows",
            "leave out rows that can't be read",
            "they are broken, or can't be said as a chat",
            found.rejected,
            tuple(
                Example(f"{found.unit} {each.line:,}: {each.reason}")
                for each in found.shown[:SHOWN]
            ),
            needed=True,
        )
    for name, count in found.lost.items():
        keys = [f"`{key}`" for key in found.leftovers] if name == "extra-keys" else []
        yield Remedy(
            f"lose-{name}",
            f"leave out {LOSSES[name]}",
            (", ".join(keys[:8]) + " …" * (len(keys) > 8)) or "the new format has no place for it",
            count,
            tuple(islice(_left(path, reading, found), SHOWN)) if keys else (),
            needed=True,
        )
    habits = found.habits
    if count := max(habits.separated, habits.led, habits.stopped, habits.dialogues):
        yield Remedy(
            "old-marks",
            "take off what only the old format needed",
            "a chat says by itself where a prompt ends and where an answer does",
            count,
            tuple(islice(_before_and_after(path, reading, habits), SHOWN)),
        )


def _left(path: str, reading: conversion.Wish, found: Conversion) -> Iterator[Example]:
    """Yield what stands under keys that have no place."""
    file, fields = conversion.looked_at(path, reading)
    for row in islice(file.sample(), SAMPLE):
        known = fields.of(row) if fields else row
        left = {key: known[key] for key in found.leftovers if key in known}
        if left:
            yield Example(", ".join(f"{key}: {value}" for key, value in left.items()))


def _before_and_after(path: str, reading: conversion.Wish, habits: Habits) -> Iterator[Example]:
    """Yield prompts and answers as they are and as they become."""
    file, fields = conversion.looked_at(path, reading)
    for row in islice(file.sample(), SAMPLE):
        known: dict[str, Any] = fields.of(row) if fields else row
        prompt, answer = known.get("prompt"), known.get("completion")
        if (
            file.facts.format != COMPLETION.name
            or type(prompt) is not str
            or type(answer) is not str
        ):
            continue
        asked = {"role": "user", "content": prompt}
        said = {"role": "assistant", "content": answer}
        after = renewed([asked, said], habits, set())
        texts = [str(each.get("content")) for each in after]
        if [prompt, answer] != texts:
            yield Example(_shown([prompt, answer]), _shown(texts))


def _shown(texts: list[str]) -> str:
    """Return a prompt and its answer by their ends, and the beginning of the answer."""
    *asked, answer = texts
    short = answer if len(answer) <= 40 else f"{head(answer, 12)} {tail(answer, 26)}"
    return " → ".join([*map(tail, asked), short])
