"""What `count` and `estimate` print for programs keeps to its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from dslint.resources import folder

ASKED = {"role": "user", "content": "Is the museum open on Monday?"}
CLOSED = {"role": "assistant", "content": "It is closed on Mondays."}
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.org/hall.png"}}
FILES: dict[str, list[Any]] = {
    "chats.jsonl": [
        {"messages": [ASKED, CLOSED]},
        {"messages": [{"role": "system", "content": "Be kind."}, ASKED, CLOSED]},
        {"messages": [ASKED, CLOSED | {"weight": 0}]},
    ],
    "broken.jsonl": [{"messages": [ASKED, CLOSED]}, {}, [], {"messages": "none"}],
    "pictures.jsonl": [{"messages": [{"role": "user", "content": [PICTURE]}, CLOSED]}],
    "pairs.jsonl": [
        {
            "input": {"messages": [ASKED]},
            "preferred_output": [CLOSED],
            "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
        }
    ],
    "graded.jsonl": [{"messages": [ASKED], "answer": "closed"}],
    "long.jsonl": [{"messages": [ASKED, CLOSED]}] * 30
    + [{"messages": [ASKED, CLOSED | {"content": "closed " * 70_000}]}],
    "empty.jsonl": [],
}


@pytest.fixture(autouse=True)
def data() -> None:
    for name, rows in FILES.items():
        Path(name).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    Path("picture.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")


def keeps_to(name: str, text: str) -> Any:
    schemas = {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in folder("schemas").glob("*.schema.json")
    }
    shared: Registry[Any] = Registry().with_resources(
        (each, Resource.from_contents(schema)) for each, schema in schemas.items()
    )
    found = json.loads(text)
    Draft202012Validator(schemas[name], registry=shared).validate(found)
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        *([name] for name in FILES),
        [*FILES, "picture.jsonl"],
        ["chats.jsonl", "long.jsonl", "--pack", "40"],
        ["empty.jsonl", "--pack", "40"],
        ["long.jsonl", "--model", "gpt-4.1-mini", "--no-fast"],
        ["long.jsonl", "--model", "gpt-4o", "--target", "azure"],
    ],
)
def test_counts_keep_to_their_schema(run: Run, arguments: list[str]) -> None:
    code, out, _ = run("count", "--json", *arguments)
    assert code == 0
    found = keeps_to("count.schema.json", out)
    assert sum(each["tokens"] for each in found["files"]) == found["total"]["tokens"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["chats.jsonl"],
        ["broken.jsonl", "pictures.jsonl", "--budget", "5 USD"],
        ["long.jsonl", "--target", "openai", "--validation", "chats.jsonl"],
        ["long.jsonl", "--model", "gpt-4.1-mini", "--budget", "$0.01", "--epochs", "2"],
        ["chats.jsonl", "--target", "together", "--traffic", "10000 x 500/200"],
        ["pairs.jsonl"],
        ["graded.jsonl", "--hours", "2-6.5"],
    ],
)
def test_estimates_keep_to_their_schema(run: Run, arguments: list[str]) -> None:
    code, out, err = run("estimate", "--json", *arguments)
    assert code in (0, 1), err
    (found,) = keeps_to("estimate.schema.json", out)["estimates"]
    assert found["offers"]
    assert found["within_budget"] in ([None] if "--budget" not in arguments else [code == 0])


def test_datasets_that_are_counted_by_different_models_are_a_document_each(run: Run) -> None:
    Path("dslint.toml").write_text(
        '[datasets.one]\ntrain = "chats.jsonl"\nmodel = "gpt-4.1-nano"\n'
        '[datasets.two]\ntrain = "pairs.jsonl"\nmodel = "gpt-4o"\n'
    )
    _, out, _ = run("count", "--json", "one", "two")
    found = [keeps_to("count.schema.json", line) for line in out.splitlines()]
    assert [each["total"]["path"] for each in found] == ["chats.jsonl", "pairs.jsonl"]
    _, out, _ = run("estimate", "--json", "one", "two")
    assert len(keeps_to("estimate.schema.json", out)["estimates"]) == 2
