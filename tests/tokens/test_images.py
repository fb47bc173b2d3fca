"""An image costs what OpenAI's guide says of its size."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.facts.tokens.images import DEFAULT, Cost, Vision, cost, most
from dslint.figures import Patches, Tiles

MINI = Tiles(base=2833, tile=5667)
SMALL = Patches(Decimal("1.62"), budget=6144, least_budget=1536)
OLD = Patches(Decimal(1), budget=1536)
VISIONS = [DEFAULT, MINI, SMALL, OLD, Patches(Decimal("2.46"), least_budget=1536)]


@pytest.mark.parametrize(
    ("vision", "width", "height", "detail", "tokens"),
    [
        (DEFAULT, 1024, 1024, "high", 765),
        (DEFAULT, 1024, 1024, "auto", 765),
        (DEFAULT, 4096, 8192, "low", 85),
        (DEFAULT, 2048, 4096, "high", 1105),
        (DEFAULT, 512, 512, "high", 85 + 170),
        (DEFAULT, 1, 1, "high", 85 + 170),
        (MINI, 1024, 1024, "high", 2833 + 4 * 5667),
        (MINI, 1024, 1024, "low", 2833),
        (OLD, 1024, 1024, "high", 1024),
        (OLD, 1024, 1024, "low", 1024),
        (OLD, 1800, 2400, "high", 1452),
        (SMALL, 1024, 1024, "high", 1659),
    ],
)
def test_an_image_costs_what_the_guide_says(
    vision: Vision, width: int, height: int, detail: str, tokens: int
) -> None:
    assert cost(vision, width, height, detail) == Cost(tokens, 0)


def test_where_sources_disagree_the_most_is_taken_and_the_bound_is_the_rest() -> None:
    # 1,800 by 2,400 is scaled to 1,536 by 2,048: 48 by 64 patches, or 33 by 44 of 1,536
    most_of, least_of = 48 * 64 * 1.62, 1452 * 1.62
    found = cost(SMALL, 1800, 2400)
    assert found.tokens == -(-most_of // 1)
    assert found.tokens - found.bound == -(-least_of // 1)


sizes = st.integers(0, 20_000)


@given(st.sampled_from(VISIONS), sizes, sizes, st.sampled_from(["low", "high", "auto", "other"]))
def test_no_image_costs_more_than_the_most(
    vision: Vision, width: int, height: int, detail: str
) -> None:
    found = cost(vision, width, height, detail)
    assert 0 <= found.bound < found.tokens <= most(vision)


@given(sizes, sizes)
def test_patches_stay_within_their_budget(width: int, height: int) -> None:
    assert cost(OLD, width, height).tokens <= 1536
