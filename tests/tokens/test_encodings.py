"""Counts are tiktoken's, for any text; nothing is fetched, nothing is written but in the cache."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.errors import DslintError, UsageError
from dslint.facts.tokens import Counter, VocabularyError, encoding, vocabulary
from dslint.facts.tokens.exact import Tiktoken, stretches
from dslint.facts.tokens.newer import newer
from dslint.facts.tokens.vocabulary import Ranks, cache_folder, definition, unpacked

ENCODINGS = ("o200k_base", "cl100k_base")
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2003\u2028\u202f\u3000"
EXACT = {name: Tiktoken(name) for name in ENCODINGS}
SPLIT = {name: Tiktoken(name, long=3) for name in ENCODINGS}

blank = st.text(st.sampled_from(SPACES + "    \n"), max_size=12)
words = st.sampled_from(["a", "Don't", "Straße", "12345", "!?", "…/\n", "中文字", "e\u0301", "'S"])
spaced = st.lists(blank | words | st.text(max_size=5), max_size=12).map("".join)


def tiktoken(name: str, text: str) -> int:
    return len(EXACT[name]._encoding.encode_ordinary(text))


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No socket opens, and neither tiktoken nor dslint has anything in a cache."""

    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "tiktoken"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    encoding.cache_clear()
    return tmp_path


@pytest.mark.parametrize("name", ENCODINGS)
@given(text=spaced)
@settings(max_examples=150, deadline=None)
def test_a_text_that_is_split_counts_as_the_whole_does(name: str, text: str) -> None:
    if not newer(text):
        assert SPLIT[name].count(text) == tiktoken(name, text)


@given(text=spaced)
def test_stretches_are_the_text_and_the_white_space_is_in_those_that_say_so(text: str) -> None:
    found = list(stretches(text, 3))
    assert "".join(stretch for stretch, _ in found) == text
    assert not any(re.search(f"[{SPACES}]{{3}}", each) for each, is_blank in found if not is_blank)


def test_a_million_spaces_have_a_count() -> None:
    # 128 spaces are one token, and the last of those before a word belongs to it
    spaces = " " * 1_280_001
    expected = 10_000 + tiktoken("o200k_base", "so be it")
    assert EXACT["o200k_base"].count(f"so{spaces}be it") == expected


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_long_word_has_a_count(name: str) -> None:
    assert EXACT[name].count("a" * 800_000) == 100_000


@pytest.mark.parametrize("fast", [False, None])
def test_ten_megabytes_without_a_space_have_a_count(fast: bool | None) -> None:
    assert encoding("o200k_base", fast).count("abc123" * 1_700_000) == 3_400_000


@pytest.mark.parametrize("name", ENCODINGS)
def test_ranks_are_read_as_tiktoken_reads_them(name: str) -> None:
    ranks = vocabulary.definition(name)["mergeable_ranks"]
    assert vocabulary.parsed(ranks) == vocabulary._loader().load_tiktoken_bpe(*ranks)


@pytest.mark.parametrize("fast", [False, None])
def test_what_spells_a_special_token_is_text(fast: bool | None) -> None:
    assert encoding("o200k_base", fast).count("<|endoftext|>") == 7
    assert encoding("o200k_harmony", fast).count("<|start|>user<|message|>") > 3


@pytest.mark.parametrize("fast", [False, None])
@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", "\ud83d\ude00"])
def test_a_surrogate_that_stands_alone_has_a_count(fast: bool | None, text: str) -> None:
    counter = encoding("o200k_base", fast)
    seen = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert counter.count(text) == counter.count(seen) == SPLIT["o200k_base"].count(text)


def test_counts_come_in_the_order_of_the_texts() -> None:
    assert encoding("cl100k_base").counts(["", "hello", "hello world", "hello"]) == [0, 1, 2, 1]


def test_harmony_counts_as_o200k_does() -> None:
    text = "Grüße aus Köln, 你好! 12345\n\n\tdef f(): pass"
    assert encoding("o200k_harmony", False).count(text) == tiktoken("o200k_base", text)


def test_importing_the_room_loads_no_tokenizer() -> None:
    code = (
        "import sys; from dslint.facts.tokens import encoding, record; encoding('o200k_base');"
        "loaded = {'tiktoken', 'gigatoken', 'tokenizers', 'regex', 'polars', 'numpy'};"
        "raise SystemExit(len(loaded & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("fast", [False, None])
def test_counting_opens_no_socket(offline: Path, fast: bool | None) -> None:
    counter: Counter = encoding("o200k_base", fast)
    assert counter.count("hello world") == 2
    assert counter.count("hello world" * 100_000) == 200_000  # so many that gigatoken is loaded


@pytest.mark.parametrize("name", ["p50k_base", "r50k_base", "gpt2"])
def test_an_encoding_whose_ranks_are_not_here_is_an_error_that_says_so(
    offline: Path, name: str
) -> None:
    with pytest.raises(VocabularyError, match=r"does not come with dslint.*get_encoding"):
        encoding(name).count("hello")
    assert issubclass(VocabularyError, DslintError)
    assert list(offline.rglob("*")) == []


def test_ranks_are_taken_from_tiktokens_own_cache(
    offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks = definition("cl100k_base")["mergeable_ranks"]
    packed = ranks.read()
    monkeypatch.setattr(vocabulary, "folder", lambda name: offline / "nothing")
    with pytest.raises(VocabularyError):
        ranks.read()
    place = offline / "tiktoken"
    place.mkdir()
    kept = place / hashlib.sha1(ranks.url.encode(), usedforsecurity=False).hexdigest()
    kept.write_bytes(b"half of it")
    with pytest.raises(VocabularyError):
        ranks.read()
    kept.write_bytes(packed)
    assert Tiktoken("cl100k_base").count("hello world") == 2


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b\x08\x00half"])
def test_ranks_that_are_not_what_tiktoken_names_are_refused(
    offline: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (offline / "o200k_base.tiktoken.gz").write_bytes(content)
    monkeypatch.setattr(vocabulary, "folder", lambda name: offline)
    with pytest.raises(VocabularyError, match="install dslint again"):
        Tiktoken("o200k_base").count("hello")


@pytest.mark.parametrize(("name", "hint"), [("o200kbase", "o200k_base"), ("cl100k", "cl100k_base")])
def test_an_encoding_that_nobody_knows_has_near_names(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean `{hint}`"):
        encoding(name)


def test_ranks_are_unpacked_once_into_the_cache_and_mended_there(offline: Path) -> None:
    ranks = definition("o200k_base")["mergeable_ranks"]
    with unpacked(ranks) as path:
        assert ranks.is_in(path.read_bytes())
    assert path.is_relative_to(offline / "cache")
    path.write_bytes(b"cut short")
    with unpacked(ranks) as again:
        assert again == path
        assert ranks.is_in(path.read_bytes())
    assert [each for each in offline.rglob("*") if each.is_file()] == [path]


def test_where_the_cache_cannot_be_written_a_temporary_folder_does(
    offline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (offline / "cache").write_text("a file where the folder should be")
    ranks = definition("cl100k_base")["mergeable_ranks"]
    with unpacked(ranks) as path:
        assert ranks.is_in(path.read_bytes())
    assert not path.exists()


def test_a_relative_cache_folder_is_not_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    found = cache_folder()
    assert found is None or found.is_absolute()


def test_a_rank_file_without_a_published_sum_is_taken_as_it_is() -> None:
    assert Ranks("https://example.org/x.tiktoken", None).is_in(b"anything")
