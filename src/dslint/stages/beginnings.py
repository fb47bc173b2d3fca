"""What the prompts of all rows have in common, or the answers: how they begin, and whether they are
in capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PROMPT = 13
"""Characters that all prompts must begin with for it to be the task, and not the case."""

ANSWER = 5
"""Characters that all answers must begin with for it to say nothing."""

SHOWN = 2
"""Texts that are kept to be shown."""

_BUT_CAPITALS = bytes(range(256)).translate(None, bytes(range(65, 91)))
_BUT_LETTERS = bytes(range(256)).translate(None, bytes(range(97, 123)))

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_SAMPLE = 200
"""Characters of a text that are looked at one by one, of those that are not ASCII."""


@dataclass(slots=True)
class Texts:
    """What the prompts, or the answers, of all rows have in common; letters by their case."""

    rows: int = 0
    prefix: str = ""
    differ: bool = False
    first: str = ""
    upper: int = 0
    lower: int = 0
    caseless: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        if self.rows == 0:
            self.prefix = self.first = text
        elif not text.startswith(self.prefix):
            self.prefix = _common(self.prefix, text)
        self.differ = self.differ or text != self.first
        self.rows += 1
        rest = text[1:]  # that a text begins with a capital says nothing
        data = rest.encode("utf-8", "replace")
        self.upper += len(data.translate(None, _BUT_CAPITALS))
        self.lower += len(data.translate(None, _BUT_LETTERS))
        if not rest.isascii():
            self._beyond("".join(_FOREIGN.findall(rest)))
        if len(self.shown) < SHOWN and text not in self.shown:
            self.shown.append(text)

    def _beyond(self, foreign: str) -> None:
        """Count letters that are not ASCII; of very many, the first stand for the others."""
        some = foreign[:_SAMPLE]
        times = len(foreign) / len(some)
        upper = sum(map(str.isupper, some))
        lower = sum(map(str.islower, some))
        self.upper += round(upper * times)
        self.lower += round(lower * times)
        self.caseless += round((sum(map(str.isalpha, some)) - upper - lower) * times)

    @property
    def shouts(self) -> bool:
        """Say whether more than a third of the letters are capitals, in a script that has them."""
        return self.upper * 2 > self.lower and self.upper + self.lower > self.caseless

    def beginning(self, least: int) -> str:
        """Return what all of them begin with, up to the end of a word, if it is `least` long."""
        if not self.differ or self.rows < 2:
            return ""
        whole = self.prefix.rstrip()
        if self.prefix == whole:  # the next word, or a part of it, is the case's own
            cut = len(whole)
            while cut and (whole[cut - 1].isdigit() or _cased(whole[cut - 1])):
                cut -= 1
            whole = whole[:cut]
        else:
            whole = self.prefix
        return whole if len(whole) >= least else ""


def _common(one: str, other: str) -> str:
    pairs = enumerate(zip(one, other, strict=False))
    return one[: next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))]


def _cased(char: str) -> bool:
    return char.isupper() or char.islower()
