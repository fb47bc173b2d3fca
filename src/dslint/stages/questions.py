"""Questions: rows of a validation file, each as what a model is asked, and the answer it wants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from dslint import formats
from dslint.config import Settings
from dslint.errors import InputError
from dslint.facts import scores
from dslint.facts.scores import Answer
from dslint.formats import FORMATS, UNKNOWN
from dslint.formats.content import Unconvertible
from dslint.formats.conversation import Conversation
from dslint.formats.reading import read
from dslint.formats.shape import Row
from dslint.jsonl import parse, source
from dslint.jsonl.source import STDIN, Range
from dslint.stages.columns import mapped
from dslint.stages.files import BOM, File, Rows, opened

_SENT = frozenset({"role", "content", "name", "tool_calls", "tool_call_id", "refusal"})
"""Keys of a message that a model may be sent; others are of training."""

_THOUGHT = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked: the row's messages before the answer, and its tools; and what is
    `wanted`, of which `said` is the message as the row has it.
    """

    line: int
    messages: tuple[Row, ...]
    tools: tuple[Any, ...]
    settings: Row
    wanted: Answer
    said: Row


@dataclass(slots=True)
class Paper:
    """The questions of a file, and why rows are none, with how many these are."""

    path: str
    format: str
    questions: list[Question] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def questions(path: str, settings: Settings) -> Paper:
    """Read the questions of a file in any format; rows without an answer are counted.

    Raises UsageError or InputError for a file that can't be read, or in which there is no question.
    """
    formats.verify(settings.format)
    found = source.find([path])
    if len(found) != 1:
        raise InputError(f"`{path}` is {len(found):,} files: evaluate one at a time")
    spooled = source.spool() if found[0].path == STDIN else None
    try:
        return _asked(opened(spooled or found[0], settings.format), settings.format)
    finally:
        if spooled:
            Path(spooled.path).unlink(missing_ok=True)


def _asked(file: File, format: str | None) -> Paper:
    name = file.source.name
    if not file.readable:
        empty = file.facts.container == "empty"
        raise InputError(
            f"`{name}` is empty: there is nothing to ask"
            if empty
            else f"`{name}` {file.why or f'is {file.facts.container}, and has no rows'}"
        )
    fields = mapped(file, {}, format)
    paper = Paper(name, file.facts.format)
    for number, raw in _rows(file, paper):
        try:
            row = orjson.loads(raw)
        except ValueError:
            paper.left_out["not JSON"] += bool(raw.strip())
            continue
        row = fields.of(row) if fields and type(row) is dict else row
        kind = format or formats.of_row(row, file.facts.format)
        if kind == UNKNOWN:
            paper.left_out["of no known format"] += 1
            continue
        try:
            paper.questions.append(question(read(row, FORMATS[kind]), number))
        except Unconvertible as error:
            paper.left_out[str(error)] += 1
    if not paper.questions:
        (why, rows), *_ = [*paper.left_out.most_common(1), ("there are no rows", 0)]
        raise InputError(
            f"`{name}` has no row with a question and its answer: {why}"
            + (f" ({rows:,} of {paper.left_out.total():,} rows)" if rows else "")
        )
    return paper


def _rows(file: File, paper: Paper) -> Iterator[tuple[int, bytes]]:
    """Yield the rows of a file, each with the line on which it begins."""
    before = 0
    for piece in file.pieces():
        if isinstance(piece, Rows):
            paper.left_out["not JSON"] += len(piece.broken)
            for number, raw in piece.numbered:
                yield file.line_of(before + number), raw
            before += len(piece.numbered) + len(piece.broken)
            continue
        whole = _bytes(file, piece)
        lines = list(parse.lines(whole))
        for number, raw in lines:
            yield before + number, raw
        before += len(lines)


def _bytes(file: File, piece: Range | bytes) -> bytes:
    if isinstance(piece, bytes):
        return piece
    with file.source.open() as opened_:
        opened_.seek(piece.offset)
        whole = opened_.read(piece.length)
    return whole.removeprefix(BOM) if piece.offset == 0 else whole


def question(row: Conversation, line: int = 0) -> Question:
    """Return what a conversation asks, and the answer that it has.

    The answer is its last message, of a preference the last of the preferred one. Raises
    Unconvertible where that is none.
    """
    messages = [*row.messages, *row.preferred]
    if row.label is False:
        raise Unconvertible("its answer is marked as a bad one")
    if not messages or row.unanswered:
        raise Unconvertible("it has no answer")
    *before, last = messages
    if last.get("role") != "assistant":
        raise Unconvertible(f"its last message is from `{last.get('role')}`: it has no answer")
    wanted = answer_of(last)
    if not (wanted.text.strip() or wanted.calls):
        raise Unconvertible("its answer is empty")
    if not any(each.get("role") in ("user", "tool") for each in before):
        raise Unconvertible("nothing is asked before its answer")
    return Question(
        line, tuple(map(_sent, before)), tuple(row.tools or ()), dict(row.settings), wanted, last
    )


def _sent(message: Row) -> Row:
    """Return a message without what is of training, and without keys that hold nothing."""
    return {
        key: value
        for key, value in message.items()
        if key in _SENT and (key == "content" or value not in (None, []))
    }


def answer_of(message: Row) -> Answer:
    """Return what a message of an assistant says, without what it thinks first, and calls."""
    content = message.get("content")
    if type(content) is list:
        parts = [each for each in content if type(each) is dict]
        content = "\n".join(str(each["text"]) for each in parts if type(each.get("text")) is str)
    calls = message.get("tool_calls")
    functions = [
        each["function"]
        for each in (calls if type(calls) is list else ())
        if type(each) is dict and type(each.get("function")) is dict
    ]
    return Answer(
        _THOUGHT.sub("", content) if type(content) is str else "",
        tuple(scores.call(each.get("name"), each.get("arguments")) for each in functions),
    )


def usual_system(path: str, settings: Settings) -> tuple[str | None, int, int]:
    """Return the system prompt that most rows of a file have (None where that is none), how many
    rows have it, and how many there are.
    """
    asked = questions(path, settings).questions
    seen = Counter(_system(each) for each in asked)
    (usual, rows), *_ = seen.most_common(1)
    return usual, rows, len(asked)


def _system(question: Question) -> str | None:
    first = question.messages[0]
    content = first.get("content")
    return (
        content if first.get("role") in ("system", "developer") and type(content) is str else None
    )
