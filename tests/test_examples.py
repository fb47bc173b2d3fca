"""The invented data: what is wrong with it is found where it was put, and nothing else is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def lines_found(name: str) -> set[int | None]:
    """Return the lines of an example that have a finding; None is the file as a whole."""
    command = [sys.executable, "-m", "dslint", "check", str(EXAMPLES / name), "--report", "json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    return {found["line"] for found in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        # the user has the last word; an empty answer; a placeholder; Saturday, which the tool does
        # not know; a zero-width space; text that was read with the wrong encoding
        ("support-train.jsonl", {10, 13, 16, 19, 23, 26}),
        ("support-validation.jsonl", set()),
        ("clean.jsonl", set()),
    ],
)
def test_an_example_has_findings_just_where_something_is_wrong(name: str, lines: set[int]) -> None:
    assert lines_found(name) == lines


def test_the_old_format_has_findings_only_in_its_three_slips_and_on_the_file() -> None:
    """A prompt without the separator, an empty completion, a completion without the end."""
    found = lines_found("legacy.jsonl")
    assert 9 in found
    assert found <= {6, 9, 11, None}
