"""A chunk's records with their messages laid flat: what the tables are built from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

from dslint.facts.links import Links, link
from dslint.facts.parts import Call, Image, Tool
from dslint.formats import FORMATS, Turn
from dslint.model import Record

ANSWERING = frozenset({"assistant", "completion"})
"""The roles whose text is learned."""


@dataclass(frozen=True)
class Batch:
    """The records of a chunk. `turns` are their messages in order, `owners` the position of each
    one's record.
    """

    records: list[Record]

    @cached_property
    def _flat(self) -> tuple[list[Turn], list[int], list[int]]:
        turns: list[Turn] = []
        owners: list[int] = []
        starts: list[int] = []
        readers = {name: each.turns for name, each in FORMATS.items()}
        for position, record in enumerate(self.records):
            reader = readers.get(record.format)
            starts.append(len(turns))
            if reader is not None:
                own = reader(record.data)
                turns += own
                owners += [position] * len(own)
        starts.append(len(turns))
        return turns, owners, starts

    @property
    def turns(self) -> list[Turn]:
        return self._flat[0]

    @property
    def owners(self) -> list[int]:
        return self._flat[1]

    @property
    def starts(self) -> list[int]:
        """Where each record's turns begin, and one number more: where the last one's end."""
        return self._flat[2]

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        return [turn.message for turn in self.turns]

    @cached_property
    def contents(self) -> list[Any]:
        """The content of each message, whatever it is; None where there is none."""
        return [message.get("content") for message in self.messages]

    @cached_property
    def texts(self) -> list[str | None]:
        """The text of each message: its content, the text of its parts joined by line breaks, or
        None.
        """
        return [content if type(content) is str else joined(content) for content in self.contents]

    @cached_property
    def lines(self) -> list[int]:
        """The line of each record."""
        return [record.line for record in self.records]

    @cached_property
    def roles(self) -> list[str | None]:
        """The role of each message; None where it is missing or no text."""
        return [
            role if type(role := message.get("role")) is str else None for message in self.messages
        ]

    @cached_property
    def weights(self) -> list[int | None]:
        """The weight of each message; None where it is missing or no whole number."""
        return [
            weight
            if "weight" in message
            and type(weight := message["weight"]) is int
            and abs(weight) < 1 << 62
            else None
            for message in self.messages
        ]

    @cached_property
    def trainable(self) -> list[bool]:
        """Whether each message is learned from: an answer whose weight is not 0, or a side of a
        preference.
        """
        return [
            role in ANSWERING and weight != 0 and turn.part != "input"
            for turn, role, weight in zip(self.turns, self.roles, self.weights, strict=True)
        ]

    @cached_property
    def learned(self) -> list[int]:
        """The positions of the turns that are learned from."""
        return list(compress(range(len(self.turns)), self.trainable))

    @cached_property
    def answers(self) -> list[int]:
        """The position of each record's last learned turn, rejected ones aside; -1 without one."""
        found, turns, owners = [-1] * len(self.records), self.turns, self.owners
        for at in self.learned:
            if turns[at].part != "non_preferred":
                found[owners[at]] = at
        return found

    @cached_property
    def calls(self) -> list[Call]:
        found = []
        for turn, message in enumerate(self.messages):
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
            if record.format not in FORMATS:
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
            for turn, content in enumerate(self.contents)
            if type(content) is list
            for index, part in enumerate(content)
            if type(part) is dict and part.get("type") == "image_url"
        ]

    @cached_property
    def links(self) -> Links:
        """Which reply belongs to which call."""
        return link(self.turns, self.starts, self.calls, self.tools)

    def turns_of(self, position: int) -> range:
        """Return the positions of the turns of the record at `position`."""
        return range(self.starts[position], self.starts[position + 1])


def joined(content: object) -> str | None:
    """Return the text of a list of content parts, joined by line breaks; None without one."""
    if type(content) is not list:
        return None
    texts = [
        part["text"] for part in content if type(part) is dict and type(part.get("text")) is str
    ]
    return "\n".join(texts) if texts else None
