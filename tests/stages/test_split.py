"""A split is a partition; nothing is on two sides; what is asked decides the side, for good."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.errors import DslintError, InputError, UsageError
from dslint.facts.anchors import Anchor, anchors
from dslint.facts.batch import Batch
from dslint.formats import of_row
from dslint.jsonl.source import find
from dslint.model import Record
from dslint.stages import lock
from dslint.stages.files import opened
from dslint.stages.kinship import kin
from dslint.stages.sides import TRAIN, Size, Unit, divided, place, size
from dslint.stages.split import Wish, split

TENTH = {"validation": Size(share=0.1)}
Row = dict[str, Any]


def chat(ask: str, answer: str = "Yes.", **more: Any) -> Row:
    messages = [{"role": "user", "content": ask}, {"role": "assistant", "content": answer}]
    return {"messages": messages, **more}


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def sides_of(folder: Path, stem: str) -> dict[str, list[str]]:
    return {
        path.stem.removeprefix(f"{stem}-"): path.read_text().splitlines()
        for path in folder.glob(f"{stem}-*.jsonl")
    }


def side_of_each(folder: Path, stem: str) -> dict[str, str]:
    return {line: side for side, lines in sides_of(folder, stem).items() for line in lines}


QUESTIONS = st.integers(0, 12).map(lambda number: f"How far is it to stop {number}?")
LINES = st.one_of(
    st.builds(chat, QUESTIONS, st.sampled_from(["Far.", "Near."])).map(json.dumps),
    st.builds(lambda at: {"prompt": f"{at}->", "completion": " ok"}, st.integers(0, 9)).map(
        lambda row: json.dumps(row, indent=None)
    ),
    st.sampled_from(["{broken", "[]", '{"messages": []}']),
)


@settings(max_examples=60)
@given(
    lines=st.lists(LINES, min_size=1, max_size=40),
    seed=st.integers(0, 3),
    sizes=st.sampled_from(
        [
            TENTH,
            {"test": Size(share=0.3), "validation": Size(share=0.3)},
            {"validation": Size(count=3)},
            {"test": Size(count=2), "validation": Size(count=4)},
        ]
    ),
)
def test_the_sides_are_a_partition_and_no_question_is_on_two(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[str],
    seed: int,
    sizes: dict[str, Size],
) -> None:
    folder = tmp_path_factory.mktemp("split")
    path = folder / "all.jsonl"
    path.write_text("\n".join(lines))
    try:
        found = split([str(path)], Wish(sizes, seed=seed, lock=False))
    except DslintError:
        assert list(folder.iterdir()) == [path]
        return
    sides = sides_of(folder, "all")
    assert sides.keys() == {TRAIN, *sizes}
    assert Counter(line for each in sides.values() for line in each) == Counter(lines)
    for own in sides.values():
        rest = iter(lines)
        assert all(line in rest for line in own), "the order is the file's"
    asked: dict[str, set[str]] = {}
    for side, own in sides.items():
        for line in own:
            row = json.loads(line) if line[0] == "{" and line[1] == '"' else {}
            question = str(row.get("prompt") or row.get("messages", [line])[:1] or line)
            asked.setdefault(question, set()).add(side)
    assert all(len(each) == 1 for each in asked.values())
    assert sum(side.rows for side in found.sides) == found.rows == len(lines)
    for part in found.sides[1:]:
        most = sizes[part.name].count
        assert most is None or part.rows <= most


def test_the_same_input_and_seed_give_the_same_files_and_another_seed_others(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.jsonl", [chat(f"Which way to number {at}?") for at in range(200)])
    split([str(path)], Wish(TENTH, out=str(tmp_path / "one")))
    split([str(path)], Wish(TENTH, out=str(tmp_path / "two")))
    split([str(path)], Wish(TENTH, out=str(tmp_path / "three"), seed=1))
    assert sides_of(tmp_path, "one") == sides_of(tmp_path, "two")
    assert sides_of(tmp_path, "one") != sides_of(tmp_path, "three")


def test_a_row_keeps_its_side_when_others_are_added(tmp_path: Path) -> None:
    rows = [chat(f"Which way to number {at}?") for at in range(300)]
    few = write(tmp_path / "few.jsonl", rows[:200])
    many = write(tmp_path / "many.jsonl", [*rows[200:], *reversed(rows[:200])])
    for path in (few, many):
        split([str(path)], Wish(TENTH))
    before, after = side_of_each(tmp_path, "few"), side_of_each(tmp_path, "many")
    assert before.items() <= after.items()


def test_rows_of_one_key_stay_together_and_so_do_a_conversation_and_how_it_goes_on(
    tmp_path: Path,
) -> None:
    rows = [chat(f"Number {at}?", user_id=at % 20) for at in range(200)]
    longer = chat("Number 7?", user_id="x")
    longer["messages"] += chat("And?", "No.")["messages"]
    path = write(tmp_path / "a.jsonl", [*rows, longer])
    found = split([str(path)], Wish({"validation": Size(share=0.3)}, group=("user_id",)))
    users: dict[object, set[str]] = {}
    for line, side in side_of_each(tmp_path, "a").items():
        users.setdefault(json.loads(line)["user_id"], set()).add(side)
    assert all(len(each) == 1 for each in users.values())
    assert users["x"] == users[7]
    assert (found.groups, found.largest, found.together) == (20, 11, 201)


def test_nearly_the_same_question_stays_with_the_other(tmp_path: Path) -> None:
    pytest.importorskip("rensa")
    words = "when does the early ferry to the island of the lighthouse leave on a sunny weekday"
    rows = [chat(" ".join(f"{each}{at}" for each in words.split()), f"{at}") for at in range(40)]
    twins = [chat(words + mark, f"At six, {words}.") for mark in ("?", ", please?")]
    path = write(tmp_path / "a.jsonl", [*rows, *twins])
    for seed in range(8):
        split([str(path)], Wish({"validation": Size(share=0.5)}, near=0.6, seed=seed, force=True))
        sides = side_of_each(tmp_path, "a")
        assert len({sides[json.dumps(each)] for each in twins}) == 1


def test_a_count_is_met_exactly_and_strata_have_their_part(tmp_path: Path) -> None:
    rows = [chat(f"Mail {at}", "spam" if at % 10 == 0 else "ham") for at in range(300)]
    path = write(tmp_path / "a.jsonl", rows)
    wish = Wish({"validation": Size(count=50)}, stratify="label")
    found = split([str(path)], wish)
    chosen = map(json.loads, sides_of(tmp_path, "a")["validation"])
    labels = [each["messages"][1]["content"] for each in chosen]
    assert Counter(labels) == {"ham": 45, "spam": 5}
    assert [(each.name, dict(each.rows)) for each in found.strata] == [
        ("ham", {"train": 225, "validation": 45}),
        ("spam", {"train": 25, "validation": 5}),
    ]


def test_arrays_and_tables_are_split_into_lines(tmp_path: Path) -> None:
    rows = [chat(f"Number {at}?") for at in range(60)]
    (tmp_path / "a.json").write_text(json.dumps(rows, indent=1))
    (tmp_path / "b.csv").write_text(
        "prompt,completion\n" + "".join(f"q{at},a\n" for at in range(60))
    )
    split([str(tmp_path / "a.json")], Wish(TENTH))
    split([str(tmp_path / "b.csv")], Wish(TENTH))
    for stem, first in (("a", rows[0]), ("b", {"prompt": "q0", "completion": "a"})):
        found = [json.loads(line) for line in side_of_each(tmp_path, stem)]
        assert len(found) == 60
        assert first in found


@pytest.mark.parametrize(
    ("lines", "wish", "said"),
    [
        ([chat("Hi?")], Wish(TENTH), "one row"),
        ([chat("Hi?", str(at)) for at in range(50)], Wish(TENTH), "all 50 rows belong together"),
        ([chat(f"{at}?") for at in range(5)], Wish({"validation": Size(count=5)}), "there are 5"),
        (
            [chat("Hi?", str(at)) for at in range(9)] + [chat("Ho?", str(at)) for at in range(9)],
            Wish({"validation": Size(count=4)}),
            "validation would have no row",
        ),
        (
            [chat(f"{at}?") for at in range(12)],
            Wish({"validation": Size(count=5)}, least=10),
            "no fewer than 10",
        ),
        (
            [chat(f"{at}?", f"{at}") for at in range(200)],
            Wish(TENTH, stratify="label"),
            "no strata",
        ),
        (
            [chat(f"{at}?") | {"user_id": at} for at in range(50)],
            Wish(TENTH, group=("userid",)),
            "--group userid: no row has anything under that key; did you mean `user_id`",
        ),
        (
            [chat(f"{at}?") | {"tone": "warm"} for at in range(50)],
            Wish(TENTH, stratify="tune"),
            "--stratify tune: no row has anything under that key; did you mean `tone`",
        ),
        ([chat(f"{at}?") for at in range(50)], Wish(TENTH, near=7), "--near is a share"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_written(
    tmp_path: Path, lines: list[Row], wish: Wish, said: str
) -> None:
    path = write(tmp_path / "a.jsonl", lines)
    with pytest.raises((InputError, UsageError), match=said):
        split([str(path)], wish)
    assert list(tmp_path.iterdir()) == [path]


def test_outputs_are_never_inputs_nor_written_over_unasked(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [chat(f"{at}?") for at in range(100)])
    split([str(path)], Wish(TENTH))
    with pytest.raises(UsageError, match="exists"):
        split([str(path)], Wish(TENTH))
    with pytest.raises(UsageError, match="is an input"):
        split([str(tmp_path / "a-train.jsonl")], Wish(TENTH, out=str(tmp_path / "a"), force=True))
    with pytest.raises(UsageError, match="-o PREFIX"):
        split([str(path), str(tmp_path / "a-train.jsonl")], Wish(TENTH))
    with pytest.raises(UsageError, match="standard input"):
        split(["-"], Wish(TENTH))


def test_a_dry_run_tells_the_split_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [chat(f"{at}?") for at in range(100)])
    told = split([str(path)], Wish(TENTH, dry_run=True))
    assert list(tmp_path.iterdir()) == [path]
    assert not told.written
    assert split([str(path)], Wish(TENTH)).sides == told.sides


def test_pieces_of_a_file_tie_the_same_rows_whatever_their_size(tmp_path: Path) -> None:
    rows = [chat(f"{at % 30}?", str(at % 9), user=at % 7) for at in range(200)]
    path = write(tmp_path / "a.jsonl", rows)
    (found,) = find([str(path)])
    whole, cut = (
        kin([opened(found, None)], ("user",), "label", chunk=chunk) for chunk in (1 << 20, 500)
    )
    assert whole.rows.equals(cut.rows)
    assert (whole.pairs, whole.names) == (cut.pairs, cut.names)


def anchor(row: Row) -> Anchor:
    return anchors(Batch([Record(1, b"", row, of_row(row))]))[0]


def test_an_anchor_is_the_same_in_every_version() -> None:
    """The hash of 64 bits by which a row keeps its side: another one would move every row."""
    assert anchor(chat("Hi?")).prompt == 1390108900222282145
    turned = {"messages": [dict(reversed(each.items())) for each in chat("Hi?")["messages"]]}
    assert anchor(turned).prompt == anchor(chat("Hi?")).prompt
    assert anchor(chat("Hi?", tools=[{"type": "function"}])).prompt != anchor(chat("Hi?")).prompt
    assert [f"{place(at, seed=0):.3f}" for at in range(4)] == ["0.991", "0.468", "0.932", "0.234"]


UNITS = st.lists(
    st.builds(Unit, st.integers(1, 5), st.integers(0, (1 << 64) - 1), st.integers(0, 3)),
    max_size=60,
)


@given(UNITS, st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_no_side_is_larger_than_asked_for(
    units: list[Unit], one: int, other: int, seed: int
) -> None:
    sizes = {"test": Size(count=one), "validation": Size(count=other)}
    sides = divided(units, sizes, seed)
    for name, most in (("test", one), ("validation", other)):
        rows = sum(unit.rows for unit, side in zip(units, sides, strict=True) if side == name)
        assert rows <= most


@given(UNITS.map(lambda units: [each._replace(stratum=0) for each in units]), st.integers(0, 5))
def test_a_share_has_no_unit_that_is_larger_than_it(units: list[Unit], seed: int) -> None:
    total = sum(unit.rows for unit in units)
    for unit, side in zip(units, divided(units, TENTH, seed), strict=True):
        assert side == TRAIN or unit.rows <= max(1, total / 10)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0.1", Size(share=0.1)),
        ("10%", Size(share=0.1)),
        ("500", Size(count=500)),
        (" 1 ", Size(count=1)),
    ],
)
def test_a_size_is_a_share_or_a_count(text: str, meant: Size) -> None:
    assert size(text) == meant


@pytest.mark.parametrize("text", ["0", "1.0", "-1", "2.5", "x", "", "120%", "nan", "1e3"])
def test_what_is_no_size_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="size of a side"):
        size(text)


def test_the_lock_has_what_was_read_and_what_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [chat(f"{at}?") for at in range(60)])
    found = split([str(path)], Wish(TENTH))
    entries = lock.read(lock.beside(str(path)))
    for side in found.sides:
        entry = entries[Path(side.path).name]
        assert entry.content == lock.content_of(side.path)
        assert entry.inputs == {"a.jsonl": lock.content_of(str(path))}
