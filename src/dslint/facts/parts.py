"""The parts of a record that have tables of their own: tool calls, tool definitions and images."""

from __future__ import annotations

from typing import Any, NamedTuple


class Call(NamedTuple):
    """A tool call: its record and message (positions in the batch), its index, and the object
    itself.
    """

    record: int
    turn: int
    index: int  # type: ignore[assignment]  # tuple.index is of no use here
    value: dict[str, Any]
    legacy: bool

    @property
    def function(self) -> dict[str, Any]:
        if self.legacy:
            return self.value
        found = self.value.get("function")
        return found if type(found) is dict else {}


class Tool(NamedTuple):
    """A tool definition: its record's position, its pointer, its index, and the object itself."""

    record: int
    pointer: str
    index: int  # type: ignore[assignment]  # tuple.index is of no use here
    value: dict[str, Any]
    legacy: bool

    @property
    def function(self) -> dict[str, Any]:
        """Return the part that has the name: below `function`, or the definition itself where it is
        flat.
        """
        found = self.value.get("function")
        return found if type(found) is dict else self.value


class Image(NamedTuple):
    """An image part: its record and message, its index in the content, and the part itself."""

    record: int
    turn: int
    index: int  # type: ignore[assignment]  # tuple.index is of no use here
    value: dict[str, Any]
