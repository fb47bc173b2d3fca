"""What is built carries the data, and works where nothing of the checkout is at hand."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dslint.version import VERSION

ROOT = Path(__file__).parent.parent
DATA = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("rules", "schemas", "targets")
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
)
VOCABULARY = sorted(path.name for path in (ROOT / "src" / "dslint" / "vocab").iterdir())
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # The wheel is built out of the sdist, so that a file missing there is missing here.
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The `dslint` of a clean environment that holds the wheel and what it says it needs."""
    folder = tmp_path_factory.mktemp("clean")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python")]
    (wheel,) = built.glob("*.whl")
    subprocess.run([*pip, "install", "-q", str(wheel)], check=True, capture_output=True)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(scripts / "dslint"), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", cwd=folder, env=outside
        )

    return run


def test_there_is_data_to_carry() -> None:
    assert {path.split("/")[0] for path in DATA} == {"rules", "schemas", "targets"}


def test_the_wheel_carries_rules_schemas_and_targets(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [path for path in DATA if f"dslint/{path}" not in names] == []
    assert "dslint/py.typed" in names


def test_what_is_built_carries_the_vocabularies_and_their_licence(built: Path) -> None:
    assert VOCABULARY == ["LICENSE", "cl100k_base.tiktoken.gz", "o200k_base.tiktoken.gz"]
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in VOCABULARY if f"dslint/vocab/{name}" not in names] == []
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert [name for name in VOCABULARY if f"src/dslint/vocab/{name}" not in names] == []


def test_the_sdist_carries_rules_schemas_and_targets(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert [path for path in DATA if path not in names] == []


def test_the_installed_wheel_explains_every_rule(installed: Run) -> None:
    done = installed("explain", "--all")
    assert done.returncode == 0, done.stderr
    rules = {Path(path).stem for path in DATA if path.startswith("rules/")} - {"README"}
    assert [name for name in sorted(rules) if name not in done.stdout] == []


def test_the_installed_wheel_says_its_version(installed: Run) -> None:
    done = installed("--version")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"dslint {VERSION}\n"


def test_the_installed_wheel_checks_a_file(installed: Run) -> None:
    clean, faulty = ROOT / "examples" / "clean.jsonl", ROOT / "examples" / "support-train.jsonl"
    assert installed("check", str(clean)).returncode == 0
    assert installed("check", str(faulty)).returncode == 1
