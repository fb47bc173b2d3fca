"""Shingles, signatures and normalised texts: the same as written out by hand."""

from __future__ import annotations

import random
import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.facts.letters import BLOCK, CHARACTERS, WORDS
from dslint.facts.near import SKETCH, bands_of, promising, signatures
from dslint.facts.shingles import normalised, plainly, shingles

TEXTS = st.lists(
    st.text(st.sampled_from("ab é2.,\n的天猫 ไ"), max_size=24) | st.text(max_size=12), max_size=6
)
UNSPACED = re.compile(r"[\u4e00-\u9fff\u0e00-\u0e7f]")


def by_hand(text: str) -> set[tuple[str, ...]]:
    """Return the shingles of a text in Latin letters, Han and Thai."""
    dense = len(text.encode()) > 2 * len(text)
    word = r"[\u4e00-\u9fff\u0e00-\u0e7f]|[a-zé0-9]" + "+" * (not dense)
    words = re.findall(word, text.lower())
    found = set()
    for at, word in enumerate(words):
        length = CHARACTERS if dense or UNSPACED.match(word) else WORDS
        if at == 0 or at + length <= len(words):
            found.add(tuple(words[at : at + length]))
    return found


@settings(deadline=None)  # the first one makes a table of letters
@given(st.lists(st.text(st.sampled_from("abAB é2.,\n的天猫ไท"), max_size=40), max_size=6))
def test_shingles_are_runs_of_words_and_of_characters_where_there_are_no_spaces(
    texts: list[str],
) -> None:
    """Equal runs have equal hashes and different runs different ones, in all the texts."""
    found = shingles(texts)
    hashes = [set(found.of(at)) for at in range(len(texts))]
    runs = [by_hand(text) for text in texts]
    assert [len(each) for each in hashes] == [len(each) for each in runs]
    for one, other in ((0, -1), (1, -2)):
        if len(texts) > 1:
            assert len(hashes[one] & hashes[other]) == len(runs[one] & runs[other])


@settings(deadline=None)
@given(TEXTS)
def test_the_neighbours_of_a_text_make_no_difference_to_its_shingles(texts: list[str]) -> None:
    together = shingles(texts)
    for at, text in enumerate(texts):
        alone = shingles([text]).of(0).tolist()
        assert together.of(at).tolist() == alone


def test_a_text_that_fills_many_blocks_has_the_shingles_of_its_parts() -> None:
    words = [f"word{at}" for at in range(BLOCK // 2)]
    whole = shingles([" ".join(words), " ".join(words[-40:])])
    assert len(set(whole.of(0).tolist())) == len(words) - 2
    assert whole.of(1).tolist() == whole.of(0)[-38:].tolist()


@settings(deadline=None)
@given(TEXTS)
def test_a_text_has_a_signature_where_it_has_words(texts: list[str]) -> None:
    found = signatures(texts, bands_of(0.8))
    assert found.shape == (len(texts), 10 + len(SKETCH))
    assert found["band_0"].is_not_null().to_list() == [
        len(shingles(texts).of(at)) > 0 for at in range(len(texts))
    ]


def test_pairs_that_share_enough_are_promising_and_strangers_are_not() -> None:
    """Of texts that share the threshold of their shingles, or more, 99 of 100 are compared; of
    those that share less than half, none.
    """
    chance = random.Random(5)
    texts = []
    for number in range(800):
        words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(chance.randint(20, 90))]
        changed = chance.randint(0, 1 + len(words) * (number % 4) // 30)
        edited = [f"{word}x" if at < changed else word for at, word in enumerate(words)]
        texts += [" ".join(words), " ".join(chance.choice([edited, edited, edited[::-1]]))]
    one, other = (pl.Series(range(at, len(texts), 2)) for at in (0, 1))
    sketches = signatures(texts, bands_of(0.8)).select(SKETCH)
    chosen = promising(sketches, one, other, 0.8).to_list()
    runs = [by_hand(text) for text in texts]
    shares = [len(a & b) / len(a | b) for a, b in zip(runs[::2], runs[1::2], strict=True)]
    close = [met for met, share in zip(chosen, shares, strict=True) if share >= 0.8]
    far = [met for met, share in zip(chosen, shares, strict=True) if share < 0.5]
    assert len(close) > 100
    assert len(far) > 100
    assert sum(close) >= 0.99 * len(close)
    assert not any(far)


def test_normalising_takes_away_what_few_would_see() -> None:
    assert normalised("  Caf\u0065\u0301,\tﬁne\u00a0— “OK”!  ") == "café fine ok"
    assert normalised("co\u00adop\u200berate") == "cooperate"
    assert normalised("１＋１ ＝ ２") == "1+1 = 2"
    assert normalised("हिन्दी।") == "हिन्दी"


def test_normalising_leaves_numbers_apart() -> None:
    assert normalised("1.5") != normalised("15")
    assert normalised("x = -5") != normalised("x = 5")
    assert normalised("well-known") == normalised("well known")


@settings(deadline=None)
@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


def test_a_value_is_normalised_but_for_its_keys_and_roles() -> None:
    row = {"messages": [{"role": "Tool-X", "content": "A,  b"}], "n": 1.0, "Tag!": ["C!"]}
    assert plainly(row) == {
        "messages": [{"role": "Tool-X", "content": "a b"}],
        "n": 1.0,
        "Tag!": ["c"],
    }
