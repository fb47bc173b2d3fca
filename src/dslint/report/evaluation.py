"""An evaluation, for people, as Markdown, and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

from dslint.facts.scores import Paired, Shift
from dslint.report.screen import Look, Options, clip, look_of, wrap
from dslint.report.words import many
from dslint.stages.money import shown

if TYPE_CHECKING:
    from dslint.stages.evaluate import Evaluation, Result
    from dslint.stages.exam import Plan
    from dslint.stages.grades import Comparison, Grades, Labelled

FORMATS = ("table", "json", "markdown")

NAME = 34
"""Cells of a measure's or a label's name, at the most."""

LEAST = 6
"""Cells of any other column, at the least."""

CLASSES = 20
"""Labels that are shown to people, at the most."""

MATRIX = 8
"""Labels with which a confusion matrix is shown to people, at the most."""

OTHER = "(none of them)"

Table = list[list[str]]


def render_evaluation(found: Evaluation, out: TextIO, options: Options, name: str) -> None:
    """Write an evaluation: `table` for people, `json` or `markdown`."""
    from dslint.report.json import dump

    look = look_of(out, options)
    if name == "json":
        print(dump(entry(found), look), file=out)
        return
    for line in _markdown(found) if name == "markdown" else _screen(found, look):
        print(line, file=out)


def forecast(planned: Plan) -> str:
    """Say what is to be asked, and what it costs."""
    names = list(planned.rates)
    asked = many(len(planned.paper.questions), "question")
    said = f"{asked} to {' and '.join(names)}, {planned.tokens:,} tokens in"
    unknown = [name for name, rate in planned.rates.items() if rate is None]
    if unknown or planned.likely is None or planned.most is None:
        return f"{said}; what {' and '.join(unknown)} costs is not known"
    return (
        f"{said}, about {shown(planned.likely)}; at the most {shown(planned.most)}, where every "
        f"answer has {planned.max_tokens:,} tokens"
    )


_MEASURES: tuple[tuple[str, Callable[[Grades], float | None], bool], ...] = (
    ("labels: accuracy", lambda each: each.labels.accuracy if each.labels else None, True),
    (
        "labels: macro precision",
        lambda each: each.labels.macro.precision if each.labels else None,
        False,
    ),
    ("labels: macro recall", lambda each: each.labels.macro.recall if each.labels else None, False),
    ("labels: macro F1", lambda each: each.labels.macro.f1 if each.labels else None, False),
    ("text: exact", lambda each: each.text.exact if each.text else None, True),
    ("text: similarity", lambda each: each.text.similarity if each.text else None, False),
    ("calls: name and arguments", lambda each: each.calls.exact if each.calls else None, True),
    ("calls: name", lambda each: each.calls.names if each.calls else None, True),
    ("calls: no call at all", lambda each: each.calls.none if each.calls else None, True),
)
"""What is measured, and whether it is a share, shown in per cent."""


def measures(found: Evaluation) -> Table:
    """Return a row a measure, a column a model."""
    rows: Table = []
    for name, value, share in _MEASURES:
        values = [value(each.grades) for each in found.results]
        if any(each is not None for each in values):
            rows.append([name, *("" if each is None else _share(each, share) for each in values)])
    rows.append(["answers", *(f"{each.answers:,}" for each in found.results)])
    if any(each.refused[0] for each in found.results):
        rows.append(["refused", *(f"{each.refused[0]:,}" for each in found.results)])
    if any(each.cut for each in found.results):
        rows.append(["cut at the most tokens", *(f"{each.cut:,}" for each in found.results)])
    rows.append(["cost", *(_cost(each.cost) for each in found.results)])
    return rows


def _share(value: float, share: bool) -> str:
    return f"{100 * value:.1f} %" if share else f"{value:.3f}"


def _cost(cost: Decimal | None) -> str:
    return "not known" if cost is None else shown(cost)


def verdict(found: Comparison) -> str:
    """Say in two lines whether a model differs from the first by more than noise, and why."""
    before, after = found.shares
    is_share = found.measure != "similarity"
    values = f"{found.second} {_share(after, is_share)}, {found.first} {_share(before, is_share)}"
    match found.test:
        case Paired(rows, first, second, p):
            ground = (
                f"of {many(rows, 'row')} {second:,} right with {found.second} alone, {first:,} "
                f"with {found.first} alone; McNemar's p = {_p(p)}"
            )
        case Shift(mean, low, high):
            ground = f"{mean:+.3f}, and in 95 % of the draws from {low:+.3f} to {high:+.3f}"
    word = "within noise" if found.test.noise else "more than noise"
    return f"{found.measure}: {word}: {values}\n{ground}"


def _p(value: float) -> str:
    return "1" if value == 1 else f"{value:.3f}" if value >= 0.001 else f"{value:.1g}"


def notes(found: Evaluation) -> Iterator[tuple[str, str]]:
    """Yield what else is to be known: rows that were left out, refused, cut or not asked."""
    paper = found.paper
    for why, rows in paper.left_out.most_common():
        if rows:
            yield "left out", f"{many(rows, 'row')}: {why}"
    for each in found.results:
        if each.refused[0]:
            yield "refused", f"{each.model}: {many(each.refused[0], 'question')}; {each.refused[1]}"
        if each.cut:
            yield (
                "cut",
                f"{each.model}: {many(each.cut, 'answer')} ended at the most tokens: --max-tokens",
            )
        if each.kept:
            yield "kept", f"{each.model}: {many(each.kept, 'answer')} from before, not asked again"
    if found.stopped:
        yield "stopped", found.stopped
    if found.answers:
        yield "answers", str(found.answers)


def _others(found: Labelled) -> int:
    return sum(row.get(None, 0) for row in found.matrix.values())


def _classes(found: Labelled) -> Table:
    rows = sorted(found.classes, key=lambda each: (-each.support, each.label))
    return [
        [
            each.label,
            f"{each.precision:.3f}",
            f"{each.recall:.3f}",
            f"{each.f1:.3f}",
            f"{each.support:,}",
            f"{each.given:,}",
        ]
        for each in rows
    ]


def _matrix(found: Labelled) -> Table:
    labels: list[str | None] = [*found.matrix]
    if _others(found):
        labels.append(None)
    head = ["wanted / given", *(OTHER if each is None else each for each in labels)]
    return [
        head,
        *([label, *(f"{row.get(e, 0):,}" for e in labels)] for label, row in found.matrix.items()),
    ]


def _columns(result: Result) -> list[str]:
    return [result.model, "precision", "recall", "F1", "rows", "given"]


def _screen(found: Evaluation, look: Look) -> Iterator[str]:
    names = [each.model for each in found.results]
    dot = f" {look.marks.dot} "
    rows = many(len(found.paper.questions), "row")
    yield f" {look.safe(dot.join((found.paper.path, rows, found.host)))}"
    yield ""
    yield from _laid([["", *names], *measures(found)], look)
    for result in found.results:
        labels = result.grades.labels
        if labels:
            yield ""
            classes = _classes(labels)
            yield from _laid([_columns(result), *classes[:CLASSES]], look)
            if len(classes) > CLASSES:
                yield look.paint(f" {look.marks.rest} {len(classes) - CLASSES:,} more", "dim")
            matrix = _matrix(labels)
            if len(classes) <= MATRIX and _fits(matrix, look):
                yield ""
                yield from _laid(matrix, look)
    if found.comparisons:
        yield ""
    for each in found.comparisons:
        style = "dim" if each.test.noise else "ok"
        sign = look.marks.dot if each.test.noise else look.marks.ok
        yield from _noted(sign, verdict(each), look, style, 2)
    yield ""
    for word, said in notes(found):
        yield from _noted(word, said, look, "dim", 10)


def _noted(word: str, said: str, look: Look, style: str, width: int) -> Iterator[str]:
    for line in said.splitlines():
        for part in wrap(look.safe(line), look.width - width - 1):
            yield f" {look.paint(f'{word:<{width}}', style)}{part}"
            word = ""


def _fits(table: Table, look: Look) -> bool:
    """Say whether a table has room: a third of the width is for names."""
    return look.width // 3 + (LEAST + 2) * (len(table[0]) - 1) < look.width


def _laid(table: Table, look: Look) -> Iterator[str]:
    """Lay out a table, its first row a heading; columns that do not fit are clipped."""
    from rich.cells import cell_len

    count = len(table[0]) - 1
    safe = [[look.safe(cell) for cell in row] for row in table]
    longest = min(NAME, max(cell_len(row[0]) for row in safe))
    first = max(look.width // 3, min(longest, look.width - 1 - (LEAST + 6) * count))
    first = min(first, longest)
    room = max(LEAST, (look.width - first - 1) // max(count, 1) - 2)
    widths = [min(room, max(cell_len(row[at]) for row in safe)) for at in range(1, count + 1)]
    for number, row in enumerate(safe):
        name = clip(row[0], first, look.marks.more)
        line = f" {name}{' ' * (first - cell_len(name))}"
        for cell, width in zip(row[1:], widths, strict=True):
            short = clip(cell, width, look.marks.more)
            line += "  " + " " * (width - cell_len(short)) + short
        yield look.paint(line, "dim") if number == 0 else line


def _markdown(found: Evaluation) -> Iterator[str]:
    rows = many(len(found.paper.questions), "row")
    yield f"# {_cell(found.paper.path)}: {rows} at {_cell(found.host)}"
    yield ""
    yield from _piped([["", *(each.model for each in found.results)], *measures(found)])
    for result in found.results:
        if labels := result.grades.labels:
            yield ""
            yield f"## {_cell(result.model)}"
            yield ""
            yield from _piped([["label", *_columns(result)[1:]], *_classes(labels)])
            yield ""
            yield from _piped(_matrix(labels))
    if found.comparisons:
        yield ""
        yield "## Differences"
        yield ""
        for each in found.comparisons:
            said, ground = verdict(each).split("\n")
            yield f"- {_cell(said)} ({_cell(ground)})"
    yield ""
    yield from (f"- {word}: {_cell(said)}" for word, said in notes(found))


def _piped(table: Table) -> Iterator[str]:
    head, *rows = table
    yield f"| {' | '.join(map(_cell, head))} |"
    yield f"| --- |{' ---: |' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    from dslint.report.screen import safe

    plain = safe(" ".join(text.split()))
    return "".join(f"\\{each}" if each in "\\`*_<>|[]" else each for each in plain)


def entry(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation for programs; `null` in a matrix's `given` is an answer that is none of
    the labels. Costs are exact, as text.
    """
    from dslint.report.json import VERSION

    return {
        "version": VERSION,
        "file": found.paper.path,
        "format": found.paper.format,
        "host": found.host,
        "rows": len(found.paper.questions),
        "left_out": {why: rows for why, rows in found.paper.left_out.items() if rows},
        "models": [_model(each) for each in found.results],
        "differences": [
            {
                "measure": each.measure,
                "first": {"model": each.first, "value": each.shares[0]},
                "second": {"model": each.second, "value": each.shares[1]},
                "noise": each.test.noise,
                **asdict(each.test),
            }
            if isinstance(each.test, Shift)
            else {
                "measure": each.measure,
                "first": {
                    "model": each.first,
                    "value": each.shares[0],
                    "alone": each.test.first,
                },
                "second": {
                    "model": each.second,
                    "value": each.shares[1],
                    "alone": each.test.second,
                },
                "noise": each.test.noise,
                "rows": each.test.rows,
                "p": each.test.p,
            }
            for each in found.comparisons
        ],
        "stopped": found.stopped or None,
        "answers": str(found.answers) if found.answers else None,
    }


def _model(result: Result) -> dict[str, Any]:
    grades = asdict(result.grades)
    if labels := result.grades.labels:
        grades["labels"]["matrix"] = [
            {"wanted": label, "given": given, "rows": rows}
            for label, row in labels.matrix.items()
            for given, rows in row.items()
        ]
    return {
        "model": result.model,
        "answers": result.answers,
        "asked": result.asked,
        "kept": result.kept,
        "refused": result.refused[0],
        "cut": result.cut,
        "tokens": {"input": result.tokens[0], "output": result.tokens[1]},
        "cost": None if result.cost is None else f"{result.cost:f}",
        **grades,
    }
