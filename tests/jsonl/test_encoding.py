"""Text in other encodings is read as UTF-8 where somebody says which; else it is explained."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dslint.errors import InputError, UsageError
from dslint.jsonl import source
from dslint.jsonl.encoding import explained, foreign, recoded, verified
from dslint.jsonl.source import Source

PORTUGUESE = "Olá, a sua encomenda não chegou. Não há problema: amanhã à tarde enviamos outra. " * 5
POLISH = "Zażółć gęślą jaźń. Dzień dobry, proszę państwa, jak się państwo mają dzisiaj? " * 5
RUSSIAN = "Здравствуйте, ваш заказ уже в пути и прибудет завтра вечером. " * 5
JAPANESE = "ご注文の商品は明日の夕方に届く予定です。お待ちください。" * 5


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]),
    st.integers(1, 9),
)
def test_what_was_encoded_comes_back_as_utf8(text: str, encoding: str, size: int) -> None:
    """Law: for encodings that have all letters, however few bytes are asked for at a time."""
    stream = recoded(io.BytesIO(text.encode(encoding)), verified(encoding))
    read = b"".join(iter(lambda: stream.read(size), b""))
    assert read == text.encode()


def test_a_byte_that_an_encoding_lacks_stays_and_is_no_utf8() -> None:
    read = recoded(io.BytesIO(b"caf\xe9 \x81\n"), "cp1252").read()
    assert read == "café ".encode() + b"\x81\n"


def test_text_that_breaks_off_inside_a_letter_is_said(tmp_path: object) -> None:
    path = f"{tmp_path}/cut.csv"
    with open(path, "wb") as file:
        file.write("a,b\n".encode("utf-16-le") + b"\x41")
    with pytest.raises(InputError, match=r"`cut.csv` is not utf-16-le"):
        source.head(Source("cut.csv", path, "utf-16-le"))


@pytest.mark.parametrize(
    ("name", "known"), [("UTF8", ""), ("utf-8-sig", ""), ("windows-1252", "cp1252")]
)
def test_an_encoding_is_known_by_any_of_its_names(name: str, known: str) -> None:
    assert verified(name) == known


@pytest.mark.parametrize("name", ["latin-eins", "base64", "rot13", "hex", "", "undefined", "\0"])
def test_what_is_no_encoding_of_text_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="there is no encoding"):
        verified(name)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (PORTUGUESE, "windows-1252"),
        (POLISH, "windows-1250"),
        (RUSSIAN, "windows-1251"),
        (JAPANESE, "cp932"),
    ],
)
def test_what_a_text_may_be_is_named_with_how_it_reads(text: str, encoding: str) -> None:
    head = b"question,answer\n" + text.encode(encoding) + b",x\n"
    assert foreign(head)
    said = explained(head)
    assert said.startswith("is not UTF-8; by its words it may be ")
    assert encoding in said
    assert next(word for word in text.split() if not word.isascii()).strip(".,")[:8] in said


@pytest.mark.parametrize("head", [b"", b"abc", "Olá".encode(), "Olá à".encode() + b"\xe9"])
def test_text_in_utf8_is_not_foreign_for_a_broken_letter(head: bytes) -> None:
    assert not foreign(head)


@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_are_explained(head: bytes) -> None:
    """Law: whatever the bytes are, there is something to say of them."""
    foreign(head)
    assert "--encoding" in explained(head)
