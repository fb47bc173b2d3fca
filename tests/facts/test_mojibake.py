"""Passages that were decoded wrongly are found in every script, and sound ones in none."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.facts.marks import SCREEN
from dslint.facts.mojibake import mojibake

SOUND = {
    "English": "It’s “fine” — really… 5 °C, £10, ½ a mile; naïve café",
    "German": "Größe, Spaß… Fuß–Ball „DIE Ä“ Ü–Wagen, Gruß’ an Öl« und Ä…ähm",
    "French": "«\xa0Où\xa0?\xa0» là»… “naïve ‘café’” CAFÉ” «É» Ô\xa0Canada MARCHɅ",
    "Spanish": "¿Qué? ¡Olé! está»… niño",
    "Portuguese": "AMANHÃ… “AMANHÔ IRMû MAÇÔ não, mãe, coração",
    "Polish": "Zażółć gęślą jaźń",
    "Czech": "Příliš žluťoučký kůň",
    "Turkish": "İstanbul şğı ığdır",
    "Vietnamese": "Tiếng Việt, Ước mơ, “Â”",
    "Romanian": "România, Ă, Â și Î",
    "Cyrillic": "Привет, как дела? «СССР» ЁЛКА РІЗНІ ЉУБАВ С\xa0Т\xa0О\xa0П",
    "Greek": "Γειά σου Κόσμε «Α»… ΟΛΑ”",
    "Arabic": "مرحبا بالعالم، كيف الحال؟",
    "Hebrew": "שלום עולם „כן”",
    "Hindi": "नमस्ते दुनिया",
    "Thai": "สวัสดีชาวโลก",
    "Chinese": "你好，世界。“引号”……——《书》",
    "Japanese": "こんにちは、世界！「はい」",
    "Korean": "안녕하세요, 세계!",
    "emoji": "👍🏽 👨‍👩‍👧 →★",
    "arithmetic": "3×² m×¼ Ø±0.1 2×‘x’",
    "a program": "x∞!&%×$±^`×&$%−!×˜κλδσρφγçβα·_+×~`˜κλδ",
}

MEANT = [
    "café",
    "naïve",
    "Größe",
    "Århus",
    "Église",
    "Zażółć",
    "dziękuję",
    "Příliš",
    "İstanbul",
    "Việt",
    "Привет",
    "Γειά",
    "α-helix",
    "Δt",
    "مرحبا",
    "שלום",
    "नमस्ते",
    "สวัสดี",
    "你好",
    "こんにちは",
    "안녕하세요",
    "😀",
    "→",
    "it’s",
    "“fine”",
    "£10",
    "5°C",
]


def misread(text: str, encoding: str) -> str:
    """Read UTF-8 as a code page, as browsers do: what it has no character for is a control."""
    return "".join(bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("language", SOUND)
def test_sound_text_is_left_alone(language: str) -> None:
    assert mojibake(SOUND[language]) == ""


@pytest.mark.parametrize("meant", MEANT)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_what_was_misread_is_put_right(meant: str, encoding: str) -> None:
    wrong = misread(meant, encoding)
    assert mojibake(wrong) == meant
    assert mojibake(f"first {wrong} last") == meant
    assert passes(wrong)


@pytest.mark.parametrize("meant", MEANT)
def test_what_was_misread_twice_is_put_right_twice(meant: str) -> None:
    wrong = misread(misread(meant, "cp1252"), "cp1252")
    assert mojibake(wrong) == meant
    assert passes(wrong)


@pytest.mark.parametrize("meant", ["Привет", "Γειάσου", "مرحباً", "你好世界"])
def test_what_was_read_as_windows_1251_is_put_right(meant: str) -> None:
    wrong = misread(meant, "cp1251")
    assert mojibake(wrong) == meant
    assert passes(wrong)


def test_punctuation_of_windows_1252_that_was_read_as_latin_1_is_put_right() -> None:
    assert mojibake("At \x93The Anchor\x94\x85 now") == "“The"
    assert mojibake("wait\x85") == "wait…"
    assert passes("wait\x85")


def test_the_word_round_a_passage_is_told_and_no_more() -> None:
    assert mojibake("the cafÃ©-bar, open") == "café-bar,"
    assert len(mojibake("x" * 500 + "Ã©" + "y" * 500)) < 60


def passes(text: str) -> bool:
    return bool(pl.Series([text]).str.contains(SCREEN)[0])


LETTERS = [
    chr(code)
    for low, high in [
        (0xC0, 0x17F),
        (0x391, 0x3C9),
        (0x410, 0x44F),
        (0x5D0, 0x5EA),
        (0x621, 0x64A),
        (0x905, 0x939),
        (0xE01, 0xE2E),
        (0x3041, 0x3096),
        (0x4E00, 0x9FA5),
        (0xAC00, 0xD7A3),
    ]
    for code in range(low, high + 1)
    if unicodedata.category(chr(code)).startswith("L") and chr(code) not in "ŒœŠšŽžŸƒ"
]
"""Letters, but those that no language has after a capital with an accent and Windows-1252 has."""

words = st.text(st.sampled_from(LETTERS) | st.sampled_from("abcdefgz"), min_size=1, max_size=12)


@given(st.lists(words, max_size=6).map(" ".join))
def test_letters_of_any_script_are_sound(text: str) -> None:
    assert mojibake(text) == ""


@given(words.filter(lambda word: sum(not char.isascii() for char in word) > 1))
def test_any_word_that_was_misread_is_found(word: str) -> None:
    wrong = misread(word, "cp1252")
    if mojibake(wrong):
        assert passes(wrong)
    adjacent = any(not one.isascii() and not other.isascii() for one, other in pairwise(word))
    if adjacent and not any(0x180 <= ord(char) <= 0x36F for char in word):
        assert mojibake(wrong) in word  # of a long word, what is near
        assert mojibake(wrong)


@given(st.text(max_size=200))
def test_any_text_has_an_answer_and_the_screen_misses_none(text: str) -> None:
    if mojibake(text):
        assert passes(text)
