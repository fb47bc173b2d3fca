"""The tables of what should not be in a row at all: secrets, and personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any, NamedTuple

import polars as pl

from dslint.facts import credentials, keys
from dslint.facts.batch import Batch
from dslint.facts.keys import SHAPES
from dslint.facts.table import Column, Table
from dslint.model import Record


class Found(NamedTuple):
    """Something found in a text of a record: the record's position, the text's pointer, what it is,
    and where in the text, as character offsets.
    """

    record: int
    pointer: str
    kind: str
    sort: str
    start: int
    end: int
    value: str

    @property
    def mark(self) -> str:
        """A regular expression that matches just there in the text, whatever stands there."""
        return rf"(?s)(?<=\A.{{{self.start}}}).{{{self.end - self.start}}}"


_LITERALS = (
    *(r"sk-", r"AKIA", r"ASIA", r"AIza", r"GOCSPX-", r"ya29\.", r"JQQJ9", r"xai-", r"pplx-"),
    *(r"glpat-", r"glrt-", r"glptt-", r"xox[abprs]-", r"xapp-", r"hooks[.]slack", r"api/webhooks"),
    *(r"pypi-Ag", r"SG\.", r"dapi[0-9a-f]", r"NRAK-", r"hvs\.", r"ATATT3", r"ghu_", r"ntn_"),
    *(
        r"whsec_",
        r"dckr_[po]at",
        r"api_org_",
        r"PRIVATE KEY",
        r"eyJ",
        r"assword ?=",
        r"[Pp]wd=",
        r"AccountKey=",
        r"AccessKey=",
    ),
)
_ESCAPE = r"\\u00(?:2[dDeEfF]|3[0-9aA]|40|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])"
_ADDRESS = r":(?:\\*/){2}[^\s/@:\x22]*:[^\s/@\x22]+@"
SECRETS = (
    (
        # a letter that is written as an escape, as nobody but a few libraries writes some signs
        "|".join((*_LITERALS, _ESCAPE)),
        # what most other keys have: a run after an underscore, which is no id of a call
        "[abefhijkmopqrst0-9v-z]_[A-Za-z0-9]{20}",
        _ADDRESS,
        "SK[0-9a-f]{32}",
    ),
    (
        f"(?:{'|'.join(dict.fromkeys(each.prefix for each in SHAPES if each.prefix))})"
        "[A-Za-z0-9_=/.-]{16}|JQQJ9",
        r"PRIVATE KEY(?: BLOCK)?-----|eyJ[A-Za-z0-9_-]{10,}\.eyJ|assword ?=|[Pp]wd=|A[a-z]+Key=",
        _ADDRESS,
        _ESCAPE,
    ),
)
"""Polars' expressions, in two rounds: of each, one matches in every line with a secret.

Measured on 4 MB of chats and of prompts: the first takes 2 to 4 ms, and hardly a line is left for
the second, which alone takes 15 to 27. Python's `re` takes 80 to 500.
"""

PERSONAL_DATA = (
    (
        r"@[A-Za-z0-9-]+\.|[0-9]{9}|[0-9]{4}[ -][0-9]{4}|[0-9]{3}[ -][0-9]{3}[ -]"
        r"|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[.-][0-9]|[0-9]{6}[-+A ][0-9]{3}"
        r"|[A-Z]{2}[0-9]{2}[ -]?[A-Z0-9]{4}[ -]?[A-Z0-9]{4}|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:"
        r"|[A-Z]{4}[0-9]{6}|[A-Z]{6}[0-9]{2}[A-Z]|[XYZ]-?[0-9]{7}|[0-9]{8}-?[A-Z]"
        r"|[0-9]{2} [0-9]{2} [0-9]|[0-9]{2} [0-9]{3} [0-9]{3}|[0-9]{3,4} [0-9]{6}",
        _ESCAPE,
    ),
)


def secrets(records: list[Record]) -> list[Found]:
    """Return the secrets in all texts of the records, their keys and tool arguments among them."""
    return list(_found(records, SECRETS, secrets_in))


def personal(records: list[Record]) -> list[Found]:
    """Return the personal data in all texts of the records."""
    return list(_found(records, PERSONAL_DATA, personal_in))


def _found(
    records: list[Record],
    rounds: Iterable[Iterable[str]],
    look: Callable[[str], Iterable[tuple[str, str, int, int]]],
) -> Iterator[Found]:
    for position in suspects([record.raw for record in records], rounds):
        for pointer, text in strings(records[position].data):
            seen = set()
            for kind, sort, start, end in look(text):
                value = text[start:end]
                if (kind, value) not in seen:
                    seen.add((kind, value))
                    yield Found(position, pointer, kind, sort, start, end, value)


def suspects(raws: list[bytes], rounds: Iterable[Iterable[str]]) -> list[int]:
    """Return the positions of the lines in which an expression of every round matches."""
    texts = pl.Series("line", raws, dtype=pl.Binary).cast(pl.String, strict=False)
    lines = texts.to_frame().with_row_index("position")
    for screens in rounds:
        if not lines.is_empty():
            matches = (pl.col("line").str.contains(screen) for screen in screens)
            lines = lines.filter(reduce(or_, matches))
    return lines["position"].to_list()


def strings(data: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of a JSON value with its pointer; a key has that of its member."""
    todo = [(pointer, data)]
    while todo:
        pointer, value = todo.pop()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            below = []
            for key, each in value.items():
                place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
                if len(key) >= _SHORTEST:
                    below.append((place, key))
                below.append((place, each))
            todo += reversed(below)
        elif isinstance(value, list):
            todo += [(f"{pointer}/{at}", value[at]) for at in reversed(range(len(value)))]


_SHORTEST = 16
"""Characters below which no name of a member can be a secret."""


def secrets_in(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, sort, start and end of the secrets in a text, in order and none in another."""
    found = [
        *(("api-key", *each) for each in chain(keys.keys(text), keys.aws_secrets(text))),
        *(("private-key", *each) for each in credentials.private_keys(text)),
        *(("json-web-token", *each) for each in credentials.web_tokens(text)),
        *(("connection-string", *each) for each in credentials.connection_strings(text)),
    ]
    # a token in an address is one secret, not two
    end = 0
    for each in sorted(found, key=lambda each: (each[2], -each[3])):
        if each[2] >= end:
            yield each
            end = each[3]


def personal_in(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, sort, start and end of the personal data in a text."""
    from dslint.facts.personal import personal_data  # these rules are asked for

    return iter(personal_data(text))


def _column(name: str, says: str, rows: Callable[[Batch], list[Found]]) -> Column:
    return Column(pl.String, says, lambda batch: [getattr(each, name) for each in rows(batch)])


def _table(
    name: str, says: str, rows: Callable[[Batch], list[Found]], columns: dict[str, str]
) -> Table:
    return Table(
        name,
        says,
        {
            "line": Column(
                pl.Int64,
                "the record's line",
                lambda batch: [batch.lines[each.record] for each in rows(batch)],
            ),
            "format": Column(
                pl.String,
                "the record's format",
                lambda batch: [batch.records[each.record].format for each in rows(batch)],
            ),
            **{column: _column(column, said, rows) for column, said in columns.items()},
        },
        lambda batch: len(rows(batch)),
        lambda batch, row, at: rows(batch)[row].pointer,
        lambda batch, row: rows(batch)[row].mark,
    )


SECRET = _table(
    "secret",
    "a row a secret, wherever in the record it is",
    lambda batch: batch.secrets,
    {
        "kind": "api-key, private-key, json-web-token or connection-string",
        "sort": "which: `GitHub`, `RSA`, `HS256`, `postgres`",
        "pointer": "where: the pointer of the text that holds it",
    },
)
PERSONAL = _table(
    "personal",
    "a row a piece of personal data, wherever in the record it is",
    lambda batch: batch.personal,
    {
        "kind": "email, card, iban, national-id or ip",
        "sort": "which: an e-mail address's host, `Visa`, `DE`, `Brazil`, `IPv4`",
        "pointer": "where: the pointer of the text that holds it",
        "value": "the datum itself, as it is written",
    },
)
