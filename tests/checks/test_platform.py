"""Platforms: limits on a file's size and on its rows' keys are judged by what the target states."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dslint import targets
from dslint.checks import platform
from dslint.facts.files import FileFacts, Seen
from dslint.jsonl.source import Source
from dslint.model import Hit
from dslint.stages.files import opened
from dslint.stages.gather import gather
from dslint.stages.plan import Plan

CHAT = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
SEEN = {"messages": [{"role": "user", "content": [PICTURE]}, *CHAT["messages"][1:]]}


def facts(
    folder: Path, *rows: object, format: str | None = None, chunk: int = 1 << 20
) -> FileFacts:
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    file = opened(Source(path.name, str(path)), format)
    gather(Plan((), (targets.load("openai"),), {}, format), [file], jobs=1, chunk=chunk)
    return file.facts


def limits(**stated: object) -> dict[str, object]:
    return {f"limit_{name}": None for name in targets.LIMITS} | {
        f"limit_{name}": value for name, value in stated.items()
    }


def told(hits: list[Hit]) -> list[tuple[int | None, str, object, object]]:
    return [(hit.line, hit.pointer, hit.values["keys"], hit.values["rows"]) for hit in hits]


def test_each_surplus_key_is_told_once_with_its_rows_and_its_first_line(tmp_path: Path) -> None:
    file = facts(tmp_path, CHAT, CHAT | {"id": 1}, {"a/b": 0} | CHAT | {"id": 2}, chunk=1)
    found = told(list(platform.keys_not_taken(file, limits(keys=["messages"]))))
    assert sorted(found) == [(2, "/id", "`id`", "2 rows"), (3, "/a~1b", "`a/b`", "1 row")]


def test_a_key_of_every_row_is_said_to_be_so(tmp_path: Path) -> None:
    file = facts(tmp_path, CHAT | {"id": 1}, CHAT | {"id": 2})
    (hit,) = platform.keys_not_taken(file, limits(keys=["messages"]))
    assert hit.values["rows"] == "every row"


def test_thousands_of_keys_are_one_story(tmp_path: Path) -> None:
    file = facts(tmp_path, *[CHAT | {f"k{number}": 1} for number in range(40)])
    found = list(platform.keys_not_taken(file, limits(keys=["messages"])))
    assert len(found) == platform.MOST_KEYS + 1
    assert found[-1].values["keys"] == "30 more keys"


@pytest.mark.parametrize(
    ("stated", "format"),
    [
        ({}, "chat"),
        ({"keys": ["messages"]}, "reinforcement"),
        ({"keys": ["messages"], "formats": ["preference"]}, "chat"),
    ],
)
def test_keys_are_free_where_nothing_is_stated_or_the_format_is_open_or_refused(
    tmp_path: Path, stated: dict[str, object], format: str
) -> None:
    file = facts(tmp_path, CHAT | {"id": 1}, format=format)
    assert list(platform.keys_not_taken(file, limits(**stated))) == []


@pytest.mark.parametrize(("least", "count"), [(None, 0), (2, 0), (3, 1)])
def test_too_few_rows_are_fewer_than_stated(tmp_path: Path, least: int | None, count: int) -> None:
    file = facts(tmp_path, CHAT, CHAT)
    assert len(list(platform.too_few(file, limits(min_rows=least)))) == count


def test_a_file_without_rows_is_empty_and_not_too_small() -> None:
    assert list(platform.too_few(FileFacts(), limits(min_rows=10))) == []


def test_rows_with_images_have_a_limit_of_their_own(tmp_path: Path) -> None:
    file = facts(tmp_path, CHAT, SEEN, CHAT, SEEN, chunk=1)
    assert file.images == Seen(2, 2, 4)
    (hit,) = platform.too_many(file, limits(max_image_rows=1))
    assert (hit.line, hit.values["rows"]) == (2, "2 rows with images")
    assert list(platform.too_many(file, limits(max_image_rows=2))) == []


def test_reinforcement_has_its_own_limit_and_else_that_of_all_rows(tmp_path: Path) -> None:
    file = facts(tmp_path, CHAT, CHAT, format="reinforcement")
    assert list(platform.too_many(file, limits(max_rows=1, max_reinforcement_rows=5))) == []
    assert len(list(platform.too_many(file, limits(max_rows=1)))) == 1


def test_a_weight_in_all_rows_or_in_none_is_sound(tmp_path: Path) -> None:
    weighted = CHAT | {"weight": 2.0}
    assert list(platform.row_weights(facts(tmp_path, CHAT, CHAT))) == []
    assert list(platform.row_weights(facts(tmp_path, weighted, weighted))) == []
    (hit,) = platform.row_weights(facts(tmp_path, weighted, CHAT, CHAT))
    assert (hit.line, hit.values["rows"]) == (2, "2 rows")


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (100, "100 bytes"),
        (1536, "1.5 KB"),
        (536_870_912, "512 MB"),
        (8_589_934_592, "8 GB"),
        (53_794_465_382, "50.1 GB"),
    ],
)
def test_sizes_are_written_as_their_sources_write_them(count: int, written: str) -> None:
    assert platform.size(count) == written
