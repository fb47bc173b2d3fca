"""Puts rows that belong together into groups: the same rows, nearly the same ones, and those that
share a prompt or the value of a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from dslint.config.toml import printable
from dslint.errors import UsageError, did_you_mean
from dslint.facts import near as signatures
from dslint.stages.alike import Pair, alike
from dslint.stages.files import File
from dslint.stages.lock import Content
from dslint.stages.prints import Wanted, prints


def groups(
    files: Sequence[File],
    *,
    near: float | None = None,
    prompt: bool = False,
    normalised: bool = False,
    fields: Sequence[str] = (),
    format: str | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda size: None,
    contents: list[Content] | None = None,
) -> pl.DataFrame:
    """Return the rows of files, in order, with the group that each belongs to.

    A row for each row that is not blank: `file` (its position in `files`), `line` (the number that
    `File.rows_at` takes), `size` in bytes, `sound` (it is a JSON object) and `group`, the position
    of the group's first row. Rows are in one group where they say the same; where they share what
    comes before the answer, if `prompt`; where they have the same value under one of the keys
    `fields`, null aside; and where they share `near` of their shingles, or more; and, from row to
    row, where a third one is in a group with both. `normalised` looks past case, spacing and
    punctuation. Hashes of 64 bits are taken for what they are of; near rows are compared exactly.
    `contents` gets what each file holds, for the lock.

    Raises UsageError where `near` needs what is not installed, and for a key that no row has.
    """
    if near is not None:
        signatures.require()
    bands = None if near is None else signatures.bands_of(near)
    wanted = Wanted(prompt, normalised, bands, tuple(fields), format, content=contents is not None)
    rows = prints(files, wanted, jobs, progress, contents)
    for at, name in enumerate(fields):
        if len(rows) and rows[f"field_{at}"].null_count() == len(rows):
            raise UsageError(absent("--group", name, files))
    keys = [
        "record",
        *(["prompt"] if prompt else []),
        *(f"field_{at}" for at in range(len(fields))),
    ]
    known = [pair for key in keys for pair in same(rows[key])]
    if near is not None:
        known += alike(
            files,
            rows,
            near,
            lambda found: united(len(rows), [*known, *found]),
            format=format,
        ).pairs
    return rows.select("file", "line", "size", "sound", group=united(len(rows), known))


def absent(option: str, name: str, files: Sequence[File]) -> str:
    """Say that no row has the key `name`, and which one may be meant."""
    keys = dict.fromkeys(key for file in files for row in file.sample() for key in row)
    near = did_you_mean(name, keys)
    return f"{option} {printable(name)}: no row has anything under that key{near}"


def same(key: pl.Series) -> list[Pair]:
    """Return a pair for each row whose key an earlier row has: the first such row, and itself."""
    places = pl.DataFrame({"key": key, "row": pl.int_range(len(key), eager=True, dtype=pl.UInt32)})
    repeated = places.filter(pl.col("key").is_not_null() & pl.col("key").is_duplicated())
    firsts = repeated.with_columns(first=pl.col("row").min().over("key"))
    return list(firsts.filter(pl.col("first") != pl.col("row")).select("first", "row").iter_rows())


def united(size: int, pairs: Iterable[Pair] | Mapping[Pair, float]) -> pl.Series:
    """Return, for each of `size` rows, the first row that pairs lead to from it."""
    above = list(range(size))

    def root(row: int) -> int:
        while above[row] != row:
            above[row] = row = above[above[row]]
        return row

    for one, other in pairs:
        low, high = sorted((root(one), root(other)))
        above[high] = low
    for row in range(size):
        above[row] = above[above[row]]  # an earlier row's is final, and every step leads to one
    return pl.Series(above, dtype=pl.UInt32)
