"""From files and the command line to settings: the nearest configuration, checked and resolved."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from dslint.config import toml, versions
from dslint.config.complaints import complaints, schema
from dslint.config.contract import contract
from dslint.config.settings import DEFAULTS, PROFILES, Dataset, Override, Settings, Word
from dslint.errors import ConfigError, UsageError, did_you_mean
from dslint.model import LEVELS

_SWITCHES = {"strict": "--strict", "preview": "--preview", "allow-python": "--allow-python-rules"}
_LISTS = ("target", "rulebooks", "exclude")
_DAYS = ("announced", "closed", "shut", "read")


def load(
    start: Path | None = None, config: Path | Literal[False] | None = None, **command_line: Any
) -> Settings:
    """Return the settings for work in the folder `start` (by default the current one).

    The configuration is the file `config`, or else the nearest one upward: in each folder
    `dslint.toml`, then a pyproject.toml that has `[tool.dslint]`; none is read where `config` is
    False. `command_line` holds what was
    given there, under the names of `Settings`, None meaning not given; `levels` is a sequence of
    pairs, a rule or group and its level.

    What is said later wins: the defaults, the configuration, the command line. A profile comes
    right before the settings of the place that chose it.

    A ConfigError names the setting and the file; a UsageError the setting that the command line got
    wrong.
    """
    here = Path(os.path.abspath(start or "."))
    here = here.parent if here.is_file() else here
    path, table = (None, {}) if config is False else _chosen(config) if config else _nearest(here)
    name = toml.shown(path) if path else ""
    if path:
        _verify(table, name)
    given = _given(command_line)
    words = [_word(rule, level) for rule, level in given.pop("levels", ())]
    python = given.pop("allow-python", False)
    _verify_given(given)

    root = path.parent if path else here
    said = {setting: (value, "default") for setting, value in DEFAULTS.items()}
    for layer, where in _layers(table, name, given):
        for setting in layer.keys() & DEFAULTS.keys():
            said[setting] = (layer[setting], where or _flag(setting))
    values = {setting: value for setting, (value, _) in said.items()}
    origin = {setting: where for setting, (_, where) in said.items()}
    for setting in _LISTS:
        values[setting] = _names(values[setting])

    def place(setting: str, written: str | Path) -> Path:
        """Resolve a path from where it was said: the configuration's folder or the current one."""
        return Path(os.path.abspath((Path() if setting in given else root) / written))

    if "target" not in given:
        values["target"] = _targets(values["target"], root)
    datasets = {
        each: _dataset(each, body, values, given, root, table.get("contract", {}), name)
        for each, body in table.get("datasets", {}).items()
    }
    origin |= {setting: name for setting in _dotted(table) if setting not in origin}
    allowed = _SWITCHES["allow-python"] if python else _allowed_by_user()
    if allowed:
        origin["allow-python-rules"] = allowed
    return Settings(
        root=root,
        path=path,
        ignore_file=place("ignore-file", values["ignore-file"]),
        target=values["target"],
        model=values["model"],
        format=values["format"],
        budget=values["budget"],
        profile=values["profile"],
        fail_on=values["fail-on"],
        floor=values["floor"],
        strict=values["strict"],
        preview=values["preview"],
        excerpts=values["excerpts"],
        max_per_rule=int(values["max-per-rule"]),
        required_version=values["required-version"],
        rulebooks=tuple(place("rulebooks", each) for each in values["rulebooks"]),
        exclude=values["exclude"],
        levels=(*_words(table.get("levels", {}), name), *words),
        overrides=tuple(
            Override(
                _names(each["files"]),
                _words(each["levels"], f"[[overrides]] number {number} in {name}"),
            )
            for number, each in enumerate(table.get("overrides", ()), 1)
        ),
        options=table.get("options", {}),
        models={
            each: _model(each, body, root, name) for each, body in table.get("models", {}).items()
        },
        datasets=datasets,
        contract=contract(table.get("contract", {}), f"`contract` in {name}"),
        allow_python=bool(allowed),
        origin=origin,
    )


def _nearest(here: Path) -> tuple[Path | None, dict[str, Any]]:
    own = _own_file()
    for folder in (here, *here.parents):
        path = folder / "dslint.toml"
        if path.is_file() and path != own:
            return path, toml.read(path)
        path = folder / "pyproject.toml"
        if path.is_file() and (table := _tool_table(path)) is not None:
            return path, table
    return None, {}


def _chosen(config: Path) -> tuple[Path, dict[str, Any]]:
    path = Path(os.path.abspath(config))
    if not path.is_file():
        raise ConfigError(f"there is no configuration file `{toml.shown(path)}`")
    if path.name != "pyproject.toml":
        return path, toml.read(path)
    table = _tool_table(path)
    if table is None:
        raise ConfigError(f"{toml.shown(path)} has no `[tool.dslint]`")
    return path, table


def _tool_table(path: Path) -> dict[str, Any] | None:
    tool = toml.read(path).get("tool")
    table = tool.get("dslint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"`tool.dslint` in {toml.shown(path)} is not a table")
    return table


def _verify(table: Mapping[str, Any], name: str) -> None:
    # first, because what a newer dslint understands would be told as mistakes
    wanted = table.get("required-version")
    if isinstance(wanted, str) and not versions.satisfies(have := versions.installed(), wanted):
        raise ConfigError(
            f"`required-version` in {name} asks for dslint {toml.printable(wanted)}; this is {have}"
        )
    if wrong := complaints({**table, **_dateless(table)}, f" in {name}", schema()):
        raise ConfigError("\n".join(wrong))


def _dateless(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of models with days as text: the schema is JSON's, which has no dates."""
    models = table.get("models")
    if not isinstance(models, dict):
        return {}
    return {
        "models": {
            model: {
                name: each.isoformat() if name in _DAYS and type(each) is date else each
                for name, each in body.items()
            }
            if isinstance(body, dict)
            else body
            for model, body in models.items()
        }
    }


def _model(model: str, body: Mapping[str, Any], root: Path, name: str) -> dict[str, Any]:
    said = dict(body)
    if "target" in said:
        (said["target"],) = _targets((said["target"],), root)
    if "aliases" in said:
        said["aliases"] = _names(said["aliases"])
    for day in said.keys() & set(_DAYS):
        try:
            said[day] = date.fromisoformat(str(said[day]))
        except ValueError:
            raise ConfigError(
                f"`models.{toml.key(model)}.{day}` in {name} is "
                f"`{toml.literal(said[day])}`, which is not a day"
            ) from None
    return said


def _given(command_line: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, under the names that the configuration has for it."""
    given = {name.replace("_", "-"): each for name, each in command_line.items()}
    unknown = given.keys() - DEFAULTS.keys() - {"levels", "allow-python"}
    if unknown:
        raise UsageError(f"`{min(unknown)}` is not a setting{did_you_mean(min(unknown), DEFAULTS)}")
    return {
        name: each
        for name, each in given.items()
        if each is not None and each != () and not (name in _SWITCHES and each is False)
    }


def _verify_given(given: Mapping[str, Any]) -> None:
    plain = {
        name: [str(one) for one in each]
        if isinstance(each, tuple | list)
        else str(each)
        if isinstance(each, Path)
        else each
        for name, each in given.items()
        if name in schema()["properties"]
    }
    if wrong := complaints(plain, "", schema()):
        raise UsageError("\n".join(wrong))


def _layers(
    table: Mapping[str, Any], name: str, given: Mapping[str, Any]
) -> Iterable[tuple[Mapping[str, Any], str]]:
    """Yield settings and their origin (empty for a flag, which is its own), the weakest first."""
    profile = given.get("profile") or table.get("profile") or DEFAULTS["profile"]
    effects = (PROFILES[profile], f"profile {profile}")
    if "profile" not in given:
        yield effects
    yield table, name
    if "profile" in given:
        yield effects
    yield given, ""


def _flag(setting: str) -> str:
    return _SWITCHES.get(setting, f"--{setting}")


def _dataset(
    name: str,
    body: Mapping[str, Any],
    values: Mapping[str, Any],
    given: Mapping[str, Any],
    root: Path,
    agreed: Mapping[str, Any],
    where: str,
) -> Dataset:
    own = {**values, **body, **given}
    agreed = {**agreed, **body.get("contract", {})}
    return Dataset(
        name,
        train=_names(body.get("train", ())),
        validation=_names(body.get("validation", ())),
        evaluation=_names(body.get("evaluation", ())),
        target=_names(given.get("target") or _targets(_names(own["target"]), root)),
        model=own["model"],
        format=own["format"],
        budget=own["budget"],
        contract=contract(agreed, f"`datasets.{toml.key(name)}.contract` in {where}"),
    )


def _targets(names: tuple[str, ...], root: Path) -> tuple[str, ...]:
    """Resolve those targets that are files of the user's own."""
    return tuple(str(root / each) if each.endswith(".toml") else each for each in names)


def _words(levels: Mapping[str, Any], origin: str) -> tuple[Word, ...]:
    return tuple((rule, level, origin) for rule, level in levels.items())


def _word(rule: str, level: str) -> Word:
    for known in LEVELS:
        if level == known:
            return rule, known, "--level"
    near = did_you_mean(level, LEVELS)
    told = toml.printable(level)
    raise UsageError(f"`{told}` is not a level; it may be `error`, `warn`, `info` or `off`{near}")


def _names(value: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys([value] if isinstance(value, str | Path) else value))


def _dotted(table: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    """Yield the dotted names of all that a table says, tables themselves among them."""
    for name, value in table.items():
        yield prefix + toml.key(name)
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{toml.key(name)}.")


def _own_file() -> Path:
    """Return the user's own configuration file, which alone may allow Python from strangers."""
    place = os.environ.get("XDG_CONFIG_HOME", "")
    # a relative one is invalid by the XDG specification, and would lie in the repository
    home = Path(place) if os.path.isabs(place) else Path.home() / ".config"
    return home / "dslint" / "dslint.toml"


def _allowed_by_user() -> str:
    """Return the name of the user's own file if it allows Python checks, else an empty string."""
    try:
        own = _own_file()
    except RuntimeError:  # no home folder
        return ""
    if not own.is_file():
        return ""
    table = toml.read(own)
    shape = {"$schema": schema()["$schema"], **schema()["$defs"]["own"]}
    if wrong := complaints(table, f" in {toml.shown(own)}", shape):
        raise ConfigError("\n".join(wrong))
    return toml.shown(own) if table.get("allow-python-rules") else ""
