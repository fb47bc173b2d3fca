"""The first set-up: what is guessed from names, and that nothing of the user's is harmed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dslint.config import expand, load
from dslint.errors import InputError
from dslint.stages.init import Guess, Plan, carry_out, guess, plan


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    return folder


def touch(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def actions(plans: list[Plan]) -> dict[str, str]:
    return {each.path.name: each.action for each in plans}


# what is guessed


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["support-train.jsonl", "support-valid.jsonl", "support_test.jsonl"],
            Guess(
                "support",
                ("support-train.jsonl",),
                ("support-valid.jsonl",),
                ("support_test.jsonl",),
            ),
        ),
        (
            ["data/train.jsonl", "data/dev.jsonl.gz", "evals/maths.jsonl.zst"],
            Guess(
                "main", ("data/train.jsonl",), ("data/dev.jsonl.gz",), ("evals/maths.jsonl.zst",)
            ),
        ),
        (
            ["Tone.Train.NDJSON", "tone.val.ndjson"],
            Guess("tone", ("Tone.Train.NDJSON",), ("tone.val.ndjson",)),
        ),
        (
            ["chats/train-00000-of-00002.jsonl", "chats/train-00001-of-00002.jsonl"],
            Guess(
                "chats",
                ("chats/train-00000-of-00002.jsonl", "chats/train-00001-of-00002.jsonl"),
            ),
        ),
        (
            ["tone/train/a.jsonl", "tone/train/b.jsonl", "tone/validation/c.jsonl"],
            Guess(
                "tone", ("tone/train/a.jsonl", "tone/train/b.jsonl"), ("tone/validation/c.jsonl",)
            ),
        ),
        (["letters.jsonl"], Guess("letters", ("letters.jsonl",))),
        (
            ["letters.jsonl", "letters-train.jsonl"],
            Guess("letters", ("letters-train.jsonl",), others=("letters.jsonl",)),
        ),
        # a word within another word says nothing
        (["constraints.jsonl"], Guess("constraints", ("constraints.jsonl",))),
    ],
)
def test_one_dataset_is_read_from_its_files_names(
    here: Path, names: list[str], expected: Guess
) -> None:
    touch(*names)
    assert guess(here) == [expected]


def test_several_datasets_keep_apart_and_have_names_of_their_own(here: Path) -> None:
    touch("a/support-train.jsonl", "a/support-test.jsonl", "b/support-train.jsonl", "train.jsonl")
    assert {each.name: each.train for each in guess(here)} == {
        "main": ("train.jsonl",),
        "support": ("a/support-train.jsonl",),
        "b-support": ("b/support-train.jsonl",),
    }


def test_installed_and_hidden_folders_and_the_ignore_file_are_passed_over(here: Path) -> None:
    touch(
        "node_modules/x/train.jsonl",
        ".cache/train.jsonl",
        "venv/train.jsonl",
        "mine/pyvenv.cfg",
        "mine/lib/train.jsonl",
        "dslint-ignore.jsonl",
        "train.json",
        "notes.txt",
    )
    assert guess(here) == []


# what is written


def test_what_is_written_is_a_configuration_of_the_files_found(here: Path) -> None:
    touch("data/train.jsonl", 'data/odd "name".jsonl', "evals/[1].jsonl", "other/train.jsonl")
    written = carry_out(plan(here, "azure"))
    assert [path.relative_to(here).as_posix() for path in written] == [
        "dslint.toml",
        ".pre-commit-config.yaml",
        ".github/workflows/dslint.yml",
    ]
    chosen = load()
    assert chosen.target == ("azure",)
    found = {str(path) for each in chosen.datasets.values() for path in expand(each, chosen)}
    assert found == {
        "data/train.jsonl",
        'data/odd "name".jsonl',
        "evals/[1].jsonl",
        "other/train.jsonl",
    }


@given(st.sets(st.from_regex(r"([ab]/)?(train|x|x-val|b\.eval|é|1)\.jsonl", fullmatch=True)))
def test_every_file_that_is_found_is_in_the_text_once(
    tmp_path_factory: pytest.TempPathFactory, names: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    text = plan(folder, "openai")[0].text
    assert all(text.count(f'"{name}"') == 1 for name in names)
    (folder / "dslint.toml").write_text(text, encoding="utf-8")
    chosen = load(folder)
    assert len(chosen.datasets) == text.count("[datasets.") - text.count("# [datasets.")


def test_without_data_the_text_says_where_to_put_it(here: Path) -> None:
    carry_out(plan(here, "openai"))
    assert load().datasets == {}
    assert "# [datasets.main]" in Path("dslint.toml").read_text()


def test_a_second_time_nothing_is_left_to_do(here: Path) -> None:
    touch("train.jsonl")
    carry_out(plan(here, "openai"))
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    again = plan(here, "azure")
    assert set(actions(again).values()) == {"skip"}
    assert all(each.why for each in again)
    assert carry_out(again) == []
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_pyproject_is_added_to_and_keeps_its_bytes(here: Path, newline: str, end: str) -> None:
    touch("train.jsonl")
    before = f'[project]\nname = "x" # é\n\n[tool.ruff]\nline-length = 80{end}'
    data = before.replace("\n", newline).encode()
    Path("pyproject.toml").write_bytes(data)
    carry_out(plan(here, "trl"))
    after = Path("pyproject.toml").read_bytes()
    assert after.startswith(data)
    assert after.count(b"\n") == after.count(newline.encode())
    chosen = load()
    assert (chosen.origin["target"], chosen.target) == ("pyproject.toml", ("trl",))
    assert chosen.datasets["main"].train == ("train.jsonl",)
    assert not Path("dslint.toml").exists()


@pytest.mark.parametrize("before", [b"[project", b"tool = {}", b"\xff", b"tool = 3"])
def test_a_pyproject_that_can_not_be_added_to_is_left_alone(here: Path, before: bytes) -> None:
    Path("pyproject.toml").write_bytes(before)
    carry_out(plan(here, "trl"))
    assert Path("pyproject.toml").read_bytes() == before
    assert Path("dslint.toml").exists()


HOOK_FILES = [
    "repos:\n  - repo: https://example.org/a\n    rev: v1\n    hooks:\n      - id: a\n",
    "# ours\n---\nrepos:\n- repo: local\n  hooks:\n  - id: a\n    name: a\n    entry: a",
    "default_stages: [commit]\nrepos:  # all\n    # first\n    - repo: https://example.org/a\n"
    "      rev: v1\n      hooks: [{id: a, args: [--x]}]\n\n\n# end\n",
    "repos:\n-\n  repo: https://example.org/a\n  rev: v1\n  hooks:\n    - id: a\n",
    "repos:\r\n  - repo: https://example.org/a\r\n    rev: v1\r\n    hooks:\r\n      - id: a\r\n",
]
CLOSED_HOOK_FILES = [
    "repos: []\n",
    "repos:\n",
    "repos:\n  - repo: a\n    rev: v1\n    hooks: []\nci:\n  autofix_prs: false\n",
    "repos:\n  - repo: a\n    hooks: [\n{id: a}\n]\n",
    "repos:\n  - repo: a\n    hooks: []\n---\nrepos: []\n",
    "",
]


@pytest.mark.parametrize("before", HOOK_FILES)
def test_the_hook_is_added_to_hooks_that_are_there(here: Path, before: str) -> None:
    path = Path(".pre-commit-config.yaml")
    path.write_bytes(before.encode())
    found = [each for each in plan(here, "openai") if each.path.name == path.name]
    assert found[0].action == "append"
    carry_out(found)
    assert path.read_bytes().startswith(before.encode())
    was, now = yaml.safe_load(before), yaml.safe_load(path.read_bytes())
    assert now["repos"][:-1] == was["repos"]
    assert [hook["id"] for hook in now["repos"][-1]["hooks"]] == ["dslint-check", "dslint-dataset"]
    assert {**now, "repos": 0} == {**was, "repos": 0}


@pytest.mark.parametrize("before", CLOSED_HOOK_FILES)
def test_hooks_that_can_not_surely_be_added_to_are_left_with_the_text_to_add(
    here: Path, before: str
) -> None:
    path = Path(".pre-commit-config.yaml")
    path.write_text(before)
    (found,) = [each for each in plan(here, "openai") if each.path.name == path.name]
    assert found.action == "skip"
    assert "id: dslint-check" in found.text
    carry_out([found])
    assert path.read_text() == before


def test_the_new_hooks_are_those_that_the_project_offers(here: Path) -> None:
    offered = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_bytes())
    (found,) = [each for each in plan(here, "openai") if each.path.suffix == ".yaml"]
    (repository,) = yaml.safe_load(found.text)["repos"]
    for hook in repository["hooks"]:
        assert hook.pop("additional_dependencies")[0].startswith("dslint==")
    for hook in offered:
        del hook["description"]
    assert repository["hooks"] == [
        hook for hook in offered if hook["id"] in ("dslint-check", "dslint-dataset")
    ]


def test_the_workflow_fetches_what_git_lfs_holds(here: Path) -> None:
    def steps() -> list[dict[str, object]]:
        (found,) = [each for each in plan(here, "openai") if each.path.suffix == ".yml"]
        jobs = yaml.safe_load(found.text)["jobs"]
        return list(jobs["data"]["steps"])

    assert "with" not in steps()[0]
    Path(".gitattributes").write_text("*.jsonl filter=lfs diff=lfs merge=lfs -text\n")
    assert steps()[0]["with"] == {"lfs": True}
    assert "dslint check" in str(steps()[-1]["run"])


def test_below_the_top_of_a_repository_only_the_configuration_is_written(here: Path) -> None:
    (here / ".git").mkdir()
    touch("inner/train.jsonl")
    found = plan(Path("inner"), "openai")
    assert actions(found) == {
        "dslint.toml": "create",
        ".pre-commit-config.yaml": "skip",
        "dslint.yml": "skip",
    }
    assert str(here) in found[1].why
    assert set(actions(plan(here, "openai")).values()) == {"create"}


def test_a_file_that_appeared_since_is_never_written_over(here: Path) -> None:
    found = plan(here, "openai")
    Path("dslint.toml").write_text("mine")
    with pytest.raises(InputError, match=r"dslint\.toml is there by now"):
        carry_out(found)
    assert Path("dslint.toml").read_text() == "mine"
