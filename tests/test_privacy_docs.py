"""What docs/privacy.md shows works as it is shown there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dslint.stages.examples import outcome

TEXT = (Path(__file__).parent.parent / "docs" / "privacy.md").read_text(encoding="utf-8")
OWN, PERSONS = re.findall(r"^`{4}markdown\n(.*?)^`{4}$", TEXT, re.MULTILINE | re.DOTALL)
(MODULE,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)

STAND_IN = '''
"""Answers as Presidio's AnalyzerEngine does, and knows one person."""
from types import SimpleNamespace

class AnalyzerEngine:
    def analyze(self, *, text, language, entities, score_threshold):
        assert (language, entities, score_threshold) == ("en", ["PERSON", "PHONE_NUMBER"], 0.4)
        at = text.find("Kim Lindqvist")
        if at >= 0:
            yield SimpleNamespace(entity_type="PERSON", start=at, end=at + 13, score=0.85)
'''


def test_the_page_over_personal_data_does_what_its_examples_say(tmp_path: Path) -> None:
    path = tmp_path / "colleague.md"
    path.write_text(OWN, encoding="utf-8")
    assert outcome(path).failures == ()


@pytest.fixture
def lint(tmp_path: Path) -> Path:
    """The folder of the recipe, with a stand-in for Presidio, which is no dependency of dslint's
    tests.
    """
    page = tmp_path / "lint" / "rules" / "people" / "person-named.md"
    page.parent.mkdir(parents=True)
    page.write_text(PERSONS, encoding="utf-8")
    (tmp_path / "lint" / "people.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "lint" / "presidio_analyzer.py").write_text(STAND_IN, encoding="utf-8")
    return tmp_path


def dslint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dslint", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "lint"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_the_recipes_page_passes_its_own_test(lint: Path) -> None:
    done = dslint(lint, "test", "lint/rules", "--allow-python-rules")
    assert done.returncode == 0, done.stdout + done.stderr
    refused = dslint(lint, "test", "lint/rules")
    assert refused.returncode != 0
    assert "--allow-python-rules" in refused.stdout + refused.stderr


def test_the_recipe_finds_the_place_of_a_person(lint: Path) -> None:
    row = '{"messages": [{"role": "user", "content": "I am Kim Lindqvist."}, {"role": "assistant", '
    (lint / "train.jsonl").write_text(f'{row}"content": "Hello!"}}]}}\n', encoding="utf-8")
    options = ("--rulebook", "lint/rules", "--allow-python-rules", "--excerpts", "none")
    done = dslint(lint, "check", "train.jsonl", *options, "--report", "concise")
    place = row.index("Kim") + 1
    assert f"train.jsonl:1:{place}: warn person-named Presidio takes this for" in done.stdout
    assert "Lindqvist" not in done.stdout
