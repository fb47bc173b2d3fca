"""`check`, and what is known of its rules."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from dslint.api.inputs import Place, paths_of, settings_of
from dslint.api.report import Report
from dslint.model import Level, Rule
from dslint.report.explain import explain as _explain
from dslint.rulebook import book


def check(
    data: Place | Iterable[Any],
    *,
    target: str | None = None,
    format: str | None = None,
    model: str | None = None,
    budget: str | None = None,
    levels: Mapping[str, Level] | None = None,
    rulebooks: Sequence[Place] = (),
    profile: str | None = None,
    preview: bool | None = None,
    config: Place | bool = False,
    allow_python: bool = False,
    frozen: bool = False,
    against: Sequence[Place] = (),
    jobs: int = 1,
) -> Report:
    """Lint data, and return what was found. Findings are no error: see `Report.raise_if`.

    `data` is a path or a list of paths (files, folders, globs), or rows: an iterable of
    dictionaries, a polars or pandas frame, a pyarrow table, a `datasets.Dataset`. Of rows, a
    finding's `file` is `<rows>` and its `line` the number of the row, from 1.

    `target` is where the data goes (by default openai), `model` what is trained, `budget` what that
    may cost (`"50 USD"`), with all data one job; `levels` maps rules, groups or `all` to
    levels; `rulebooks` are folders of your own pages, which may run Python code only if
    `allow_python`. The configuration is read if `config` is True (the nearest one) or its path; by
    default the result depends on nothing but what is given here. `frozen` holds files to the
    `dslint.lock` beside them; `against` are files of evaluation sets, whose questions are looked
    for. `jobs` processes are used; with more than one, a script needs the usual
    `if __name__ == "__main__":`.

    Raises UsageError, ConfigError, PageError or InputError, all of them DslintErrors.
    """
    from dslint.stages.check import check as lint
    from dslint.stages.rows import spooled

    settings = settings_of(
        config,
        target=(target,) if target else None,
        format=format,
        model=model,
        budget=budget,
        levels=tuple((levels or {}).items()),
        rulebooks=tuple(Path(each) for each in rulebooks),
        profile=profile,
        preview=preview,
        allow_python=allow_python,
    )
    asked = [os.fspath(each) for each in against]
    if (paths := paths_of(data)) is not None:
        (found,) = lint(paths, settings, frozen=frozen, against=asked, jobs=jobs)[:1]
    else:
        with spooled(data) as source:
            (found,) = lint([source], settings, frozen=frozen, against=asked, jobs=jobs)[:1]
    return Report(**{each.name: getattr(found, each.name) for each in fields(found)})


def rules(
    *,
    target: str | None = None,
    rulebooks: Sequence[Place] = (),
    config: Place | bool = False,
) -> list[Rule]:
    """Return the rules, dslint's own and those of `rulebooks`, each at its level for `target`.

    Those that are off there are among them.
    """
    from dslint.report.explain import standing

    settings = settings_of(
        config,
        target=(target,) if target else None,
        rulebooks=tuple(Path(each) for each in rulebooks),
    )
    known = book.load(settings.rulebooks, allow_python=True)  # shown, not run
    return [replace(rule, level=standing(rule, settings).level) for rule in known.values()]


def explain(name: str, *, config: Place | bool = False) -> str:
    """Return the page on a rule, a group, a format, a target, a table or `fates`, as Markdown."""
    settings = settings_of(config)
    return _explain(name, book.load(settings.rulebooks, allow_python=True), settings)[0]
