"""gigatoken counts what tiktoken counts, over all of Unicode and in any run of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.errors import UsageError
from dslint.facts.tokens import encoding, encodings, fast
from dslint.facts.tokens.exact import Tiktoken
from dslint.facts.tokens.fast import SEAM, Gigatoken
from dslint.facts.tokens.newer import SINCE_17, is_newer, newer

pytest.importorskip("gigatoken", reason="the extra `fast` is not installed")

ENCODINGS = ("o200k_base", "cl100k_base")
EXACT = {name: Tiktoken(name) for name in ENCODINGS}
FAST = {name: Gigatoken(name, small=0) for name in ENCODINGS}

SCRIPTS = (
    *("Latin Extended ĄąÇç", "Ελληνικά Άά", "Кириллица Ёё", "עברית שָׁלוֹם", "العربية ١٢٣ ـــ"),
    *("हिन्दी में १२३", "বাংলা", "தமிழ்", "తెలుగు", "ไทย ๑๒๓", "ລາວ", "བོད་", "မြန်မာ", "ქართული Ქ"),
    *("አማርኛ", "ខ្មែរ", "한국어 조선말", "ひらがなカタカナ", "漢字 𠀀𠮷", "ᏣᎳᎩ ꭰ", "ᚠᚢᚦ", "Ⅷ½²③"),
    *(
        "😀👨‍👩‍👧‍👦🇩🇪",
        "𝔘𝔫𝔦",
        "ǅǆǄ ŉ ßẞ",
        "İıſK",
        "a\u0301\u0323",
        "\u200b\u200d\ufeff",
        "\ue000\U0010fffd",
    ),
)
CHAT = (
    "Sure! Here's what I'd do:\n\n1. **Check** the logs (`journalctl -u nginx`)\n2. It's 50% done…",
    'def f(x: int) -> str:\n\treturn f"{x:,}"  # don\'t\r\n\r\nclass A:\n    pass\n',
    '{"city": "Porto", "party_size": 9, "notes": null, "ids": ["C-1182", "a1b2c3d4e5f6"]}',
    "https://example.org/a_b/c?d=e&f=%20g#h I'LL we've THEY'RE he'd 's 'S <|im_start|> [INST]",
    "最近总是睡不着，怎么办？「谢谢」……好的——我明白了！",
)
every = st.text(st.characters(codec="utf-8"), max_size=40)
scripts = st.lists(st.sampled_from(SCRIPTS) | st.text(max_size=3), max_size=6).map("".join)
blank = st.text(st.sampled_from(" \t\n\r\v\f\x85\xa0\u2003\u2028\u3000\x1c"), max_size=30)
repeats = st.builds(lambda text, times: text * times, st.text(max_size=4), st.integers(0, 300))
chat = st.builds(
    lambda text, start, length: text[start : start + length],
    st.sampled_from(CHAT),
    st.integers(0, 60),
    st.integers(0, 90),
)
text = st.lists(every | scripts | blank | repeats | chat, max_size=5).map("".join)


@pytest.mark.parametrize("name", ENCODINGS)
@given(text=text)
@settings(max_examples=200, deadline=None)
def test_a_text_has_the_count_that_tiktoken_gives(name: str, text: str) -> None:
    assert FAST[name].count(text) == EXACT[name].count(text)


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_character_is_classed_as_tiktoken_classes_it(name: str) -> None:
    """Those that a table may not know are left out: their texts go to tiktoken."""
    known = [
        char
        for code in range(0x80, 0x110000)
        if unicodedata.category(char := chr(code)) not in ("Cn", "Cs", "Co") and not is_newer(char)
    ]
    assert len(known) > 140_000
    for at in range(0, len(known), 500):
        text = "".join(f"a{char}1{char} " for char in known[at : at + 500])
        assert FAST[name].count(text) == EXACT[name].count(text), hex(ord(known[at]))


def test_a_text_with_a_character_newer_than_its_table_goes_to_tiktoken() -> None:
    for first, last in SINCE_17:
        for code in (first, last):
            text = f"a{chr(code)}b 1{chr(code)}"
            assert newer(text)
            assert FAST["o200k_base"].count(text) == EXACT["o200k_base"].count(text)


@pytest.mark.parametrize("text", ["plain", "Straße, 中文", "😀 emoji are old", "\ue000", "𠮷"])
def test_what_all_tables_know_is_not_newer(text: str) -> None:
    assert not newer(text)


seams = st.text(st.sampled_from(SEAM + "a <|\ud800\u088f"), max_size=6)


@pytest.mark.parametrize("name", ENCODINGS)
@given(texts=st.lists(text | seams | chat, max_size=12))
@settings(max_examples=150, deadline=None)
def test_texts_that_are_counted_together_have_the_counts_that_they_have_alone(
    name: str, texts: list[str]
) -> None:
    assert FAST[name].counts(texts) == EXACT[name].counts(texts)


@given(texts=st.lists(text, max_size=8))
@settings(max_examples=4, deadline=None)
def test_beginning_anew_changes_no_count(texts: list[str]) -> None:
    renewed = Gigatoken("cl100k_base", small=0, renew=150)
    assert renewed.counts(texts) == FAST["cl100k_base"].counts(texts)


@pytest.mark.parametrize(
    "text", ["<|endoftext|>", "<|endofprompt|> a", SEAM, "\ud83d", "a\udc00b", "\ud83d\ude00"]
)
def test_what_spells_a_special_token_and_half_characters_are_text(text: str) -> None:
    assert FAST["o200k_base"].count(text) == EXACT["o200k_base"].count(text) > 0


def test_few_texts_are_counted_without_gigatoken(monkeypatch: pytest.MonkeyPatch) -> None:
    load, loaded = fast._load, list[str]()

    def noted(name: str) -> Callable[[bytes], Any]:
        loaded.append(name)
        return load(name)

    monkeypatch.setattr(fast, "_load", noted)
    counter = Gigatoken("o200k_base", small=40)
    words = ["where is my parcel", "in Leipzig", "thanks"]
    assert [counter.counts(words[:1]), loaded] == [EXACT["o200k_base"].counts(words[:1]), []]
    assert counter.counts(words) == EXACT["o200k_base"].counts(words)
    assert loaded == ["o200k_base"]
    assert counter.counts(words) == EXACT["o200k_base"].counts(words)
    assert loaded == ["o200k_base"]


def test_a_million_spaces_have_tiktokens_count() -> None:
    assert FAST["o200k_base"].count(" " * 1_280_000) == 10_000


def test_without_gigatoken_tiktoken_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "find_spec", lambda name: None)
    encoding.cache_clear()
    assert isinstance(encoding("o200k_base"), Tiktoken)
    with pytest.raises(UsageError, match=r"dslint\[fast\]"):
        encoding("o200k_base", fast=True)
    encoding.cache_clear()
