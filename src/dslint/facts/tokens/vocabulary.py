"""tiktoken's definitions of its encodings, and the rank files that they name: read from this disk
alone.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import os
import sys
import tempfile
import zlib
from binascii import a2b_base64
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from dslint.errors import DslintError, UsageError, did_you_mean
from dslint.resources import folder

SHIPPED = ("o200k_base", "o200k_harmony", "cl100k_base")
"""The encodings whose ranks come with dslint: harmony differs from the first in special tokens
alone.
"""


class VocabularyError(DslintError):
    """The ranks of an encoding that tiktoken knows are not at hand: what needs them is skipped."""


class Ranks(NamedTuple):
    """A rank file as tiktoken names it: where it is published, and its SHA-256."""

    url: str
    sha256: str | None

    @property
    def file(self) -> str:
        return self.url.rsplit("/", 1)[-1]

    def read(self) -> bytes:
        """Return the file's bytes, from what comes with dslint or from tiktoken's own cache.

        Raises VocabularyError where neither has it, or what comes with dslint is not that file.
        """
        packed = folder("vocab") / f"{self.file}.gz"
        if not packed.is_file():
            return self._cached()
        try:
            found = gzip.decompress(packed.read_bytes())
        except (OSError, EOFError, zlib.error):
            found = b""
        if not self.is_in(found):
            raise VocabularyError(
                f"`{packed.name}` is not the file that tiktoken names: install dslint again"
            )
        return found

    def _cached(self) -> bytes:
        given = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
        place = Path(tempfile.gettempdir()) / "data-gym-cache" if given is None else Path(given)
        name = hashlib.sha1(self.url.encode(), usedforsecurity=False).hexdigest()
        try:
            found = (place / name).read_bytes() if given != "" else b""
        except OSError:
            found = b""
        if not found or not self.is_in(found):
            encoding = self.file.partition(".")[0]
            raise VocabularyError(
                f"`{self.file}` does not come with dslint, and tiktoken has not fetched it here: "
                f"`python -c 'import tiktoken; tiktoken.get_encoding(\"{encoding}\")'` does, "
                "once, where there is a network"
            )
        return found

    def is_in(self, found: bytes) -> bool:
        """Say whether those bytes are the file."""
        return self.sha256 in (None, hashlib.sha256(found).hexdigest())


def definition(name: str) -> dict[str, Any]:
    """Return what `tiktoken.Encoding` takes for an encoding; its `mergeable_ranks` may be `Ranks`,
    unread.

    Raises UsageError for a name that tiktoken does not know.
    """
    constructors = _definitions().ENCODING_CONSTRUCTORS
    if name not in constructors:
        hint = did_you_mean(name, constructors)
        raise UsageError(
            f"there is no encoding `{name}`{hint}\nencodings are {', '.join(sorted(constructors))}"
        )
    found: dict[str, Any] = constructors[name]()
    return found


def parsed(ranks: Ranks) -> dict[bytes, int]:
    """Return the ranks of a file, by token: what tiktoken's own loader gives, in half the time."""
    words = ranks.read().split()
    return dict(zip(map(a2b_base64, words[::2]), map(int, words[1::2]), strict=True))


@contextmanager
def unpacked(ranks: Ranks) -> Iterator[Path]:
    """Give a path where the file lies unpacked: in dslint's cache, or in a temporary folder while
    it is used.
    """
    kept = cache_folder()
    path = kept / "vocab" / ranks.file if kept else None
    if path and (_holds(path, ranks) or _put(path, ranks)):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="dslint-") as place:
        path = Path(place) / ranks.file
        path.write_bytes(ranks.read())
        yield path


def cache_folder() -> Path | None:
    """Return the folder that dslint may keep things in; None where nobody says which."""
    if os.name == "nt":
        place = os.environ.get("LOCALAPPDATA", "")
        return Path(place) / "dslint" / "cache" if place else None
    place = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(place):
        return Path(place) / "dslint"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "dslint"


def _holds(path: Path, ranks: Ranks) -> bool:
    try:
        return ranks.is_in(path.read_bytes())
    except OSError:
        return False


def _put(path: Path, ranks: Ranks) -> bool:
    """Write the file in one step, so that nobody sees half of it; say if that could be done."""
    found = ranks.read()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    except OSError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(found)
        os.replace(beside, path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        return False
    return True


@cache
def _loader() -> ModuleType:
    module = _own("tiktoken.load")
    vars(module)["read_file_cached"] = lambda url, sha256=None: Ranks(url, sha256).read()
    return module


@cache
def _definitions() -> ModuleType:
    module = _own("tiktoken_ext.openai_public")
    vars(module).update(
        load_tiktoken_bpe=lambda url, expected_hash=None: Ranks(url, expected_hash),
        data_gym_to_mergeable_bpe_ranks=_loader().data_gym_to_mergeable_bpe_ranks,
    )
    return module


def _own(name: str) -> ModuleType:
    """Return a copy of a module that only this one has: tiktoken's own still loads as it does."""
    spec = importlib.util.find_spec(name)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
