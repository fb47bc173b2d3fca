"""What of a line changed: the places that differ, each with a little of what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

AROUND = 24
"""Characters that are shown before and after what changed."""

COMPARED = 4_000
"""Characters up to which two texts are compared word by word, not by their ends alone."""

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)


class Hunk(NamedTuple):
    """A place that changed. `before` and `after` hold what changed from `start` on, so long; `cut`
    says that the line goes on, at the front and at the end.
    """

    before: str
    after: str
    start: int
    removed: int
    added: int
    cut: tuple[bool, bool]


def hunks(
    before: bytes, after: bytes, shown: Callable[[str], str] = lambda text: text
) -> Iterator[Hunk]:
    """Yield the places in which two lines differ, in order.

    `shown` makes of a whole line what may be seen of it, of the same length: what is cut out of it
    can't be told to be a piece of a secret.
    """
    old, new = before.decode("utf-8", "replace"), after.decode("utf-8", "replace")
    spans: list[list[int]] = []
    for begin, end, first, last in _spans(old, new):
        if spans and begin - spans[-1][1] < 2 * AROUND:
            spans[-1][1], spans[-1][3] = end, last
        else:
            spans.append([begin, end, first, last])
    old, new = shown(old), shown(new)
    for begin, end, first, last in spans:
        lead = old[max(0, begin - AROUND) : begin]
        tail = old[end : end + AROUND]
        yield Hunk(
            lead + old[begin:end] + tail,
            lead + new[first:last] + tail,
            len(lead),
            end - begin,
            last - first,
            (begin > AROUND, end + AROUND < len(old)),
        )


def _spans(old: str, new: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield what differs, as offsets in both."""
    lead = _common(old, new)
    tail = _common(old[lead:][::-1], new[lead:][::-1])
    begin, end, first, last = lead, len(old) - tail, lead, len(new) - tail
    if max(end - begin, last - first) > COMPARED:
        yield begin, end, first, last
        return
    words, others = _WORD.findall(old[begin:end]), _WORD.findall(new[first:last])
    for tag, i, j, k, m in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        size, other = sum(map(len, words[i:j])), sum(map(len, others[k:m]))
        if tag != "equal":
            yield begin, begin + size, first, first + other
        begin, first = begin + size, first + other


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
