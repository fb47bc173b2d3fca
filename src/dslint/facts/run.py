"""All files of a run together: what is asked of a dataset as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dslint.config.contract import Contract
from dslint.facts.files import FileFacts
from dslint.facts.labels import Labels

if TYPE_CHECKING:
    from dslint.facts.portrait import Portrait

ANSWER = "answer"
"""In place of a pointer: where the answer of the row stands."""


@dataclass(frozen=True, slots=True)
class Run:
    """The files of a run, by position, and what each is for: train, validation or evaluation.

    `contract` is what they are held to; `portraits` looks at them again, for those that have one.
    """

    files: Sequence[FileFacts]
    sides: Sequence[str]
    contract: Contract | None = None
    portraits: Callable[[], Sequence[Portrait]] = lambda: ()

    def of(self, *sides: str) -> Iterator[tuple[int, FileFacts]]:
        """Yield the files of some sides, with their positions."""
        for at, (file, side) in enumerate(zip(self.files, self.sides, strict=True)):
            if side in sides:
                yield at, file

    def labels(self, *sides: str, alone: bool = False) -> dict[str, int]:
        """Return the labels of some sides, and how many rows have each; none where their answers
        do not look like labels. `alone` takes one that is given everywhere for a label too.
        """
        found = Labels()
        for _, file in self.of(*sides):
            found.join(file.labels, 0)
        return {text: met.rows for text, met in (found.alike if alone else found.found).items()}

    def place(self, label: str, *sides: str) -> tuple[int, int]:
        """Return the first file and line of some sides that have a label."""
        return next(
            (at, met.first) for at, file in self.of(*sides) if (met := file.labels.short.get(label))
        )
