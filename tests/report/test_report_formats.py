"""What holds for each of the reports that programs read, whatever strings are in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator, Draft202012Validator
from markdown_it import MarkdownIt
from report import made_reports as made

from dslint.model import Level, Report
from dslint.report.sarif import MOST, uri
from dslint.resources import folder

SARIF = Draft4Validator(
    json.loads(
        (Path(__file__).parent.parent / "fixtures" / "sarif-2.1.0-part.schema.json").read_bytes()
    ),
    format_checker=Draft4Validator.FORMAT_CHECKER,
)


@settings(max_examples=30)
@given(made.reports())
def test_json_holds_every_finding_as_it_is(report: Report) -> None:
    read = json.loads(made.written("json", report))
    keys = (
        *("rule", "level", "fate", "file", "line", "column", "end_column", "pointer"),
        *("message", "help", "fix", "fingerprint", "ignored", "rows"),
    )
    kept = [{key: getattr(each, key) for key in keys} for each in report.findings]
    assert read["findings"] == kept
    assert read["counts"] == made.counts(report)
    assert read["fates"] == report.fates
    assert read["summary"]["errors"] == report.count("error")
    assert read["summary"]["ignored"] == sum(1 for each in report.findings if each.ignored)
    assert [json.loads(line) for line in made.written("jsonl", report).splitlines()] == kept


@settings(max_examples=30)
@given(made.reports())
def test_sarif_is_sarif(report: Report) -> None:
    said = made.written("sarif", report)
    log = orjson.loads(said)
    SARIF.validate(log)
    (run,) = log["runs"]
    assert len(run["results"]) == len(report.findings)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, found in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == found.rule
        assert bool(result.get("suppressions")) == bool(found.ignored)
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9\-._~/%:]*", uri)


@settings(max_examples=30)
@given(made.reports())
def test_junit_is_well_formed_and_counts_right(report: Report) -> None:
    root = ElementTree.fromstring(made.written("junit", report))
    assert int(root.attrib["tests"]) == len(root.findall(".//testcase"))
    assert int(root.attrib["failures"]) == len(root.findall(".//failure"))
    assert int(root.attrib["skipped"]) == len(root.findall(".//skipped")) == len(report.skipped)
    assert bool(root.findall(".//failure")) == any(each.level == "error" for each in report.stories)


@settings(max_examples=30)
@given(made.reports())
def test_github_gets_one_command_a_line(report: Report) -> None:
    for line in made.written("github", report).splitlines():
        assert re.fullmatch(r"::(error|warning|notice) [^\r\n]*?::[^\r\n]*", line)
        properties = line.split("::")[1].split(" ", 1)[1]
        assert all("=" in each for each in properties.split(","))


@settings(max_examples=30)
@given(made.reports())
def test_gitlab_gets_fingerprints_of_its_own_for_each_issue(report: Report) -> None:
    issues = orjson.loads(made.written("gitlab", report))
    assert len(issues) == sum(1 for each in report.findings if not each.ignored)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert all(issue["severity"] in ("blocker", "critical", "major", "info") for issue in issues)
    assert all(issue["description"] for issue in issues)


PARSER = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(
    ["table", "strikethrough"]
)


@settings(max_examples=60)
@given(made.reports())
def test_the_data_can_add_no_markup_to_markdown(report: Report) -> None:
    said = made.written("markdown", report)
    kinds = set()
    for token in PARSER.parse(said):
        kinds.add(token.type)
        for child in token.children or ():
            kinds.add(child.type)
            if child.type == "text":
                # What a reader sees is not linked, and calls nobody.
                assert not re.search(r"@\w|#\w|://\S|www\.\w", child.content)
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "blockquote_open"}
    assert not kinds & {"em_open", "s_open", "hr", "code_block", "softbreak", "hardbreak"}
    assert sum(token.type == "tr_open" for token in PARSER.parse(said)) == (
        len(report.stories) + 1 if report.stories else 0
    )


@settings(max_examples=30)
@given(made.reports())
def test_the_data_can_add_no_element_to_the_page(report: Report) -> None:
    page = made.written("html", report)
    names = set(re.findall(r"<\s*/?\s*([a-zA-Z!][^\s>]*)", page))
    assert names <= {
        *("!doctype", "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "span"),
        *("table", "tr", "td", "div", "details", "summary", "b", "code", "pre", "mark"),
    }
    for tag in re.findall(r"<[^>]*>", page.split("</style>")[1]):
        assert re.fullmatch(r'<[^<>"]*("[^<>"]*"[^<>"]*)*>', tag)
    assert "src=" not in re.sub(r">[^<]*<", "><", page)


def test_json_keeps_to_its_schema() -> None:
    schema = json.loads((folder("schemas") / "report.schema.json").read_bytes())
    for each in (made.counselling(), made.several(), made.sound()):
        Draft202012Validator(schema).validate(json.loads(made.written("json", each)))


def test_json_stands_on_a_line_a_finding_so_that_it_can_be_compared_by_line() -> None:
    report = made.counselling()
    lines = made.written("json", report).splitlines()
    assert len(lines) == len(report.findings) + 2
    assert [json.loads(line.rstrip(","))["rule"] for line in lines[1:-1]] == [
        found.rule for found in report.findings
    ]


def sarif(report: Report) -> dict[str, Any]:
    log = json.loads(made.written("sarif", report))
    SARIF.validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_carries_the_page_of_a_rule_and_only_a_real_link(tmp_path: Path) -> None:
    page = tmp_path / "empty-answer.md"
    page.write_text("# The answer is empty\n\nWrite one.\n", encoding="utf-8")
    told = [
        made.rule("empty-answer", path=str(page), link="https://docs.example.com/a#b"),
        made.rule("no-link"),
        made.rule("odd-link", link="see the forum"),
    ]
    found = [made.story(each, [made.finding(each, 1, "m")]) for each in told]
    rules = sarif(made.report(found, []))["tool"]["driver"]["rules"]
    assert rules[0]["help"]["markdown"] == page.read_text(encoding="utf-8")
    assert rules[0]["helpUri"] == "https://docs.example.com/a#b"
    assert "helpUri" not in rules[1] | rules[2]


def test_sarif_marks_what_is_ignored_and_gives_the_reason() -> None:
    run = sarif(made.counselling())
    assert run["columnKind"] == "unicodeCodePoints"
    suppressed = [each["suppressions"] for each in run["results"] if "suppressions" in each]
    reason = "known, mended in the next export"
    assert suppressed == [[{"kind": "external", "justification": reason}]]


def test_sarif_places_a_finding_in_its_line_and_one_on_a_file_nowhere_in_it() -> None:
    results = {each["ruleId"]: each for each in sarif(made.counselling())["results"]}
    place = results["arguments-do-not-fit-the-tool"]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 977, "startColumn": 402, "endColumn": 406}
    place = results["no-final-newline"]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "counselling.jsonl"}}


def test_sarif_keeps_the_worst_of_too_many_results_and_says_so() -> None:
    known = replace(made.finding(made.NO_ANSWER, 1, "m"), ignored="known")
    notes = [made.finding(made.ZERO_WIDTH, line, "m") for line in range(1, MOST)]
    errors = [made.finding(made.NO_ANSWER, line, "m") for line in range(2, 7)]
    report = made.report([], [], more=[known, *notes, *errors])
    log = json.loads(made.written("sarif", report))
    (run,) = log["runs"]
    assert len(run["results"]) == MOST
    levels = Counter(each["level"] for each in run["results"])
    assert levels == {"error": 5, "note": MOST - 5}
    assert not any("suppressions" in each for each in run["results"])
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("5 of 25,005 findings are left out")


def test_sarif_takes_nothing_of_the_data_for_a_link() -> None:
    each = made.finding(made.LAST, 1, "the key `[click](http://a.example)` and `[1, 2]`")
    (result,) = sarif(made.report([made.story(made.LAST, [each])], []))["results"]
    assert result["message"]["text"] == "the key `\\[click](http://a.example)` and `[1, 2]`"


def test_a_path_becomes_a_relative_uri_where_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert uri("data/train set#1.jsonl") == "data/train%20set%231.jsonl"
    assert uri("数据.jsonl") == "%E6%95%B0%E6%8D%AE.jsonl"
    assert uri(str(tmp_path / "data" / "a:b.jsonl")) == "data/a%3Ab.jsonl"
    assert uri("/elsewhere/100%.jsonl") == "file:///elsewhere/100%25.jsonl"
    assert uri("not-utf8-\udcff") == "not-utf8-%FF"


def test_github_is_told_the_worst_first_and_how_much_is_left() -> None:
    told = [
        made.story(each, [made.finding(each, line, "m") for line in range(1, 4)], findings=100)
        for each in (made.rule(f"rule-{at:02}", level="error") for at in range(8))
    ]
    lines = made.written(
        "github", made.report([*told, *made.counselling().stories], [])
    ).splitlines()
    commands = Counter(line.split(" ")[0] for line in lines)
    assert commands == {"::error": 10, "::warning": 5, "::notice": 5}
    titles = [line.split("title=")[1].split(" ")[0] for line in lines[:8]]
    assert titles == sorted(titles)
    assert len(set(titles)) == 8
    assert lines[-1].startswith("::notice title=dslint::9 error kinds")


def test_github_reads_back_what_was_escaped() -> None:
    each = made.finding(made.LAST, 1, "100 % of `a,b::c`", file="a,b:c%.jsonl")
    line = made.written("github", made.report([made.story(made.LAST, [each])], [])).splitlines()[0]
    assert line.startswith("::warning file=a%2Cb%3Ac%25.jsonl,line=1,col=1,endColumn=2,title=")
    assert "::100 %25 of `a,b::c`%0AEnd every" in line


def test_junit_fails_what_fails_the_run() -> None:
    report = made.counselling()
    expected: dict[Level, int] = {"error": 1, "warn": 3, "info": 5}
    for level, failures in expected.items():
        root = ElementTree.fromstring(made.written("junit", replace(report, fail_on=level)))
        assert int(root.attrib["failures"]) == failures
    assert len(root.findall(".//testcase")) == 5


def test_markdown_shows_names_and_values_as_code_and_excerpts_in_fences() -> None:
    each = made.finding(made.LAST, 1, "the role is `a|b`, not <user>", "```\nx", marked="x")
    said = made.written("markdown", made.report([made.story(made.LAST, [each])], []))
    assert "| the role is a\\|b, not \\<user\\> |" in said
    assert "````text\ntrain.jsonl:1:1  the role is `a|b`, not <user>\n    ```\\nx\n" in said


def test_markdown_of_a_great_many_stories_tells_twenty_and_lists_all() -> None:
    each = (made.rule(f"rule-{at:03}") for at in range(150))
    told = [made.story(of, [made.finding(of, 1, "m")]) for of in each]
    said = made.written("markdown", made.report(told, []))
    assert said.count("\n#### ") == 20
    assert said.count("\n| ! |") == 150


def test_the_page_is_one_file_that_fetches_and_runs_nothing() -> None:
    page = made.written("html", made.counselling())
    assert "<script" not in page
    assert not re.search(r"(src|href|url)\s*[=(]", page)
    assert "default-src 'none'" in page
    assert "<mark>&quot;user&quot;</mark>" in page
