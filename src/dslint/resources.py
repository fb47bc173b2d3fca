"""Where the data that comes with dslint lies: `rules`, `schemas` and `targets`."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def folder(name: str) -> Path:
    """Return the folder `name`: inside the package where it is installed, else at the top of the
    checkout.
    """
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent.parent / name
