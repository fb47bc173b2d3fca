"""The verb `convert`: rows of any format become chats or preferences; what that loses is said."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from dslint.errors import InputError, UsageError, did_you_mean
from dslint.formats import FORMATS
from dslint.formats.conversation import LOSSES
from dslint.formats.openai import CHAT, COMPLETION, PREFERENCE
from dslint.jsonl import source
from dslint.jsonl.source import STDIN, Range, Source
from dslint.stages.atomic import Draft
from dslint.stages.files import BOM, File, Rows, opened
from dslint.stages.legacy import Habits, Survey, habits
from dslint.stages.reasoning import Spelling
from dslint.stages.rewrite import Part, Reject, Rewriting, listed, rewritten, surveyed

TARGETS = (CHAT.name, PREFERENCE.name)
"""What can be converted to."""

SHOWN = 3
"""Rejected rows that are kept to be shown."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a conversion is to do; `out` and `rejects` are paths, `-` for the standard output."""

    to: str = CHAT.name
    out: str | None = None
    system: str | None = None
    reasoning: Spelling | None = None
    allow_loss: tuple[str, ...] = ()
    rejects: str | None = None
    max_rejects: int = 0
    force: bool = False
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion did: rows that were read, by format, and `wrote` to `out`.

    `lost` and `notes` count rows by what was lost and by what was changed; `rejected` rows could
    not be converted, `shown` are the first of them. Where `refusal` says something, nothing was
    written.
    """

    source: str
    to: str
    out: str
    read: int = 0
    wrote: int = 0
    formats: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    rejected: int = 0
    shown: tuple[Reject, ...] = ()
    rejects: str | None = None
    refusal: str = ""


def convert(
    path: str,
    wish: Wish,
    stream: BinaryIO | None = None,
    begin: Callable[[int], Progress] = lambda size: lambda done: None,
) -> Conversion:
    """Convert the file at `path` as `wish` says, to a new file or to `stream`.

    `begin` is told how many bytes there are to be read and returns what is to be told of progress.
    Raises UsageError or InputError; what is wrong with the rows is in the result.
    """
    _verify(wish)
    found = _source(path)
    spooled = source.spool() if found.path == STDIN else None
    try:
        file = opened(spooled or found, wish.format)
        if not file.readable:
            raise InputError(_unreadable(file))
        out, rejects = _outputs(found, wish)
        return _converted(file, wish, out, rejects, stream, begin)
    finally:
        if spooled:
            Path(spooled.path).unlink(missing_ok=True)


def _verify(wish: Wish) -> None:
    if wish.format is not None and wish.format not in FORMATS:
        near = did_you_mean(wish.format, FORMATS)
        raise UsageError(
            f"there is no format `{wish.format}`{near} (all of them: {', '.join(FORMATS)})"
        )
    if wish.to not in TARGETS:
        near = did_you_mean(wish.to, TARGETS)
        raise UsageError(f"nothing is converted to `{wish.to}`{near} (there are: chat, preference)")
    for name in wish.allow_loss:
        if name not in LOSSES:
            near = did_you_mean(name, LOSSES)
            raise UsageError(f"there is no loss `{name}`{near} (losses: {', '.join(LOSSES)})")


def _source(path: str) -> Source:
    found = source.find([path])
    if os.path.isdir(path) or len(found) != 1:
        raise UsageError(f"`{path}` is several files: convert one at a time")
    return found[0]


_KINDS = {
    "empty": "it is empty",
    "lfs-pointer": "it is a Git LFS pointer: `git lfs pull` fetches the file",
    "annex-pointer": "it is a git-annex pointer: `git annex get` fetches the file",
    "dvc-pointer": "it is a DVC pointer: `dvc pull` fetches the file",
    "gzip": "it is packed with gzip, and its name does not end in .gz",
    "zstd": "it is packed with zstd, and its name does not end in .zst",
}


def _unreadable(file: File) -> str:
    kind, encoding = file.facts.container, file.facts.encoding
    why = _KINDS.get(kind)
    if why is None and encoding != "utf-8" and kind in ("jsonl", "array", "pretty"):
        why = f"it is not UTF-8 ({encoding})"
    return f"`{file.source.name}` can't be converted: {why or f'it is {kind}, and JSON is read'}"


def _outputs(found: Source, wish: Wish) -> tuple[str, str | None]:
    """Return where the rows go, and where those go that can't be converted."""
    out = wish.out or ("-" if found.path == STDIN else _beside(found, wish.to))
    places = [each for each in (out, wish.rejects) if each and each != "-"]
    for place in places:
        path = Path(place)
        if place.lower().endswith(source.PACKED):
            raise UsageError(f"`{place}`: what is written is not packed; leave out its last ending")
        if found.path != STDIN and _same(place, found.path):
            raise UsageError(f"`{place}` is the input itself: name another file with -o")
        if path.exists() and not path.is_file():
            raise UsageError(f"`{place}` is no file (for the standard output: -o -)")
        if path.exists() and not wish.force:
            raise UsageError(f"`{place}` exists: --force writes over it")
    if wish.rejects == "-" or (len(places) == 2 and _same(*places)):
        raise UsageError("rows that can't be converted need a file of their own: --rejects FILE")
    return out, wish.rejects


def _beside(found: Source, to: str) -> str:
    name = found.name[: len(found.name) - len(found.packing)]
    return f"{os.path.splitext(name)[0]}.{to}.jsonl"


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other) or (
        os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)
    )


def _converted(
    file: File,
    wish: Wish,
    out: str,
    rejects: str | None,
    stream: BinaryIO | None,
    begin: Callable[[int], Progress],
) -> Conversion:
    size = Path(file.source.path).stat().st_size * (4 if file.source.packing else 1)
    legacy = file.facts.format == COMPLETION.name
    progress = begin(size * (2 if legacy else 1))
    total = Part()
    with ExitStack() as open_, _no_collection():
        known = _habits(file, progress) if legacy else Habits()
        rewriting = Rewriting(
            wish.to, file.facts.format, wish.format, known, wish.system, wish.reasoning
        )
        aside = open_.enter_context(Draft(Path(rejects))) if rejects else None
        written: Draft | BinaryIO
        if out == "-":
            written = open_.enter_context(tempfile.TemporaryFile(prefix="dslint-"))
        else:
            written = open_.enter_context(Draft(Path(out)))
        for whole, numbered, lines in _chunks(file):
            part = rewritten(rewriting, whole, numbered)
            if lines:
                part.rejects = [replace(each, line=lines[each.line - 1]) for each in part.rejects]
            refused = _refused(total, wish)
            total.join(part, SHOWN, offset=0 if lines else total.lines)
            if not refused:
                written.write(b"".join(part.out))
            if aside:
                aside.write(b"".join(map(listed, part.rejects)))
            progress(len(whole))
        refusal = _refused(total, wish)
        if not refusal and not total.wrote:
            refusal = "there is no row in it that could be written"
        if aside and total.rejected:
            aside.keep()
        if refusal:
            pass
        elif isinstance(written, Draft):
            written.keep()
        else:
            assert stream is not None
            written.seek(0)
            shutil.copyfileobj(written, stream)
            stream.flush()
    return Conversion(
        source=file.source.name,
        to=wish.to,
        out=out,
        read=total.read,
        wrote=0 if refusal else total.wrote,
        formats=dict(total.formats.most_common()),
        lost=dict(total.lost.most_common()),
        notes=dict(total.notes.most_common()),
        habits=known,
        rejected=total.rejected,
        shown=tuple(total.rejects),
        rejects=rejects if total.rejected else None,
        refusal=refusal,
    )


def _refused(total: Part, wish: Wish) -> str:
    """Say why nothing may be written, if it may not."""
    if total.rejected > wish.max_rejects:
        return (
            f"more rows than --max-rejects {wish.max_rejects} can't be converted: "
            "nothing is written"
        )
    allowed = {*wish.allow_loss} | ({"reasoning"} if wish.reasoning == "drop" else set())
    if left := sorted(total.lost.keys() - allowed):
        return f"nothing is written, so that nothing is lost; --allow-loss {','.join(left)} does it"
    return ""


def _habits(file: File, progress: Progress) -> Habits:
    survey = Survey()
    for whole, numbered, _ in _chunks(file):
        surveyed(survey, numbered)
        progress(len(whole))
    return habits(survey)


def _chunks(
    file: File,
) -> Iterator[tuple[bytes, Sequence[tuple[int, bytes]], Sequence[int]]]:
    """Yield each chunk's bytes, its rows by number, and their lines where rows are no lines."""
    for piece in file.pieces():
        match piece:
            case Rows(numbered):
                lines, file.starts = file.starts, []
                yield b"\n".join(raw for _, raw in numbered), numbered, lines
                continue
            case Range(offset, length):
                with file.source.open() as opened_:
                    opened_.seek(offset)
                    whole = opened_.read(length)
                if offset == 0:
                    whole = whole.removeprefix(BOM)
            case _:
                whole = piece
        split = whole.split(b"\n")
        if not split[-1]:
            split.pop()
        yield whole, list(enumerate(split, 1)), ()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of cycles off: rows come and go by the thousand, and none is a cycle."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
