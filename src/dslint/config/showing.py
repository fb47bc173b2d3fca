"""The settings as rows to show: what holds, and who said so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dslint.config.contract import written
from dslint.config.settings import Settings
from dslint.config.toml import key, literal


def show(settings: Settings) -> list[tuple[str, str, str]]:
    """Return rows of setting, value as TOML, and where it was said; what is not set has no row.

    `setting = value` for each row is a configuration file that says the same.
    """
    return [
        (name, literal(value), where or settings.origin.get(name, "default"))
        for name, value, where in _rows(settings)
        if value is not None
    ]


def _rows(settings: Settings) -> Iterator[tuple[str, object, str]]:
    yield "target", _one(settings.target), ""
    yield "model", settings.model, ""
    yield "format", settings.format, ""
    yield "budget", settings.budget, ""
    yield "profile", settings.profile, ""
    yield "fail-on", settings.fail_on, ""
    yield "excerpts", settings.excerpts, ""
    yield "max-per-rule", settings.max_per_rule, ""
    yield "required-version", settings.required_version, ""
    yield "rulebooks", [_near(each, settings.root) for each in settings.rulebooks], ""
    yield "ignore-file", _near(settings.ignore_file, settings.root), ""
    yield "exclude", list(settings.exclude), ""
    # a later word on the same rule wins, and TOML takes a key once
    for name, (level, where) in {word[0]: word[1:] for word in settings.levels}.items():
        yield f"levels.{key(name)}", level, where
    if settings.overrides:
        tables = [
            {"files": list(each.files), "levels": {word[0]: word[1] for word in each.levels}}
            for each in settings.overrides
        ]
        yield "overrides", tables, ""
    for rule, options in settings.options.items():
        for option, value in options.items():
            yield f"options.{key(rule)}.{key(option)}", value, ""
    for model, said in settings.models.items():
        if not said:
            yield f"models.{key(model)}", {}, ""
        for name, value in said.items():
            yield f"models.{key(model)}.{key(name)}", value, ""
    if settings.contract:
        for limit, value in written(settings.contract).items():
            yield f"contract.{limit}", value, ""
    for name, dataset in settings.datasets.items():
        place = f"datasets.{key(name)}"
        for side in ("train", "validation", "evaluation"):
            if files := getattr(dataset, side):
                yield f"{place}.{side}", _one(files), ""
        for setting in ("target", "model", "format", "budget"):
            if (value := getattr(dataset, setting)) != getattr(settings, setting):
                yield f"{place}.{setting}", _one(value), ""
        common = written(settings.contract) if settings.contract else {}
        for limit, value in (written(dataset.contract) if dataset.contract else {}).items():
            if common.get(limit) != value:
                yield f"{place}.contract.{limit}", value, ""
    if settings.allow_python:
        yield "allow-python-rules", True, ""


def _one(names: tuple[str, ...] | str) -> object:
    return names[0] if isinstance(names, tuple) and len(names) == 1 else names


def _near(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
