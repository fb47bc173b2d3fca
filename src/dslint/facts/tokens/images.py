"""What an image costs in tokens, by its size in pixels.

Source: OpenAI's guide to images and vision, as read in 2026-09.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from dslint.facts.ruler import VISION
from dslint.figures import Patches, Tiles

Vision = Tiles | Patches

DEFAULT = VISION

UNSIZED = 1024
"""Pixels of each side of an image whose size is not in the record."""

_FIT = 2048
_SHORT = 768
_TILE = 512
_PATCH = 32


class Cost(NamedTuple):
    """Tokens: the most that sources say, and how much less the least of them says."""

    tokens: int
    bound: int


def cost(vision: Vision, width: int, height: int, detail: str = "auto") -> Cost:
    """Return what an image of a size in pixels costs. `auto` is taken for high.

    A low detail costs less in tiles only; a size that is none is taken for one pixel.
    """
    width, height = max(1, width), max(1, height)
    if isinstance(vision, Tiles):
        return Cost(vision.base + vision.tile * (detail != "low") * _tiles(width, height), 0)
    most, least = (
        math.ceil(_patches(width, height, budget) * vision.multiplier)
        for budget in (vision.budget, vision.least_budget or vision.budget)
    )
    return Cost(max(most, least), abs(most - least))


def is_flat(vision: Vision, detail: str) -> bool:
    """Say whether an image costs the same whatever its size."""
    return isinstance(vision, Tiles) and detail == "low"


def most(vision: Vision) -> int:
    """Return the most that any image costs."""
    if isinstance(vision, Tiles):
        return cost(vision, _FIT, _SHORT).tokens
    return max(cost(vision, width, _FIT).tokens for width in range(_PATCH, _FIT + 1, _PATCH))


def _tiles(width: int, height: int) -> int:
    width, height = _fitted(width, height)
    short = min(width, height)
    if short > _SHORT:
        width, height = width * _SHORT // short, height * _SHORT // short
    return math.ceil(width / _TILE) * math.ceil(height / _TILE)


def _patches(width: int, height: int, budget: int | None) -> int:
    width, height = _fitted(width, height)
    across, down = width / _PATCH, height / _PATCH
    if budget is None or math.ceil(across) * math.ceil(down) <= budget:
        return math.ceil(across) * math.ceil(down)
    shrink = math.sqrt(budget / (across * down))
    across, down = across * shrink, down * shrink
    # one side becomes a whole number of patches: which, and what is left of the other
    fit = min(math.floor(across) / across, math.floor(down) / down) or 1.0
    return max(1, math.ceil(across * fit - 1e-6)) * max(1, math.ceil(down * fit - 1e-6))


def _fitted(width: int, height: int) -> tuple[int, int]:
    """Return the size of an image scaled down to fit a square; a smaller one stays."""
    long = max(width, height)
    if long <= _FIT:
        return width, height
    return max(1, width * _FIT // long), max(1, height * _FIT // long)
