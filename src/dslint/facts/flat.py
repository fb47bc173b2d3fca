"""Messages laid flat: those of all records of a chunk in one list each, whatever keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, compress, pairwise, repeat
from operator import itemgetter
from typing import Any

from dslint.formats import FORMATS, Turn
from dslint.model import Record

ROLE, CONTENT = itemgetter("role"), itemgetter("content")
TEXTS = {str}


@dataclass(frozen=True)
class Flat:
    """The messages of records, laid flat: each list is as long as these are many.

    Nearly every chunk is in one format that keeps its messages in one list, in OpenAI's words.
    Those are laid flat a list at a time; the turns that readers make, a message at a time, are
    asked of all others.
    """

    records: list[Record]

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

    def turns_of(self, position: int) -> range:
        """Return the positions of the turns of the record at `position`."""
        return range(self.starts[position], self.starts[position + 1])


def _is_list(record: Record) -> bool:
    """Say whether a record keeps its messages in one list, objects all, in OpenAI's words."""
    format = FORMATS.get(record.format)
    found = record.data.get(format.listed) if format and format.listed else None
    return type(found) is list and {*map(type, found)} <= {dict}
