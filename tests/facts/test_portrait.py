"""What data is like is the same however it is cut, and bounded whatever there is of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws.rows import Row, chats, preferences

from dslint.facts import counts
from dslint.facts.batch import Batch
from dslint.facts.counts import Counts, Lengths
from dslint.facts.drift import doublings, drift
from dslint.facts.labels import Labels, folded, labels
from dslint.facts.languages import languages, prose, script, scripts
from dslint.facts.openings import opening, refuses
from dslint.facts.portrait import Portrait, portrait
from dslint.formats import of_row
from dslint.model import Record


def batch(rows: list[Row], first: int = 1) -> Batch:
    raws = map(orjson.dumps, rows)
    return Batch(
        [
            Record(line, raw, row, of_row(row))
            for line, (raw, row) in enumerate(zip(raws, rows, strict=True), first)
        ]
    )


def answers(*texts: str) -> list[Row]:
    return [
        {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": text}]}
        for text in texts
    ]


def joined(*parts: list[Row]) -> Portrait:
    found, before = Portrait(), 0
    for part in parts:
        found.join(portrait(batch(part)), before)
        before += len(part)
    return found


@given(st.lists(chats() | preferences(), max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_where_data_is_cut_never_shows(rows: list[Row], one: int, other: int) -> None:
    first, last = sorted((one, other))
    assert joined(rows[:first], rows[first:last], rows[last:]) == joined(rows)


def test_a_row_of_any_format_has_turns_and_an_answer() -> None:
    pair: Row = {"prompt": "Capital of Peru ->", "completion": " Lima\n"}
    shared: Row = {
        "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]
    }
    found = joined([pair], [shared])
    assert found.messages.times == {"prompt": 1, "completion": 1, "user": 1, "assistant": 1}
    assert (found.turns.sum, found.answers.sum) == (4, len(" Lima\n") + 2)


def test_rejected_answers_are_no_turns_and_are_compared_with_chosen_ones() -> None:
    def answer(text: str) -> list[Row]:
        return [{"role": "assistant", "content": text}]

    row: Row = {
        "input": {"messages": [{"role": "user", "content": "Why?"}]},
        "preferred_output": answer("Because it rains."),
        "non_preferred_output": answer("No."),
    }
    found = joined([row, row])
    assert found.turns.times == {2: 2}
    assert (found.pairs.pairs, found.pairs.longer, found.pairs.equal) == (2, 2, 0)
    assert (found.pairs.chosen, found.pairs.rejected) == (34, 6)


def test_texts_beyond_the_most_are_counted_together() -> None:
    found, later = Counts(most=2), Counts()
    later.add(["a", "b", "c", "a", "d"])
    found.join(later)
    assert (found.times, found.others, found.total) == ({"a": 2, "b": 1}, 2, 5)


@given(st.lists(st.integers(0, 9_999), min_size=1))
def test_a_spread_is_that_of_the_sorted_lengths(lengths: list[int]) -> None:
    found = Lengths()
    found.add(lengths)
    spread = found.spread()
    assert spread is not None
    assert (spread.min, spread.max) == (min(lengths), max(lengths))
    assert spread.median == sorted(lengths)[(len(lengths) - 1) // 2]
    assert spread.mean == pytest.approx(sum(lengths) / len(lengths))


@given(st.integers(0, 10**9))
def test_a_long_length_keeps_three_digits(length: int) -> None:
    kept = counts.rounded(length)
    assert kept <= length
    assert (length - kept) * 100 <= length
    assert counts.rounded(kept) == kept


# labels


def test_short_answers_that_come_again_are_labels() -> None:
    rows = answers(*["praise"] * 6, *["complaint"] * 5)
    assert {text: met.rows for text, met in labels(batch(rows)).found.items()} == {
        "praise": 6,
        "complaint": 5,
    }


@pytest.mark.parametrize(
    "rows",
    [
        answers(*["praise"] * 5, *["complaint"] * 4),
        answers(*["praise"] * 90),
        answers(*(f"number {each}" for each in range(30))),
        answers(*["praise"] * 20, *["An answer that is by far too long for any label."] * 5),
    ],
    ids=["too few", "one alone", "hardly repeated", "some are long"],
)
def test_other_answers_are_none(rows: list[Row]) -> None:
    assert labels(batch(rows)).found == {}


def test_too_many_different_answers_are_forgotten_however_they_are_cut() -> None:
    rows = answers(*(f"number {each}" for each in range(501)))
    found = Labels()
    for start in (0, 200, 400):
        found.join(labels(batch(rows[start : start + 200])), start)
    whole = Labels()
    whole.join(labels(batch(rows)), 0)
    assert found == whole == Labels(501, too_many=True)


@pytest.mark.parametrize(
    "label", ["positive", " Positive ", "POSITIVE.", "positive\n", "“positive”"]
)
def test_labels_are_folded_past_case_space_and_marks(label: str) -> None:
    assert folded(label.strip("“”")) == "positive"


def test_a_label_that_is_nothing_but_a_mark_stays() -> None:
    assert folded("!") != folded("?")


# beginnings, scripts


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Have a great day!", "Have a great"),
        ("Certainly! Here is", "Certainly!"),
        ("不客气，祝您愉快", "不客气，"),
        ("", ""),
        ("   \n", ""),
        ("...", "."),
        ("a" * 500, "a" * 24),
    ],
)
def test_an_answer_begins_with_three_words_or_what_is_before_a_mark(text: str, begins: str) -> None:
    assert opening(text) == begins


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("I'm sorry, but I can't help with that.", True),
        ("I’m sorry, but I cannot open links.", True),
        ("As an AI language model, I have no body.", True),
        ("Desculpe, mas não posso ajudar.", True),
        ("很抱歉，我无法回答这个问题。", True),
        ("I'm sorry to hear that. Which order is it?", False),
        ("I can help with that.", False),
        ("The parcel can't be found.", False),
    ],
)
def test_refusals_are_told_by_how_they_begin(text: str, is_one: bool) -> None:
    assert refuses(text) == is_one


def test_a_script_is_that_of_most_letters() -> None:
    texts = ["Bom dia", "Привет, world", "こんにちは世界", "你好", "안녕", "12 + 3"]
    assert [script(text) for text in texts] == [
        *("Latin", "Cyrillic", "Japanese", "Han", "Korean", "?"),
    ]
    assert scripts(texts)["Latin"] == 1


def test_code_and_addresses_are_no_prose() -> None:
    assert prose("See `x = 1` at https://example.org/a.\n```\nprint(1)\n```").split() == [
        "See",
        "at",
    ]


def test_languages_are_told_where_there_is_prose_enough() -> None:
    pytest.importorskip("py3langid")
    texts = [
        "The parcel arrived on Monday, and everybody was glad to see it at last.",
        "A encomenda chegou na segunda-feira, e toda a gente ficou contente por a ver.",
        "包裹星期一到了，大家都很高兴。",
        "def f(x):\n    return x * 2 + y[0]\n",
        "OK",
    ]
    assert languages(texts) == {"en": 1, "pt": 1, "zh": 1, "?": 2}


# distances


def test_equal_shares_are_at_no_distance_and_disjoint_ones_at_one() -> None:
    same = drift("labels", {"a": 10, "b": 30}, {"a": 1, "b": 3})
    other = drift("labels", {"a": 10}, {"b": 10})
    assert same is not None
    assert other is not None
    assert (same.distance, other.distance) == (0, 1)
    assert other.stands_out
    assert not same.stands_out


def test_nothing_can_be_compared_with_nothing() -> None:
    assert drift("labels", {}, {"a": 1}) is None


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(1, 50), min_size=1), st.data())
def test_a_distance_is_between_nothing_and_all_and_symmetric(
    ours: dict[str, int], data: Any
) -> None:
    theirs = data.draw(st.dictionaries(st.sampled_from("abcde"), st.integers(1, 50), min_size=1))
    there, back = drift("x", ours, theirs), drift("x", theirs, ours)
    assert there is not None
    assert back is not None
    assert 0 <= there.distance <= 1 + 1e-9
    assert there.distance == pytest.approx(back.distance)
    assert there.chance == pytest.approx(back.chance)


def test_lengths_are_compared_in_doublings() -> None:
    found = Lengths()
    found.add([0, 1, 2, 3, 64, 127, 128])
    assert doublings(found) == {"0": 1, "1": 1, "2 - 3": 2, "64 - 127": 2, "128 - 255": 1}
