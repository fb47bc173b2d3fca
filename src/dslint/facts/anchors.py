"""What a record is told by for good: hashes that are the same in every run and every version, of
what is asked in it and of the conversation as it grows.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

from dslint.facts.batch import ANSWERING, Batch
from dslint.facts.hashes import canonical

_DIGEST = 8


class Anchor(NamedTuple):
    """`prompt` is a hash of 64 bits of a record's tools and of the messages before its answer;
    `whole` one of all its messages, and `begins` those of the shorter conversations that it begins
    with, each ending on an answer.
    """

    prompt: int
    whole: int
    begins: tuple[int, ...] = ()


def anchors(batch: Batch) -> list[Anchor]:
    """Return what each record of a batch is told by.

    The order of keys and the spacing of the source make no difference. A record without an answer
    is all prompt.
    """
    tools: dict[int, list[Any]] = {}
    for tool in batch.tools:
        tools.setdefault(tool.record, []).append(tool.value)
    said = list(map(canonical, batch.messages))
    found = []
    for at, answer in enumerate(batch.answers):
        hashed = blake2b(canonical(tools.get(at, [])), digest_size=_DIGEST)
        begins = []
        prompt = None
        own = batch.turns_of(at)
        for turn in own:
            if turn == answer:
                prompt = _number(hashed)
            hashed.update(said[turn])
            if batch.roles[turn] in ANSWERING and turn != own[-1]:
                begins.append(_number(hashed))
        whole = _number(hashed)
        found.append(Anchor(whole if prompt is None else prompt, whole, tuple(begins)))
    return found


def number_of(value: bytes) -> int:
    """Return a hash of 64 bits."""
    return int.from_bytes(blake2b(value, digest_size=_DIGEST).digest(), "big")


def _number(hashed: blake2b) -> int:
    return int.from_bytes(hashed.digest(), "big")
