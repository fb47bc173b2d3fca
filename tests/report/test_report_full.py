"""What the reports for people say of a run, and what they leave unsaid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report import made_reports as made

from dslint.model import Level
from dslint.report import Options
from dslint.report.words import command, extent, listed, share, size


def test_a_clean_run_is_one_friendly_line() -> None:
    said = made.written("full", made.sound())
    assert said == " ✓ 5,463 rows in 2 files, and nothing to mend for azure\n"


def test_the_command_is_one_that_the_help_names_else_the_explanation() -> None:
    assert command(made.counselling()) == "dslint explain no-assistant-message"
    assert command(made.sound()) is None
    helpful = made.rule("no-format-fits", summary="See `dslint check --format chat a.jsonl`.")
    absent = made.rule("not-jsonl", summary="Run `dslint convert a.json`.")
    for of, expected in (
        (helpful, "dslint check --format chat a.jsonl"),
        (absent, "dslint explain not-jsonl"),
    ):
        report = made.report([made.story(of, [made.finding(of, None, "m")])], [])
        assert command(report) == expected
        assert f"why, and what to do:  {expected}\n" in made.written("full", report)


def test_help_that_a_finding_has_of_its_own_stands_for_the_rules() -> None:
    each = replace(made.finding(made.LAST, 1, "m"), help="Drop the last turn of line 1.")
    said = made.written("full", made.report([made.story(made.LAST, [each])], []))
    assert "   = Drop the last turn of line 1.\n" in said
    assert made.LAST.summary[:20] not in said


def test_ignored_findings_are_counted_and_not_shown() -> None:
    each = replace(made.finding(made.LAST, 7, "seven"), ignored="known")
    report = made.report([], made.sound().files, more=[each])
    for name in ("full", "concise", "grouped"):
        assert "seven" not in made.written(name, report)
    assert made.written("full", report).endswith("· 1 ignored\n")


@pytest.mark.parametrize(("fail_on", "sign"), [("error", "!"), ("warn", "✗")])
def test_the_sign_of_the_verdict_says_whether_the_run_fails(fail_on: Level, sign: str) -> None:
    report = made.report(
        [made.story(made.LAST, [made.finding(made.LAST, 1, "m")])], [], fail_on=fail_on
    )
    assert made.written("full", report, Options(quiet=True)).startswith(f" {sign} 1 warning kind")


def test_what_is_shown_of_a_rule_can_be_bounded() -> None:
    report = made.counselling()
    one = made.written("full", report, Options(max_per_rule=1))
    assert one.count("│ ~") + one.count("│  ") < made.written("full", report).count("│ ")
    assert "1,313 more" in one
    lines = made.written("concise", report, Options(max_per_rule=2)).splitlines()
    assert "counselling.jsonl: warn last-message-not-assistant 1 more" in lines
    assert len(made.written("concise", report).splitlines()) == 12


def test_concise_lines_are_never_commands_to_the_log_they_stand_in() -> None:
    each = made.finding(made.LAST, 1, "m", file="::error::x")
    said = made.written("concise", made.report([made.story(made.LAST, [each])], []))
    assert said.startswith("./::error::x:1:1: warn ")


def test_messages_that_differ_stand_beside_their_marks() -> None:
    said = made.written("full", made.counselling())
    assert "~~~~ `city` is missing\n" in said
    assert "   A tool call's arguments do not fit the tool\n" in said


def test_a_story_says_how_much_it_is_about() -> None:
    line, file = made.finding(made.LAST, 1, "m"), made.finding(made.LAST, None, "m")
    assert extent(made.story(made.LAST, [file])) == "the whole file"
    assert extent(made.story(made.LAST, [file], rows=9000)) == "9,000 rows"
    assert extent(made.story(made.LAST, [line])) == "1 row"
    assert extent(made.story(made.LAST, [line], rows=54, findings=60)) == "54 rows, 60 places"


def test_numbers_are_put_as_people_put_them() -> None:
    assert [size(each) for each in (0, 1, 999, 1000, 999_949, 999_950, 18_204_113)] == [
        *("0 bytes", "1 byte", "999 bytes", "1.0 kB", "999.9 kB", "1.0 MB", "18.2 MB"),
    ]
    assert size(31_000_000_000) == "31.0 GB"
    assert size(10**15) == "1,000.0 TB"
    assert [share(each, 9000) for each in (0, 2, 11, 9000)] == [
        *("0.0 %", "< 0.1 %", "0.1 %", "100.0 %"),
    ]
    assert [listed(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        *("", "a", "a and b", "a, b and c"),
    ]
