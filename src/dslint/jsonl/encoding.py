"""Reads text that is not UTF-8 as if it were; and says what it may be, where nobody has said so."""

from __future__ import annotations

import codecs
import io
import re
from contextlib import suppress
from typing import BinaryIO, cast

from dslint.errors import UsageError

SHOWN = 40
"""Characters of a word that shows how a text reads in an encoding."""

FEW = 16
"""Bytes beyond ASCII that don't tell one script from another."""

_SAMPLE = 32 * 1024
_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*")


def verified(encoding: str) -> str:
    """Return Python's name of an encoding, empty for UTF-8. Raises UsageError for none of text."""
    try:
        found = codecs.lookup(encoding)
        if not found._is_text_encoding or codecs.getincrementaldecoder(encoding) is None:
            raise LookupError
        found.decode(b"")
    except (LookupError, ValueError):
        raise UsageError(
            f"there is no encoding `{encoding}` (some that there are: utf-16, windows-1252, "
            "iso-8859-1, gb18030, shift_jis)"
        ) from None
    return "" if found.name in ("utf-8", "utf-8-sig") else found.name


def recoded(stream: BinaryIO, encoding: str) -> BinaryIO:
    """Return a stream that gives in UTF-8 what another has in `encoding`.

    A byte that the encoding has nothing for stays as it is, so that its row is no UTF-8 and is said
    to be none; where a wide encoding breaks off, reading raises UnicodeError.
    """
    return cast(BinaryIO, io.BufferedReader(_Recoded(stream, encoding), 1 << 16))


class _Recoded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.stream = stream
        wide = encoding.startswith(("utf-16", "utf-32"))
        self.errors = "surrogatepass" if wide else "surrogateescape"
        self.decoder = codecs.getincrementaldecoder(encoding)(self.errors)
        self.ready = b""
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self.ready and not self.ended:
            block = self.stream.read(1 << 16)
            self.ended = not block
            text = self.decoder.decode(block, final=self.ended)
            self.ready = text.encode("utf-8", self.errors)
        given = self.ready[: len(into)]
        into[: len(given)] = given
        self.ready = self.ready[len(given) :]
        return len(given)

    def close(self) -> None:
        self.stream.close()
        super().close()


def foreign(head: bytes) -> bool:
    """Say whether a text's letters beyond ASCII are for the most part no UTF-8."""
    if head.isascii():
        return False
    wide = head.decode("utf-8", "surrogateescape")
    stray = len(re.findall("[\udc80-\udcff]", wide[:-3]))
    return stray > len(re.findall("[^\0-\x7f\udc80-\udcff]", wide))


def explained(head: bytes) -> str:
    """Say what a text that is no UTF-8 looks like, as what follows "it", and how to say so. Never
    decides it: a few words don't tell the encodings of the West apart.
    """
    from charset_normalizer import from_bytes

    lines = [line for line in head.splitlines(keepends=True) if not line.isascii()]
    sample = b"".join(lines)[:_SAMPLE]
    best = from_bytes(sample).best()
    if best is None:
        return "is not UTF-8; say what it is: --encoding NAME"
    read = {best.encoding: _words(sample.decode(best.encoding, "replace"))}
    few = sum(byte > 127 for byte in sample) < FEW
    if few or all(max(word) < "\u0250" for word in read[best.encoding]):
        with suppress(UnicodeError):
            read["cp1252"] = _words(sample.decode("cp1252"))
    if len({tuple(words) for words in read.values()}) == 1:
        read = {"cp1252" if "cp1252" in read else best.encoding: read[best.encoding]}
    differ = set[str]().union(*read.values()) - set[str].intersection(*map(set, read.values()))
    looks = " or ".join(
        f"{_usual(name)} ({_shown([each for each in words if each in differ] or words)})"
        for name, words in read.items()
    )
    named = _usual(*read) if len(read) == 1 else "NAME"
    return f"is not UTF-8; by its words it may be {looks}: --encoding {named}"


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(text)))


def _shown(words: list[str]) -> str:
    return ", ".join(f"`{word[:SHOWN]}`" for word in words[:3]) or "no words"


def _usual(name: str) -> str:
    """Return an encoding's usual name: `windows-1252` for `cp1252`."""
    windows = re.fullmatch(r"cp(125[0-8])", name)
    return f"windows-{windows[1]}" if windows else name.replace("_", "-")
