"""Signatures by which records are found that are nearly the same: MinHash in bands, by rensa."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import polars as pl

from dslint.errors import UsageError
from dslint.facts.shingles import shingles

THRESHOLD = 0.8
"""The share of shingles in common from which records are nearly the same."""

SEED = 1
PERMUTATIONS = 64

NUMBERS = tuple(f"numbers_{at}" for at in range(PERMUTATIONS // 16))
"""Four bits of each number of a signature."""

WIDTH = 512
BITS = tuple(f"bits_{at}" for at in range(WIDTH // 64))
"""A bit for each shingle, where its hash says: long texts have most of them."""

SKETCH = (*NUMBERS, *BITS, "shingles")
"""What is known of each text when pairs are picked; `shingles` counts them, repeats too."""

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
    """Say which pairs of rows may have the share `threshold` of their shingles in common.

    By their bits none of those that have it is passed over: where just one of two texts has a bit,
    it has a shingle that the other has not. By their numbers less than one in 2,000 is.
    """
    alike = threshold + (1 - threshold) / 16  # numbers that differ have the same four bits at times
    least = alike - 3.5 * (alike * (1 - alike) / PERMUTATIONS) ** 0.5
    apart = _summed((here ^ there).bitwise_count_ones() for here, there in _both(BITS))
    differing = _summed(_fours(here ^ there) for here, there in _both(NUMBERS))
    together = pl.col("shingles").cast(pl.Int64) + pl.col("shingles_other")
    most = together * ((1 - threshold) / (1 + threshold)) + 1e-6
    parts = [pl.Series([], dtype=pl.Boolean)]
    for begin in range(0, len(one), BLOCK):
        here, there = (sketches[rows[begin : begin + BLOCK]] for rows in (one, other))
        pairs = here.hstack(there.rename(lambda name: f"{name}_other"))
        chosen = (apart <= most) & (differing <= (1 - least) * PERMUTATIONS)
        parts.append(pairs.select(chosen.alias("chosen"))["chosen"])
    return pl.concat(parts)


def _both(names: Iterable[str]) -> Iterator[tuple[pl.Expr, pl.Expr]]:
    return ((pl.col(name), pl.col(f"{name}_other")) for name in names)


def _summed(counts: Iterable[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(each.cast(pl.Int64) for each in counts)


def _fours(bits: pl.Expr) -> pl.Expr:
    """Return how many of the sixteen groups of four bits have one that is set."""
    halves = bits | (bits // 4)
    return ((halves | (halves // 2)) & 0x1111111111111111).bitwise_count_ones()


def signatures(texts: Sequence[str], bands: Bands) -> pl.DataFrame:
    """Return a column of 32 bits for each band, `band_0` and so on, null for a text without words;
    and those of `SKETCH`.

    Raises UsageError where rensa is not installed.
    """
    require()
    import numpy as np
    from rensa import RMinHash  # type: ignore[import-untyped]

    found = shingles(texts)
    counts = np.diff(found.ends, prepend=0)
    offsets = np.zeros(len(counts) + 1, dtype=np.uint64)
    offsets[1:] = found.ends
    digests = RMinHash.digest_matrix_from_flat_token_hashes(
        found.hashes, offsets, PERMUTATIONS, SEED
    )
    numbers = np.array(digests.to_rows(), dtype=np.uint32).reshape(len(texts), PERMUTATIONS)
    cut = _cut(numbers, bands)
    columns = {f"band_{at}": cut[:, at] for at in range(bands.number)}
    columns |= dict(zip(NUMBERS, _packed(numbers).T, strict=True))
    columns |= dict(zip(BITS, _bits(found.hashes, counts).T, strict=True))
    columns["shingles"] = counts.astype(np.uint32)
    wordless = pl.Series(counts == 0, dtype=pl.Boolean)
    return pl.DataFrame(
        [
            pl.Series(name, np.ascontiguousarray(column)).set(wordless, None)
            for name, column in columns.items()
        ]
    )


def _cut(numbers: Any, bands: Bands) -> Any:
    """Return a number for each band of each signature."""
    import numpy as np

    matrix = numbers[:, : bands.number * bands.rows]
    cut = matrix.reshape(len(matrix), bands.number, bands.rows).astype(np.uint64)
    # odd numbers, so that no bit of a row is lost; what is left over of 64 bits wraps around
    steps = np.arange(bands.rows, dtype=np.uint64) * np.uint64(2) + np.uint64(0x9E3779B97F4A7C15)
    mixed = np.zeros(cut.shape[:2], dtype=np.uint64)
    for at in range(bands.rows):
        mixed = (mixed ^ cut[:, :, at]) * steps[at]
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _packed(numbers: Any) -> Any:
    """Return four bits of each number, sixteen of them together."""
    import numpy as np

    few = numbers.astype(np.uint8) & 15
    return np.ascontiguousarray(few[:, ::2] << 4 | few[:, 1::2]).view(np.uint64)


def _bits(hashes: Any, counts: Any) -> Any:
    """Return a bit for each shingle of each text."""
    import numpy as np

    found = np.zeros(len(counts) * WIDTH, dtype=bool)
    places = (hashes & np.uint64(WIDTH - 1)).astype(np.int64)
    places += np.repeat(np.arange(len(counts)) * WIDTH, counts)
    found[places] = True
    return np.packbits(found.reshape(len(counts), WIDTH), axis=1).view(np.uint64)
