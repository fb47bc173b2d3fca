"""The hooks, as pre-commit runs them: a repository of data, and dslint installed from this one."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CLEAN = (ROOT / "examples" / "clean.jsonl").read_bytes()
FAULTY = (ROOT / "examples" / "support-train.jsonl").read_bytes()
Files = dict[str, bytes]
Done = subprocess.CompletedProcess[str]
PRE_COMMIT = (sys.executable, "-m", "pre_commit")


def shell(*command: str, cwd: Path, env: dict[str, str]) -> Done:
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8"
    )


def repository(folder: Path, env: dict[str, str]) -> Path:
    """Make a folder a repository with all that it holds staged."""
    shell("git", "init", "-q", cwd=folder, env=env)
    shell("git", "add", "-A", cwd=folder, env=env)
    return folder


def staged(folder: Path, files: Files, env: dict[str, str]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return repository(folder, env)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One home for pre-commit, so that dslint is installed once; and git without the user's own."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return mine | {
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """A repository of dslint as it lies on the disk, committed: what a user names as `repo`."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in ("src", "rules", "schemas", "targets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    repository(folder, environment)
    shell("git", "commit", "-q", "-m", "dslint", cwd=folder, env=environment)
    return folder


@pytest.fixture
def tried(tmp_path: Path, hooks: Path, environment: dict[str, str]) -> Callable[[Files], Done]:
    """Stage some files and run `pre-commit try-repo`, which installs dslint anew each time."""

    def run(files: Files) -> Done:
        data = staged(tmp_path, files, environment)
        command = [*PRE_COMMIT, "try-repo", str(hooks), "dslint-check"]
        return shell(*command, cwd=data, env=environment)

    return run


@pytest.fixture
def commit(tmp_path: Path, hooks: Path, environment: dict[str, str]) -> Callable[..., Done]:
    """Commit some files where pre-commit is set up with one hook; what it says is in stderr."""

    def run(name: str, files: Files) -> Done:
        head = shell("git", "rev-parse", "HEAD", cwd=hooks, env=environment).stdout.strip()
        config = {"repos": [{"repo": str(hooks), "rev": head, "hooks": [{"id": name}]}]}
        written = {".pre-commit-config.yaml": yaml.safe_dump(config).encode()}
        data = staged(tmp_path, files | written, environment)
        shell(*PRE_COMMIT, "install", cwd=data, env=environment)
        return shell("git", "commit", "-m", "data", cwd=data, env=environment)

    return run


def test_a_sound_file_passes(commit: Callable[..., Done]) -> None:
    done = commit("dslint-check", {"train.jsonl": CLEAN})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stderr


def test_a_faulty_file_fails(tried: Callable[[Files], Done]) -> None:
    done = tried({"train.jsonl": FAULTY, "more/clean.jsonl": CLEAN})
    assert done.returncode == 1
    assert "exit code: 1" in done.stdout
    assert "train.jsonl" in done.stdout


def test_a_utf16_file_fails(commit: Callable[..., Done]) -> None:
    done = commit("dslint-check", {"train.jsonl": CLEAN.decode().encode("utf-16")})
    assert done.returncode == 1
    assert "exit code: 1" in done.stderr
    assert "UTF-16" in done.stderr


def test_a_faulty_file_stops_the_commit(commit: Callable[..., Done]) -> None:
    done = commit("dslint-check", {"train.jsonl": FAULTY})
    assert done.returncode == 1
    assert "exit code: 1" in done.stderr


def test_a_compressed_faulty_file_stops_the_commit(commit: Callable[..., Done]) -> None:
    done = commit("dslint-check", {"train.jsonl.gz": gzip.compress(FAULTY)})
    assert done.returncode == 1
    assert "exit code: 1" in done.stderr


def test_what_can_be_mended_is_mended_and_stops_the_commit(
    commit: Callable[..., Done], tmp_path: Path
) -> None:
    """As with every hook that changes files."""
    done = commit("dslint-fix", {"train.jsonl": CLEAN.replace(b"}\n", b"},\n", 1)})
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stderr
    assert (tmp_path / "train.jsonl").read_bytes() == CLEAN


def test_a_commit_without_data_is_let_through(commit: Callable[..., Done]) -> None:
    done = commit("dslint-check", {"notes.txt": FAULTY})
    assert done.returncode == 0
    assert "Skipped" in done.stderr


@pytest.mark.parametrize(("data", "code"), [(CLEAN, 0), (FAULTY, 1)])
def test_the_datasets_of_the_configuration_are_checked(
    commit: Callable[..., Done], data: bytes, code: int
) -> None:
    config = b'[datasets.support]\ntrain = "data/support.jsonl"\n'
    done = commit("dslint-dataset", {"dslint.toml": config, "data/support.jsonl": data})
    assert done.returncode == code, done.stdout + done.stderr
    assert ("Passed" if code == 0 else "exit code: 1") in done.stderr


def test_the_name_without_a_dot_leads_to_the_file_that_pre_commit_reads() -> None:
    assert (ROOT / "pre-commit-hooks.yaml").readlink() == Path(".pre-commit-hooks.yaml")


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("train.jsonl", True),
        ("data/train.ndjson.gz", True),
        ("train.jsonl.zst", True),
        ("train.json", False),
        ("train.jsonl.bak", False),
    ],
)
def test_every_hook_takes_the_same_data_files(path: str, taken: bool) -> None:
    for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        assert bool(re.search(each["files"], path)) is taken
