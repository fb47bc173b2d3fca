"""Tokens: records longer than a model takes, by what is left of them, and what files repeat. Only
records whose bytes could be so many are counted: data of usual length loads no vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dslint.checks.platform import size
from dslint.facts.batch import Batch
from dslint.facts.files import FileFacts
from dslint.facts.measure import Answer, Measure, answers, may_exceed, measures
from dslint.facts.repeats import Shared
from dslint.model import Hit

Found = Iterable[tuple[int, Hit]]


class _Long(NamedTuple):
    """A record over the context: its position, its tokens, and its answers by where they end."""

    position: int
    measure: Measure
    answers: list[Answer]

    @property
    def start(self) -> int:
        """Where its first answer begins."""
        return self.answers[0].start

    @property
    def end(self) -> int:
        """Where its last answer ends."""
        return self.answers[-1].end


def over_context(batch: Batch, limits: Mapping[str, Any]) -> Found:
    """Yield the records that are longer than the context, all of whose answers lie within it."""
    most = limits["limit_context"]
    for long in _over(batch, most):
        if long.start < most and long.end <= most:
            yield long.position, Hit(values=_said(long, limits))


def answer_cut(batch: Batch, limits: Mapping[str, Any]) -> Found:
    """Yield the records whose last answer is cut or lost, and whose first one begins before that.

    They are cut from the end: what precedes an answer decides.
    """
    most = limits["limit_context"]
    for long in _over(batch, most):
        if long.start < most < long.end:
            yield long.position, Hit(values=_said(long, limits) | {"lost": _lost(long, most)})


def beyond_context(batch: Batch, limits: Mapping[str, Any]) -> Found:
    """Yield the records whose first answer begins beyond the context."""
    most = limits["limit_context"]
    for long in _over(batch, most):
        if long.start >= most:
            yield long.position, Hit(values=_said(long, limits) | {"before": long.start})


def _over(batch: Batch, most: int | None) -> Iterator[_Long]:
    """Yield the records that are longer than the context and teach something."""
    if most is None:
        return
    positions = may_exceed(batch, most)
    for position, measure in zip(positions, measures(batch, positions), strict=False):
        if measure.counted.longest > most and (found := answers(batch, position, measure)):
            yield _Long(position, measure, sorted(found, key=lambda answer: answer.end))


def _said(long: _Long, limits: Mapping[str, Any]) -> dict[str, object]:
    most, model = limits["limit_context"], limits["model"]
    tokens = long.measure.counted.longest
    estimated = long.measure.counted.estimated or not limits["exact"]
    return {
        "tokens": f"about {tokens:,}" if estimated else f"{tokens:,}",
        "taker": f"`{model.name}`" if model and model.context else "the target",
        "most": most,
        "rest": tokens - most,
    }


def _lost(long: _Long, most: int) -> str:
    """Say which answers are beyond: `the last answer ends 45 of its 184 tokens beyond that`."""
    every = len(long.answers)
    beyond = sum(answer.end > most for answer in long.answers)
    last = long.answers[-1]
    if beyond == 1 and last.start < most:
        size = last.end - last.start
        return f"the last answer ends {last.end - most:,} of its {size:,} tokens beyond that"
    return f"{beyond:,} of {every:,} answers {'ends' if beyond == 1 else 'end'} beyond that"


def prompt_share(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a file of which one system prompt makes up a large part."""
    shared = max(file.repeats.prompts.values(), key=_taken, default=None)
    if shared and shared.rows > 1 and _taken(shared) >= limits["option_share"] * file.bytes:
        yield Hit(
            values={
                "rows": shared.rows,
                "size": size(shared.bytes),
                "share": _taken(shared) / file.bytes,
            }
        )


def tools_share(file: FileFacts, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a file of which tool definitions that rows repeat make up a large part."""
    lists = [shared for shared in file.repeats.tools.values() if shared.rows > 1]
    taken = sum(map(_taken, lists))
    if lists and taken >= limits["option_share"] * file.bytes:
        rows = sum(shared.rows for shared in lists)
        lists_told = "one list of tools" if len(lists) == 1 else f"{len(lists):,} lists of tools"
        yield Hit(values={"lists": lists_told, "rows": rows, "share": taken / file.bytes})


def _taken(shared: Shared) -> int:
    return shared.rows * shared.bytes
