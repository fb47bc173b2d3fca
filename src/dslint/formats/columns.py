"""Columns and keys that go by other names: which of them is the prompt, the answer, the system
message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dslint.errors import UsageError, did_you_mean
from dslint.formats.shape import Row
from dslint.tabular.cells import STRUCTURED, spoken, structured

NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "messages": (("messages",), ("chat", "chat messages")),
    "conversations": (("conversations",), ("conversation", "dialogue", "dialog")),
    "tools": (("tools",),),
    "system": (("system",), ("system prompt", "system message")),
    "prompt": (
        ("prompt",),
        ("instruction", "instructions"),
        (
            *("question", "query", "q", "user", "user prompt", "user message", "user input"),
            *("human", "customer", "customer message", "request"),
            *("pregunta", "pergunta", "frage", "domanda", "вопрос", "问题", "質問"),
        ),
        ("input",),
    ),
    "input": (("input",), ("context",)),
    "history": (("history",),),
    "completion": (
        ("completion",),
        ("output",),
        (
            *("response", "answer", "a", "assistant", "assistant message", "assistant response"),
            *("reply", "bot", "agent", "agent message", "model response", "ideal"),
            *("respuesta", "resposta", "réponse", "antwort", "risposta", "ответ", "回答", "答案"),
        ),
    ),
    "chosen": (("chosen",), ("chosen response", "preferred", "preferred response")),
    "rejected": (("rejected",), ("rejected response", "non preferred", "non preferred response")),
    "text": (("text",),),
}
"""Fields, with the names that columns for them have as a rule, those that mean it most first."""

ALPACA = {"prompt": "instruction", "completion": "output"}
"""Fields that have another name where an input, a system message or a history stands beside."""

SHAPES = (
    ("messages",),
    ("conversations",),
    ("prompt", "chosen", "rejected"),
    ("prompt", "completion"),
)
"""What rows are looked for as, in this order."""

KNOWN = (*NAMES, *ALPACA.values())
"""What a column may be mapped to."""

_BESIDE = {"messages": ("tools",), "conversations": ("tools", "system"), "prompt": ("system",)}
_OF_ALPACA = ("input", "history")
_INSTRUCTIONS = ("instruction", "instructions")
_NEEDED = ("prompt", "completion", "output", "chosen", "rejected")
_RESERVED = {*KNOWN, *STRUCTURED, "label", "kto_tag", "weight"}


@dataclass(frozen=True, slots=True)
class Fields:
    """What a row's keys are taken for: keys by the field that each is, such as `prompt`.

    `table` says that rows come from a table, where a number is what somebody typed. `needed` are
    the keys that a row is nothing without, `renamed` those of fields that have another name.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    table: bool = False

    needed: tuple[str, ...] = field(init=False)
    renamed: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        needed = tuple(self.keys[name] for name in _NEEDED if name in self.keys)
        object.__setattr__(self, "needed", needed)
        renamed = {name: key for name, key in self.keys.items() if name != key}
        object.__setattr__(self, "renamed", renamed)

    def empty(self, row: Row) -> str | None:
        """Return the column in which a row lacks what it is nothing without."""
        for key in self.needed:
            if key in row and row[key] is None:
                return key
        return None

    def of(self, row: Row) -> Row:
        """Return a row under the names of its fields; what is no field stays beside them."""
        if self.table and not self.renamed and not self._numbers(row):
            return row
        found: Row = {
            name: _value(name, row[key], self.table)
            for name, key in self.keys.items()
            if key in row
        }
        if "completion" in self.keys:
            found.setdefault("prompt", "")
        taken = {*self.keys.values()}
        for key, value in row.items():
            if key not in taken:
                # what only happens to be called as a field is not read as one
                found[f"{key} (column)" if self.renamed and key in _RESERVED else key] = value
        return found

    def _numbers(self, row: Row) -> bool:
        return any(type(row.get(key)) in (int, float) for key in self.keys.values())


def _value(name: str, value: Any, table: bool) -> Any:
    if type(value) is str:
        return structured(name, value) if name in STRUCTURED else spoken(name, value)
    if table and name not in STRUCTURED and type(value) in (int, float):
        return str(value)
    return value


def fields(columns: Sequence[str], given: Mapping[str, str], table: bool) -> Fields | None:
    """Return what columns are taken for: what is `given`, and of the rest what their names say.

    None where their names say nothing. Raises UsageError for a field or a column that there is not,
    and where two columns could be one field.
    """
    _verify(columns, given)
    plain = {name: each for each, name in ALPACA.items()}
    said = {plain.get(name, name): key for name, key in given.items()}
    for shape in SHAPES:
        beside = _BESIDE.get(shape[0], ())
        keys = dict(said)
        for name in (*shape, *beside):
            _find(columns, name, keys)
        if not {*shape} <= keys.keys() or not said.keys() <= {*shape, *beside, *_OF_ALPACA}:
            continue
        if shape[0] == "prompt" and _plain(keys["prompt"]) in _INSTRUCTIONS:
            for name in _OF_ALPACA:
                _find(columns, name, keys)
        return Fields(_as_written(keys, {*given}), table)
    return Fields(_as_written(said, {*given}), table) if said else None


def _as_written(keys: dict[str, str], given: set[str]) -> dict[str, str]:
    """Give a prompt and its answer the names that they have in such rows."""
    beside = keys.keys() & {"system", *_OF_ALPACA}
    instructed = _plain(keys.get("prompt", "")) in _INSTRUCTIONS
    if "messages" in keys or "conversations" in keys:
        return keys
    if beside or instructed or given & {*ALPACA.values()}:
        return {ALPACA.get(name, name): key for name, key in keys.items()}
    return keys


def _find(columns: Sequence[str], name: str, keys: dict[str, str]) -> None:
    """Add the column that a field goes by: the one that means it most, if it is the only one."""
    if name in keys:
        return
    free = [column for column in columns if column not in keys.values()]
    for tier in NAMES[name]:
        known = {_plain(each) for each in tier}
        found = [column for column in free if _plain(column) in known]
        if len(found) > 1:
            listed = " or ".join(f"--map {name}={quoted(column)}" for column in found)
            raise UsageError(f"several columns could be the {name}; say which: {listed}")
        if found:
            keys[name] = found[0]
            return


def _plain(name: str) -> str:
    """Return a name as it is compared: without case, accents, spaces and signs."""
    split = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in split if each.isalnum())


def _verify(columns: Sequence[str], given: Mapping[str, str]) -> None:
    for name, key in given.items():
        if name not in KNOWN:
            raise UsageError(
                f"--map {name}=…: nothing is called `{name}`{did_you_mean(name, KNOWN)} "
                f"(fields: {', '.join(KNOWN)})"
            )
        if key not in columns:
            listed = ", ".join(f"`{column}`" for column in columns)
            raise UsageError(
                f"--map {name}={quoted(key)}: there is no column `{key}`"
                f"{did_you_mean(key, columns)} (columns: {listed})"
            )


def quoted(name: str) -> str:
    """Return a name as a shell takes it."""
    return name if re.fullmatch(r"[\w.-]+", name) else "'" + name.replace("'", "'\\''") + "'"


def unmapped(columns: Collection[str]) -> str:
    """Say what to type where columns don't say what they are; as what follows "it"."""
    names = [*columns]
    listed = ", ".join(f"`{name}`" for name in names[:12]) + (" …" if len(names) > 12 else "")
    if any(map(_is_said, names)):
        return (
            f"has no header: its first row is {listed}. Put the columns' names above it, "
            "such as `prompt,completion`; or say what is what with --map, if these are their names"
        )
    pair = [*names, "COLUMN", "COLUMN"][:2]
    return (
        f"has the columns {listed}, and which is the prompt and which the answer is not clear: "
        f"--map prompt={quoted(pair[0])} --map completion={quoted(pair[1])}"
    )


def _is_said(name: str) -> bool:
    """Say whether a column's name is rather something that somebody says, or a figure."""
    text = name.strip()
    return (
        len(text) > 60
        or "\n" in text
        or text.endswith((".", "?", "!", "。", "？", "！", "…"))
        or text.startswith(("{", "["))
        or bool(re.fullmatch(r"[-+]?[0-9][0-9.,]*", text))
    )
