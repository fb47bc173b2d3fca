"""Paths and globs of the configuration: which files a dataset has, and what is said of a file."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from fnmatch import translate
from functools import cache
from pathlib import Path

from dslint.config.settings import Dataset, Settings, Word
from dslint.config.toml import key, literal
from dslint.errors import InputError, did_you_mean

DATA = re.compile(r".*\.(jsonl|ndjson)(\.gz|\.zst)?", re.IGNORECASE)
"""The names of files that are looked for in a folder."""

_SKIPPED = frozenset({"node_modules", "site-packages", "venv", "env", "__pycache__"})


def data_files(top: Path) -> Iterator[Path]:
    """Yield the JSONL files under a folder, in a fixed order.

    Hidden folders and installed packages are passed over, and an ignore file of the usual name.
    """
    for here, folders, files in os.walk(top):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        for name in sorted(files):
            if DATA.fullmatch(name) and name != "dslint-ignore.jsonl" and not name.startswith("."):
                yield Path(here, name)


def sides(dataset: Dataset, settings: Settings) -> dict[str, list[Path]]:
    """Return the files of a dataset by what they are for: `train`, `validation`, `evaluation`.

    Paths are from the current folder where they lie in it. Globs and folders leave out what
    `exclude` names. An InputError says which setting names nothing.
    """
    here = Path.cwd()
    return {
        side: list(
            dict.fromkeys(
                path.relative_to(here) if path.is_relative_to(here) else path
                for written in getattr(dataset, side)
                for path in _resolved(written, f"datasets.{key(dataset.name)}.{side}", settings)
            )
        )
        for side in ("train", "validation", "evaluation")
    }


def expand(dataset: Dataset, settings: Settings) -> list[Path]:
    """Return all files of a dataset, each once: train, then validation, then evaluation."""
    found = list(dict.fromkeys(path for each in sides(dataset, settings).values() for path in each))
    if not found:
        raise InputError(f"the dataset `{dataset.name}` names no files")
    return found


def _resolved(written: str, setting: str, settings: Settings) -> list[Path]:
    path = settings.root / written
    if path.is_dir():
        found = list(data_files(path))
    elif path.exists():
        return [path]
    elif glob.has_magic(written):
        # glob's own order is the disk's; the same input has to give the same output
        names = sorted(glob.glob(written, root_dir=settings.root, recursive=True))
        found = [each for name in names if (each := settings.root / name).is_file()]
    else:
        near = did_you_mean(path.name, _beside(path))
        raise InputError(f"{_says(setting, written, settings)}, which is not there{near}")
    kept = [each for each in found if not excluded(each, settings) and each != settings.ignore_file]
    if not kept:
        why = "all that it matches is excluded" if found else "which has no data files in it"
        if glob.has_magic(written) and not found:
            why = "which matches no file"
        raise InputError(f"{_says(setting, written, settings)}, {why}")
    return kept


def _says(setting: str, written: str, settings: Settings) -> str:
    origin = settings.origin.get(setting, "the configuration")
    return f"`{setting}` in {origin} names `{literal(written)[1:-1]}`"


def _beside(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return []


def excluded(path: str | Path, settings: Settings) -> bool:
    """Say whether `exclude` leaves a file out."""
    return any(matches(path, pattern, settings.root) for pattern in settings.exclude)


def file_levels(path: str | Path, settings: Settings) -> tuple[Word, ...]:
    """Return what the overrides that match a file say of rules, in their order."""
    return tuple(
        word
        for override in settings.overrides
        if any(matches(path, pattern, settings.root) for pattern in override.files)
        for word in override.levels
    )


def matches(path: str | Path, pattern: str, root: Path) -> bool:
    """Say whether a glob matches a file: `*` within a folder, `**` across folders.

    A pattern without a slash is about the file's name, wherever it lies; one with a slash is
    relative to `root`. A pattern that matches a folder matches all that is in it.
    """
    try:
        inside = os.path.relpath(path, root)
    except ValueError:  # another drive
        inside = str(path)
    return _compiled(pattern).fullmatch(inside.replace(os.sep, "/")) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    text = pattern.removeprefix("./").rstrip("/")
    parts: list[str] = [] if "/" in text else ["(?:.*/)?"]
    for piece in re.findall(r"\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|[^*?\[/]+|.", text, re.DOTALL):
        match piece[0], piece:
            case _, "**/":
                parts.append("(?:.*/)?")
            case _, "/**":
                parts.append("/.*")
            case "*", _:
                parts.append("[^/]*")
            case "?", _:
                parts.append("[^/]")
            case "[", _ if len(piece) > 1:
                # `(?s:[ab])\Z` without its wrapping
                parts.append("(?!/)" + translate(piece)[4:-3])
            case _:
                parts.append(re.escape(piece))
    return re.compile("".join(parts) + "(?:/.*)?", re.DOTALL)
