"""Finds which rows of a run repeat others, and which have questions of an evaluation set: what only
the whole run can say, and rows that are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from dslint.facts import near as signatures
from dslint.facts.near import THRESHOLD
from dslint.facts.relations import Asked, Near, Spot, Twin
from dslint.stages.files import File, opened
from dslint.stages.plan import Plan

SHORT = 40
"""Characters that an answer has at the most to be taken for a label."""

OFTEN, SHARE = 5, 0.005
"""Prompts that it is given to, at the least, and their share of all: in a set of questions and
answers some short sentences come again too, but each of them is rare.
"""

LEAST = 0.5
"""The share of shingles from which a rule may speak of near duplicates."""

PLACE = 60
"""Characters of a value that a message has room for."""

Side = Callable[[int], str]
"""What says what the file at a position is for."""


def made(
    plan: Plan,
    files: Sequence[File],
    facts: Sequence[pl.DataFrame],
    against: Sequence[File] = (),
    jobs: int = 1,
) -> Iterator[tuple[str, Sequence[Twin | Near | Asked]]]:
    """Yield the rows of each table of relations that the plan asks something of, if there are any.

    `facts` are what the pieces of the files gave for the table `dataset`; `against` are evaluation
    sets beside those among the files.
    """

    def side(number: int) -> str:
        return plan.purpose.side(files[number].source.name)

    found: dict[str, Sequence[Twin | Near | Asked]] = {}
    if "twin" in plan.questions and facts and _repeat(every := pl.concat(facts)):
        found["twin"] = twins_of(files, every, side)
    if "near" in plan.questions:
        found["near"] = near_of(files, side, plan.format, jobs, _threshold(plan))
    if "overlap" in plan.questions:
        asked = [each for number, each in enumerate(files) if side(number) == "evaluation"]
        if asked or against:
            found["overlap"] = list(asked_of(files, side, [*asked, *against], plan.format, jobs))
    yield from ((name, rows) for name, rows in found.items() if rows)


def _repeat(facts: pl.DataFrame) -> bool:
    """Say whether any two rows have a hash in common: what compares them need not be loaded
    otherwise.
    """
    return any(facts[name].n_unique() < len(facts) for name in ("_exact", "_prompt"))


def _threshold(plan: Plan) -> float:
    """Return the least share of shingles that a rule of the plan asks for, by its `threshold`."""
    rules = (rule for rule in plan.rules if rule.over == "near")
    asked = (plan.limits(rule, plan.targets[0]).get("option_threshold") for rule in rules)
    return max(LEAST, min(each if each is not None else THRESHOLD for each in asked))


def twins_of(files: Sequence[File], facts: pl.DataFrame, side: Side) -> list[Twin]:
    """Return the rows that another row repeats, in order: all that it says, or its prompt alone,
    with another answer.

    Of the rows of one side, each is told with the first of its kind; and those of `train` with the
    first in `validation` too. `facts` are a row a record, in order: `file`, `line`, `format` and
    the hashes of `identity`. Records that are said to be the same were read again.
    """
    from dslint.stages import twins

    sides = pl.DataFrame(
        {"file": range(len(files)), "side": [side(number) for number in range(len(files))]},
        schema={"file": pl.UInt32, "side": pl.String},
    )
    # nearly all rows are like no other
    alone = facts["_exact"].is_unique() & facts["_prompt"].is_unique()
    few = facts.filter(~alone).sort("file", "line").with_row_index("row")
    rows = few.join(sides, on="file", maintain_order="left")
    kinds = twins.kinds(files, rows, "_exact", twins.whole)
    copies = _firsts(rows.join(kinds, on="row", maintain_order="left"), "kind")
    answered = rows.filter(pl.col("_reply") != 0).with_columns(
        labels=pl.col("_reply").is_in(_labels(facts, rows).implode())
    )
    prompts = _firsts(answered, "_prompt").join(copies, on=["row", "other_side"], how="anti")
    replies = answered.select("row", "_reply", "labels")
    answers = (
        prompts.join(replies, on="row")
        .join(replies.rename({"row": "first"}), on="first", suffix="_first")
        .filter(pl.col("_reply") != pl.col("_reply_first"))
        .select("row", "first", "other_side", labels=pl.col("labels") & pl.col("labels_first"))
    )
    found = pl.concat(
        [
            copies.with_columns(same=pl.lit("record"), labels=pl.lit(value=False)),
            answers.with_columns(same=pl.lit("prompt")).select(*copies.columns, "same", "labels"),
        ]
    ).sort("row", "other_side", "same")
    spots = rows.select("file", "line", "format", "side")
    return [
        Twin(Spot(*spots.row(row)), _place(files, *spots.row(first)[:2]), other_side, same, labels)
        for row, first, other_side, same, labels in found.iter_rows()
    ]


def _firsts(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the rows whose key the first row of a side has: `row`, `first` and `other_side`.

    A row is told with the first of its own side, and one of `train` with that of `validation` too.
    """
    known = rows.filter(pl.col(key).is_not_null()).select("row", "side", key)
    firsts = known.group_by(key, "side").agg(first=pl.col("row").min())
    own = known.join(firsts, on=[key, "side"]).with_columns(other_side="side")
    held = firsts.filter(pl.col("side") == "validation").rename({"side": "other_side"})
    across = known.filter(pl.col("side") == "train").join(held, on=key)
    columns = ["row", "first", "other_side"]
    return pl.concat([own.select(columns), across.select(columns)]).filter(
        pl.col("row") != pl.col("first")
    )


def _labels(facts: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Return which answers of `rows` look like labels: short, and given to many prompts."""
    short = rows.filter(pl.col("_reply_length") <= SHORT)["_reply"].unique()
    if short.is_empty():
        return short
    given = facts.filter(pl.col("_reply").is_in(short.implode())).group_by("_reply")
    prompts = given.agg(pl.col("_prompt").n_unique())
    least = max(OFTEN, SHARE * facts["_prompt"].n_unique())
    return prompts.filter(pl.col("_prompt") >= least)["_reply"]


def near_of(
    files: Sequence[File],
    side: Side,
    format: str | None = None,
    jobs: int = 1,
    threshold: float = THRESHOLD,
) -> list[Near]:
    """Return the rows that share at least the part `threshold` of their shingles with another row,
    which repeats none: each with the one that it shares most with. Rows that say the same are left
    out.

    Rows of `validation` come before all others: that a training row is nearly one of these is worse
    than that it is nearly another training row. Raises UsageError where this needs what is not
    installed.
    """
    from dslint.stages.alike import alike
    from dslint.stages.prints import Wanted, prints
    from dslint.stages.thin import left, spared

    signatures.require()
    fresh = [opened(each.source, format) for each in files]
    wanted = Wanted(bands=signatures.bands_of(threshold), format=format)
    rows = prints(fresh, wanted, jobs)
    sides = [side(number) for number in rows["file"]]
    first = pl.Series([each == "validation" for each in sides])
    order = (
        pl.DataFrame({"first": first})
        .with_row_index("row")
        .sort("first", "row", descending=[True, False])
    )
    place = pl.Series(range(len(rows)), dtype=pl.UInt32)
    places = place.clone().scatter(order["row"], place)
    known = places.to_list()
    pairs = alike(
        fresh,
        rows,
        threshold,
        lambda found: left(len(rows), spared(found, known)),
        places,
        format,
    ).pairs
    hashes = rows["record"].to_list()
    apart = {pair: share for pair, share in pairs.items() if hashes[pair[0]] != hashes[pair[1]]}
    spots = rows.select("file", "line")
    return [
        Near(
            Spot(number, line, fresh[number].facts.format, sides[row]),
            _place(fresh, *spots.row(other)),
            sides[other],
            share,
        )
        for row, (share, other) in sorted(spared(apart, known).items())
        for number, line in [spots.row(row)]
    ]


def asked_of(
    files: Sequence[File],
    side: Side,
    evaluation: Sequence[File],
    format: str | None = None,
    jobs: int = 1,
) -> Iterator[Asked]:
    """Yield the rows of training files that have a run of words of a question in `evaluation`."""
    from dslint.stages.overlap import overlaps

    numbers = [number for number in range(len(files)) if side(number) == "train"]
    fresh = [opened(files[number].source, format) for number in numbers]
    asked = [opened(each.source, None) for each in evaluation]
    for each in overlaps(fresh, asked, format, jobs):
        yield Asked(
            Spot(numbers[each.file], each.line, fresh[each.file].facts.format, "train"),
            _place(asked, each.other_file, each.other_line),
            each.covered,
            each.question,
            each.at,
            each.span,
        )


def _place(files: Sequence[File], number: int, row: int) -> str:
    """Name a row; of a long path the beginning goes: no message may be cut where the line is."""
    name, line = files[number].source.name, f":{files[number].line_of(row)}"
    room = PLACE - len(line)
    return (name if len(name) <= room else "…" + name[1 - room :]) + line
