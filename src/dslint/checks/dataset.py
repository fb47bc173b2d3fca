"""Datasets as a whole: labels, system prompts, and what was agreed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dslint.config.contract import Contract
from dslint.facts.labels import near
from dslint.facts.repeats import Shared
from dslint.facts.run import ANSWER, Run
from dslint.model import Hit

if TYPE_CHECKING:
    from dslint.facts.portrait import Portrait

Found = Iterator[tuple[int, Hit]]
"""Hits, each with the position of its file."""

BOTH = ("train", "validation")

NAMED = 5

OFTEN = 0.01
"""The share of the rows whose language can be told from which a contract knows a language: of
fewer, some are told wrongly.
"""


def nearly_equal_labels(run: Run) -> Found:
    """Yield labels that differ in case, white space or a mark at an edge, at the rarer one."""
    found = run.labels(*BOTH)
    for label, known in near(found):
        values = {"known": known, "known_rows": _rows(found[known])}
        yield _at(run, label, found[label], *BOTH, **values)


def few_examples(run: Run, limits: Mapping[str, Any]) -> Found:
    """Yield once for a set of labels of which some have fewer rows than a floor, at the rarest."""
    found = run.labels("train")
    few = sorted((rows, label) for label, rows in found.items() if rows < limits["option_fewest"])
    if few and len(few) < len(found):
        rows, rarest = few[0]
        named = ", ".join(f"`{label}` {rows:,}" for rows, label in few[:NAMED])
        more = f" and {len(few) - NAMED:,} more" if len(few) > NAMED else ""
        have = "labels has" if len(few) == 1 else "labels have"
        values = {
            "labels": f"{len(few):,} of {len(found):,} {have}",
            "named": named + more,
            "fewest": limits["option_fewest"],
        }
        yield _at(run, rarest, rows, "train", **values)


def label_on_one_side(run: Run, limits: Mapping[str, Any]) -> Found:
    """Yield labels of validation that train has not; and those of train that validation has not,
    where a fair draw would have given it some.
    """
    train, tested = run.labels("train"), run.labels("validation", alone=True)
    if not train or not tested:
        return
    for label in sorted(tested.keys() - train.keys()):
        yield _at(run, label, tested[label], "validation", here="validation", there="train")
    share = sum(tested.values()) / sum(train.values())
    for label in sorted(train.keys() - tested.keys()):
        if train[label] * share >= limits["option_expected"]:
            yield _at(run, label, train[label], "train", here="train", there="validation")


def _at(run: Run, label: str, rows: int, *sides: str, **values: object) -> tuple[int, Hit]:
    """Return a hit at the first row of some sides that has a label."""
    at, line = run.place(label, *sides)
    return at, Hit(ANSWER, {"label": label, "rows": _rows(rows), **values}, line)


def nearly_equal_prompts(run: Run) -> Found:
    """Yield system prompts that differ from a more frequent one in nothing but white space and
    case.
    """
    spots: dict[bytes, tuple[int, Shared]] = {}
    rows: dict[bytes, int] = {}
    for at, file in run.of(*BOTH):
        for mark, shared in file.repeats.prompts.items():
            spots.setdefault(mark, (at, shared))
            rows[mark] = rows.get(mark, 0) + shared.rows
    first: dict[bytes, bytes] = {}
    for mark in sorted(spots, key=lambda each: (-rows[each], each)):
        at, shared = spots[mark]
        known = first.setdefault(shared.fold, mark)
        if known != mark and rows[known] > 1:
            values = {"rows": _rows(rows[mark]), "known_rows": _rows(rows[known])}
            yield at, Hit(line=shared.first or None, values=values)


def prompt_in_some_rows(run: Run, limits: Mapping[str, Any]) -> Found:
    """Yield once for files in which one system prompt is in most rows and a few have none."""
    files = list(run.of(*BOTH))
    chats = sum(file.repeats.chats for _, file in files)
    bare = sum(file.repeats.bare for _, file in files)
    rows: dict[bytes, int] = {}
    for _, file in files:
        for mark, shared in file.repeats.prompts.items():
            rows[mark] = rows.get(mark, 0) + shared.rows
    most = max(rows.values(), default=0)
    if bare and most >= limits["option_most"] * chats:
        at, line = next((at, f.repeats.first_bare) for at, f in files if f.repeats.bare)
        values = {
            "share": most / chats,
            "bare": _rows(bare),
            "have": "has" if bare == 1 else "have",
        }
        yield at, Hit(line=line, values=values)


def broken_contract(run: Run) -> Found:
    """Yield each limit of the contract that the rows do not keep, with what was found."""
    if run.contract is None or not run.files:
        return
    every = run.portraits()
    for at, line, limit, wanted, found in breaches(run.contract, every, run.sides):
        values = {"limit": limit, "wanted": wanted, "found": found}
        yield at, Hit(ANSWER if line else "", values, line)


Breach = tuple[int, int | None, str, str, str]
"""The position of a file and a line of it, a limit's name, what it says and what was found."""


def breaches(
    agreed: Contract, portraits: Sequence[Portrait], sides: Sequence[str]
) -> Iterator[Breach]:
    """Yield what files do not keep of a contract."""
    from dslint.facts.portrait import Portrait  # only a contract needs it

    train, both = Portrait(), Portrait()
    for each, side in zip(portraits, sides, strict=True):
        if side == "train":
            train.join(each)
        if side in BOTH:
            both.join(each)
    counted = (
        ("rows", agreed.rows, train.records, "row"),
        (
            "system-prompts",
            agreed.system_prompts,
            len(both.repeats.prompts),
            "different system prompt",
        ),
    )
    for limit, wanted, number, noun in counted:
        if wanted is not None and number not in wanted:
            are = "is" if number == 1 else "are"
            found = f"there {are} {number:,} {noun}{'' if number == 1 else 's'}"
            yield 0, None, limit, f"`{wanted}`", found
    for limit, wanted, lengths in (
        ("turns", agreed.turns, both.turns),
        ("answer-characters", agreed.answer_characters, both.answers),
    ):
        if wanted is not None:
            strays = {n: times for n, times in lengths.times.items() if n not in wanted}
            if strays:
                yield 0, None, limit, f"`{wanted}`", _strays(strays)
    yield from _labels(agreed, train, both, portraits, sides)
    for limit, known, met in (
        ("roles", agreed.roles, both.rows.times),
        ("tools", agreed.tools, {**both.tools.defined.times, **both.tools.called.times}),
        ("languages", agreed.languages, _spoken(agreed, both)),
    ):
        strange = sorted(met.keys() - {*(known or ())}) if known is not None else []
        if strange:
            yield 0, None, limit, _listed(known or ()), f"there is {_listed(strange)}"


def _strays(strays: Mapping[int, int]) -> str:
    low, high = min(strays), max(strays)
    told = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    rows = sum(strays.values())
    return f"{_rows(rows)} {'has' if rows == 1 else 'have'} {told}"


def _labels(
    agreed: Contract,
    train: Portrait,
    both: Portrait,
    portraits: Sequence[Portrait],
    sides: Sequence[str],
) -> Iterator[Breach]:
    if agreed.labels is not None:
        wanted = _listed(agreed.labels)
        if both.labels.too_many:
            yield 0, None, "labels", wanted, "there are more different answers than labels can be"
        short = both.labels.short
        for label in sorted(short.keys() - {*agreed.labels}):
            at, line = next(
                (at, each.labels.short[label].first)
                for at, each in enumerate(portraits)
                if sides[at] in BOTH and label in each.labels.short
            )
            yield at, line, "labels", wanted, f"`{label}` is in {_rows(short[label].rows)}"
        for label in sorted({*agreed.labels} - short.keys()):
            if not both.labels.too_many:
                yield 0, None, "labels", wanted, f"no row has `{label}`"
        longer = both.labels.answers - sum(met.rows for met in short.values())
        if longer and not both.labels.too_many:
            are = "is" if longer == 1 else "are"
            yield 0, None, "labels", wanted, f"{_rows(longer)} {are} no short answer"
    if agreed.label_rows is not None:
        for label, met in sorted(train.labels.found.items()):
            if met.rows not in agreed.label_rows:
                found = f"`{label}` is in {_rows(met.rows)}"
                yield 0, None, "label-rows", f"`{agreed.label_rows}`", found


def _spoken(agreed: Contract, of: Portrait) -> Mapping[str, int]:
    """Return the languages of the sample, those that are met in too few rows to be sure aside."""
    from dslint.facts.languages import available

    return spoken(of) if agreed.languages is not None and available() else {}


def spoken(of: Portrait) -> dict[str, int]:
    """Return the languages of one in a hundred rows or more of those whose language can be told."""
    from dslint.facts.languages import languages

    found = languages([text for _, text in of.sample.texts])
    told = sum(rows for name, rows in found.items() if name != "?")
    return {
        name: rows for name, rows in found.items() if name != "?" and rows >= max(2, OFTEN * told)
    }


def _listed(names: Sequence[str]) -> str:
    named = ", ".join(f"`{name}`" for name in names[:NAMED])
    return named + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "") or "none"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
