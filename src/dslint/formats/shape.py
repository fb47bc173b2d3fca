"""What every dataset format is made of: how to recognise a row, and where its messages and tools
stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dslint.formats.conversation import Conversation

Row = dict[str, Any]


class Turn(NamedTuple):
    """A message in OpenAI's shape, and the place it was read from.

    `part` is messages, prompt, completion, input, preferred or non_preferred. The place is `base`,
    followed by `index` where the message is an item of a list. `previous` is the position, among
    the row's turns, of the turn that this one answers or follows; -1 for the first.
    """

    part: str
    base: str
    index: int | None  # type: ignore[assignment]  # tuple.index is of no use here
    message: Row
    previous: int

    @property
    def pointer(self) -> str:
        return self.base if self.index is None else f"{self.base}/{self.index}"


def no_tools(row: Row) -> tuple[str, list[Any]]:
    """Return no tools: for formats that have none."""
    return "/tools", []


def top_level_tools(row: Row) -> tuple[str, list[Any]]:
    """Return the pointer of a row's `tools` (or, where there are none, of its legacy `functions`),
    and the list.
    """
    for key in ("tools", "functions"):
        found = row.get(key)
        if type(found) is list:
            return f"/{key}", found
    return "/tools", []


def unread(row: Row) -> list[Turn]:
    """Return no turns: for formats that are known by name only."""
    return []


@dataclass(frozen=True, slots=True)
class Format:
    """A dataset format.

    `keys` maps a key of OpenAI's message to where this format keeps it, below the turn; `known` are
    the keys of a row, where the format is closed; `listed` is the key of its one list of messages,
    where these are OpenAI's and stand nowhere else; `family` is the format of OpenAI's whose rules
    its rows are held to as well. `write` makes a row of a conversation, names in its `lost` what
    that loses, and raises Unconvertible; formats that nobody trains on have none.
    """

    name: str
    title: str
    detect: Callable[[Row], bool]
    turns: Callable[[Row], list[Turn]]
    keys: Mapping[str, str] = field(default_factory=dict)
    tools: Callable[[Row], tuple[str, list[Any]]] = top_level_tools
    known: frozenset[str] = frozenset()
    listed: str = ""
    family: str = ""
    write: Callable[[Conversation], Row] | None = None

    @property
    def is_read(self) -> bool:
        """Whether its messages are found, so that rules can look at them."""
        return self.turns is not unread


def chain(
    part: str, base: str, messages: object, *, follows: int = -1, start: int = 0
) -> list[Turn]:
    """Return a turn for each object of the list `messages`; what is not an object is left to the
    schema.

    `start` is how many turns of the row come before; `follows` is the position of the turn before
    the first.
    """
    if type(messages) is not list:
        return []
    if start == 0 and follows == -1 and set(map(type, messages)) == {dict}:
        return [
            Turn(part, base, index, message, index - 1) for index, message in enumerate(messages)
        ]
    turns: list[Turn] = []
    previous = follows
    for index, message in enumerate(messages):
        if type(message) is dict:
            turns.append(Turn(part, base, index, message, previous))
            previous = start + len(turns) - 1
    return turns
