"""What a file is as a whole is told from its beginning, and a broken line makes it nothing else."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from dslint.jsonl.container import Container, container

ROW = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}
LINE = json.dumps(ROW) + "\n"
CSV = 'prompt,completion\n"Is it late, or not?",yes\nIs it early?,no\n'


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LINE * 3, "jsonl"),
        (LINE.rstrip(), "jsonl"),
        ('{"data": [' + LINE.strip() + "]}", "jsonl"),
        (LINE[:40] + "\n" + LINE * 3, "jsonl"),
        ('{"messages": [\n' + LINE * 3, "jsonl"),
        ('{"a": "one\ntwo"}\n' + LINE, "jsonl"),
        ('{"a": "x\n{"a": "y\n', "jsonl"),
        ("{'a': None}\n{'a': True}\n", "jsonl"),
        ('{"a": 1},\n{"a": 2},\n', "jsonl"),
        ("// version 2\n" + LINE * 3, "jsonl"),
        ("\n\n" + LINE, "jsonl"),
        ('[{"a": 1}]\n[{"a": 2}]\n', "jsonl"),
        ('["a", 1]\n["b", 2]\n', "jsonl"),
        ('["a", \n["b", 2]\n["c", 3]\n', "jsonl"),
        ('"a line"\n"another"\n', "jsonl"),
        (LINE.replace("\n", "\r") * 3, "jsonl"),
        (json.dumps([ROW, ROW]), "array"),
        (json.dumps([ROW, ROW], indent=2), "array"),
        (json.dumps([ROW, ROW], indent=0), "array"),
        ("[\n" + LINE.strip() + ",\n" + LINE + "]\n", "array"),
        ("[" + LINE.strip() + ",\n" + LINE + "]\n", "array"),
        ("[]\n", "array"),
        ("[\n  [1, 2],\n  [3, 4]\n]\n", "array"),
        ("[", "array"),
        (json.dumps(ROW, indent=2) + "\n" + json.dumps(ROW, indent=2), "pretty"),
        (json.dumps(ROW, indent="\t"), "pretty"),
        (json.dumps(ROW, indent=0) * 2, "pretty"),
        ('{"messages": [\n  {"role": "user", "content": "Hi"}\n]}\n', "pretty"),
        (CSV, "csv"),
        (CSV.replace(",", "\t"), "csv"),
        ("id;text\n1;Good morning\n2;Good night\n", "csv"),
        ("Dear Ann,\nit is late, and I am tired.\nBob\n", "text"),
        ("# Notes\n\nThe data is in another file.\n", "text"),
        ("[INST] Say hello [/INST]\nHello\n", "text"),
        ("<!DOCTYPE html>\n<html></html>\n", "text"),
        ("", "empty"),
        (" \n\r\n\t\n", "empty"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "lfs-pointer",
        ),
        ("/annex/objects/SHA256E-s31--0f3a.jsonl\n", "annex-pointer"),
        ("../.git/annex/objects/aa/bb/SHA256E-s3--0/SHA256E-s3--0", "annex-pointer"),
        ("outs:\n- md5: a304afb96060aad90176268345e10355\n  path: train.jsonl\n", "dvc-pointer"),
        ("md5: 22a1\nouts:\n  - hash: md5\n    path: train.jsonl\n", "dvc-pointer"),
    ],
)
def test_a_text_is_told_by_its_shape_in_every_encoding(text: str, kind: str) -> None:
    assert container(text.encode(), "train.jsonl") == Container(kind, "utf-8", False)
    assert container(text.encode("utf-8-sig"), "train.jsonl") == Container(kind, "utf-8", True)
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        marked = ("\ufeff" + text).encode(encoding)
        assert container(marked, "train.jsonl") == Container(kind, encoding, True)
        if len(text) > 1:
            assert container(text.encode(encoding), "x") == Container(kind, encoding, False)


def test_a_stray_nul_does_not_make_lines_of_json_binary() -> None:
    assert container(b"\0" + LINE.encode() * 2, "a.jsonl") == Container("jsonl", "utf-8", False)


def test_a_row_in_another_script_is_told_in_utf_16_without_a_mark() -> None:
    raw = json.dumps({"问题": "最近总是睡不着"}, ensure_ascii=False).encode("utf-16-le")
    assert container(raw, "train.jsonl") == Container("jsonl", "utf-16-le", False)


def test_binary_files_are_told_by_their_first_bytes() -> None:
    frame = pl.DataFrame({"text": ["a", "b"]})
    parquet, arrow, excel = io.BytesIO(), io.BytesIO(), io.BytesIO()
    frame.write_parquet(parquet)
    frame.write_ipc(arrow)
    with zipfile.ZipFile(excel, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("train.jsonl", LINE)
    kinds = {
        "parquet": parquet.getvalue(),
        "arrow": arrow.getvalue(),
        "xlsx": excel.getvalue(),
        "zip": plain.getvalue(),
        "gzip": gzip.compress(LINE.encode()),
        "zstd": zstandard.compress(LINE.encode()),
        "binary": bytes(range(256)) * 8,
    }
    for kind, head in kinds.items():
        assert container(head, "train.jsonl").kind == kind
        assert container(head, "train.jsonl").encoding == "other"


def test_a_head_that_ends_anywhere_tells_the_same() -> None:
    rows = [{"messages": [{"role": "user", "content": "naïve café 名 " * 20}]}] * 50
    whole = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    for cut in range(20, len(whole), 997):
        assert container(whole[:cut], "a.jsonl") == Container("jsonl", "utf-8", False)
        array = json.dumps(rows, indent=2, ensure_ascii=False).encode()[:cut]
        assert container(array, "a.jsonl") == Container("array", "utf-8", False)


def test_some_broken_letters_do_not_make_a_file_another_encoding() -> None:
    good = '{"a": "naïve café"}\n'.encode()
    assert container(good * 9 + b'{"a": "caf\xe9"}\n', "a.jsonl").encoding == "utf-8"
    assert container(b'{"a": "un caf\xe9"}\n' * 9, "a.jsonl") == Container("jsonl", "utf-8", False)
    assert container('{"a": "你好"}\n'.encode("gb18030"), "a.jsonl") == Container(
        "jsonl", "other", False
    )


def test_the_name_decides_where_the_bytes_do_not() -> None:
    assert container(b"text\nHello there, you\n", "notes.csv").kind == "csv"
    assert container(b"text\nHello there, you\n", "notes.jsonl").kind == "text"
    assert container(LINE.encode(), "notes.csv").kind == "jsonl"


STARTS = st.sampled_from(
    [b"", b"{", b"[", b"PK\x03\x04", b"\xff\xfe", b"\0\0\xfe\xff", b"outs:\n", b"a,b\n"]
)


@given(STARTS, st.binary(max_size=80), st.sampled_from(["", "a.jsonl", "a.csv"]))
def test_any_bytes_are_something(start: bytes, raw: bytes, name: str) -> None:
    found = container(start + raw, name)
    assert found.kind
    assert found.encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "other")


@given(
    st.lists(
        st.dictionaries(st.text(max_size=4), st.text() | st.integers(), min_size=1), min_size=1
    )
)
def test_dumped_rows_are_told_by_how_they_were_dumped(rows: list[dict[str, object]]) -> None:
    assert container("\n".join(map(json.dumps, rows)).encode(), "a").kind == "jsonl"
    assert container(json.dumps(rows, indent=1).encode(), "a").kind == "array"
    assert container(json.dumps(rows).encode(), "a").kind == "array"
    assert (
        container("\n".join(json.dumps(row, indent=1) for row in rows).encode(), "a").kind
        == "pretty"
    )
