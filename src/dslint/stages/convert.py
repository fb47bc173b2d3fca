"""The verb `convert`: rows of any format become those of another; what that loses is said."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from dslint.config.toml import shown
from dslint.errors import InputError, UsageError, did_you_mean
from dslint.formats import FORMATS
from dslint.formats.columns import Fields
from dslint.formats.conversation import LOSSES
from dslint.formats.openai import CHAT, COMPLETION
from dslint.jsonl import source
from dslint.jsonl.source import STDIN, Source
from dslint.stages import executor, join, lock, outputs
from dslint.stages.atomic import Draft
from dslint.stages.columns import mapped
from dslint.stages.files import File, opened
from dslint.stages.goal import Goal, goal, suffix
from dslint.stages.legacy import Habits, Survey, habits
from dslint.stages.lock import Content
from dslint.stages.reasoning import Spelling
from dslint.stages.rewrite import Part, Reject, Rewriting, listed, rewritten, surveyed
from dslint.stages.style import Style
from dslint.stages.tables import told
from dslint.stages.written import Written, kind_of

SHOWN = 3
"""Rejected rows that are kept to be shown."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a conversion is to do: write the format `to`, or what the target of that name takes.
    `join` is the file with the other halves of rows that are requests or answers.

    `out` and `rejects` are paths, `-` for the standard output.
    `renew` takes off what only the old format needed.
    """

    to: str = CHAT.name
    out: str | None = None
    system: str | None = None
    reasoning: Spelling | None = None
    allow_loss: tuple[str, ...] = ()
    rejects: str | None = None
    max_rejects: int = 0
    force: bool = False
    format: str | None = None
    join: str | None = None
    lock: bool = True
    map: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    renew: bool = True


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion did: rows that were read, by format, and `wrote` to `out` in the format
    `to`, for `target` where one was named, after a byte-order mark where it wants one (`bom`); the
    `lock` that says so, where there is one.

    `lost` and `notes` count rows by what was lost and by what was changed; `rejected` rows could
    not be converted, `shown` are the first of them, each with its line or row number (`unit`).
    `columns` are the columns that were taken for fields of another name, `leftovers` the rows by
    keys that had no place; `remark` is worth knowing of how a table was read. Where `refusal` says
    something, nothing was written.
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
    columns: Mapping[str, str] = field(default_factory=dict)
    leftovers: Mapping[str, int] = field(default_factory=dict)
    unit: str = "line"
    remark: str = ""
    lock: str | None = None
    target: str = ""
    bom: bool = False


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
    wanted = goal(wish.to)
    _verify(wish)
    found = _source(path)
    spooled = source.spool() if found.path == STDIN else None
    whole = None
    try:
        if wish.join is not None:
            whole = join.joined(spooled or found, _source(wish.join))
        file, fields = _looked_at(whole or spooled or found, wish)
        out, rejects = _outputs(found, wish)
        return _converted(file, fields, wish, wanted, out, rejects, stream, begin)
    finally:
        join.remove(spooled)
        join.remove(whole)


def looked_at(path: str, wish: Wish) -> tuple[File, Fields | None]:
    """Return the file at `path` as `wish` says to read it, and what its keys are taken for."""
    return _looked_at(_source(path), wish)


def _looked_at(found: Source, wish: Wish) -> tuple[File, Fields | None]:
    file = opened(found, wish.format, told(wish.encoding, wish.delimiter, wish.sheet))
    if not file.readable:
        raise InputError(_unreadable(file))
    return file, mapped(file, wish.map, wish.format)


def _verify(wish: Wish) -> None:
    if wish.format is not None and wish.format not in FORMATS:
        near = did_you_mean(wish.format, FORMATS)
        raise UsageError(
            f"there is no format `{wish.format}`{near} (all of them: {', '.join(FORMATS)})"
        )
    if wish.reasoning not in (None, "inline", "field", "drop"):
        raise UsageError(f"reasoning is written inline, field or drop; not `{wish.reasoning}`")
    if wish.max_rejects < 0:
        raise UsageError(f"--max-rejects is 0 or more; not {wish.max_rejects}")
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
    why = f"it {file.why}" if file.why else _KINDS.get(kind)
    if why is None and encoding != "utf-8" and kind in ("jsonl", "array", "pretty"):
        why = f"it is not UTF-8 ({encoding})"
    return f"`{file.source.name}` can't be converted: {why or f'it is {kind}, and no table'}"


def _outputs(found: Source, wish: Wish) -> tuple[str, str | None]:
    """Return where the rows go, and where those go that can't be converted."""
    out = wish.out or ("-" if found.path == STDIN else _beside(found, wish.to))
    places = [each for each in (out, wish.rejects) if each and each != "-"]
    outputs.verify(places, [] if found.path == STDIN else [found.path], force=wish.force)
    if wish.rejects == "-":
        raise UsageError("rows that can't be converted need a file of their own: --rejects FILE")
    return out, wish.rejects


def _beside(found: Source, to: str) -> str:
    name = found.name[: len(found.name) - len(found.packing)]
    return f"{os.path.splitext(name)[0]}.{suffix(to)}.jsonl"


def _converted(
    file: File,
    fields: Fields | None,
    wish: Wish,
    wanted: Goal,
    out: str,
    rejects: str | None,
    stream: BinaryIO | None,
    begin: Callable[[int], Progress],
) -> Conversion:
    jobs = executor.workers(executor.size([file]))
    to = wanted.format_for(file.facts.format)
    legacy = COMPLETION.name == file.facts.format != to
    progress = begin(executor.size([file]) * (2 if legacy else 1))
    total, lines = Part(), deque[list[int]]()
    with ExitStack() as open_:
        pool = open_.enter_context(executor.started(jobs, rewritten.__module__))
        known = _habits(file, fields, progress) if legacy and wish.renew else Habits()
        rewriting = Rewriting(
            to, wish.format, known, wish.system, wish.reasoning, _locks(wish, out), fields
        )
        rewriting = replace(rewriting, style=_style(wanted, wish))
        aside = open_.enter_context(Draft(Path(rejects))) if rejects else None
        written = open_.enter_context(Written(out, stream, wanted.bom))
        work = partial(rewritten, rewriting)
        for _, _, part in executor.run(work, _tasks(file, lines), jobs, pool):
            if starts := lines.popleft():
                part.rejects = [replace(each, line=starts[each.line - 1]) for each in part.rejects]
            refused = _refused(total, wish)
            total.join(part, SHOWN, offset=0 if starts else total.lines)
            if not refused:
                written.write(part.out)
            if aside:
                aside.write(b"".join(map(listed, part.rejects)))
            progress(part.file.bytes)
        refusal = _refused(total, wish)
        if not refusal and not total.wrote:
            refusal = "there is no row in it that could be written"
        if aside and total.rejected:
            aside.keep()
        if not refusal and written.keep():
            total.notes["parts"] = total.wrote
        if not refusal and written.kind == "parquet" and wanted.style.arguments == "object":
            total.notes["arguments-packed"] = total.wrote
    locked = _record(file, wish, out, total) if rewriting.hashed and not refusal else None
    return Conversion(
        source=file.source.name,
        to=to,
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
        columns=fields.renamed if fields else {},
        leftovers=dict(sorted(total.leftovers.items(), key=lambda each: (-each[1], each[0]))),
        unit=file.table.unit if file.table else "line",
        remark=file.table.notice if file.table else "",
        lock=locked,
        target=wanted.target,
        bom=written.bom,
    )


def _style(wanted: Goal, wish: Wish) -> Style | None:
    """Return how rows are written, None where it is as OpenAI has them; what a user says of
    reasoning goes before what is wanted.
    """
    style = replace(wanted.style, reasoning=None) if wish.reasoning else wanted.style
    return None if style == Style() else style


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


def _locks(wish: Wish, out: str) -> bool:
    """Say whether the lock tells of what is written; a lock that can't be read is said at once."""
    if not wish.lock or out == "-":
        return False
    lock.read(lock.beside(out))
    return True


def read_as(wish: Wish) -> dict[str, object]:
    """Return what the lock has of how rows are read."""
    names = ("system", "reasoning", "format", "join", "delimiter", "encoding", "sheet")
    found = {name: getattr(wish, name) for name in names}
    return {**found, "map": [f"{name}={key}" for name, key in wish.map.items()]}


def _record(file: File, wish: Wish, out: str, total: Part) -> str:
    losses = [f"{name} ({rows:,})" for name, rows in sorted(total.lost.items())]
    rejected = [f"{total.rejected:,} rejected"] if total.rejected else []
    content = Content(total.given, total.wrote)
    if kind_of(out) == "parquet":  # whose rows are read otherwise than they were written
        content = lock.content_of(out)
    (written,) = lock.record(
        "convert",
        {out: content},
        {file.source.name: Content(total.taken, total.read)},
        {
            "to": wish.to,
            "allow_loss": wish.allow_loss,
            "max_rejects": wish.max_rejects or None,
            **read_as(wish),
        },
        "; ".join(["lost: " + ", ".join(losses) if losses else "nothing lost", *rejected]),
    )
    return shown(written)


def _habits(file: File, fields: Fields | None, progress: Progress) -> Habits:
    survey = Survey()
    # in this process: it is done when the workers have started
    for _, _, part in executor.run(partial(surveyed, fields), _tasks(file, deque()), 1):
        survey.join(part.survey)
        progress(part.file.bytes)
    return habits(survey)


def _tasks(file: File, lines: deque[list[int]]) -> Iterator[executor.Task]:
    """Yield the pieces of a file; `lines` gets for each the lines of its rows that are no lines."""
    for task in executor.tasks([file], source.CHUNK):
        lines.append(file.starts)
        file.starts = []
        yield task
