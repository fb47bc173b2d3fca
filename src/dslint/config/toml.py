"""TOML, read with the place of a mistake and written so that nothing in it can paint a terminal."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from dslint.errors import ConfigError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_AT = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def shown(path: Path) -> str:
    """Return a path as messages name it: from the current folder where that is shorter."""
    whole = str(path.absolute())
    try:
        near = os.path.relpath(whole)
    except ValueError:  # another drive
        near = whole
    return printable(near if len(near) < len(whole) else whole)


def printable(text: str) -> str:
    """Return `text` with everything that a terminal would not print as itself escaped."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def read(path: Path) -> dict[str, Any]:
    """Return the document; a ConfigError says the line and the column where it stops being TOML."""
    where = shown(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{where} can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{where}:{line}: not UTF-8, which TOML has to be") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}:{_placed(str(error), text)}") from None
    except RecursionError:
        raise ConfigError(f"{where}: nested too deep") from None


def _placed(message: str, text: str) -> str:
    """Turn tomllib's `… (at line 3, column 5)` into `3:5: …`."""
    found = _AT.match(message)
    if not found:
        return f" {printable(message)}"
    said = printable(found[1][:1].lower() + found[1][1:])
    if found[2]:
        return f"{found[2]}:{found[3]}: {said}"
    lines = text.split("\n")
    return f"{len(lines)}:{len(lines[-1]) + 1}: {said}: the file ends here"


def literal(value: object) -> str:
    """Return a value as TOML on one line; tables become inline tables."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + "".join(_written(char) for char in value) + '"'
        case Path():
            return literal(value.as_posix())
        case dict():
            inside = ", ".join(f"{key(name)} = {literal(each)}" for name, each in value.items())
            return "{ " + inside + " }" if inside else "{}"
        case list() | tuple():
            return "[" + ", ".join(literal(each) for each in value) + "]"
        case date() | time() | datetime():
            return value.isoformat()
        case _:
            return str(value)


def key(name: str) -> str:
    """Return a name as a TOML key: bare where it can be."""
    return name if _BARE.fullmatch(name) else literal(name)


def _written(char: str) -> str:
    return _SHORT.get(char) or (char if char.isprintable() else _escaped(char))


def _escaped(char: str) -> str:
    point = ord(char)
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
