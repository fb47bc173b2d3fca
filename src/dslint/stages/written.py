"""What converted rows are written to: lines, a JSON array or Parquet, in a file or on a stream."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal

from dslint.stages.atomic import Draft
from dslint.stages.files import BOM

Kind = Literal["lines", "array", "parquet"]


def kind_of(out: str) -> Kind:
    """Return how rows are written to a file of this name."""
    match Path(out).suffix.lower():
        case ".json":
            return "array"
        case ".parquet":
            return "parquet"
        case _:
            return "lines"


class Written:
    """Rows on their way to `out`, or to `stream` where that is `-`: only `keep` brings them there.

    What is written in pieces of whole lines is one array, or one Parquet file, at the end.
    """

    __slots__ = ("_any", "_file", "_open", "_stream", "bom", "kind")

    def __init__(self, out: str, stream: BinaryIO | None, bom: bool) -> None:
        self.kind = kind_of(out)
        self.bom = bom and self.kind == "lines"
        self._open = ExitStack()
        self._any = False
        self._stream: BinaryIO | Draft | None = stream
        if out != "-":
            self._stream = self._open.enter_context(Draft(Path(out)))
        self._file: BinaryIO | Draft
        if isinstance(self._stream, Draft) and self.kind != "parquet":
            self._file = self._stream
        else:
            spool = tempfile.TemporaryFile(prefix="dslint-")  # noqa: SIM115  # `_open` closes it
            self._file = self._open.enter_context(spool)

    def write(self, lines: bytes) -> None:
        """Write whole lines, a row each."""
        if not lines:
            return
        if self.kind == "array":
            before = b",\n" if self._any else b"[\n"
            lines = before + lines.removesuffix(b"\n").replace(b"\n", b",\n")
        elif self.bom and not self._any:
            lines = BOM + lines
        self._any = True
        self._file.write(lines)

    def keep(self) -> bool:
        """Bring what was written to its place; say whether texts had to become lists of parts."""
        parted = False
        if self.kind == "array":
            self._file.write(b"\n]\n" if self._any else b"[]\n")
        if not isinstance(self._file, Draft):
            assert self._stream is not None
            self._file.seek(0)
            if self.kind == "parquet":
                from dslint.stages import parquet

                parted = parquet.write(self._file, self._stream)
            else:
                shutil.copyfileobj(self._file, self._stream)
        if isinstance(self._stream, Draft):
            self._stream.keep()
        elif self._stream:
            self._stream.flush()
        return parted

    def __enter__(self) -> Written:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
