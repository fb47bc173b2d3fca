"""What was chosen: every setting, resolved, with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dslint.config.contract import Contract
from dslint.model import Level

FailOn = Literal["error", "warn", "info", "never"]
Excerpts = Literal["none", "masked", "full"]

Word = tuple[str, Level, str]
"""What a user said of a rule: its name (or group, or `all`), the level, and where it was said."""

DEFAULTS: Mapping[str, Any] = {
    "target": ("openai",),
    "model": None,
    "format": None,
    "budget": None,
    "profile": "default",
    "fail-on": "error",
    "required-version": None,
    "rulebooks": (),
    "excerpts": "masked",
    "max-per-rule": 3,
    "ignore-file": "dslint-ignore.jsonl",
    "exclude": (),
    "floor": "info",
    "strict": False,
    "preview": False,
}
"""What holds where nobody said anything."""

PROFILES: Mapping[str, Mapping[str, Any]] = {
    "minimal": {"floor": "error"},
    "default": {},
    "strict": {"fail-on": "warn", "strict": True, "preview": True},
    "ci": {"floor": "warn", "excerpts": "none"},
}
"""What each profile says other than the defaults."""


@dataclass(frozen=True, slots=True)
class Override:
    """Levels that hold only for the files that one of the globs matches."""

    files: tuple[str, ...]
    levels: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Files that belong together, by what they are for, as paths and globs; and where they go.

    `target`, `model`, `format` and `budget` are resolved: the command line's, else the dataset's
    own, else the settings'; `contract` is the settings', with the dataset's own limits over it.
    """

    name: str
    train: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    target: tuple[str, ...] = ("openai",)
    model: str | None = None
    format: str | None = None
    budget: str | None = None
    contract: Contract | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, resolved.

    `root` is the folder that relative paths and globs are of; `path` is the configuration file, if
    there is one. `floor` is the lowest level at which a rule runs that no one spoke of; `strict`
    fails on what was skipped; `preview` turns preview rules on. `levels` are in order of
    application: the configuration, the command line. `models` are tables as `dslint.models` takes
    them. `budget` is what a job may cost, as it was written; `sides` say what files of a dataset
    are for, by their paths; `contract` is what the data is held to. `origin` maps a
    setting, dotted as in TOML, to where it was said: a file, a flag, a profile or `default`.
    """

    root: Path
    ignore_file: Path
    path: Path | None = None
    target: tuple[str, ...] = ("openai",)
    model: str | None = None
    format: str | None = None
    budget: str | None = None
    profile: str = "default"
    fail_on: FailOn = "error"
    floor: Level = "info"
    strict: bool = False
    preview: bool = False
    excerpts: Excerpts = "masked"
    max_per_rule: int = 3
    required_version: str | None = None
    rulebooks: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    levels: tuple[Word, ...] = ()
    overrides: tuple[Override, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    contract: Contract | None = None
    allow_python: bool = False
    origin: Mapping[str, str] = field(default_factory=dict)
