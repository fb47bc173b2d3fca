"""The GitHub action: its shell steps, run in bash with the variables that GitHub sets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"] if "id" in step}
DEFAULTS = {f"inputs.{name}": each["default"] for name, each in ACTION["inputs"].items()}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs bash")


class Ran(NamedTuple):
    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def run(step: dict[str, Any], values: dict[str, str], temporary: Path) -> Ran:
    """Run a step as the runner does, `values` standing for what its expressions are worth."""
    output, summary = temporary / "output", temporary / "summary"
    output.write_text("")
    summary.write_text("")
    given = {
        name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: values[found[1]], text)
        for name, text in step["env"].items()
    }
    runner = {
        "RUNNER_TEMP": str(temporary),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **runner, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    return Ran(done.returncode, done.stdout, outputs, summary.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dslint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the command that the action's own step installs."""
    values = {**DEFAULTS, "steps.python.outputs.python-path": sys.executable}
    ran = run(STEPS["install"], values, tmp_path_factory.mktemp("runner"))
    assert ran.code == 0, ran.log
    return ran.outputs["dslint"]


def check(dslint: str, temporary: Path, **inputs: str) -> Ran:
    given = {f"inputs.{name}": value for name, value in inputs.items()}
    values = {**DEFAULTS, **given, "steps.install.outputs.dslint": dslint}
    return run(STEPS["check"], values, temporary)


def test_faulty_data_fails_the_job_and_is_annotated(dslint: str, tmp_path: Path) -> None:
    ran = check(dslint, tmp_path, paths="examples/support-train.jsonl examples/clean.jsonl")
    assert ran.code == 1
    assert "::error file=examples/support-train.jsonl,line=" in ran.log
    assert "support-train.jsonl" in ran.summary
    sarif = json.loads(Path(ran.outputs["sarif"]).read_text(encoding="utf-8"))
    assert sarif["version"] == "2.1.0"
    assert sarif["runs"][0]["results"]


def test_sound_data_passes_and_still_gets_a_summary(dslint: str, tmp_path: Path) -> None:
    ran = check(
        dslint, tmp_path, paths="examples/clean.jsonl", target="azure", args="--fail-on warn"
    )
    assert ran.code == 0, ran.log
    assert ran.summary


def test_what_is_typed_into_an_input_is_never_run(dslint: str, tmp_path: Path) -> None:
    typed = f"$(touch {tmp_path}/run) ; touch {tmp_path}/run"
    ran = check(dslint, tmp_path, paths=typed, target=typed, args=typed)
    assert ran.code == 2, ran.log
    assert not (tmp_path / "run").exists()


def test_every_input_reaches_a_step_and_says_what_it_is() -> None:
    text = (ROOT / "action.yml").read_text()
    for name, each in ACTION["inputs"].items():
        assert f"inputs.{name}" in text
        assert each["description"]


def test_no_shell_step_holds_an_expression_in_its_script() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
