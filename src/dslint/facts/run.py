"""All files of a run together: what is asked of a dataset as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dslint.config.contract import Contract
from dslint.facts.files import FileFacts
from dslint.facts.labels import Labels
from dslint.facts.portrait import Portrait


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

    def labels(self, *sides: str) -> dict[str, int]:
        """Return the labels of some sides, and how many rows have each; none where their answers
        do not look like labels.
        """
        found = Labels()
        for _, file in self.of(*sides):
            found.join(file.labels, 0)
        return {text: met.rows for text, met in found.found.items()}

    def place(self, label: str, *sides: str) -> tuple[int, int | None]:
        """Return the first file and line of some sides that have a label."""
        for at, file in self.of(*sides):
            if met := file.labels.short.get(label):
                return at, met.first
        return 0, None
