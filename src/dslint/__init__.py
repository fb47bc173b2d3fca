"""A linter for fine-tuning data: `dslint.check` on a path, on rows or on a frame gives a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dslint.version import VERSION as _VERSION

if TYPE_CHECKING:
    from dslint import targets
    from dslint.api.checking import check, explain, rules
    from dslint.api.counting import count_tokens, estimate, stats
    from dslint.api.deduping import dedupe
    from dslint.api.dividing import split
    from dslint.api.fixing import fix
    from dslint.api.report import FindingsError, Report
    from dslint.api.writing import ConversionError, convert, prepare
    from dslint.errors import DslintError
    from dslint.model import LEVELS, Finding, Level, Rule
    from dslint.stages.convert import Conversion
    from dslint.stages.dedupe import Deduped
    from dslint.stages.fix import Fixed, Fixes
    from dslint.stages.prepare import Preparation
    from dslint.stages.remedies import Remedy
    from dslint.stages.split import Split
    from dslint.stages.stats import Stats

__version__ = _VERSION

_HOME = {
    "ConversionError": "api.writing",
    "FindingsError": "api.report",
    "Report": "api.report",
    "check": "api.checking",
    "convert": "api.writing",
    "prepare": "api.writing",
    "count_tokens": "api.counting",
    "dedupe": "api.deduping",
    "estimate": "api.counting",
    "explain": "api.checking",
    "fix": "api.fixing",
    "rules": "api.checking",
    "split": "api.dividing",
    "stats": "api.counting",
    "targets": "",
    "DslintError": "errors",
    "LEVELS": "model",
    "Finding": "model",
    "Level": "model",
    "Rule": "model",
    "Conversion": "stages.convert",
    "Fixed": "stages.fix",
    "Fixes": "stages.fix",
    "Deduped": "stages.dedupe",
    "Split": "stages.split",
    "Stats": "stages.stats",
    "Preparation": "stages.prepare",
    "Remedy": "stages.remedies",
}

__all__ = [
    "LEVELS",
    "Conversion",
    "ConversionError",
    "Deduped",
    "DslintError",
    "Finding",
    "FindingsError",
    "Fixed",
    "Fixes",
    "Level",
    "Preparation",
    "Remedy",
    "Report",
    "Rule",
    "Split",
    "Stats",
    "__version__",
    "check",
    "convert",
    "count_tokens",
    "dedupe",
    "estimate",
    "explain",
    "fix",
    "prepare",
    "rules",
    "split",
    "stats",
    "targets",
]


if not TYPE_CHECKING:  # a type checker would take any name at all for one that is there

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first asked for: `import dslint` alone costs nothing."""
        from importlib import import_module

        if name not in _HOME:
            raise AttributeError(f"module `dslint` has no attribute `{name}`")
        home = _HOME[name]
        found = (
            getattr(import_module(f"dslint.{home}"), name)
            if home
            else import_module(f"dslint.{name}")
        )
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted(__all__)
