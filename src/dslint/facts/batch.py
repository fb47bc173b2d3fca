"""A chunk's records with their messages laid flat: what the tables are built from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING

from dslint.facts import marks
from dslint.facts.flat import TEXTS, Flat
from dslint.facts.links import Links, link
from dslint.facts.parts import Call, Image, Tool
from dslint.facts.ruler import PLAIN, Ruler
from dslint.formats import FORMATS

if TYPE_CHECKING:
    import polars as pl

    from dslint.facts.measure import Measure
    from dslint.facts.sensitive import Found

ANSWERING = frozenset({"assistant", "completion"})
"""The roles whose text is learned."""


@dataclass(frozen=True)
class Batch(Flat):
    """The records of a chunk, their messages laid flat, and what stands in them.

    `ruler` is what counts their tokens, None where nothing can, and `measures` has what was counted
    so far, by the positions of records.
    """

    ruler: Ruler | None = PLAIN
    measures: dict[int, Measure] = field(default_factory=dict)

    @cached_property
    def texts(self) -> list[str | None]:
        """The text of each message: its content, the text of its parts joined by line breaks, or
        None.
        """
        contents = self.contents
        if {*map(type, contents)} == TEXTS:
            return contents
        return [content if type(content) is str else joined(content) for content in contents]

    @cached_property
    def text(self) -> pl.Series:
        """The text of each message, as a column."""
        import polars as pl  # counting tokens does without it

        return pl.Series("text", self.texts, dtype=pl.String)

    @cached_property
    def identity(self) -> pl.DataFrame:
        """What each record is told by: see `identities`."""
        from dslint.facts.identity import identities

        return identities(self)

    @cached_property
    def marked(self) -> pl.Series:
        """Whether each text may hold anything that a closer look is for; null without a text."""
        return self.text.str.contains(marks.SCREEN)

    @cached_property
    def weights(self) -> dict[int, int]:
        """The weights of messages that have one, where it is a whole number, by their positions."""
        messages = self.messages
        return {
            at: weight
            for at in self.rich
            if type(weight := messages[at].get("weight")) is int and abs(weight) < 1 << 62
        }

    @cached_property
    def trainable(self) -> list[bool]:
        """Whether each message is learned from: an answer whose weight is not 0, or a side of a
        preference.
        """
        found = [role in ANSWERING for role in self.roles]
        if not self.listed:
            found = [
                learned and part != "input" for learned, part in zip(found, self.parts, strict=True)
            ]
        for at, weight in self.weights.items():
            found[at] &= weight != 0
        return found

    @cached_property
    def learned(self) -> list[int]:
        """The positions of the turns that are learned from."""
        return list(compress(range(self.size), self.trainable))

    @cached_property
    def answers(self) -> list[int]:
        """The position of each record's last learned turn, rejected ones aside; -1 without one."""
        found, parts, owners = [-1] * len(self.records), self.parts, self.owners
        for at in self.learned:
            if parts[at] != "non_preferred":
                found[owners[at]] = at
        return found

    @cached_property
    def calls(self) -> list[Call]:
        found = []
        for turn in self.rich:
            message = self.messages[turn]
            if "tool_calls" in message and type(message["tool_calls"]) is list:
                for index, value in enumerate(message["tool_calls"]):
                    if type(value) is dict:
                        found.append(Call(self.owners[turn], turn, index, value, False))
            if "function_call" in message and type(message["function_call"]) is dict:
                found.append(Call(self.owners[turn], turn, 0, message["function_call"], True))
        return found

    @cached_property
    def tools(self) -> list[Tool]:
        found = []
        for position, record in enumerate(self.records):
            if record.plain or record.format not in FORMATS:
                continue
            pointer, tools = FORMATS[record.format].tools(record.data)
            for index, value in enumerate(tools):
                if type(value) is dict:
                    found.append(
                        Tool(position, pointer, index, value, pointer.endswith("/functions"))
                    )
        return found

    @cached_property
    def images(self) -> list[Image]:
        return [
            Image(self.owners[turn], turn, index, part)
            for turn in self.rich
            if type(content := self.contents[turn]) is list
            for index, part in enumerate(content)
            if type(part) is dict and part.get("type") == "image_url"
        ]

    @cached_property
    def secrets(self) -> list[Found]:
        """The secrets in all texts of the records."""
        from dslint.facts import sensitive

        return sensitive.secrets(self.records)

    @cached_property
    def personal(self) -> list[Found]:
        """The personal data in all texts of the records."""
        from dslint.facts import sensitive

        return sensitive.personal(self.records)

    @cached_property
    def links(self) -> Links:
        """Which reply belongs to which call."""
        if not self.calls:
            return Links(answers=[None] * self.size)
        return link(self.turns, self.starts, self.calls, self.tools)


def joined(content: object) -> str | None:
    """Return the text of a list of content parts, joined by line breaks; None without one."""
    if type(content) is not list:
        return None
    texts = [
        part["text"] for part in content if type(part) is dict and type(part.get("text")) is str
    ]
    return "\n".join(texts) if texts else None
