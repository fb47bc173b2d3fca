"""Plans: what `prepare` was answered, in a file that a later run repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from dslint.config import toml
from dslint.errors import ConfigError, did_you_mean
from dslint.stages import atomic
from dslint.stages.remedies import Remedy

_HEAD = """\
# What dslint prepare was told. `dslint prepare DATA --plan FILE` does the same again.
plan = 1
"""


def save(path: Path, settings: Mapping[str, Any], answers: Iterable[tuple[Remedy, bool]]) -> None:
    """Write a plan: the settings that are not None, and the answer to each remedy with what it
    said that it does.
    """
    lines = [_HEAD, "[settings]"]
    lines += [
        f"{toml.key(name)} = {toml.literal(value)}"
        for name, value in settings.items()
        if value is not None
    ]
    lines += ["", "[remedies]"]
    lines += [
        f"{toml.key(remedy.name)} = {toml.literal(agreed)}  # {toml.printable(remedy.does)}"
        for remedy, agreed in answers
    ]
    atomic.replace(path, ("\n".join(lines) + "\n").encode())


SETTINGS: Mapping[str, type | tuple[type, ...]] = {
    "validation": (int, float),
    "seed": int,
    "context": int,
    "map": dict,
    **dict.fromkeys(("system", "format", "encoding", "delimiter", "sheet"), str),
}
"""What a plan may set, and what it is there."""


def read(path: Path) -> tuple[dict[str, Any], Callable[[Remedy], bool]]:
    """Return a plan's settings, and what answers as it says.

    Raises ConfigError for a file that is no plan; the answer raises it where the plan has none.
    """
    where = toml.shown(path)
    table = toml.read(path)
    settings, remedies = table.get("settings", {}), table.get("remedies")
    if table.get("plan") != 1 or not isinstance(remedies, dict) or not isinstance(settings, dict):
        raise ConfigError(f"{where} is no plan that `dslint prepare --save-plan` wrote")
    for name, value in settings.items():
        if name not in SETTINGS:
            near = did_you_mean(name, SETTINGS)
            raise ConfigError(f"{where}: there is no setting `{toml.printable(name)}`{near}")
        if not isinstance(value, SETTINGS[name]) or isinstance(value, bool):
            raise ConfigError(f"{where}: `{name}` can't be {toml.literal(value)}")

    def answer(remedy: Remedy) -> bool:
        agreed = remedies.get(remedy.name)
        if not isinstance(agreed, bool):
            raise ConfigError(
                f"{where} does not say whether to {remedy.does}: write `{remedy.name} = true` or "
                "`= false` under [remedies]"
            )
        return agreed

    return settings, answer
