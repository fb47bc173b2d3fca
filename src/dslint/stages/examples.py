"""The verb `test`: runs the examples of rule pages, as real files through the whole of `check`'s
path.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, takewhile
from pathlib import Path

from dslint import targets
from dslint.config.contract import Contract, contract
from dslint.errors import DslintError, InputError, PageError, did_you_mean
from dslint.jsonl.source import CHUNK, Source
from dslint.model import Example, Rule
from dslint.rulebook import book, page
from dslint.stages import lock
from dslint.stages.files import opened
from dslint.stages.frozen import hold
from dslint.stages.gather import gather
from dslint.stages.inplace import settled
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
        code = book.python(rule)
        if code and not (allow_python or rule.name in book.own()):
            raise PageError(
                f"{path}:1: names Python code (`{code}`), which would be run; "
                "if you trust this page, pass --allow-python-rules"
            )
        verify(rule)
    except DslintError as error:
        return Outcome(str(path), 0, (str(error),))
    failures = [failure for example in rule.examples if (failure := failing(rule, example))]
    failures += list(_unfixed(rule))
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


def _unfixed(rule: Rule) -> Iterator[str]:
    """Yield what is wrong with fixed examples: each is what becomes of the bad one before it."""
    fixed = [example for example in rule.examples if example.kind == "fixed"]
    if bool(fixed) != bool(rule.fix):
        lacks, has = ("`fix`", "`fixed` example") if fixed else ("`fixed` example", "`fix`")
        yield f"{rule.path}:1: the page has a {has} and no {lacks}"
        return
    for bad, example in pairwise(rule.examples):
        place = f"{rule.path}:{example.line}: the fixed example"
        if example.kind != "fixed":
            continue
        if bad.kind != "bad":
            yield f"{place} has no bad one before it"
            continue
        try:
            given = mended(rule, bad)
            again = mended(rule, replace(bad, data=given))
            left = raised(rule, replace(bad, data=given))
        except DslintError as error:
            yield f"{place} can't be run: {error}"
            continue
        if given != example.data:
            made = given.decode("utf-8", "backslashreplace")
            yield f"{place} is not what the fix makes of the bad one: {made}"
        elif again != given:
            yield f"{place} changes when it is fixed again"
        elif left:
            yield f"{place} still raises `{rule.name}`"


def raised(rule: Rule, example: Example, chunk: int = CHUNK) -> list[Raised]:
    """Return what a rule raises in an example of its page, looked at `chunk` bytes at a time."""
    plan = asked(rule, example)
    with tempfile.TemporaryDirectory(prefix="dslint-") as folder:
        file = Path(folder) / name_of(example)
        files = []
        for each in (example, *companions(rule, example)):
            path = Path(folder) / name_of(each)
            path.write_bytes(each.data)
            files.append(opened(Source(path.name, str(path)), plan.format))
        if "locked" in example.settings:
            _lock(file, int(example.settings["locked"]))
            hold(files)
        found = gather(plan, files, chunk=chunk)
    return [each for hits in found.hits for every in hits.values() for each in every]


def companions(rule: Rule, example: Example) -> Iterator[Example]:
    """Yield the files that are looked at together with an example: those right after it in the
    page that are `with` it.
    """
    after = [each for each in rule.examples if each.line > example.line]
    yield from takewhile(lambda each: each.kind == "with", after)


def name_of(example: Example) -> str:
    """Return the name of an example's file: `file=train.jsonl` beside it."""
    return Path(example.settings.get("file", "example.jsonl")).name


def mended(rule: Rule, example: Example) -> bytes:
    """Return an example as the fix of its rule alone leaves it."""
    plan = asked(rule, example)
    with tempfile.TemporaryDirectory(prefix="dslint-") as folder:
        path = Path(folder) / name_of(example)
        path.write_bytes(example.data)
        settled(plan, Source(path.name, str(path)))
        return path.read_bytes()


def asked(rule: Rule, example: Example) -> Plan:
    """Return the plan that asks one rule what an example wants it to be asked."""
    target = _target(example)
    said = example.settings
    day = date.fromisoformat(said["today"]) if "today" in said else None
    sides = {
        name_of(each): each.settings["side"]
        for each in companions(rule, example)
        if "side" in each.settings
    }
    purpose = purpose_of(
        [target],
        said.get("model"),
        budget=said.get("budget"),
        contract=_contract(said.get("contract", "")),
        sides=sides,
        today=day,
    )
    target = for_model(target, purpose.model(0))
    options = {rule.name: _options(rule, example)}
    return Plan((rule,), (target,), options, said.get("format"), purpose)


def _contract(written: str) -> Contract | None:
    """Return what an example agrees on: `contract=rows=2..5` beside it."""
    limit, _, value = written.partition("=")
    return contract({limit: value}, "the example") if written else None


def _lock(file: Path, lines: int) -> None:
    """Lock a file as if it had its first lines alone: `locked=2` beside an example."""
    held = lock.content_of_rows(file.read_bytes().splitlines()[:lines])
    lock.record("convert", {str(file): held}, {}, {}, "nothing lost")


def _options(rule: Rule, example: Example) -> dict[str, object]:
    """Return the options that an example sets: `option_times=2`, in JSON."""
    given = {
        name.removeprefix("option_"): json.loads(text)
        for name, text in example.settings.items()
        if name.startswith("option_")
    }
    if unknown := given.keys() - rule.options.keys():
        name = min(unknown)
        raise PageError(f"the rule has no option `{name}`{did_you_mean(name, rule.options)}")
    return given


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
