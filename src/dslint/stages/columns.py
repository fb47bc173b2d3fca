"""Says what the columns of a table, or the keys of rows in no known format, are taken for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from dslint.errors import InputError
from dslint.formats import UNKNOWN, of_file
from dslint.formats.columns import Fields, fields, unmapped
from dslint.formats.trl import TEXT
from dslint.stages.files import SAMPLE, File
from dslint.tabular.lines import LINE


def mapped(file: File, given: Mapping[str, str], format: str | None) -> Fields | None:
    """Return what a file's keys are taken for, and note the format that its rows then are in.

    None where they are read as they stand. `given` are keys by the field that a user says each is,
    `format` is what a user says of the rows. Raises InputError for a table whose columns can't be
    told apart, UsageError for what is given wrong.
    """
    table = file.table is not None
    if not (table or given) and file.facts.format != UNKNOWN:
        return None
    rows = list(islice(file.sample(), SAMPLE))
    columns = file.table.columns if file.table else tuple(dict.fromkeys(_keys(rows)))
    found = fields(columns, given, table)
    if not rows:
        return found
    name = of_file(map(found.of, rows) if found else rows)
    vague = name == UNKNOWN or (table and not found and name == TEXT.name and len(columns) > 1)
    if vague and (table or given) and format is None:
        listed = file.facts.container == "text"
        why = (
            f"is text: --map completion={LINE} takes each line for a completion, "
            "and --delimiter says what divides the cells of a table"
        )
        raise InputError(f"`{file.source.name}` {why if listed else unmapped(columns)}")
    file.facts.format = format or name
    return found


def _keys(rows: list[dict[str, Any]]) -> list[str]:
    return [key for row in rows for key in row]
