"""What is remembered of prompts and completions does not depend on where a file is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dslint.facts.pairs import MARK, Pairs, end_of, start_of

texts = st.text(st.sampled_from("ab 中\n->?|<"), max_size=40) | st.just("<|endoftext|>")
rows = st.lists(st.tuples(texts, texts), max_size=12)


def seen(given: list[tuple[str, str]], first: int = 1) -> Pairs:
    pairs = Pairs()
    for line, (prompt, completion) in enumerate(given, first):
        pairs.add(line, prompt, completion)
    return pairs


@given(rows, st.integers(0, 12))
def test_chunks_give_what_the_whole_gives(given: list[tuple[str, str]], cut: int) -> None:
    joined = Pairs()
    joined.join(seen(given[:cut]), 0)
    joined.join(seen(given[cut:]), min(cut, len(given)))
    assert joined == seen(given)


@given(rows)
def test_what_is_common_is_what_all_texts_have(given: list[tuple[str, str]]) -> None:
    side = seen(given).prompts
    prompts = [prompt for prompt, _ in given if prompt]
    assert side.rows == len(prompts)
    if prompts:
        assert all(prompt.startswith(side.begins or "") for prompt in prompts)
        assert all(prompt.endswith(side.ends or "") for prompt in prompts)
        assert side.same == (len(set(prompts)) == 1)


@given(rows)
def test_the_ends_that_repeat_are_counted_by_their_length(given: list[tuple[str, str]]) -> None:
    pairs = seen(given)
    for length in range(1, MARK + 1):
        having = sum(lines.rows for size, lines in pairs.inside.items() if size >= length)
        twice = [
            prompt
            for prompt, _ in given
            if len(prompt) >= 2 * length and prompt[-length:] in prompt[:-length]
        ]
        assert having == len(twice)


def test_an_end_is_punctuation_a_token_and_white_space() -> None:
    assert end_of("Is it open? ->") == "->"
    assert end_of("Is it open?\n\n###\n\n") == "###\n\n"
    assert end_of("Yes.<|endoftext|>") == ".<|endoftext|>"
    assert end_of("Yes") == ""


def test_a_beginning_is_a_space_a_letter_or_something_else() -> None:
    assert [start_of(text) for text in (" a", "a", "é", "я", "中", "ก", "\n", "-")] == [
        "space",
        "letter",
        "letter",
        "letter",
        "other",
        "other",
        "other",
        "other",
    ]
