"""Deduplicating: what goes has a twin that stays; what stays is as it was."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dslint
from dslint.errors import InputError, UsageError
from dslint.stages import lock
from dslint.stages.dedupe import Deduped, Wish, dedupe

WORDS = [f"word{n}" for n in range(60)]


def chat(question: str, answer: str, **also: Any) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ],
        **also,
    }


def write(path: Path, rows: Sequence[Any]) -> str:
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def run(folder: Path, rows: Sequence[Any], **wish: Any) -> tuple[Deduped, list[str]]:
    """Deduplicate rows and return what was done and the lines that stay."""
    out = folder / "out.jsonl"
    found = dedupe(
        [write(folder / "in.jsonl", rows)],
        Wish(out=str(out), dropped=str(folder / "gone.jsonl"), force=True, lock=False, **wish),
    )
    return found, out.read_text(encoding="utf-8").splitlines()


def gone(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "gone.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = st.lists(
    st.sampled_from(
        [
            '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}',
            '{"messages": [{"content": "a", "role": "user"}, {"role":"assistant","content":"b"}]} ',
            '{"messages":[{"role":"user","content":"A"},{"role":"assistant","content":"b!"}]}',
            '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}',
            '{"prompt":"a","completion":"b"}',
            '{"prompt":"a","completion":"b","id":7}',
            "not json",
            "",
            "{}",
            "[]",
            "null",
        ]
    ),
    max_size=12,
)


def said(line: str) -> str:
    try:
        return json.dumps(json.loads(line), sort_keys=True)
    except ValueError:
        return line


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_of_rows_that_say_the_same_the_first_stays_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("exact")
    rows = ["{}", *rows]  # a file of rows: its first line is JSON
    found, lines = run(folder, rows)
    first = {said(row): row for row in reversed(rows) if row}
    assert lines == list(dict.fromkeys(first[said(row)] for row in rows if row))
    assert found.read == sum(map(bool, rows))
    assert found.kept == len(lines)
    assert sum(found.gone.values()) == found.read - found.kept == len(gone(folder))


def test_a_dropped_row_is_listed_with_its_twin_and_as_it_was(tmp_path: Path) -> None:
    run(
        tmp_path,
        [chat("a", "b", n=1.50), chat("c", "d"), '{"n": 1.5, ' + json.dumps(chat("a", "b"))[1:]],
    )
    (found,) = gone(tmp_path)
    place = str(tmp_path / "in.jsonl")
    assert found == {
        "file": place,
        "line": 3,
        "why": "exact",
        "share": 1.0,
        "twin": {"file": place, "line": 1},
        "row": chat("a", "b", n=1.5),
    }


def test_by_prompt_one_answer_stays(tmp_path: Path) -> None:
    rows = [chat("a", "short"), chat("b", "x"), chat("a", "a longer answer")]
    assert run(tmp_path, rows, key="prompt")[1] == [json.dumps(rows[0]), json.dumps(rows[1])]
    longest = run(tmp_path, rows, key="prompt", keep="longest")
    assert longest[1] == [json.dumps(rows[1]), json.dumps(rows[2])]
    assert longest[0].gone == {"prompt": 1}


def test_the_newest_row_stays_and_one_without_a_date_only_where_no_other_is(tmp_path: Path) -> None:
    rows = [
        chat("a", "1", at="2024-05-01"),
        chat("a", "2", at="2024-11-30"),
        chat("a", "3"),
        chat("b", "4"),
    ]
    found = run(tmp_path, rows, key="prompt", keep="newest:at")
    assert found[1] == [json.dumps(rows[1]), json.dumps(rows[3])]
    numbers = [chat("a", "1", at=9), chat("a", "2", at=10.5), chat("a", "3", at=10)]
    assert run(tmp_path, numbers, key="prompt", keep="newest:at")[1] == [json.dumps(numbers[1])]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([chat("a", "1")], "no row has a key `at`"),
        ([chat("a", "1", at=1), chat("a", "2", at="2")], "here it is a number and a text"),
        ([chat("a", "1", at=[1])], "here it is an object or a list"),
    ],
)
def test_a_date_that_has_no_order_is_refused(
    rows: list[dict[str, Any]], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=reason):
        run(tmp_path, rows, keep="newest:at")
    assert not (tmp_path / "out.jsonl").exists()


def test_normalised_rows_go(tmp_path: Path) -> None:
    rows = [chat("What?", "A cat."), chat("what", "a  CAT"), chat("what", "a dog")]
    found, lines = run(tmp_path, rows, normalised=True)
    assert lines == [json.dumps(rows[0]), json.dumps(rows[2])]
    assert found.gone == {"normalised": 1}


def alike(changed: int, **also: Any) -> dict[str, Any]:
    """Return a row with some words at the end that no other has."""
    text = " ".join([*WORDS[changed:], *(f"other{changed}x{n}" for n in range(changed))])
    return chat(text, "yes", **also)


def test_whatever_goes_as_near_has_a_twin_that_stays(tmp_path: Path) -> None:
    """A chain of rows, each near the next: no two that stay are near each other, and every one that
    goes is near one that stays.
    """
    rows = [alike(n) for n in range(0, 30, 2)]
    found, lines = run(tmp_path, rows, near=0.8)
    stays = {rows.index(json.loads(line)) for line in lines}
    assert 0 in stays
    assert 1 < len(stays) < len(rows)
    for each in gone(tmp_path):
        assert each["share"] >= 0.8
        assert each["twin"]["line"] - 1 in stays
    assert found.gone == {"near": len(rows) - len(stays)}
    assert " → " in found.largest[0].differs


def test_a_copy_of_a_near_duplicate_has_a_twin_that_stays(tmp_path: Path) -> None:
    rows = [alike(0), alike(1), alike(1), chat("something else", "no")]
    found, lines = run(tmp_path, rows, near=0.8)
    assert lines == [json.dumps(rows[0]), json.dumps(rows[3])]
    assert {each["twin"]["line"] for each in gone(tmp_path)} == {1}
    assert found.gone == {"near": 2}


def test_the_longest_of_near_rows_stays(tmp_path: Path) -> None:
    rows = [alike(0), alike(0, note="the one with a note"), alike(1)]
    assert run(tmp_path, rows, near=0.8, keep="longest")[1] == [json.dumps(rows[1])]


QUESTION = "A boat takes 12 people over the river in 20 minutes. How many can cross in an hour?"


def test_rows_with_enough_of_an_evaluation_question_go(tmp_path: Path) -> None:
    evaluation = write(tmp_path / "eval.jsonl", [{"prompt": QUESTION, "completion": "36"}])
    rows = [
        chat(f"Please: {QUESTION.upper()}", "36"),
        chat(QUESTION.replace("an hour", "one day"), "864"),
        chat("A boat takes ten goats over the river.", "So it does."),
    ]
    found, lines = run(tmp_path, rows, against=(evaluation,), covered=0.9)
    assert lines == [json.dumps(each) for each in rows[1:]]
    assert [(hit.row.line, hit.other.line, hit.covered) for hit in found.hits] == [(1, 1, 1.0)]
    assert gone(tmp_path)[0]["why"] == "evaluation"
    assert gone(tmp_path)[0]["twin"] == {"file": evaluation, "line": 1}
    assert len(run(tmp_path, rows, against=(evaluation,))[1]) == 1


def test_several_files_are_one_and_packed_ones_are_read(tmp_path: Path) -> None:
    one = write(tmp_path / "1.jsonl", [chat("a", "b"), chat("c", "d")])
    two = tmp_path / "2.jsonl.gz"
    two.write_bytes(gzip.compress(json.dumps(chat("c", "d")).encode() + b"\r\n{}"))
    out = tmp_path / "out.jsonl"
    found = dedupe([one, str(two)], Wish(out=str(out), lock=False))
    assert out.read_bytes() == Path(one).read_bytes() + b"{}\n"
    assert (found.read, found.kept) == (4, 3)


def test_the_rows_of_an_array_become_lines(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    rows = [{"prompt": "é", "completion": 'b"c'}, {"prompt": "d", "completion": "e"}]
    path.write_text(json.dumps([*rows, rows[0]], indent=2, ensure_ascii=False), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    found = dedupe([str(path)], Wish(out=str(out), dropped=str(tmp_path / "gone"), lock=False))
    assert [json.loads(line) for line in out.read_text("utf-8").splitlines()] == rows
    assert found.largest[0].kept.line == 2
    assert json.loads((tmp_path / "gone").read_text("utf-8"))["line"] == 10


def test_without_an_output_nothing_is_written(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [{}, {}])
    assert dedupe([path], Wish()).gone == {"exact": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["in.jsonl"]


def test_the_standard_output_has_the_rows(tmp_path: Path) -> None:
    stream = io.BytesIO()
    dedupe([write(tmp_path / "in.jsonl", [{}, {"a": 1}, {}])], Wish(out="-"), stream)
    assert stream.getvalue() == b'{}\n{"a": 1}\n'


def test_what_was_written_is_in_the_lock_as_if_it_had_been_read(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [{"a": 1}, "broken", {"a": 1}, {"b": 2}, "broken"])
    out = tmp_path / "out.jsonl"
    dedupe([path], Wish(out=str(out)))
    entry = lock.read(lock.beside(str(out)))["out.jsonl"]
    assert entry.content == lock.content_of(str(out))
    assert entry.inputs["in.jsonl"] == lock.content_of(path)
    assert (entry.verb, entry.verdict) == ("dedupe", "2 exact")


def test_the_number_of_processes_never_shows(tmp_path: Path) -> None:
    rows = [alike(n % 7, n=n % 5) for n in range(60)]
    path = write(tmp_path / "in.jsonl", rows)
    outs = []
    for jobs in (1, 2):
        out = tmp_path / f"{jobs}.jsonl"
        found = dedupe([path], Wish(out=str(out), near=0.9, lock=False), jobs=jobs)
        outs.append((out.read_bytes(), found.gone, found.largest))
    assert outs[0] == outs[1]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"near": 0.0}, "--near is a share"),
        ({"near": 80}, "--near is a share"),
        ({"covered": 1.5}, "--covered is a share"),
        ({"keep": "last"}, "--keep is first, longest or newest:FIELD"),
        ({"keep": "newest:"}, "--keep is first, longest or newest:FIELD"),
        ({"format": "chta"}, "did you mean `chat`"),
        ({"against": ("-",)}, "--against reads files"),
        ({"dropped": "-"}, "a file of their own"),
        ({"out": "IN"}, "is an input"),
        ({"dropped": "IN"}, "is an input"),
        ({"out": "HERE/x.gz"}, "is not packed"),
        ({"out": "HERE/new", "dropped": "HERE/new"}, "is named twice"),
        ({"out": "HERE"}, "is no file"),
    ],
)
def test_a_wrong_call_is_told_and_writes_nothing(
    wish: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "in.jsonl", [{}])
    places: dict[str, Any] = {
        name: value.replace("IN", path).replace("HERE", str(tmp_path))
        if isinstance(value, str)
        else value
        for name, value in wish.items()
    }
    with pytest.raises(UsageError, match=reason):
        dedupe([path], Wish(**{"out": str(tmp_path / "o"), **places}))
    assert [each.name for each in tmp_path.iterdir()] == ["in.jsonl"]


def test_what_exists_is_not_written_over_unasked(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [{}, {}])
    out = tmp_path / "out.jsonl"
    out.write_text("kept")
    with pytest.raises(UsageError, match="--force"):
        dedupe([path], Wish(out=str(out)))
    assert out.read_text() == "kept"
    dedupe([path], Wish(out=str(out), force=True, lock=False))
    assert out.read_text() == "{}\n"


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"version https://git-lfs"])
def test_an_evaluation_set_that_cant_be_read_is_told_and_nothing_is_written(
    content: bytes, tmp_path: Path
) -> None:
    bad = tmp_path / "eval.jsonl"
    bad.write_bytes(content)
    path = write(tmp_path / "in.jsonl", [{}])
    for wish, paths in ((Wish(against=(str(bad),)), [path]), (Wish(), [str(bad)])):
        with pytest.raises(InputError, match=r"eval\.jsonl"):
            dedupe(paths, wish)
    with pytest.raises(InputError, match="does not exist"):
        dedupe([path], Wish(against=(str(tmp_path / "none"),)))


def test_one_record_and_all_equal_are_no_special_case(tmp_path: Path) -> None:
    assert run(tmp_path, [chat("a", "b")], near=0.8)[1] == [json.dumps(chat("a", "b"))]
    found, lines = run(tmp_path, [chat("a", "b")] * 500, near=0.8)
    assert lines == [json.dumps(chat("a", "b"))]
    assert (found.clusters, found.largest[0].rows) == (1, 499)


def test_the_library_does_the_same(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "in.jsonl", [{}, {}]))
    found = dslint.dedupe(path, out=tmp_path / "out.jsonl")
    assert (found.read, found.kept) == (2, 1)
    assert (tmp_path / "out.jsonl").read_text() == "{}\n"
    with pytest.raises(UsageError, match="pass a path"):
        dslint.dedupe([{}])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="name them"):
        dslint.dedupe("-")


def test_a_byte_order_mark_stays_and_moves_no_row(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    rows = [json.dumps(each).encode() for each in (alike(0), alike(1), chat("x", "y"), alike(0))]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(rows))
    out = tmp_path / "out.jsonl"
    found = dedupe([str(path)], Wish(out=str(out), near=0.8, lock=False))
    assert found.gone == {"exact": 1, "near": 1}
    assert out.read_bytes() == b"\xef\xbb\xbf" + rows[0] + b"\n" + rows[2] + b"\n"
