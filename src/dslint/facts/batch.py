"""A chunk's records with their messages laid flat: what the tables are built from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, compress, pairwise, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from dslint.facts import marks
from dslint.facts.links import Links, link
from dslint.facts.parts import Call, Image, Tool
from dslint.facts.ruler import PLAIN, Ruler
from dslint.formats import FORMATS, Turn
from dslint.model import Record

if TYPE_CHECKING:
    import polars as pl

    from dslint.facts.measure import Measure
    from dslint.facts.sensitive import Found

ANSWERING = frozenset({"assistant", "completion"})
"""The roles whose text is learned."""


ROLE, CONTENT = itemgetter("role"), itemgetter("content")
TEXTS = {str}


@dataclass(frozen=True)
class Batch:
    """The records of a chunk, their messages laid flat: each list is as long as these are many.

    Nearly every chunk is in one format that keeps its messages in one list, in OpenAI's words.
    Those are laid flat a list at a time; the turns that readers make, a message at a time, are
    asked of all others. `ruler` is what counts their tokens, None where nothing can, and `measures`
    has what was counted so far, by the positions of records.
    """

    records: list[Record]
    ruler: Ruler | None = PLAIN
    measures: dict[int, Measure] = field(default_factory=dict)

    @cached_property
    def listed(self) -> str:
        """The key of the one list that holds each record's messages, objects all; '' where one is
        kept in another way.
        """
        formats = {record.format for record in self.records}
        format = FORMATS.get(formats.pop()) if len(formats) == 1 else None
        if format is None or not format.listed:
            return ""
        lists = [record.data.get(format.listed) for record in self.records]
        plain = set(map(type, lists)) == {list} and {*map(type, chain(*lists))} == {dict}
        return format.listed if plain else ""

    @cached_property
    def _counts(self) -> list[int]:
        """How many messages each record has, where they are listed."""
        key = self.listed
        return [len(record.data[key]) for record in self.records]

    @cached_property
    def _read(self) -> tuple[list[Turn], list[int], list[int]]:
        """The turns as readers make them, their owners and starts."""
        turns: list[Turn] = []
        owners: list[int] = []
        starts = [0]
        readers = {name: each.turns for name, each in FORMATS.items()}
        for position, record in enumerate(self.records):
            if record.format in readers:
                own = readers[record.format](record.data)
                turns += own
                owners += [position] * len(own)
            starts.append(len(turns))
        return turns, owners, starts

    @property
    def turns(self) -> list[Turn]:
        """Each message with the place that it was read from; for one of them ask `turn`."""
        return self._read[0]

    @cached_property
    def owners(self) -> list[int]:
        """The position of each message's record."""
        if self.listed:
            return list(chain.from_iterable(map(repeat, range(len(self.records)), self._counts)))
        return self._read[1]

    @cached_property
    def starts(self) -> list[int]:
        """Where each record's messages begin, and one number more: where the last one's end."""
        return [0, *accumulate(self._counts)] if self.listed else self._read[2]

    @property
    def size(self) -> int:
        """How many messages there are."""
        return self.starts[-1]

    def turn(self, at: int) -> Turn:
        """Return one message with the place that it was read from."""
        if not self.listed:
            return self.turns[at]
        owner = self.owners[at]
        format = FORMATS[self.records[owner].format]
        return format.turns(self.records[owner].data)[at - self.starts[owner]]

    @cached_property
    def indexes(self) -> list[int]:
        """The place of each message in its list; 0 where it is in none."""
        if self.listed:
            return list(chain.from_iterable(map(range, self._counts)))
        return [turn.index or 0 for turn in self.turns]

    @cached_property
    def previous(self) -> list[int | None]:
        """The position of the message that each answers or follows; None for the first."""
        if self.listed:
            found: list[int | None] = list(range(-1, self.size - 1))
            for start in {*self.starts} - {self.size}:
                found[start] = None
            return found
        starts = self.starts
        return [
            starts[owner] + turn.previous if turn.previous >= 0 else None
            for turn, owner in zip(self.turns, self.owners, strict=True)
        ]

    @cached_property
    def parts(self) -> list[str]:
        """The part of the record that each message belongs to."""
        return ["messages"] * self.size if self.listed else [turn.part for turn in self.turns]

    @cached_property
    def messages(self) -> list[dict[str, Any]]:
        if key := self.listed:
            return list(chain.from_iterable(record.data[key] for record in self.records))
        return [turn.message for turn in self.turns]

    @cached_property
    def _said(self) -> tuple[list[Any], list[Any]]:
        """The role and the content of each message, whatever they are; None where there is none."""
        messages = self.messages
        try:
            return list(map(ROLE, messages)), list(map(CONTENT, messages))
        except KeyError:
            return [each.get("role") for each in messages], [
                each.get("content") for each in messages
            ]

    @property
    def contents(self) -> list[Any]:
        """The content of each message, whatever it is; None where there is none."""
        return self._said[1]

    @cached_property
    def rich(self) -> list[int]:
        """The positions of the messages that are more, or less, than a role and a text."""
        roles, contents = self._said
        if {*map(type, roles)} == {*map(type, contents)} == TEXTS:
            return list(compress(range(self.size), map((2).__ne__, map(len, self.messages))))
        return [
            at
            for at, (message, role, content) in enumerate(
                zip(self.messages, roles, contents, strict=True)
            )
            if len(message) != 2 or type(role) is not str or type(content) is not str
        ]

    @cached_property
    def plain(self) -> list[int]:
        """The positions of the records that are nothing but messages of a role and a text."""
        rich = {self.owners[at] for at in self.rich}
        return [
            at
            for at, record in enumerate(self.records)
            if len(record.data) == 1 and at not in rich and (self.listed or _is_list(record))
        ]

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
    def lines(self) -> list[int]:
        """The line of each record."""
        return [record.line for record in self.records]

    @cached_property
    def roles(self) -> list[str | None]:
        """The role of each message; None where it is missing or no text."""
        roles = self._said[0]
        if {*map(type, roles)} == TEXTS:
            return roles
        return [role if type(role) is str else None for role in roles]

    @cached_property
    def _casts(self) -> tuple[list[int], list[tuple[str | None, ...]]]:
        known: dict[tuple[str | None, ...], int] = {}
        roles = self.roles
        cast = [
            known.setdefault(tuple(roles[start:end]), len(known))
            for start, end in pairwise(self.starts)
        ]
        return cast, list(known)

    @property
    def cast(self) -> list[int]:
        """Which of the casts each record's messages have."""
        return self._casts[0]

    @property
    def casts(self) -> list[tuple[str | None, ...]]:
        """The roles of a record's messages in order, each such list once."""
        return self._casts[1]

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


def _is_list(record: Record) -> bool:
    """Say whether a record keeps its messages in one list, objects all, in OpenAI's words."""
    format = FORMATS.get(record.format)
    found = record.data.get(format.listed) if format and format.listed else None
    return type(found) is list and {*map(type, found)} <= {dict}
