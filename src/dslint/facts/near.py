"""Signatures by which records are found that are nearly the same: MinHash in bands, by rensa."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

import polars as pl

from dslint.errors import UsageError
from dslint.facts.shingles import shingles

THRESHOLD = 0.8
"""The share of shingles in common from which records are nearly the same."""

SEED = 1
PERMUTATIONS = 64
SKETCH = tuple(f"sketch_{at}" for at in range(PERMUTATIONS // 8))

BLOCK = 100_000
"""Pairs whose sketches are compared together."""


class Bands(NamedTuple):
    """How a signature is cut: into `number` bands of `rows` numbers each.

    Records with the share J of their shingles in common meet in one of the bands with the
    probability 1 - (1 - J^rows)^number.
    """

    number: int
    rows: int


def bands_of(threshold: float) -> Bands:
    """Return the bands for a threshold: few and long for a high one, so that less is compared.

    With ten bands of six, pairs at 0.8 are found with 95 %, and those at 0.9 with 99.9 %.
    """
    if threshold >= 0.8:
        return Bands(10, 6)
    if threshold >= 0.65:
        return Bands(16, 4)
    return Bands(21, 3)


def require() -> None:
    """Raise UsageError where what finds near duplicates is not installed."""
    if not (find_spec("rensa") and find_spec("numpy")):
        raise UsageError(
            "near duplicates need rensa and numpy: `pip install 'dslint[near]'` brings them"
        )


def promising(
    sketches: pl.DataFrame, one: pl.Series, other: pl.Series, threshold: float
) -> pl.Series:
    """Say which pairs of rows may have the share `threshold` of their shingles in common, by what
    their sketches have: of those that have it, less than one in 2,000 is passed over.
    """
    import numpy as np

    least = threshold - 3.5 * (threshold * (1 - threshold) / PERMUTATIONS) ** 0.5
    found = np.empty(len(one), dtype=bool)
    for begin in range(0, len(one), BLOCK):
        part = slice(begin, begin + BLOCK)
        here, there = (
            np.ascontiguousarray(sketches[rows[part]].to_numpy()).view(np.uint8)
            for rows in (one, other)
        )
        found[part] = (here == there).sum(axis=1) >= least * PERMUTATIONS
    return pl.Series(found, dtype=pl.Boolean)


def signatures(texts: pl.Series, bands: Bands) -> pl.DataFrame:
    """Return a column of 64 bits for each band, `band_0` and so on, null for a text without words;
    and eight more, `sketch_0` and so on, with a byte of each number of the signature.

    Raises UsageError where rensa is not installed.
    """
    require()
    import numpy as np
    from rensa import RMinHash  # type: ignore[import-untyped]

    names = [*(f"band_{at}" for at in range(bands.number)), *SKETCH]
    found = shingles(texts)
    if found.is_empty():
        nothing = pl.Series([None] * len(texts), dtype=pl.UInt64)
        return pl.DataFrame(dict.fromkeys(names, nothing))
    counts = found["row"].rle().struct.unnest()
    offsets = np.zeros(len(counts) + 1, dtype=np.uint64)
    np.cumsum(counts["len"].to_numpy(), out=offsets[1:])
    digests = RMinHash.digest_matrix_from_flat_token_hashes(
        found["shingle"].to_numpy(), offsets, PERMUTATIONS, SEED
    )
    numbers = np.array(digests.to_rows(), dtype=np.uint32)
    sketch = np.ascontiguousarray(numbers.astype(np.uint8)).view(np.uint64)
    matrix = numbers[:, : bands.number * bands.rows]
    cut = matrix.reshape(len(matrix), bands.number, bands.rows).astype(np.uint64)
    # odd numbers, so that no bit of a row is lost; what is left over of 64 bits wraps around
    steps = np.arange(bands.rows, dtype=np.uint64) * np.uint64(2) + np.uint64(0x9E3779B97F4A7C15)
    mixed = np.zeros(cut.shape[:2], dtype=np.uint64)
    for at in range(bands.rows):
        mixed = (mixed ^ cut[:, :, at]) * steps[at]
        mixed ^= mixed >> np.uint64(29)
    columns = np.concatenate([mixed, sketch], axis=1).T
    rows = pl.DataFrame(dict(zip(names, columns, strict=True)))
    place = pl.Series([None] * len(texts), dtype=pl.UInt32)
    place = place.scatter(counts["value"], range(len(counts)))
    return rows.select(pl.all().gather(place))
