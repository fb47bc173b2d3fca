"""The laws of `check`, whatever the rules: chunks, workers and order never show; sound data is
silent; nothing crashes.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.rows import CHAT_MUTATIONS, SOUND, TOOL_MUTATIONS, Row, chats

from dslint.config import Settings, load
from dslint.model import Report
from dslint.report import NAMES, Options, render
from dslint.rulebook import book
from dslint.stages.check import check

EVERYTHING = [("all", "info")]
"""Every rule, off ones too."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def chosen(folder: Path, **given: Any) -> Settings:
    return load(start=folder, **given)


def written(folder: Path, rows: Iterable[Row], name: str = "rows.jsonl") -> str:
    path = folder / name
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return str(path)


@cache
def corpus() -> bytes:
    """The lines of every page's JSONL examples, good and bad, of all formats."""
    lines = [
        line
        for rule in book.own().values()
        for example in rule.examples
        if example.data.isascii() or b"\0" not in example.data
        for line in example.data.split(b"\n")
    ]
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize("chunk", [1, 4_000, 50_000])
def test_where_a_file_is_cut_never_shows(folder: Path, chunk: int) -> None:
    path = folder / "corpus.jsonl"
    path.write_bytes(corpus())
    whole = check([str(path)], chosen(folder, levels=EVERYTHING))
    assert len({found.rule for found in whole[0].findings}) > 20
    assert check([str(path)], chosen(folder, levels=EVERYTHING), chunk=chunk) == whole


def test_how_many_workers_there_are_never_shows(folder: Path) -> None:
    path = folder / "corpus.jsonl"
    path.write_bytes(corpus())
    alone = check([str(path)], chosen(folder, levels=EVERYTHING), jobs=1, chunk=20_000)
    assert check([str(path)], chosen(folder, levels=EVERYTHING), jobs=2, chunk=20_000) == alone


def test_how_a_file_is_packed_never_shows(folder: Path) -> None:
    import gzip

    import zstandard

    plain = folder / "rows.jsonl"
    plain.write_bytes(corpus())
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress(corpus()))
    (folder / "rows.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(corpus()))
    [expected] = check([str(plain)], chosen(folder, levels=EVERYTHING))
    for ending in (".gz", ".zst"):
        [found] = check([str(plain) + ending], chosen(folder, levels=EVERYTHING), chunk=9_000)
        assert [replace(each, file="", fingerprint="", examples=()) for each in found.findings] == [
            replace(each, file="", fingerprint="", examples=()) for each in expected.findings
        ]


def test_the_order_of_files_shows_only_in_the_order_of_findings(folder: Path) -> None:
    one = written(folder, [{"messages": []}], "one.jsonl")
    two = written(folder, [{"prompt": "hello", "completion": ""}], "two.jsonl")
    [forth] = check([one, two], chosen(folder))
    [back] = check([two, one], chosen(folder))
    assert set(forth.findings) == set(back.findings)
    assert forth.fates == back.fates


def raised(report: Report) -> set[str]:
    return {found.rule for found in report.findings}


@pytest.mark.parametrize("format", SOUND)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_records_that_are_sound_by_construction_raise_no_error(
    folder: Path, format: str, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(SOUND[format], min_size=12, max_size=15))
    [report] = check([written(folder, rows)], chosen(folder))
    assert report.files[0].format == format
    assert [found for found in report.findings if found.level == "error"] == []


@pytest.mark.parametrize("rule", [*CHAT_MUTATIONS, *TOOL_MUTATIONS])
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_a_mutation_raises_its_rule_and_only_where_it_was_made(
    folder: Path, rule: str, data: st.DataObject
) -> None:
    mutated = CHAT_MUTATIONS.get(rule) or TOOL_MUTATIONS[rule]
    rows = data.draw(st.lists(chats(), min_size=3, max_size=6))
    if rule in TOOL_MUTATIONS:
        rows = [row for row in rows if "tools" in row]
        if not rows:
            return
    before = check([written(folder, rows)], chosen(folder, format="chat"))[0]
    assert rule not in raised(before)
    at = data.draw(st.integers(0, len(rows) - 1))
    rows[at] = mutated(rows[at])
    after = check([written(folder, rows)], chosen(folder, format="chat"))[0]
    assert {found.line for found in after.findings if found.rule == rule} == {at + 1}


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
KEYS = st.sampled_from(
    [
        *("messages", "role", "content", "tools", "tool_calls", "function", "arguments", "name"),
        *("id", "type", "text", "image_url", "prompt", "completion", "input", "preferred_output"),
        *("conversations", "from", "value", "weight", "tool_call_id", "parameters"),
    ]
)
odd_rows = st.recursive(
    json_values,
    lambda inner: st.dictionaries(KEYS, inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=25,
)


def dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        return b"{}"


lines = st.one_of(st.binary(max_size=80), odd_rows.map(dumped))


@given(
    content=st.one_of(st.binary(max_size=300), st.lists(lines, max_size=8).map(b"\n".join)),
    name=st.sampled_from(["a.jsonl", "a.csv", "a.json", "a.txt"]),
)
@settings(max_examples=150, deadline=None)
def test_no_bytes_crash_it_and_every_report_can_be_written(
    folder: Path, content: bytes, name: str
) -> None:
    path = folder / name
    path.write_bytes(content)
    [report] = check([str(path)], chosen(folder, levels=EVERYTHING))
    assert report.records or report.findings, "a file without a row is no sound file"
    for each in NAMES:
        render(each, report, io.StringIO(), Options())


@given(line=lines)
@settings(max_examples=150, deadline=None)
def test_a_line_that_is_no_row_is_told(folder: Path, line: bytes) -> None:
    sound = b'{"messages": [{"role": "user", "content": "hello"}]}\n'
    path = folder / "lines.jsonl"
    path.write_bytes(sound * 3 + line.replace(b"\n", b" ") + b"\n" + sound)
    [report] = check([str(path)], chosen(folder))
    told = [found for found in report.findings if found.line == 4 or found.line is None]
    assert report.records == 5 or told or not line.strip()


GUARDED = """
import sys
told = []
def hear(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.spawn", "os.system", "urllib.")):
        told.append(event)
sys.addaudithook(hear)
from dslint.cli import main
try:
    main(sys.argv[1:])
finally:
    print("told:", told, file=sys.stderr)
"""


def test_no_data_opens_a_socket_or_runs_anything(folder: Path) -> None:
    path = folder / "corpus.jsonl"
    path.write_bytes(corpus())
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, "check", str(path), "--level", "all=warn", "--jobs", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "told: []"
    assert "findings in" in done.stdout
