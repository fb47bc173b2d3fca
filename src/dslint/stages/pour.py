"""Pours a file into its draft: what is mended anew, all other bytes as they are."""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, cast

from dslint.facts.files import FileFacts
from dslint.jsonl import source
from dslint.jsonl.edit import Slice, flat, joined
from dslint.jsonl.source import CHUNK, Range, Source
from dslint.stages import executor
from dslint.stages.atomic import Draft
from dslint.stages.files import BOM, File, opened
from dslint.stages.mend import is_row, mended
from dslint.stages.mending import Change, Loss, Mending, Part

CONTAINERS = ("jsonl", "array", "pretty")
ENCODINGS = frozenset({"utf-16", "utf-32"})
MARKS = frozenset({"byte-order-mark-at-start", "byte-order-mark-refused"})
MARK_WANTED, LAST_LINE = "byte-order-mark-missing", "missing-final-newline"
AS_LINES = frozenset({"json-array", "pretty-printed-json"})
"""The rules whose fixes are of a file's bytes as a whole."""


class RefusedError(Exception):
    """A file that can't be mended as a whole, and why: it stays as it is."""


@dataclass(slots=True)
class Poured:
    """What was done to a file; `examples` has the first change of each rule."""

    changed: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Change] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    def add(self, part: Part, line: Callable[[int], int], tell: Callable[[Change], object]) -> None:
        """Add what a chunk gave; `line` says on which line of the file its rows begin."""
        self.changed += len(part.touched)
        self.lines += part.lines
        self.kept += part.kept
        self.losses += [replace(each, line=line(each.line)) for each in part.losses]
        for rule, each in part.examples.items():
            self.examples.setdefault(rule, replace(each, line=line(each.line)))
        for each in part.changes:
            tell(replace(each, line=line(each.line)))

    def join(self, later: Poured) -> None:
        """Add what was done after it."""
        self.changed = max(self.changed, later.changed)
        self.lines += later.lines
        self.kept |= later.kept
        self.examples = {**later.examples, **self.examples}
        self.losses += later.losses


def pour(
    file: File,
    how: Mending,
    draft: Draft,
    jobs: int | None,
    begin: Callable[[int], Callable[[int], None]],
    tell: Callable[[Change], object],
    touched: Collection[int] | None = None,
) -> Poured:
    """Write a file to `draft`, mended. Raises RefusedError where it can be read in several ways.

    Of a plain file, `touched` are the offsets of the pieces that are looked at: all others are
    copied.
    """
    done = Poured()
    with ExitStack() as open_:
        for name in how.whole & ENCODINGS:
            file = opened(_decoded(file, open_), how.plan.format)
            done.lines[name] += 1
        kind = file.facts.container
        if kind != "empty" and (not file.readable or kind not in CONTAINERS):
            raise RefusedError(f"it is {kind}, and JSON is fixed (`dslint convert` makes it JSON)")
        out = open_.enter_context(_packed(draft, file.source.packing))
        if (file.facts.bom and not how.whole & MARKS) or MARK_WANTED in how.whole:
            out.write(BOM)
        done.lines.update(how.whole & {*MARKS, MARK_WANTED})
        size = executor.size([file])
        tasks = (
            task
            for task in executor.tasks([file], CHUNK)
            if touched is None or (isinstance(task[3], Range) and task[3].offset in touched)
        )
        share = size if touched is None else len(touched) * CHUNK
        work = executor.run(partial(mended, how), tasks, executor.workers(share, jobs))
        progress = begin(size)
        if file.facts.container == "jsonl":
            parts: Iterator[Part] = (part for _, _, part in work)
            if touched is not None:
                parts = _copied(file, parts, touched)
            _lines(how, parts, done, out, tell, progress)
        elif lines := how.whole & AS_LINES:
            done.lines.update(lines)
            _as_lines(file, work, done, out, tell, progress)
        else:
            _in_place(file, work, done, out, tell)
        progress(size)  # sizes of packed files are guessed: this ends it
    return done


Work = Iterator[tuple[int, object, Part]]


def _copied(file: File, parts: Iterator[Part], touched: Collection[int]) -> Iterator[Part]:
    """Yield the pieces of a plain file in order, those that nobody touched as they are."""
    with file.source.open() as opened_:
        for piece in file.pieces(CHUNK):
            assert isinstance(piece, Range)
            if piece.offset in touched:
                yield next(parts)
                continue
            opened_.seek(piece.offset)
            whole = opened_.read(piece.length)
            ended = whole.endswith(b"\n")
            facts = FileFacts(bytes=len(whole), final_newline=ended)
            facts.lines = whole.count(b"\n") + (not ended)
            if piece.offset == 0:
                whole = whole.removeprefix(BOM)
            yield Part(facts, [[whole.removesuffix(b"\n")]])


def _lines(
    how: Mending,
    parts: Iterator[Part],
    done: Poured,
    out: BinaryIO,
    tell: Callable[[Change], object],
    progress: Callable[[int], None],
) -> None:
    """Write lines with their line feeds; the last has one if it had one or is to have one."""
    before, ended = 0, True
    for part in parts:
        rows = [raw for every in part.rows for raw in every]
        if rows:
            out.write(b"" if ended else b"\n")
            out.write(b"\n".join(rows))
            ended = part.file.final_newline
            out.write(b"\n" if ended else b"")
        done.add(part, lambda line, before=before: before + line, tell)  # type: ignore[misc]
        before += part.file.lines
        progress(part.file.bytes)
    if not ended and LAST_LINE in how.whole:
        out.write(b"\n")
        done.lines[LAST_LINE] += 1


def _as_lines(
    file: File,
    work: Work,
    done: Poured,
    out: BinaryIO,
    tell: Callable[[Change], object],
    progress: Callable[[int], None],
) -> None:
    """Write what an array holds, or objects over several lines, one object a line."""
    number = 0
    for _, _, part in work:
        first = number
        for every in part.rows:
            number += 1
            for raw in every:
                row = flat(raw)
                if is_row(row):
                    out.write(row + b"\n")
                elif raw != b",":  # a comma too many says nothing
                    line = file.line_of(number)
                    raise RefusedError(f"what begins on its line {line:,} can't be read in one way")
        done.add(part, lambda row, first=first: file.line_of(first + row), tell)  # type: ignore[misc]
        progress(part.file.bytes)


def _in_place(
    file: File, work: Work, done: Poured, out: BinaryIO, tell: Callable[[Change], object]
) -> None:
    """Write an array as it is, but for the elements that are mended."""
    whole = b"".join(source.blocks(file.source)).removeprefix(BOM)
    places: list[tuple[int, int, bytes]] = []
    gone: list[bool] = []
    number, at = 0, 0
    for _, piece, part in work:
        first = number
        for (_, old), new in zip(piece.numbered, part.rows, strict=True):  # type: ignore[attr-defined]
            number += 1
            start = whole.find(old, at)
            at = start + len(old)
            if len(new) > 1:
                raise RefusedError(f"several objects begin on its line {file.line_of(number):,}")
            places.append((start, at, b"".join(new)))
            gone.append(not new)
        done.add(part, lambda row, first=first: file.line_of(first + row), tell)  # type: ignore[misc]
    out.write(joined(whole, _slices(places, gone)))


def _slices(places: list[tuple[int, int, bytes]], gone: list[bool]) -> Iterator[Slice]:
    """Yield what puts elements in the places of others, and takes those away that are gone."""
    for is_gone, run in groupby(range(len(places)), lambda at: gone[at]):
        numbers = list(run)
        first, past = numbers[0], numbers[-1] + 1
        if not is_gone:
            yield from (places[at] for at in numbers)
        elif past < len(places):
            yield places[first][0], places[past][0], b""
        else:
            yield places[first - 1][1] if first else places[0][0], places[-1][1], b""


def _decoded(file: File, open_: ExitStack) -> Source:
    """Write a file in a wide encoding as UTF-8, to a temporary file."""
    decoder = codecs.getincrementaldecoder(file.facts.encoding)(errors="strict")
    folder = open_.enter_context(tempfile.TemporaryDirectory(prefix="dslint-"))
    path, first = Path(folder) / "decoded", True
    with file.source.open() as opened_, path.open("wb") as copy:
        while block := source.read(file.source, opened_, CHUNK):
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError:
                raise RefusedError(f"it is not {file.facts.encoding} throughout") from None
            copy.write((text.removeprefix("\ufeff") if first else text).encode())
            first = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise RefusedError("it ends in the middle of a character") from None
    name = file.source.name.removesuffix(file.source.packing)
    return replace(file.source, name=name, path=str(path))


class _Plain(io.RawIOBase):
    """A draft, as what compressors write to."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.draft.write(bytes(data))
        return len(data)


def _packed(draft: Draft, packing: str) -> BinaryIO:
    """Return what writes to a draft, packed as the file was."""
    plain = _Plain(draft)
    if packing == ".gz":
        return cast(BinaryIO, gzip.GzipFile("", "wb", 6, plain, mtime=0))
    if packing == ".zst":
        import zstandard

        return cast(
            BinaryIO, zstandard.ZstdCompressor().stream_writer(cast(BinaryIO, plain), closefd=False)
        )
    return cast(BinaryIO, plain)
