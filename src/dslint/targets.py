"""Destinations: the places that data can go, as `targets/` and users' own files describe them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from dslint.errors import ConfigError, UsageError, did_you_mean
from dslint.figures import Claim, Model, claim_of, day_of, model_of
from dslint.resources import folder as resource

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

DEFAULT = "openai"
"""The target of a run that names none."""

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "formats": "list[str]",
        "roles": "list[str]",
        "keys": "list[str]",
        "containers": "list[str]",
        "bom": "str",
        "min_rows": "int",
        "max_rows": "int",
        "max_image_rows": "int",
        "max_reinforcement_rows": "int",
        "max_bytes": "int",
        "max_images": "int",
        "max_image_bytes": "int",
        "image_types": "list[str]",
        "image_sources": "list[str]",
        "image_roles": "list[str]",
        "max_tools": "int",
        "context": "int",
        "max_job_tokens": "int",
        "call_id_pattern": "str",
        "tools": "bool",
        "weights": "str",
        "reasoning": "list[str]",
    }
)
"""Every limit that a target may state, and its type; `target.schema.json` says what each means."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day that changes who may train at a target. `event` is opens, narrowed or closes."""

    on: date
    event: str
    says: str


@dataclass(frozen=True, slots=True)
class Target:
    """A place that data can go. `limits` has what is stated of it, by the names of `LIMITS`.

    `billing` has what is stated of bills: `validation` (bool), whether tokens of validation rows
    are billed, and `reinforcement_pause` (Decimal), the USD at which such a job pauses. `write` has
    the formats that data is converted to for it, and how; `api` how to speak with it, empty where
    it has no API of OpenAI's kind, and `next` the commands of its own tool then:
    `target.schema.json` has the keys.
    """

    name: str
    title: str
    summary: str
    kind: Literal["hosted", "local"]
    aliases: tuple[str, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    write: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    dates: tuple[Milestone, ...] = ()
    sources: tuple[Claim, ...] = ()
    models: tuple[Model, ...] = ()
    billing: Mapping[str, Any] = field(default_factory=dict)
    api: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None
    read: date | None = None

    def source_of(self, limit: str) -> Claim | None:
        """Return where the value of a limit comes from, if that is known."""
        return next((each for each in self.sources if f"limits.{limit}" in each.about), None)


@cache
def names() -> tuple[str, ...]:
    """Return the names of dslint's own targets: the default first, then by the alphabet."""
    found = (path.stem for path in resource("targets").glob("*.toml"))
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, name)))


def every() -> list[Target]:
    """Return dslint's own targets, in the order of `names`."""
    return [_ours(name) for name in names()]


def load(name: str, folder: Path | None = None) -> Target:
    """Return the target `name`: one of dslint's own, an alias of one, or the path of a file.

    A path ends in `.toml` and is relative to `folder`, or to the working directory without one.
    Raises UsageError for a name that nobody has, ConfigError for a file that is missing or wrong.
    """
    if name.endswith(".toml"):
        return _theirs(name, (folder or Path()) / name)
    if name in names():
        return _ours(name)
    known = {alias: target.name for target in every() for alias in target.aliases}
    if name in known:
        return _ours(known[name])
    hint = did_you_mean(name, [*names(), *known])
    raise UsageError(
        f"there is no target `{name}`{hint}\n"
        f"targets are {', '.join(names())}, or the path of a .toml file of your own"
    )


@cache
def _ours(name: str) -> Target:
    path = resource("targets") / f"{name}.toml"
    return _target(tomllib.loads(path.read_text(encoding="utf-8")))


def _theirs(name: str, path: Path) -> Target:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: not valid TOML: {error}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{name}: can't be read: {reason}") from error
    wrong = list(problems(data))
    if wrong:
        raise ConfigError("\n".join(f"{name}: {each}" for each in wrong))
    return _target(data)


def _target(data: Mapping[str, Any]) -> Target:
    dates = tuple(
        Milestone(day_of(each["on"]), each["event"], each["says"]) for each in data.get("dates", ())
    )
    sources = tuple(claim_of(each) for each in data.get("sources", ()))
    billing = dict(data.get("billing", {}))
    if "reinforcement_pause" in billing:
        billing["reinforcement_pause"] = Decimal(billing["reinforcement_pause"])
    return Target(
        name=data["name"],
        title=data["title"],
        summary=data["summary"],
        kind=data["kind"],
        aliases=tuple(data.get("aliases", ())),
        limits=dict(data.get("limits", {})),
        write=dict(data.get("write", {})),
        notes=tuple(data.get("notes", ())),
        next=tuple(data.get("next", ())),
        dates=dates,
        sources=sources,
        models=tuple(
            _closing(model_of(each, data["name"], sources), dates, sources)
            for each in data.get("models", ())
        ),
        billing=billing,
        api=dict(data.get("api", {})),
        url=data.get("url"),
        read=day_of(data["read"]) if "read" in data else None,
    )


def _closing(model: Model, dates: Sequence[Milestone], sources: Sequence[Claim]) -> Model:
    """Close a model on the day on which the place itself closes, if that comes first."""
    closes = min((each.on for each in dates if each.event == "closes"), default=None)
    if closes is None or any(day and day <= closes for day in (model.closed, model.shut)):
        return model
    source = next((each for each in sources if "dates" in each.about), None)
    known = {**model.sources, **({"closed": source} if source else {})}
    return replace(model, closed=closes, sources=known)


def problems(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a target's settings, a sentence each, by `target.schema.json`."""
    from jsonschema import Draft202012Validator, FormatChecker

    text = (resource("schemas") / "target.schema.json").read_text(encoding="utf-8")
    checker = Draft202012Validator(
        json.loads(text), format_checker=FormatChecker(["date", "regex"])
    )
    # TOML has dates and JSON has not: the schema sees the text that they were written as.
    plain = json.loads(json.dumps(data, default=str))
    # Each missing setting is an error of its own, and is told together with the others.
    errors = sorted(checker.iter_errors(plain), key=lambda each: each.json_path)
    yield from dict.fromkeys(map(_explain, errors))


def _explain(error: ValidationError) -> str:
    """Say what is wrong with a setting, without the words of JSON Schema."""
    where = re.sub(r"\.([0-9]+)", r"[\1]", ".".join(map(str, error.absolute_path)))
    found: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            known = schema["properties"]
            unknown = (
                f"`{where}.{key}`".replace("`.", "`") + did_you_mean(key, known)
                for key in found
                if key not in known
            )
            return f"there is no setting {', '.join(unknown)}"
        case "required":
            missing = ", ".join(f"`{key}`" for key in rule if key not in found)
            return f"{missing} is missing" + (f" in `{where}`" if where else "")
        case "enum":
            hint = did_you_mean(found, rule) if isinstance(found, str) else ""
            wanted = f"one of {', '.join(rule)}{hint}"
        case "type":
            wanted = _TYPES[rule]
        case "anyOf":
            wanted = "a text or a list of texts"
        case "minimum":
            wanted = f"{rule} or more"
        case "format":
            wanted = _FORMATS[rule]
        case "pattern":
            wanted = f"a text that fits {rule}"
        case "uniqueItems":
            wanted = "a list without an entry twice"
        case _:
            wanted = "a text that is not empty"
    return f"`{where}` is `{json.dumps(found, ensure_ascii=False)[:80]}`, and should be {wanted}"


_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}

_FORMATS = {"date": "a date such as 2026-11-20", "regex": "a regular expression"}
