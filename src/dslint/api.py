"""The library: what `import dslint` offers. Each name is imported when it is first used."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dslint import model
from dslint.config import Settings, load
from dslint.errors import DslintError, UsageError
from dslint.model import LEVELS, Finding, Level, Rule
from dslint.report import Options, words
from dslint.report.explain import explain as _explain
from dslint.report.screen import safe
from dslint.rulebook import book

if TYPE_CHECKING:
    import polars as pl

    from dslint.stages.convert import Conversion
    from dslint.stages.count import Count
    from dslint.stages.estimate import Estimate

Place = str | os.PathLike[str]

SHOWN = 10
"""Findings that a message or a notebook's table shows."""

_COLUMNS = (
    *("rule", "level", "fate", "file", "line", "column", "end_column", "pointer"),
    *("message", "help", "fix", "fingerprint", "ignored", "rows"),
)


class FindingsError(Exception):
    """The data has findings that the caller said it must not have; `report` has all of them."""

    def __init__(self, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.report = report


class ConversionError(DslintError):
    """Nothing was written: it would have lost what was not allowed to be lost, or too many rows
    can't be converted; `conversion` has the counts.
    """

    def __init__(self, message: str, conversion: Conversion | None = None) -> None:
        super().__init__(message)
        self.conversion = conversion


@dataclass(frozen=True, slots=True, repr=False)
class Report(model.Report):
    """What `check` found: `findings`, `files`, `fates`, `records`; and ways to go on from there.

    As text it is the story that the command line tells; in a notebook, a table.
    """

    def to_frame(self) -> pl.DataFrame:
        """Return the findings as a polars frame, a row each, in the columns of the json report."""
        import polars as pl

        schema = {
            name: pl.Int64 if name in ("line", "column", "end_column", "rows") else pl.String
            for name in _COLUMNS
        }
        data = {name: [getattr(found, name) for found in self.findings] for name in _COLUMNS}
        return pl.DataFrame(data, schema=schema)

    def to_json(self) -> str:
        """Return the json report, which `schemas/report.schema.json` describes."""
        return self.to_text("json")

    def to_text(self, name: str = "full", *, width: int = 100) -> str:
        """Return one of the command line's reports, without colours."""
        from dslint.report import render

        out = io.StringIO()
        render(name, self, out, Options(color=False, width=width))
        return out.getvalue()

    def raise_if(self, level: Level = "error") -> None:
        """Raise FindingsError if there is a finding at `level` or above that is not ignored."""
        if level not in LEVELS[1:]:
            raise UsageError(f"`{level}` is not a level; it may be `error`, `warn` or `info`")
        if not self.fails(level):
            return
        floor = LEVELS.index(level)
        found = [
            each for each in self.findings if LEVELS.index(each.level) >= floor and not each.ignored
        ]
        lines = [
            f"{safe(words.place(each))}: {each.level} {each.rule} {safe(each.message)}"
            for each in found[:SHOWN]
        ]
        if len(found) > SHOWN:
            lines.append(f"… {len(found) - SHOWN:,} more")
        head = f"{words.many(len(found), 'finding')} for {self.target}"
        raise FindingsError("\n".join((head, *lines)), self)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<dslint.Report: {words.verdict(self, '·')}>"

    def _repr_html_(self) -> str:
        """Return a table of the first findings, the worst rules first, for a notebook."""
        shown = [found for story in self.stories for found in words.examples(story)]
        rows = "".join(
            f"<tr><td>{_cell(words.place(found))}</td><td>{found.level}</td>"
            f"<td><code>{_cell(found.rule)}</code></td><td>{_cell(found.message)}</td></tr>"
            for found in shown[: SHOWN * 2]
        )
        rest = sum(not found.ignored for found in self.findings) - len(shown[: SHOWN * 2])
        more = f"<tr><td colspan=4>… {rest:,} more</td></tr>" if rest > 0 else ""
        head = "<tr><th>where</th><th>level</th><th>rule</th><th>what</th></tr>"
        table = f"<table>{head}{rows}{more}</table>" if rows else ""
        return f"<p>dslint: {_cell(words.verdict(self, '·'))}</p>{table}"


def _cell(text: str) -> str:
    return escape(safe(text))


def check(
    data: Place | Iterable[Any],
    *,
    target: str | None = None,
    format: str | None = None,
    model: str | None = None,
    levels: Mapping[str, Level] | None = None,
    rulebooks: Sequence[Place] = (),
    profile: str | None = None,
    preview: bool | None = None,
    config: Place | bool = False,
    allow_python: bool = False,
    jobs: int = 1,
) -> Report:
    """Lint data, and return what was found. Findings are no error: see `Report.raise_if`.

    `data` is a path or a list of paths (files, folders, globs), or rows: an iterable of
    dictionaries, a polars or pandas frame, a pyarrow table, a `datasets.Dataset`. Of rows, a
    finding's `file` is `<rows>` and its `line` the number of the row, from 1.

    `target` is where the data goes (by default openai); `levels` maps rules, groups or `all` to
    levels; `rulebooks` are folders of your own pages, which may run Python code only if
    `allow_python`. The configuration is read if `config` is True (the nearest one) or its path; by
    default the result depends on nothing but what is given here. `jobs` processes are used; with
    more than one, a script needs the usual `if __name__ == "__main__":`.

    Raises UsageError, ConfigError, PageError or InputError, all of them DslintErrors.
    """
    from dslint.stages.check import check as lint
    from dslint.stages.rows import spooled

    settings = _settings(
        config,
        target=(target,) if target else None,
        format=format,
        model=model,
        levels=tuple((levels or {}).items()),
        rulebooks=tuple(Path(each) for each in rulebooks),
        profile=profile,
        preview=preview,
        allow_python=allow_python,
    )
    if (paths := _paths(data)) is not None:
        (found,) = lint(paths, settings, jobs=jobs)[:1]
    else:
        with spooled(data) as source:
            (found,) = lint([source], settings, jobs=jobs)[:1]
    return Report(**{each.name: getattr(found, each.name) for each in fields(found)})


def convert(
    path: Place,
    to: Literal["chat", "preference"] = "chat",
    *,
    out: Place | None = None,
    system: str | None = None,
    reasoning: Literal["inline", "field", "drop"] | None = None,
    allow_loss: Sequence[str] = (),
    rejects: Place | None = None,
    max_rejects: int = 0,
    force: bool = False,
    format: str | None = None,
) -> Conversion:
    """Write the file at `path` in another format, beside it or to `out`, and say what it did.

    `system` is for rows without a system message of their own; `reasoning` writes the reasoning of
    answers before them, in `reasoning_content`, or not at all. What is lost has to be named in
    `allow_loss`; up to `max_rejects` rows that can't be converted are left out, and go to the file
    `rejects`. `force` writes over files that exist. `format` is the rows' own, if they don't look
    like it.

    Raises ConversionError where nothing was written for the data's sake; UsageError and InputError
    as ever.
    """
    from dslint.stages.convert import Wish
    from dslint.stages.convert import convert as of_path

    wish = Wish(
        to=to,
        out=None if out is None else os.fspath(out),
        system=system,
        reasoning=reasoning,
        allow_loss=tuple(allow_loss),
        rejects=None if rejects is None else os.fspath(rejects),
        max_rejects=max_rejects,
        force=force,
        format=format,
    )
    if wish.out == "-" or os.fspath(path) == "-":
        raise UsageError("the library converts files: name one, and another one as `out`")
    found = of_path(os.fspath(path), wish)
    if found.refusal:
        first = "".join(f"\nline {each.line:,}: {each.reason}" for each in found.shown[:1])
        raise ConversionError(f"{safe(found.source)}: {found.refusal}{first}", found)
    return found


@contextmanager
def _sources(data: Place | Iterable[Any]) -> Iterator[list[Any]]:
    """Give what `data` names or holds, as the stages take it."""
    from dslint.stages.rows import spooled

    if (paths := _paths(data)) is not None:
        yield list(paths)
    else:
        with spooled(data) as source:
            yield [source]


def count_tokens(
    data: Place | Iterable[Any],
    *,
    model: str | None = None,
    target: str | None = None,
    tokenizer: Place | None = None,
    format: str | None = None,
    pack: int | None = None,
    config: Place | bool = False,
    jobs: int = 1,
) -> Count:
    """Count the tokens of data, a path, paths or rows as in `check`, as a model counts them.

    `total.tokens` are billed for an epoch, `total.trained` are learned. Without a model o200k_base
    counts; `exact` is False where the model's tokenizer is not tiktoken's and `tokenizer`, the path
    of its `tokenizer.json`, was not given. `pack` packs records into sequences of so many tokens.

    Raises UsageError, ConfigError or InputError, all of them DslintErrors.
    """
    from dslint.stages.count import count

    settings = _settings(config, target=(target,) if target else None, model=model, format=format)
    own = None if tokenizer is None else os.fspath(tokenizer)
    with _sources(data) as sources:
        return count(sources, settings, tokenizer=own, pack=pack, jobs=jobs)


def estimate(
    data: Place | Iterable[Any],
    *,
    model: str | None = None,
    target: str | None = None,
    validation: Place | Iterable[Any] | None = None,
    epochs: int | None = None,
    hours: str | None = None,
    traffic: str | None = None,
    budget: str | None = None,
    format: str | None = None,
    config: Place | bool = False,
    jobs: int = 1,
) -> Estimate:
    """Say what a job on data costs, a path, paths or rows as in `check`.

    `offers` has the model, or all that are open to such rows, the cheapest first; their
    `cost.total` is None where a price is not known, else the `least` and the `most` in US dollars,
    as Decimal. `hours` (`"2-6"`), `traffic` (`"10000 x 500/200"`) and `budget` (`"50 USD"`) are
    written as on the command line; `fails` says that the budget is not kept.

    Raises UsageError, ConfigError or InputError, all of them DslintErrors.
    """
    from dslint.stages import estimate as stage
    from dslint.stages import money

    settings = _settings(config, target=(target,) if target else None, model=model, format=format)
    wish = stage.Wish(
        epochs=epochs,
        budget=None if budget is None else money.budget(budget),
        traffic=None if traffic is None else stage.traffic(traffic),
        hours=None if hours is None else stage.hours(hours),
    )
    with ExitStack() as stack:
        train = stack.enter_context(_sources(data))
        tested = [] if validation is None else stack.enter_context(_sources(validation))
        return stage.estimate(train, settings, wish, validation=tested, jobs=jobs)


def rules(
    *,
    target: str | None = None,
    rulebooks: Sequence[Place] = (),
    config: Place | bool = False,
) -> list[Rule]:
    """Return the rules, dslint's own and those of `rulebooks`, each at its level for `target`.

    Those that are off there are among them.
    """
    from dataclasses import replace

    from dslint.report.explain import standing

    settings = _settings(
        config,
        target=(target,) if target else None,
        rulebooks=tuple(Path(each) for each in rulebooks),
    )
    known = book.load(settings.rulebooks, allow_python=True)  # shown, not run
    return [replace(rule, level=standing(rule, settings).level) for rule in known.values()]


def explain(name: str, *, config: Place | bool = False) -> str:
    """Return the page on a rule, a group, a format, a target, a table or `fates`, as Markdown."""
    settings = _settings(config)
    return _explain(name, book.load(settings.rulebooks, allow_python=True), settings)[0]


def _settings(config: Place | bool, **given: Any) -> Settings:
    from dataclasses import replace

    if config is False:
        # without a configuration there is no ignore file either: nothing around the call counts
        return replace(load(config=False, **given), ignore_file=Path(os.devnull))
    return load(config=None if config is True else Path(os.fspath(config)), **given)


def _paths(data: object) -> list[str] | None:
    """Return what `data` names as paths; None where it is rows."""
    if isinstance(data, str | os.PathLike):
        return [os.fspath(data)]
    if isinstance(data, list | tuple) and data:
        if all(isinstance(each, str | os.PathLike) for each in data):
            return [os.fspath(each) for each in data]
        if any(isinstance(each, os.PathLike) for each in data):
            raise UsageError("paths and rows are mixed: pass either")
    return None


__all__ = [
    "ConversionError",
    "Finding",
    "FindingsError",
    "Level",
    "Report",
    "Rule",
    "check",
    "convert",
    "count_tokens",
    "estimate",
    "explain",
    "rules",
]
