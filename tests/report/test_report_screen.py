"""What a stream can show is found out, and what is shown on it is safe and fits."""

from __future__ import annotations

import unicodedata
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report import made_reports as made
from rich.cells import cell_len

from dslint.model import Excerpt
from dslint.report.screen import ASCII, Look, Options, clip, look_of, safe, window, wrap


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("##[add-mask]x", "##\\x5badd-mask]x"),
        ("plain, déjà vu, 你好, 👋🏽", "plain, déjà vu, 你好, 👋🏽"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("a\u200cb", "a\\u200cb"),
        ("\u200d\u200d", "\\u200d\\u200d"),
    ],
)
def test_what_steers_or_hides_is_escaped_and_scripts_are_left_alone(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text())
def test_safe_text_is_one_line_without_control_or_format_characters(text: str) -> None:
    for char in safe(text):
        assert char in "\u200c\u200d" or not unicodedata.category(char).startswith(
            ("Cc", "Cf", "Cs")
        )
    assert len(safe(text).splitlines()) <= 1


@given(made.NASTY)
def test_safe_text_stays_as_it_is_when_made_safe_again(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(st.text(), st.integers(2, 40))
def test_clipped_text_fits(text: str, width: int) -> None:
    shown = safe(text)
    assert cell_len(clip(shown, width)) <= width
    assert clip(shown, cell_len(shown)) == shown


@given(st.text(), st.integers(2, 40))
def test_wrapped_text_fits_and_loses_nothing_but_spaces(text: str, width: int) -> None:
    shown = safe(text)
    lines = list(wrap(shown, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")


@given(st.text(), st.text(), st.text(), st.integers(12, 90))
def test_the_marks_stand_under_what_they_mark(
    before: str, mark: str, after: str, width: int
) -> None:
    excerpt = Excerpt(before + mark + after, len(before), len(before + mark))
    text, start, length = window(excerpt, width, Look())
    assert cell_len(text) <= width
    assert start + length <= max(width, start + 1)
    shown = safe(mark)
    if cell_len(safe(before) + shown + safe(after)) <= width:
        assert text == safe(before) + shown + safe(after)
        assert start == cell_len(safe(before))
    if cell_len(shown) <= width // 2:
        assert shown in text
        assert length == max(1, cell_len(shown))


def test_wide_characters_take_two_cells_of_the_marks_line() -> None:
    text, start, length = window(Excerpt('{"问": "答案"}', 6, 10), 40, Look())
    assert (text, start, length) == ('{"问": "答案"}', 7, 6)


def test_a_long_line_is_cut_on_both_sides_of_the_mark() -> None:
    text, start, length = window(Excerpt("a" * 500 + "MARK" + "b" * 500, 500, 504), 30, Look())
    assert text[0] == text[-1] == "…"
    assert text[start : start + length] == "MARK"
    assert len(text) == 30


def test_colour_is_for_terminals_unless_the_user_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert look_of(Terminal(), Options()).color
    assert not look_of(StringIO(), Options()).color
    monkeypatch.setenv("NO_COLOR", "1")
    assert not look_of(Terminal(), Options()).color
    assert look_of(Terminal(), Options(color=True)).color
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert look_of(StringIO(), Options()).color
    assert not look_of(StringIO(), Options(color=False)).color
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not look_of(Terminal(), Options()).color


def test_the_width_is_the_terminals_within_what_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    assert look_of(Terminal(), Options()).width == 72
    assert look_of(StringIO(), Options()).width == 100
    assert look_of(Terminal(), Options(width=90)).width == 90
    assert look_of(Terminal(), Options(width=1000)).width == 120
    assert look_of(Terminal(), Options(width=3)).width == 40


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_stream_that_lacks_the_signs_gets_others(encoding: str) -> None:
    look = look_of(TextIOWrapper(BytesIO(), encoding=encoding), Options())
    assert look.marks == ASCII
    assert look.safe("好") == "\\u597d"
