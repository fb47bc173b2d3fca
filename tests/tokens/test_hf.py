"""A model's own tokenizer.json counts as trainers do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dslint.errors import InputError
from dslint.facts.tokens.hf import from_file

pytest.importorskip("tokenizers", reason="the extra `hf` is not installed")

TOKENIZER = {
    "version": "1.0",
    "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
    "padding": None,
    "added_tokens": [
        {
            "id": 3,
            "content": "<|im_end|>",
            "special": True,
            "normalized": False,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
        }
    ],
    "normalizer": None,
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None,
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"hello": 0, "world": 1, "?": 2}, "unk_token": "?"},
}


def test_a_text_has_as_many_tokens_as_its_tokenizer_gives(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(TOKENIZER), encoding="utf-8")
    counter = from_file(path)
    assert counter.name == str(path)
    assert counter.count("hello world hello") == 3  # what a model's length cuts is counted too
    assert counter.count("hello<|im_end|>") == 2
    assert counter.counts(["", "hello", "\ud800 world"]) == [0, 1, 2]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2", b"\xff\xfe"])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"tokenizer\.json: not a tokenizer"):
        from_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json: can't be read"):
        from_file(tmp_path / "nowhere.json")
