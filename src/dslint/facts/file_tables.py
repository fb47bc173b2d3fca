"""The tables of files, and of lines whose bytes are wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from dslint.facts.files import FileFacts
from dslint.facts.table import Column, Table
from dslint.model import Defect


def _fact(fact: Callable[[FileFacts], Any]) -> Callable[[Any], list[Any]]:
    return lambda files: [fact(file) for file in files]


def _defect(fact: Callable[[int, Defect, int], Any]) -> Callable[[Any], list[Any]]:
    return lambda defects: [fact(*each) for each in defects]


FILE = Table(
    "file",
    "a row a file",
    {
        "line": Column(pl.Int64, "always 0", _fact(lambda file: 0)),
        "path": Column(pl.String, "its path, as it was given", _fact(lambda file: file.path)),
        "extension": Column(
            pl.String,
            "its ending without .gz or .zst, in lower case",
            _fact(lambda file: file.extension),
        ),
        "container": Column(
            pl.String,
            "jsonl, array, pretty, csv, text, parquet, arrow, xlsx, zip, gzip, zstd, lfs-pointer, "
            "annex-pointer, "
            "dvc-pointer, empty or binary",
            _fact(lambda file: file.container),
        ),
        "encoding": Column(
            pl.String,
            "utf-8, utf-16-le, utf-16-be, utf-32-le, utf-32-be or other",
            _fact(lambda file: file.encoding),
        ),
        "bom": Column(pl.Boolean, "it begins with a byte-order mark", _fact(lambda file: file.bom)),
        "format": Column(
            pl.String,
            "the format of most of its first rows, or `unknown`",
            _fact(lambda file: file.format),
        ),
        "formats": Column(
            pl.Int64,
            "how many formats its rows are in; rows in none do not count",
            _fact(lambda file: sum(name != "unknown" for name in file.formats)),
        ),
        "bytes": Column(pl.Int64, "its size in bytes, unpacked", _fact(lambda file: file.bytes)),
        "records": Column(pl.Int64, "how many rows parsed", _fact(lambda file: file.records)),
        "malformed": Column(pl.Int64, "how many lines did not", _fact(lambda file: file.malformed)),
        "blank_lines": Column(
            pl.Int64, "how many lines are blank", _fact(lambda file: file.blank.rows)
        ),
        "first_blank_line": Column(
            pl.Int64, "the first blank line; 0 without one", _fact(lambda file: file.blank.first)
        ),
        "newline": Column(pl.String, "lf, crlf or mixed", _fact(lambda file: file.newline)),
        "final_newline": Column(
            pl.Boolean,
            "its last line ends with a line feed",
            _fact(lambda file: file.final_newline),
        ),
    },
    len,
)

DEFECT = Table(
    "defect",
    "a row a thing that is wrong with the bytes of a line",
    {
        "line": Column(pl.Int64, "the line", _defect(lambda line, defect, length: line)),
        "kind": Column(
            pl.String,
            "what is wrong: `trailing-comma`, `not-utf8` …",
            _defect(lambda line, defect, length: defect.kind),
        ),
        "found": Column(
            pl.String, "what stands there", _defect(lambda line, defect, length: defect.found)
        ),
        "bytes": Column(
            pl.Int64,
            "the length of the line in bytes",
            _defect(lambda line, defect, length: length),
        ),
    },
    len,
)
