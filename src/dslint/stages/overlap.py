"""Finds the questions of evaluation sets in training data: runs of words that both have, and how
much of the question these cover.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Any, NamedTuple

import polars as pl

from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts
from dslint.facts.shingles import flat, runs, words
from dslint.facts.table import pointed
from dslint.jsonl.parse import Malformed
from dslint.jsonl.source import CHUNK, Range
from dslint.stages import executor
from dslint.stages.alike import read
from dslint.stages.files import File
from dslint.stages.prints import rows_of

RUN = 13
"""Words in a row that are no coincidence, or seldom: the length that evaluation sets are searched
for since GPT-3 (Brown et al. 2020, appendix C).
"""

SHORT = 5
"""Words from which a question that is shorter than a run is looked for, as a message that says
nothing else.
"""

ASKING = frozenset({"user", "prompt"})


class Overlap(NamedTuple):
    """A row that has words of a question, by their positions in the files that were searched and in
    those of the evaluation.

    `covered` is the share of the question's words that lie in runs that the row has as well; `at`
    points to the message with most of them, and `span` is a regular expression that finds their
    longest stretch. `question` is the question where that begins, with what the row has in the
    place of words in brackets.
    """

    file: int
    line: int
    other_file: int
    other_line: int
    covered: float
    at: str
    span: str
    question: str


@dataclass(slots=True)
class Part:
    """What one chunk gave: `line` and `gram` or `question`."""

    file: FileFacts
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)


def overlaps(
    files: Sequence[File],
    evaluation: Sequence[File],
    format: str | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda size: None,
) -> list[Overlap]:
    """Return the rows of `files` that have a run of words of a question in `evaluation`, in order,
    each with the question that it covers most of.

    A question is the last message from the user before the answer, or the prompt. A run is `RUN`
    words, or characters in scripts without spaces, whatever their case and the punctuation between
    them; a shorter question has to be a message of its own. `format` is that of `files`.
    """
    questions = _read(_asked, evaluation, jobs)
    if questions.is_empty():
        return []
    known = questions.select("gram", question=pl.struct("file", "line").rank("dense") - 1)
    places = questions.select("file", "line").unique().sort("file", "line")
    met = _read(partial(_met, format, known.unique()), files, jobs, progress)
    return list(_covered(files, evaluation, met, places, format))


def _read(
    work: Callable[..., Part],
    files: Sequence[File],
    jobs: int,
    progress: Callable[[int], None] = lambda size: None,
) -> pl.DataFrame:
    """Put together what work found in files; they are read as if nobody had read them before."""
    found = []
    lines, offsets = [0] * len(files), [0] * len(files)
    for number, piece, part in executor.run(work, executor.tasks(files, CHUNK), jobs):
        if isinstance(piece, Range):
            files[number].chunks.append((lines[number] + 1, offsets[number]))
            offsets[number] += piece.length
        found.append(
            part.rows.with_columns(
                (pl.col("line") + lines[number]).cast(pl.UInt32),
                pl.lit(number, dtype=pl.UInt32).alias("file"),
            )
        )
        lines[number] += part.file.lines
        progress(part.file.bytes)
    return pl.concat(found) if found else pl.DataFrame()


def _asked(
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Return the runs of words of a chunk's questions."""
    facts, batch = rows_of(None, whole, format, numbered, broken)
    asked = [_question(batch, at) for at in range(len(batch.records))]
    texts = pl.Series([batch.texts[at] if at >= 0 else "" for at in asked], dtype=pl.String)
    frame = _grams(texts)
    lines = pl.Series(batch.lines, dtype=pl.Int64)
    return Part(facts, frame.select(line=lines.gather(frame["row"]), gram="gram").unique())


def _question(batch: Batch, at: int) -> int:
    """Return the position of the message that a record's answer is to; -1 without one."""
    answer = batch.answers[at]
    end = answer if answer >= 0 else batch.starts[at + 1]
    asking = (turn for turn in range(end - 1, batch.starts[at] - 1, -1) if batch.texts[turn])
    return next((turn for turn in asking if batch.roles[turn] in ASKING), -1)


def _met(
    wanted: str | None,
    known: pl.DataFrame,
    whole: bytes,
    format: str,
    numbered: Sequence[tuple[int, bytes]] | None = None,
    broken: Sequence[Malformed] = (),
) -> Part:
    """Return which questions a chunk's rows have words of."""
    facts, batch = rows_of(wanted, whole, format, numbered, broken)
    found = _grams(batch.text.fill_null("")).join(known, on="gram")
    owners = pl.Series(batch.owners, dtype=pl.Int64).gather(found["row"])
    lines = pl.Series(batch.lines, dtype=pl.Int64).gather(owners)
    return Part(facts, pl.DataFrame({"line": lines, "question": found["question"]}).unique())


def _grams(texts: pl.Series) -> pl.DataFrame:
    """Return the runs of each text: `row` and `gram`; of a short text the whole."""
    frame = flat(texts)
    first = frame["row"] != frame["row"].shift(1, fill_value=-1)
    whole = first & (frame["left"] >= SHORT)
    return frame.select("row", gram=runs(frame, RUN)).filter(whole | (frame["left"] >= RUN))


def _covered(
    files: Sequence[File],
    evaluation: Sequence[File],
    met: pl.DataFrame,
    places: pl.DataFrame,
    format: str | None,
) -> Iterator[Overlap]:
    """Read rows and questions again, and say of each row which question it covers most of."""
    rows = met.select("file", "line").unique().sort("file", "line")
    wanted: dict[tuple[int, int], list[int]] = {}
    for file, line, question in met.select("file", "line", "question").iter_rows():
        wanted.setdefault((file, line), []).append(question)
    asked = sorted(set(met["question"]))
    texts: dict[int, str] = {}
    for position, record in read(evaluation, places, asked, None):
        batch = Batch([record])
        texts[position] = batch.texts[_question(batch, 0)] or ""
    for position, record in read(files, rows, range(len(rows)), format):
        place: tuple[int, int] = rows.row(position)
        batch = Batch([record])
        said = [(turn, text) for turn, text in enumerate(batch.texts) if text]
        best: tuple[float, int, list[Any]] = (0.0, 0, [])
        for question in sorted(wanted[place]):
            share, stretch = coverage(texts[question], [text for _, text in said])
            if share > best[0]:
                best = (share, question, stretch)
        share, question, stretch = best
        if not stretch:
            continue
        turn, text = next((each for each in said if _contains(each[1], stretch)), said[0])
        other_file, other_line = places.row(question)
        yield Overlap(
            *place,
            other_file,
            other_line,
            share,
            pointed(batch, turn, "content").removeprefix("/"),
            r"(?i)" + r"[\W_]*".join(map(re.escape, stretch[:RUN])),
            beside(text, texts[question]),
        )


def coverage(question: str, texts: Sequence[str]) -> tuple[float, list[str]]:
    """Return the share of a question's words that lie in runs that one of the texts has as well,
    and the longest stretch of such words.
    """
    asked, *others = words(pl.Series([question, *texts], dtype=pl.String)).to_list()
    length = min(RUN, len(asked))
    there: set[tuple[str, ...]] = set()
    for each in others:
        if len(asked) >= RUN or each == asked:
            there |= {tuple(each[at : at + length]) for at in range(len(each) - length + 1)}
    inside = [False] * len(asked)
    for at in range(len(asked) - length + 1):
        if tuple(asked[at : at + length]) in there:
            inside[at : at + length] = [True] * length
    longest, current = (0, 0), 0
    for at, each in enumerate(inside, 1):
        current = current + 1 if each else 0
        longest = max(longest, (current, at - current), key=lambda found: found[0])
    size, begin = longest
    return sum(inside) / max(1, len(asked)), asked[begin : begin + size]


def _contains(text: str, stretch: Sequence[str]) -> bool:
    (found,) = words(pl.Series([text])).to_list()
    first = tuple(stretch[:RUN])
    return any(tuple(found[at : at + len(first)]) == first for at in range(len(found)))


def beside(text: str, question: str, most: int = 400, *, lead: bool = False) -> str:
    """Return a question with what a text has in the place of its words, as `[here → there]`; what
    the text has before them only with `lead`.
    """
    one, other = text.split()[:most], question.split()[:most]
    parts: list[str] = []
    for kind, begin, end, start, stop in SequenceMatcher(None, one, other, False).get_opcodes():
        here, there = " ".join(one[begin:end]), " ".join(other[start:stop])
        if kind == "equal":
            parts.append(there)
        elif parts or there or lead:
            parts.append(f"[{here or '…'} → {there or '…'}]")
    return " ".join(parts)
