"""What stands at a pointer: the values and the texts that fixes begin with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

ABSENT: Final = object()
"""What `at` returns where a pointer leads nowhere."""


def at(data: Any, pointer: str) -> Any:
    """Return the value that a JSON pointer names, or `ABSENT`."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if type(data) is dict and name in data:
            data = data[name]
        elif type(data) is list and name.isdecimal() and len(name) < 9 and int(name) < len(data):
            data = data[int(name)]
        else:
            return ABSENT
    return data


def step(key: str) -> str:
    """Return a key as a step of a pointer."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def parent(pointer: str) -> tuple[str, str]:
    """Return the pointer of what holds a value, and the value's key or index there."""
    above, _, last = pointer.rpartition("/")
    return above, last.replace("~1", "/").replace("~0", "~")


def texts(data: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the texts at a pointer, each with its own: a string, or those of content parts."""
    found = at(data, pointer)
    if type(found) is str:
        yield pointer, found
    elif type(found) is list:
        for index, part in enumerate(found):
            if type(part) is dict and type(part.get("text")) is str:
                yield f"{pointer}/{index}/text", part["text"]
            elif type(part) is str:
                yield f"{pointer}/{index}", part
