"""The verb `test`: runs the examples of rule pages, as real files through the whole of `check`'s
path.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dslint import targets
from dslint.errors import DslintError, InputError, PageError, did_you_mean
from dslint.jsonl.source import CHUNK, Source
from dslint.model import Example, Rule
from dslint.rulebook import book, page
from dslint.stages.files import opened
from dslint.stages.gather import gather
from dslint.stages.plan import Plan
from dslint.stages.purpose import for_model, purpose_of
from dslint.stages.scan import Raised
from dslint.stages.verify import verify
from dslint.targets import Target


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page that was tested: how many examples ran, and a sentence with file and line for each
    that failed.
    """

    path: str
    examples: int
    failures: tuple[str, ...]


def run(paths: list[Path], *, allow_python: bool = False) -> Iterator[Outcome]:
    """Test the pages that `paths` (pages or folders) name; raises InputError without any."""
    pages = [each for path in paths for each in (book.pages(path) if path.is_dir() else [path])]
    if not pages:
        raise InputError(
            f"there is no rule page (`….md`) in {', '.join(f'`{path}`' for path in paths)}"
        )
    for path in pages:
        yield outcome(path, allow_python=allow_python)


def outcome(path: Path, *, allow_python: bool = False) -> Outcome:
    """Test one page."""
    try:
        rule = page.read(path)
        if rule.check and not (allow_python or rule.name in book.own()):
            raise PageError(
                f"{path}:1: names Python code (`check = {rule.check!r}`), which would be run; "
                "if you trust this page, pass --allow-python-rules"
            )
        verify(rule)
    except DslintError as error:
        return Outcome(str(path), 0, (str(error),))
    failures = [failure for example in rule.examples if (failure := failing(rule, example))]
    kinds = {example.kind for example in rule.examples}
    failures += [
        f"{path}:1: the page has no `{kind}` example"
        for kind in ("bad", "good")
        if kind not in kinds
    ]
    return Outcome(str(path), len(rule.examples), tuple(failures))


def failing(rule: Rule, example: Example) -> str:
    """Return what is wrong with an example; an empty string where it does what it says."""
    try:
        found = raised(rule, example)
    except DslintError as error:
        return f"{rule.path}:{example.line}: the example can't be run: {error}"
    if example.kind == "bad" and not found:
        return f"{rule.path}:{example.line}: the bad example does not raise `{rule.name}`"
    if example.kind == "good" and found:
        at = f", in its line {found[0].line}" if found[0].line else ""
        return f"{rule.path}:{example.line}: the good example raises `{rule.name}`{at}"
    return ""


def raised(rule: Rule, example: Example, chunk: int = CHUNK) -> list[Raised]:
    """Return what a rule raises in an example of its page, looked at `chunk` bytes at a time."""
    target = _target(example)
    format = example.settings.get("format")
    said = example.settings
    day = date.fromisoformat(said["today"]) if "today" in said else None
    purpose = purpose_of([target], said.get("model"), budget=said.get("budget"), today=day)
    target = for_model(target, purpose.model(0))
    plan = Plan((rule,), (target,), {}, format, purpose)
    with tempfile.TemporaryDirectory(prefix="dslint-") as folder:
        file = Path(folder) / Path(example.settings.get("file", "example.jsonl")).name
        file.write_bytes(example.data)
        found = gather(plan, [opened(Source(file.name, str(file)), format)], chunk=chunk)
    return [each for hits in found.hits for every in hits.values() for each in every]


def _target(example: Example) -> Target:
    """Return the example's target; `limit_min_rows=2` beside it states a limit, in JSON."""
    target = targets.load(example.settings.get("target", targets.DEFAULT))
    stated = {
        name.removeprefix("limit_"): text
        for name, text in example.settings.items()
        if name.startswith("limit_")
    }
    limits = {name: _limit(name, text) for name, text in stated.items()}
    return replace(target, limits={**target.limits, **limits})


def _limit(name: str, text: str) -> object:
    if name not in targets.LIMITS:
        raise PageError(f"there is no limit `{name}`{did_you_mean(name, targets.LIMITS)}")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    kind = targets.LIMITS[name]
    if type(value).__name__ != kind.partition("[")[0]:
        raise PageError(f"the limit `{name}` is no {kind}: `{text}`")
    return value
