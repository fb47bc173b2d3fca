"""What the user chose: the configuration, found, read and resolved with the command line."""

from __future__ import annotations

from dslint.config.loading import load
from dslint.config.paths import data_files, excluded, expand, file_levels, sides
from dslint.config.settings import DEFAULTS, PROFILES, Dataset, Override, Settings, Word
from dslint.config.showing import show

__all__ = [
    "DEFAULTS",
    "PROFILES",
    "Dataset",
    "Override",
    "Settings",
    "Word",
    "data_files",
    "excluded",
    "expand",
    "file_levels",
    "load",
    "show",
    "sides",
]
