"""Where a conversion goes: a format, or what a target wants of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dslint import targets
from dslint.errors import UsageError, did_you_mean
from dslint.facts.reasoning import INLINE
from dslint.formats import FORMATS
from dslint.formats.openai import CHAT, PREFERENCE, REINFORCEMENT
from dslint.stages.style import Style
from dslint.targets import Target

WRITTEN = tuple(sorted(name for name, each in FORMATS.items() if each.write))
"""The formats that can be written."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What `--to` names: the format of chats and of all else; of a `target`, those of pairs and of
    tasks as well, where it has some. `bom` is whether a byte-order mark begins the file.
    """

    format: str
    target: str = ""
    preference: str = ""
    reinforcement: str = ""
    bom: bool = False
    style: Style = field(default_factory=Style)

    def format_for(self, source: str) -> str:
        """Return the format to write of rows that are in the format `source`."""
        family = FORMATS[source].family or source if source in FORMATS else ""
        if family == PREFERENCE.name and self.preference:
            return self.preference
        if source in (REINFORCEMENT.name, "trl-prompt") and self.reinforcement:
            return self.reinforcement
        return self.format


def goal(to: str) -> Goal:
    """Return what `to` names: a target, an alias or the file of one, or a format.

    Raises UsageError for a name of nothing that can be written.
    """
    if to in WRITTEN and to not in targets.names():
        return Goal(to)
    known = {name: each.name for each in targets.every() for name in (each.name, *each.aliases)}
    if to in known or to.endswith(".toml"):
        return _of_target(targets.load(to), to)
    near = did_you_mean(to, [*WRITTEN, *known])
    raise UsageError(
        f"nothing is converted to `{to}`{near}\n"
        f"formats are {', '.join(WRITTEN)};\n"
        f"targets are {', '.join(targets.names())}, or the path of a .toml file of your own"
    )


def _of_target(target: Target, to: str) -> Goal:
    says: Mapping[str, Any] = target.write or _told(target)
    limits = target.limits
    keeps = limits.get("weights") != "none"
    fields = [each for each in limits.get("reasoning", ()) if each != INLINE]
    return Goal(
        says["format"],
        to,
        says.get("preference", ""),
        says.get("reinforcement", ""),
        limits.get("bom") == "wanted",
        Style(
            roles=tuple(limits.get("roles", ())),
            keys=tuple(limits.get("keys", ())),
            ids=limits.get("call_id_pattern", ""),
            weights=says.get("weights", "weight" if keeps else ""),
            reasoning=tuple(fields) if limits.get("reasoning") else None,
            arguments=says.get("arguments", "text"),
            images=says.get("images", "object"),
            remarks=says.get("remarks", True),
            row_weights=says.get("row_weights", False),
        ),
    )


def _told(target: Target) -> dict[str, Any]:
    """Return what a target without `write` can be given: the first format that it takes."""
    taken = [name for name in target.limits.get("formats", (CHAT.name,)) if name in WRITTEN]
    if not taken:
        raise UsageError(f"the target `{target.name}` takes no format that can be written")
    first = CHAT.name if CHAT.name in taken else taken[0]
    return {"format": first, **({"preference": "preference"} if "preference" in taken else {})}


def suffix(to: str) -> str:
    """Return what the name of a file says of what was written: `azure`, or a file's bare name."""
    return Path(to).stem if to.endswith(".toml") else to
