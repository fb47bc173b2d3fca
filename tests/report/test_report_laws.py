"""What holds for every report, whatever strings are in it."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report import made_reports as made
from rich.cells import cell_len

from dslint.errors import UsageError
from dslint.model import Report
from dslint.report import HUMAN, NAMES, Options, render
from dslint.report.matrix import render_matrix


def hidden(said: str) -> set[str]:
    """The characters of a report that a terminal could obey or that a reader can't see."""
    return {
        char
        for char in said
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
        and char not in "\n\u200c\u200d"
    }


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(report=made.reports(), options=st.builds(Options, max_per_rule=st.integers(0, 2)))
def test_nothing_in_the_data_reaches_the_terminal_unescaped(
    name: str, report: Report, options: Options
) -> None:
    assert not hidden(made.written(name, report, options))


@settings(max_examples=15)
@given(made.reports(), st.booleans())
def test_the_matrix_and_the_statistics_are_as_safe(report: Report, quiet: bool) -> None:
    out = StringIO()
    render_matrix([report], out, Options(), {report.target: ["a\x1bnote"]})
    said = out.getvalue() + made.written("full", report, Options(statistics=True, quiet=quiet))
    assert not hidden(said)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("made_report", [made.counselling, made.several, made.sound])
def test_a_stream_of_any_encoding_takes_every_report(
    name: str, encoding: str, made_report: Callable[[], Report]
) -> None:
    raw = BytesIO()
    out = TextIOWrapper(raw, encoding=encoding)
    render(name, made_report(), out, Options())
    out.flush()
    if name in ("json", "sarif", "gitlab"):
        assert json.loads(raw.getvalue().decode(encoding)) == json.loads(
            made.written(name, made_report())
        )
    if name == "junit":
        ElementTree.fromstring(raw.getvalue().decode(encoding).split("\n", 1)[1])


@settings(max_examples=30)
@given(made.reports(), st.integers(60, 200))
def test_no_line_for_people_is_wider_than_the_terminal(report: Report, width: int) -> None:
    for name, options in (
        ("full", Options(width=width)),
        ("grouped", Options(width=width)),
        ("full", Options(width=width, statistics=True)),
    ):
        for line in made.written(name, report, options).splitlines():
            assert cell_len(line) <= min(width, 120), line


@pytest.mark.parametrize("width", [60, 72, 80, 100, 200])
@pytest.mark.parametrize("made_report", [made.counselling, made.several, made.sound])
def test_lines_end_where_their_text_ends(width: int, made_report: Callable[[], Report]) -> None:
    for name in ("full", "grouped"):
        for line in made.written(name, made_report(), Options(width=width)).splitlines():
            assert line == line.rstrip()


@settings(max_examples=30)
@given(made.reports())
def test_colour_adds_nothing_but_colour(report: Report) -> None:
    for name in ("full", "concise", "grouped"):
        painted = made.written(name, report, Options(color=True))
        assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == made.written(
            name, report, Options(color=False)
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_the_same_when_made_again(name: str) -> None:
    assert made.written(name, made.counselling()) == made.written(name, made.counselling())


def test_an_unknown_report_is_told_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean `sarif`"):
        render("sarrif", made.sound(), StringIO(), Options())


def test_every_report_has_a_module_and_those_of_stories_are_reports() -> None:
    assert set(NAMES) >= HUMAN
    modules = set(os.listdir(Path(made.__file__).parents[2] / "src" / "dslint" / "report"))
    assert modules >= {f"{name}.py" for name in NAMES}
