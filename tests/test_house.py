"""The house itself: which floor leans on which, and that the README's commands do what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python3 -m venv .*$", README, flags=re.MULTILINE)


def dslint(arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the README as it stands there, a hundred columns wide."""
    return subprocess.run(
        [sys.executable, "-m", "dslint", *arguments.split()],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_a_line_of_code_leans_only_on_the_floors_below_it() -> None:
    lint = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_fresh_clone_is_judged_by_the_readmes_test_command() -> None:
    (tests,) = (command for command in COMMANDS if "pytest" in command)
    assert tests in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readmes_first_command_shows_what_is_wrong_with_the_examples() -> None:
    (first,) = (command for command in COMMANDS if "pytest" not in command)
    done = dslint(first.split(".venv/bin/dslint ")[1])
    assert done.returncode == 1, done.stderr
    assert "support-train.jsonl" in done.stdout


def test_what_the_readme_shows_is_what_dslint_prints() -> None:
    (shown,) = re.findall(r"^```text\n\$ dslint (.*)\n((?:.*\n)+?)```", README, flags=re.MULTILINE)
    printed = dslint(shown[0]).stdout.splitlines()
    assert [line for line in shown[1].splitlines() if line not in printed] == []
