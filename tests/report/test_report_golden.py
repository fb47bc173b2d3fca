"""The reports as they look: each is compared with a file that was read before it was kept.

`WRITE_GOLDEN=1 pytest tests/report/test_report_golden.py` writes them anew: look at what changed.
"""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from report import made_reports as made

from dslint.report import Options
from dslint.report.matrix import render_matrix

GOLDEN = Path(__file__).parent / "golden"

CASES = {
    "full-counselling-100.txt": ("full", made.counselling, Options(width=100)),
    "full-counselling-60.txt": ("full", made.counselling, Options(width=60)),
    "full-counselling-colour.txt": ("full", made.counselling, Options(width=80, color=True)),
    "full-several.txt": ("full", made.several, Options(width=80)),
    "full-sound.txt": ("full", made.sound, Options(width=80)),
    "quiet.txt": ("full", made.counselling, Options(width=100, quiet=True)),
    "statistics.txt": ("full", made.counselling, Options(width=80, statistics=True)),
    "concise.txt": ("concise", made.counselling, Options()),
    "concise-one-a-rule.txt": ("concise", made.counselling, Options(max_per_rule=1)),
    "grouped.txt": ("grouped", made.several, Options(width=80)),
    "grouped-two-a-rule.txt": ("grouped", made.counselling, Options(width=80, max_per_rule=2)),
    "report.json": ("json", made.several, Options()),
    "report.jsonl": ("jsonl", made.several, Options()),
    "github.txt": ("github", made.counselling, Options()),
    "gitlab.json": ("gitlab", made.several, Options()),
    "junit.xml": ("junit", made.several, Options()),
    "markdown-counselling.md": ("markdown", made.counselling, Options()),
    "markdown-several.md": ("markdown", made.several, Options()),
    "report.html": ("html", made.counselling, Options()),
}


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_report_looks_as_it_did(name: str) -> None:
    report, of, options = CASES[name]
    compare(name, made.written(report, of(), options))


@pytest.mark.parametrize("width", [60, 120])
def test_the_matrix_looks_as_it_did(width: int) -> None:
    reports, notes = made.everywhere()
    out = StringIO()
    render_matrix(reports, out, Options(width=width), notes)
    compare(f"matrix-{width}.txt", out.getvalue())


def test_every_golden_file_is_compared() -> None:
    kept = {path.name for path in GOLDEN.iterdir()}
    assert kept == {*CASES, "matrix-60.txt", "matrix-120.txt"}
