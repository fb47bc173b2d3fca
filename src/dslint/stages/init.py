"""The verb `init`: a first configuration for a folder, a commit hook and a workflow."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dslint.config.paths import data_files
from dslint.config.toml import literal
from dslint.config.versions import installed
from dslint.errors import InputError
from dslint.stages import atomic

Action = Literal["create", "append", "skip"]

ROLES = {
    "train": ("train", "training", "trn"),
    "validation": ("validation", "valid", "val", "dev"),
    "evaluation": ("evaluation", "eval", "evals", "test", "testing", "heldout"),
}
"""What a word in a file's name says that it is for."""

_ROLE = {word: role for role, words in ROLES.items() for word in words}
_VAGUE = {"", "data", "dataset", "datasets", "src", "files", "raw"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a file: its text to be, or what is added to it; `skip` leaves it alone."""

    path: Path
    text: str
    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class Guess:
    """Files that seem to belong together, by what they seem to be for: paths from the folder.

    `others` have no such word in their name, where a file has that says it is for training.
    """

    name: str
    train: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    evaluation: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def plan(folder: Path, target: str) -> list[Plan]:
    """Say what `carry_out` would write for a folder whose data goes to `target`; writes nothing.

    A file that is there is added to, where that is certain to leave the rest as it is, or left
    alone; the text of a skipped one, if it has any, is for the user to add.
    """
    folder = Path(os.path.abspath(folder))
    top = _repository(folder)
    plans = [_configuration(folder, target, guess(folder))]
    if top and top != folder:
        why = f"the repository begins at {top}: hooks and workflows belong there"
        return plans + [Plan(top / name, "", "skip", why) for name in (_HOOKS, _WORKFLOW)]
    return [*plans, _hook(folder / _HOOKS), _workflow(folder)]


def carry_out(plans: Iterable[Plan]) -> list[Path]:
    """Write what was planned and return the files written. Each is written whole or not at all.

    A file that has appeared since is never written over: an InputError says which.
    """
    written = []
    for each in plans:
        data = each.text.encode()
        match each.action:
            case "skip":
                continue
            case "create":
                if not atomic.create(each.path, data):
                    raise InputError(f"{each.path} is there by now; it was left as it is")
            case "append":
                before = each.path.read_bytes()
                gap = b"" if not before or before.endswith(b"\n") else b"\n"
                if b"\r\n" in before:
                    gap, data = gap.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r\n")
                atomic.replace(each.path, before + gap + data)
        written.append(each.path)
    return written


def guess(folder: Path) -> list[Guess]:
    """Group the data files under a folder into datasets, by the words of their names.

    `support-train.jsonl` and `support-valid.jsonl` are the dataset `support`; `data/train.jsonl`
    has no name but `main`. Files without such a word are taken for training data, unless another
    says it is. Where one dataset alone is trained on, evaluation files that no other belongs to are
    its own.
    """
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for path in data_files(folder):
        inside = path.relative_to(folder)
        name = inside.as_posix()
        if not name.isprintable():
            continue  # nothing that TOML could say, or that anybody would like to read
        key, role = _read_name(inside)
        found.setdefault(key, {}).setdefault(role or "others", []).append(name)
    for files in found.values():
        if "train" not in files and "others" in files:
            files["train"] = files.pop("others")
    trained = [key for key, files in found.items() if "train" in files]
    if len(trained) == 1:
        for key in [key for key in found if key != trained[0]]:
            for role, paths in found.pop(key).items():
                found[trained[0]].setdefault(role, []).extend(paths)
    names = _names(list(found))
    return [
        Guess(names[key], **{role: tuple(sorted(paths)) for role, paths in files.items()})
        for key, files in found.items()
    ]


def _read_name(path: Path) -> tuple[tuple[str, ...], str | None]:
    """Return what tells a file's dataset, its folders and its name's other words; and its role."""
    stem = re.sub(r"(?i)\.(jsonl|ndjson)(\.gz|\.zst)?$", "", path.name)
    words = [word for word in re.split(r"[^a-z0-9]+", stem.lower()) if word]
    role = next((_ROLE[word] for word in words if word in _ROLE), None)
    # shards (train-00001-of-00008) are one dataset
    words = [word for word in words if word not in _ROLE and word != "of" and not word.isdigit()]
    folders = [part.lower() for part in path.parent.parts]
    if role is None and folders and folders[-1] in _ROLE:
        role = _ROLE[folders.pop()]
        words = []  # train/part-a.jsonl: the folder says all
    return (*folders, "-".join(words)), role


def _names(keys: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Name each dataset by its last telling word, and by its folders where that is taken."""
    names: dict[tuple[str, ...], str] = {}
    for key in keys:
        telling = [slug for part in key if (slug := _slug(part)) not in _VAGUE]
        choices = ["-".join(telling[-length:]) for length in range(1, len(telling) + 1)] or ["main"]
        taken = set(names.values())
        numbered = (f"{choices[-1]}-{number}" for number in range(2, len(keys) + 2))
        names[key] = next(each for each in (*choices, *numbered) if each not in taken)
    return names


def _slug(part: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-")


def _configuration(folder: Path, target: str, guesses: Sequence[Guess]) -> Plan:
    own, project = folder / "dslint.toml", folder / "pyproject.toml"
    many = sum(len(each.train + each.validation + each.evaluation) for each in guesses)
    found = f"{len(guesses)} dataset{'s'[: len(guesses) != 1]} of {many} file{'s'[: many != 1]}"
    if own.exists():
        return Plan(own, "", "skip", "it is there already")
    if project.is_file():
        try:
            before = project.read_bytes().decode()
            if "dslint" in tomllib.loads(before).get("tool", {}):
                return Plan(project, "", "skip", "it has `[tool.dslint]` already")
            text = "\n" + _table(target, guesses, "tool.dslint")
            tomllib.loads(before + "\n" + text)
            return Plan(project, text, "append", found)
        except (OSError, ValueError, AttributeError, TypeError):
            pass  # broken, or closed to additions: a file of its own can't go wrong
    return Plan(own, _table(target, guesses, ""), "create", found)


def _table(target: str, guesses: Sequence[Guess], prefix: str) -> str:
    lines = [f"[{prefix}]"] if prefix else []
    lines += [f"target = {literal(target)}", ""]
    inside = f"{prefix}." if prefix else ""
    for each in guesses:
        lines.append(f"[{inside}datasets.{each.name}]  # guessed from the files' names")
        for role in ROLES:
            files: tuple[str, ...] = getattr(each, role)
            if files:
                lines.append(f"{role} = {literal(files[0] if len(files) == 1 else files)}")
        lines += [f"# what is this for?  {literal(name)}" for name in each.others]
        lines.append("")
    if not guesses:
        lines += [
            "# no data was found here; say where it is, and what each file is for:",
            f"# [{inside}datasets.main]",
            '# train = "data/train.jsonl"',
            '# validation = "data/validation.jsonl"',
            "",
        ]
    return "\n".join(lines)


_HOOKS = ".pre-commit-config.yaml"
_WORKFLOW = ".github/workflows/dslint.yml"


def _hook(path: Path) -> Plan:
    if not path.exists():
        return Plan(path, "repos:\n" + _block("  "), "create", "checks the data of each commit")
    try:
        before = path.read_bytes().decode()
    except (OSError, ValueError):
        return Plan(path, "", "skip", "it can't be read")
    if "dslint" in before:
        return Plan(path, "", "skip", "it speaks of dslint already")
    indent = _open_list(before)
    if indent is None:
        return Plan(path, _block("  "), "skip", "`repos` is not its last list: add this there")
    return Plan(path, _block(indent), "append", "checks the data of each commit")


def _open_list(text: str) -> str | None:
    """Return the indentation of the items of `repos`, if the file ends in it and in block style."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if any(line.startswith(("...", "---")) for line in lines[1:]):
        return None  # several documents
    top = [(at, line) for at, line in enumerate(lines) if re.match(r"[^\s#-]", line)]
    if not top or not re.fullmatch(r"repos:\s*(#.*)?", top[-1][1]):
        return None
    items = (re.match(r"( *)-(?: |$)", line) for line in lines[top[-1][0] + 1 :])
    first = next((item for item in items if item), None)
    return first[1] if first else None


def _block(indent: str) -> str:
    """Return the hooks as an item of `repos`; they install the dslint that wrote them."""
    version = installed()
    lines = [
        "- repo: local",
        "  hooks:",
        "    - id: dslint-check",
        "      name: dslint",
        "      entry: dslint check",
        "      language: python",
        f"      additional_dependencies: [dslint=={version}]",
        r"      files: \.(jsonl|ndjson)(\.gz|\.zst)?$",
        "      types: [file]",
        "      require_serial: true",
        "    - id: dslint-dataset",
        "      name: dslint (datasets)",
        "      entry: dslint check",
        "      language: python",
        f"      additional_dependencies: [dslint=={version}]",
        r"      files: (\.(jsonl|ndjson)(\.gz|\.zst)?|(^|/)(dslint|pyproject)\.toml)$",
        "      types: [file]",
        "      pass_filenames: false",
        "      require_serial: true",
    ]
    return "".join(f"{indent}{line}\n" for line in lines)


def _workflow(folder: Path) -> Plan:
    path = folder / _WORKFLOW
    if path.exists():
        return Plan(path, "", "skip", "it is there already")
    attributes = folder / ".gitattributes"
    stored = attributes.is_file() and b"filter=lfs" in attributes.read_bytes()
    checkout = "      - uses: actions/checkout@v5\n"
    checkout += "        with:\n          lfs: true\n" * stored
    text = f"""\
name: dslint

on: [push, pull_request]

permissions:
  contents: read

jobs:
  data:
    runs-on: ubuntu-latest
    steps:
{checkout}\
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - run: pip install --quiet dslint=={installed()}
      - run: dslint check --profile ci --report github --report "markdown=$GITHUB_STEP_SUMMARY"
"""
    return Plan(path, text, "create", "checks the datasets of each pull request")


def _repository(folder: Path) -> Path | None:
    """Return the top of the git repository that a folder is in."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
