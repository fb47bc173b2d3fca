"""Runs `scan` over pieces of files: in this process, or in workers for what is large. The result is
the same.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dslint.errors import DslintError
from dslint.jsonl.source import Range, Source
from dslint.stages.files import BOM, Piece, Rows
from dslint.stages.plan import Plan
from dslint.stages.scan import Part, scan

LARGE = 50 * 1024 * 1024
"""Bytes from which workers are worth their start."""

WINDOW = 2
"""Pieces in flight for each worker: a bounded window, or a large input would wait in memory."""

if TYPE_CHECKING:
    from concurrent.futures import Future

Task = tuple[int, Source, str, Piece]
"""A piece of the file with this number, where it is read from, and the file's format."""


def run(plan: Plan, tasks: Iterable[Task], jobs: int) -> Iterator[tuple[int, Piece, Part]]:
    """Yield what each task gave, in their order."""
    if jobs <= 1:
        for number, source, format, piece in tasks:
            yield number, piece, look(plan, source, format, piece)
    else:
        yield from _pooled(plan, tasks, jobs)


def _pooled(plan: Plan, tasks: Iterable[Task], jobs: int) -> Iterator[tuple[int, Piece, Part]]:
    import multiprocessing  # with what follows 35 ms, which a small file need not wait for
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # fork would copy polars' threads in an unknown state; forkserver is faster than spawn
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    others = jobs - 1
    waiting: deque[tuple[int, Piece, Future[Part] | Part]] = deque()
    with ProcessPoolExecutor(
        others, mp_context=context, initializer=_begin, initargs=(plan,)
    ) as pool:
        try:
            for number, source, format, piece in tasks:
                kept = piece if isinstance(piece, Range) else b""
                if _unfinished(waiting) < others * WINDOW:
                    waiting.append((number, kept, pool.submit(_work, source, format, piece)))
                else:
                    # the main process works too, for workers take time to start
                    waiting.append((number, kept, look(plan, source, format, piece)))
                while len(waiting) > jobs * WINDOW or (waiting and _finished(waiting[0][2])):
                    yield _first(waiting)
            while waiting:
                yield _first(waiting)
        except BrokenProcessPool:
            raise DslintError(
                "a worker process was killed, perhaps for want of memory; try --jobs 1"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _first(
    waiting: deque[tuple[int, Piece, Future[Part] | Part]],
) -> tuple[int, Piece, Part]:
    number, piece, result = waiting.popleft()
    return number, piece, result if isinstance(result, Part) else result.result()


def _finished(result: Future[Part] | Part) -> bool:
    return isinstance(result, Part) or result.done()


def _unfinished(waiting: deque[tuple[int, Piece, Future[Part] | Part]]) -> int:
    return sum(1 for _, _, result in waiting if not _finished(result))


def workers(size: int, jobs: int | None = None) -> int:
    """Return how many processes to use for an input of `size` bytes; `jobs` is the user's word."""
    if jobs is not None:
        return max(1, jobs)
    available = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return min(available, 8) if size >= LARGE else 1


def look(plan: Plan, source: Source, format: str, piece: Piece) -> Part:
    """Look at one piece, without the collector of cycles: a piece makes very many objects and no
    cycle, and going over them again and again takes a tenth of the time.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        return _look(plan, source, format, piece)
    finally:
        if collected:
            gc.enable()


def _look(plan: Plan, source: Source, format: str, piece: Piece) -> Part:
    match piece:
        case Range(offset, length):
            with source.open() as file:
                file.seek(offset)
                whole = file.read(length)
            part = scan(plan, whole.removeprefix(BOM) if offset == 0 else whole, format)
            part.file.bytes = length
            return part
        case Rows(numbered):
            whole = b"\n".join(raw for _, raw in numbered)
            part = scan(plan, whole, format, numbered)
            part.file.final_newline = True
            return part
        case _:
            return scan(plan, piece, format)


_plan: Plan | None = None


def _begin(plan: Plan) -> None:
    global _plan
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to answer
    _plan = plan


def _work(source: Source, format: str, piece: Piece) -> Part:
    assert _plan is not None
    return look(_plan, source, format, piece)
