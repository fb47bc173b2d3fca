"""No report shows a secret, whichever rule quotes the row; personal data only if it was asked."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from random import Random

import orjson
import pytest
from facts.test_secrets import ALNUM, STRIPE, drawn, pem, token

from dslint.config import load
from dslint.facts import keys
from dslint.model import Report
from dslint.report import NAMES, Options, render
from dslint.stages.check import check
from dslint.stages.ignore import baseline

DATUM = "ada.berg@tinshop.se"
PASSWORD = "Wq3-zHub8k"
BODY = "".join(Random(2).choices(ALNUM + "+/", k=900))


def secrets() -> list[tuple[str, str]]:
    """Return texts with a secret each, and what must never be shown of it."""
    random = Random(11)
    made = []
    for shape in keys.SHAPES:
        tries = (drawn(shape, random.getrandbits(64)) for _ in range(20))
        key = next(each for each in tries if any(keys.keys(each)))
        made.append((f"key {key} end", key[-12:]))
    signed = token({"alg": "HS256"}, {"sub": "kim"}, "x7")
    lines = "\n".join(BODY[at : at + 64] for at in range(0, len(BODY), 64))
    return [
        *made,
        (f"Bearer {signed}", signed.rpartition(".")[2]),
        (pem("RSA PRIVATE KEY", lines), BODY[128:160]),
        (f"postgres://shop:{PASSWORD}@203.0.113.7/shop", PASSWORD),
        (f"Server=203.0.113.7;Uid=shop;Pwd={PASSWORD};", PASSWORD),
    ]


def rows() -> list[dict[str, object]]:
    """Return rows in which other rules point right beside a secret, quote it, or name it."""
    texts = [text for text, _ in secrets()]
    found: list[dict[str, object]] = []
    for text in texts:
        call = {
            "id": "a",
            "type": "function",
            "function": {"name": text, "arguments": f'"{{\\"k\\": \\"{text}'},
        }
        found += [
            {"messages": [{"role": text, "content": f"\u200b{text}\u200b {DATUM}"}]},
            {"messages": [{"role": "user", "content": f"{DATUM} {{{{{text}}}}}", text: text}]},
            {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]},
            {"messages": [{"role": "assistant", "content": f"{text} é"}], text: [text], "x": DATUM},
            {"prompt": text, "completion": f"{text}\x07{DATUM}"},
        ]
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose rows hold a secret of each shape; half of them written with escapes, and lines
    that are no JSON.
    """
    path = tmp_path_factory.mktemp("masking") / "data.jsonl"
    lines = [orjson.dumps(row) for row in rows()]
    escaped = [line.replace(b"_", b"\\u005f").replace(b"-", b"\\u002d") for line in lines]
    broken = [line[:-1] + b",}" for line in lines]
    clean = b'{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}'
    path.write_bytes(b"\n".join([*lines, *escaped, *broken, *[clean] * 600]) + b"\n")
    return path


def report_of(data: Path, excerpts: str) -> Report:
    settings = load(
        data.parent, config=False, excerpts=excerpts, levels=[("all", "warn")], max_per_rule=500
    )
    (report,) = check([str(data)], settings, jobs=1)
    return report


@pytest.fixture(scope="module")
def reports(data: Path) -> dict[str, Report]:
    return {excerpts: report_of(data, excerpts) for excerpts in ("none", "masked", "full")}


def written(name: str, report: Report, most: int = 0) -> str:
    out = TextIOWrapper(BytesIO(), encoding="utf-8", newline="")
    render(name, report, out, Options(max_per_rule=most))
    out.seek(0)
    return out.read()


@pytest.mark.parametrize("excerpts", ["none", "masked", "full"])
@pytest.mark.parametrize("name", NAMES)
def test_no_report_shows_a_secret(name: str, excerpts: str, reports: dict[str, Report]) -> None:
    said = written(name, reports[excerpts], 500)
    plain = said.replace("\\u005f", "_").replace("\\u002d", "-")
    plain = plain.replace("\\\\u005f", "_").replace("\\\\u002d", "-").replace("&#x2d;", "-")
    for text, never in secrets():
        assert never not in plain, text


@pytest.mark.parametrize("name", NAMES)
def test_personal_data_is_shown_only_where_excerpts_are_full(
    name: str, reports: dict[str, Report]
) -> None:
    assert DATUM not in written(name, reports["masked"], 500)
    assert DATUM not in written(name, reports["none"], 500)


def test_full_excerpts_show_personal_data_and_still_no_secret(reports: dict[str, Report]) -> None:
    assert DATUM in written("full", reports["full"], 500)


def test_the_rows_are_quoted_at_all(reports: dict[str, Report]) -> None:
    """Masks prove nothing where there is nothing to mask."""
    quoted = {found.rule for found in reports["full"].findings if found.excerpt}
    assert {"api-key", "private-key", "json-web-token", "zero-width-character"} <= quoted
    assert len(quoted) > 8


def test_an_ignore_file_holds_no_secret(reports: dict[str, Report], tmp_path: Path) -> None:
    entries = baseline(reports["full"].findings, tmp_path / "dslint-ignore.jsonl")
    said = "".join(map(repr, entries))
    assert entries
    for text, never in secrets():
        assert never not in said, text


def test_in_a_long_line_a_key_is_masked_that_begins_far_before_the_excerpt(tmp_path: Path) -> None:
    """Only a window of such a line is masked, wider than any private key."""
    text = "filler words " * 9000 + pem("RSA PRIVATE KEY", BODY + "\u200b" + BODY, end=True)
    path = tmp_path / "long.jsonl"
    row = {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "x"}]}
    path.write_bytes(orjson.dumps(row) + b"\n")
    said = written("full", report_of(path, "full"))
    assert "zero-width-character" in said
    for at in range(0, len(BODY) - 24, 24):
        assert BODY[at : at + 24] not in said


def test_a_secret_that_a_message_cuts_is_masked(reports: dict[str, Report]) -> None:
    messages = "\n".join(found.message for found in reports["full"].findings)
    for text, _ in islice(secrets(), len(keys.SHAPES)):
        key = text.split()[1]
        assert key[: len(key) // 2 + 4] not in messages
    assert STRIPE not in messages


@pytest.mark.parametrize("excerpts", ["masked", "full"])
def test_what_a_fix_did_is_told_without_a_piece_of_a_secret(tmp_path: Path, excerpts: str) -> None:
    """Not in the place that changed, and not where the excerpt around another change is cut."""
    path = tmp_path / "data.jsonl"
    text = f"Charge {STRIPE} at\u200b {DATUM}"
    row = {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "x"}]}
    path.write_bytes(orjson.dumps(row) + b"\n")
    (tmp_path / "dslint.toml").write_text(f'excerpts = "{excerpts}"\n', encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dslint",
            "fix",
            "data.jsonl",
            "--unsafe",
            "--level",
            "privacy=warn",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "160"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    said = done.stdout + done.stderr
    assert "api-key" in said
    assert "zero-width-character" in said
    assert ("ada.berg" in said) == (excerpts == "full")
    assert not [at for at in range(4, len(STRIPE) - 4) if STRIPE[at : at + 5] in said]
    assert STRIPE not in path.read_text(encoding="utf-8")
