"""The rulebook: every page of dslint's own folder and of the user's, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from dslint import resources
from dslint.errors import ConfigError, PageError, UsageError, did_you_mean
from dslint.model import Rule
from dslint.rulebook import page, remedy


def pages(folder: Path) -> list[Path]:
    """Return the rule pages of a folder and its sub-folders, by name; `README.md` is no page."""
    return sorted(path for path in folder.rglob("*.md") if path.name.upper() != "README.MD")


@cache
def own() -> Mapping[str, Rule]:
    """Return dslint's own rules by name."""
    found: dict[str, Rule] = {}
    for rule in map(page.read, pages(resources.folder("rules"))):
        if rule.name in found:
            raise PageError(f"{rule.path}:1: there is a rule of that name: {found[rule.name].path}")
        found[rule.name] = rule
    return MappingProxyType(found)


def load(folders: Iterable[Path] = (), *, allow_python: bool = False) -> dict[str, Rule]:
    """Return dslint's own rules and those of the users' `folders`, by name.

    A page of a user's folder may hold SQL; one that names Python code is refused unless
    `allow_python`, for a folder of rules comes with a repository, which may be a stranger's.
    """
    book = dict(own())
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"the rulebook `{folder}` is no folder")
        for path in pages(folder):
            rule = page.read(path)
            if rule.name in book:
                raise PageError(
                    f"{path}:1: there is a rule `{rule.name}` already: {book[rule.name].path}"
                )
            if rule.labelled:
                raise PageError(
                    f"{path}:1: `label = true` is for dslint's own schemas; use a sql block"
                )
            if not allow_python and (code := python(rule)):
                raise PageError(
                    f"{path}:1: names Python code (`{code}`), which would be run; "
                    "if you trust this folder, pass --allow-python-rules"
                )
            book[rule.name] = rule
    return book


def python(rule: Rule) -> str:
    """Return the line of a page that names Python code, if there is one."""
    if rule.check:
        return f"check = {rule.check!r}"
    if rule.fix and rule.fix.word == remedy.PYTHON:
        return f"fix = {rule.fix.value!r}"
    return ""


def find(book: Mapping[str, Rule], name: str) -> Rule:
    """Return the rule called `name`, now or formerly. Raises UsageError with the nearest name."""
    if name in book:
        return book[name]
    for rule in book.values():
        if name in rule.aliases:
            return rule
    raise UsageError(f"there is no rule `{name}`{did_you_mean(name, book)}")
