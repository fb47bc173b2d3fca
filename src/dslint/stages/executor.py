"""Looks at pieces of files: in this process, or in workers for what is large. The result is the
same.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from itertools import islice
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dslint.errors import DslintError
from dslint.facts.files import FileFacts
from dslint.jsonl.source import Range, Source
from dslint.stages.files import BOM, File, Piece, Rows

LARGE = 50 * 1024 * 1024
"""Bytes from which workers are worth their start."""

WINDOW = 2
"""Pieces in flight for each worker: a bounded window, or a large input would wait in memory."""

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Task = tuple[int, Source, str, Piece]
"""A piece of the file with this number, where it is read from, and the file's format."""


class Looked(Protocol):
    """What looking at a piece gives: among other things, what is known of the piece as a file."""

    file: FileFacts


P = TypeVar("P", bound=Looked)
Work = Callable[..., P]
"""What looks at a piece: at whole lines in a format, or at numbered rows and at broken ones. It
travels to workers."""


def tasks(files: Sequence[File], chunk: int) -> Iterator[Task]:
    """Cut files into pieces of about `chunk` bytes."""
    for number, file in enumerate(files):
        for piece in file.pieces(chunk):
            yield number, file.source, file.facts.format, piece


def run(
    work: Work[P], tasks: Iterable[Task], jobs: int, pool: Executor | None = None
) -> Iterator[tuple[int, Piece, P]]:
    """Yield what each task gave, in their order. `pool` is one that was started before."""
    if jobs <= 1:
        for number, source, format, piece in tasks:
            yield number, piece, look(work, source, format, piece)
    else:
        yield from _pooled(work, tasks, jobs, pool)


@contextmanager
def started(jobs: int, needed: str) -> Iterator[Executor | None]:
    """Start the other workers before there is work, and let them import the module `needed`: they
    are there when the work comes. None where one process is all there is to be.
    """
    if jobs <= 1:
        yield None
        return
    with _pool(jobs - 1) as pool:
        for _ in range(jobs - 1):
            pool.submit(_import, needed)
        yield pool


@contextmanager
def _pool(others: int, work: Work[Any] | None = None) -> Iterator[Executor]:
    import multiprocessing  # with what follows 35 ms, which a small file need not wait for
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import resource_tracker

    # fork would copy polars' threads in an unknown state; forkserver is faster than spawn
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(
        others, mp_context=context, initializer=_begin, initargs=(work,)
    ) as pool:
        try:
            if method == "forkserver":
                resource_tracker.ensure_running()  # it makes who starts it hear again
            with deaf():
                pool.submit(_import, "signal")  # the first work starts the processes
            yield pool
        except BrokenProcessPool:
            raise DslintError(
                "a worker process was killed, perhaps for want of memory; try --jobs 1"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def deaf() -> Iterator[None]:
    """Hear Ctrl-C only afterwards, and let processes that are started here never hear it: one that
    is interrupted while it starts ends with a traceback, as does one whose starter is gone.
    """
    if not hasattr(signal, "pthread_sigmask") or current_thread() is not main_thread():
        yield
        return
    heard: list[int] = []
    answer = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which processes inherit
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, answer)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _pooled(
    work: Work[P], tasks: Iterable[Task], jobs: int, ready: Executor | None
) -> Iterator[tuple[int, Piece, P]]:
    from concurrent.futures import Future

    others = jobs - 1
    waiting: deque[tuple[int, Piece, Future[P]]] = deque()
    sent = work if ready else None  # else the workers have it already
    with nullcontext(ready) if ready else _pool(others, work) as pool:
        rest = iter(tasks)
        ahead = deque(islice(rest, jobs))
        while ahead:
            number, source, format, piece = ahead.popleft()
            ahead.extend(islice(rest, 1))
            # of the last pieces none is queued behind another while this process has nothing
            window = WINDOW if len(ahead) == jobs else 1
            kept = piece if isinstance(piece, Range) else b""
            if sum(not each.done() for _, _, each in waiting) < others * window:
                waiting.append((number, kept, pool.submit(_work, source, format, piece, sent)))
            else:
                # the main process works too, for workers take time to start
                own: Future[P] = Future()
                own.set_result(look(work, source, format, piece))
                waiting.append((number, kept, own))
            while len(waiting) > jobs * WINDOW or (waiting and waiting[0][2].done()):
                yield _first(waiting)
        while waiting:
            yield _first(waiting)


def _first(waiting: deque[tuple[int, Piece, Future[P]]]) -> tuple[int, Piece, P]:
    number, piece, result = waiting.popleft()
    return number, piece, result.result()


def size(files: Iterable[File]) -> int:
    """Return how many bytes files have, about, once they are unpacked."""
    return sum(
        Path(file.source.path).stat().st_size * (4 if file.source.packing else 1) for file in files
    )


def workers(size: int, jobs: int | None = None) -> int:
    """Return how many processes to use for an input of `size` bytes; `jobs` is the user's word."""
    if jobs is not None:
        return max(1, jobs)
    available = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return min(available, 8) if size >= LARGE else 1


def look(work: Work[P], source: Source, format: str, piece: Piece) -> P:
    """Look at one piece, without the collector of cycles: a piece makes very many objects and no
    cycle, and going over them again and again takes a tenth of the time.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        return _look(work, source, format, piece)
    finally:
        if collected:
            gc.enable()


def _look(work: Work[P], source: Source, format: str, piece: Piece) -> P:
    match piece:
        case Range(offset, length):
            with source.open() as file:
                file.seek(offset)
                whole = file.read(length)
            part: P = work(whole.removeprefix(BOM) if offset == 0 else whole, format)
            part.file.bytes = length
            return part
        case Rows(numbered, broken):
            whole = b"\n".join(raw for _, raw in numbered)
            part = work(whole, format, numbered, broken)
            part.file.final_newline, part.file.carriage_returns = True, 0
            return part
        case _:
            found: P = work(piece, format)
            return found


_asked: Work[Any] | None = None


def _begin(work: Work[Any] | None) -> None:
    global _asked
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to answer
    _asked = work


def _import(name: str) -> None:
    import_module(name)


def _work(source: Source, format: str, piece: Piece, work: Work[Any] | None) -> Any:
    asked = work or _asked
    assert asked is not None
    return look(asked, source, format, piece)
