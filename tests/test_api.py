"""The library: the same engine whatever holds the rows, and a report that one can go on from."""

from __future__ import annotations

import inspect
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dslint
from dslint.errors import InputError, UsageError
from dslint.stages.rows import spooled

pd = pytest.importorskip("pandas")

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PAGE = """\
# A row mentions the moon

Leave the moon out.

```toml
over = "message"
at = "content"
message = "`{role}` mentions the moon"
level = "warn"
source = "inferred"
```

```sql
strpos(text, 'moon') > 0
```

## Why is this bad?

It is far away.
"""


def chat(question: str, answer: str = "Gladly.", **more: Any) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer, **more},
        ]
    }


def rows() -> list[dict[str, Any]]:
    """Twelve rows: the fifth has a role that does not exist, the seventh calls a tool."""
    call = {"id": "a", "type": "function", "function": {"name": "tide", "arguments": "{}"}}
    tool = {"type": "function", "function": {"name": "tide", "parameters": {"type": "object"}}}
    every = [chat(f"Could you book table {number}?") for number in range(1, 13)]
    every[4]["messages"][0]["role"] = "human"
    every[6] = {**chat("When is high water?", tool_calls=[call], weight=1), "tools": [tool]}
    return every


def told(report: dslint.Report) -> list[tuple[str, int | None, str]]:
    return [(found.rule, found.line, found.message) for found in report.findings]


class Dataset:
    """Behaves as `datasets.Dataset` does: a sequence of dictionaries, of no type that is known."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)


def held() -> dict[str, Any]:
    frame = pl.DataFrame(rows())
    return {
        "list": rows(),
        "generator": iter(rows()),
        "dataset": Dataset(rows()),
        "polars": frame,
        "lazy": frame.lazy(),
        "pandas": pd.DataFrame(rows()),
        "arrow": frame.to_arrow(),
    }


def test_importing_dslint_imports_neither_polars_nor_the_engine() -> None:
    """Each of them costs more than all that `import dslint` should."""
    code = "import sys, dslint; dslint.__version__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "dslint" in loaded
    assert not loaded & {"polars", "orjson", "rich", "click", "dslint.api", "dslint.model"}


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(dslint, name) is not None for name in dslint.__all__)
    assert dir(dslint) == sorted(dslint.__all__)
    with pytest.raises(AttributeError, match="no attribute `chekc`"):
        _ = dslint.chekc  # type: ignore[attr-defined]


def test_targets_are_the_same_module_however_they_are_reached() -> None:
    code = "import dslint.stages.check, dslint; assert dslint.targets.load('azure').name == 'azure'"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("kind", held())
def test_what_holds_the_rows_makes_no_difference(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows()))
    wanted = told(dslint.check(path))
    found = dslint.check(held()[kind])
    assert told(found) == wanted
    assert ("unknown-role", 5) in [(rule, line) for rule, line, _ in wanted]
    assert {each.file for each in found.findings} == {"<rows>"}


def test_paths_are_files_folders_and_lists_of_them() -> None:
    files = [EXAMPLES / "clean.jsonl", str(EXAMPLES / "legacy.jsonl")]
    assert len(dslint.check(files).files) == 2
    assert len(dslint.check(EXAMPLES).files) == 4


def line_of(row: object) -> Any:
    with spooled([row]) as source:
        return json.loads(Path(source.path).read_bytes())


def test_what_json_lacks_becomes_what_it_has() -> None:
    row = {
        "nan": float("nan"),
        "infinity": np.float32("inf"),
        "missing": pd.NA,
        "no day": pd.NaT,
        "day": date(2026, 11, 20),
        "time": pd.Timestamp("2026-11-20 09:30"),
        "moment": datetime(2026, 11, 20, 9, 30),
        "integer": np.int64(7),
        "flag": np.bool_(True),
        "numbers": np.array([1, 2]),
        "objects": np.array([{"role": "user"}], dtype=object),
        "series": pl.Series([1, None]),
        "price": Decimal("1.50"),
        "json": '{"city": "Porto"}',
        "half a pair": "\ud83d",
        "large": 2**70,
        7: {"nested": float("nan"), "pair": (1, 2)},
    }
    assert line_of(row) == {
        "nan": None,
        "infinity": None,
        "missing": None,
        "no day": None,
        "day": "2026-11-20",
        "time": "2026-11-20T09:30:00",
        "moment": "2026-11-20T09:30:00",
        "integer": 7,
        "flag": True,
        "numbers": [1, 2],
        "objects": [{"role": "user"}],
        "series": [1, None],
        "price": 1.5,
        "json": '{"city": "Porto"}',
        "half a pair": "\ud83d",
        "large": 2**70,
        "7": {"nested": None, "pair": [1, 2]},
    }


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
@settings(max_examples=50)
def test_what_json_has_stays_what_it_is(value: Any) -> None:
    assert line_of({"value": value}) == {"value": value}


@pytest.mark.parametrize("value", [b"\x89PNG", {1, 2}, object(), print])
def test_a_value_that_json_has_nothing_for_names_its_row(value: object) -> None:
    with pytest.raises(InputError, match="row 2 can't be written as JSON"):
        dslint.check([chat("Hello?"), {"messages": value}])


def test_a_row_that_holds_itself_names_its_row() -> None:
    row: dict[str, Any] = {}
    row["row"] = row
    with pytest.raises(InputError, match="row 1 can't be written as JSON: it is nested too deep"):
        dslint.check([row])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (chat("Hello?"), "a dictionary is one row"),
        (7, "`int` holds no rows"),
        (b"{}", "`bytes` holds no rows"),
        ([chat("Hello?"), Path("train.jsonl")], "paths and rows are mixed"),
    ],
)
def test_what_has_no_rows_is_told(data: Any, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        dslint.check(data)


def test_rows_that_are_no_objects_are_findings() -> None:
    found = dslint.check([1, None, "text"]).findings
    assert {1, 2, 3} <= {each.line for each in found if each.level == "error"}


def test_nothing_that_lies_around_counts_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dslint.toml").write_text('[levels]\n"unknown-role" = "off"\n')
    monkeypatch.chdir(tmp_path)

    def names(**given: Any) -> set[str]:
        return {found.rule for found in dslint.check(rows(), **given).findings}

    assert "unknown-role" in names()
    assert "unknown-role" not in names(config=True)
    assert "unknown-role" not in names(config=tmp_path / "dslint.toml")
    assert "unknown-role" in names(config=True, levels={"unknown-role": "warn"})


def test_a_rule_of_ones_own_runs(tmp_path: Path) -> None:
    (tmp_path / "space").mkdir()
    (tmp_path / "space" / "mentions-the-moon.md").write_text(PAGE)
    report = dslint.check([chat("How far is the moon?")] * 2, rulebooks=[tmp_path])
    assert ("mentions-the-moon", 1, "`user` mentions the moon") in told(report)
    assert "mentions-the-moon" in {rule.name for rule in dslint.rules(rulebooks=[tmp_path])}


def test_a_frame_has_a_row_a_finding() -> None:
    report = dslint.check(rows())
    frame = report.to_frame()
    assert frame.height == len(report.findings)
    assert frame.row(by_predicate=pl.col("rule") == "unknown-role", named=True)["line"] == 5
    empty = dslint.check(EXAMPLES / "clean.jsonl").to_frame()
    assert empty.schema == frame.schema


def test_the_json_is_that_of_the_command_line(tmp_path: Path) -> None:
    path = EXAMPLES / "support-train.jsonl"
    command = [sys.executable, "-m", "dslint", "check", str(path), "--report", "json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path)
    assert json.loads(dslint.check(path).to_json()) == json.loads(done.stdout)


def test_raising_says_the_first_findings_and_carries_all() -> None:
    bad = rows() + [chat(f"And table {number}?", "") for number in range(15)]
    levels: dict[str, dslint.Level] = {"all": "off", "empty-assistant-message": "error"}
    report = dslint.check(bad, levels={**levels, "unknown-role": "error"})
    with pytest.raises(dslint.FindingsError) as caught:
        report.raise_if("error")
    head, *lines = str(caught.value).splitlines()
    assert head == "16 findings for openai"
    assert lines[0].startswith("<rows>:5:")
    assert len(lines) == 11
    assert lines[-1] == "… 6 more"
    assert caught.value.report is not None
    assert caught.value.report.count("error") == 16
    assert not isinstance(caught.value, dslint.DslintError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_raising_looks_only_at_its_level_and_above() -> None:
    sound = dslint.check(EXAMPLES / "clean.jsonl")
    sound.raise_if("info")
    warned = dslint.check(rows(), levels={"all": "off", "unknown-role": "warn"})
    warned.raise_if("error")
    with pytest.raises(dslint.FindingsError):
        warned.raise_if("warn")
    with pytest.raises(UsageError, match="`fatal` is not a level"):
        warned.raise_if("fatal")  # type: ignore[arg-type]


def test_a_notebook_shows_a_table_in_which_nothing_of_the_data_is_markup() -> None:
    bad = [{"messages": [{"role": "<img src=x>", "content": "\x1b[31m"}]}] * 2
    page = dslint.check(bad)._repr_html_()
    assert "<table>" in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert dslint.check(EXAMPLES / "clean.jsonl")._repr_html_().startswith("<p>dslint: ")


def test_as_text_a_report_is_the_story_without_colours() -> None:
    report = dslint.check(rows())
    assert "unknown-role" in str(report)
    assert "\x1b" not in str(report)
    assert repr(report).startswith("<dslint.Report: ")
    assert "\n" not in repr(report)


def test_rules_have_the_level_of_the_target() -> None:
    anywhere = {rule.name: rule.level for rule in dslint.rules()}
    strict = {rule.name: rule.level for rule in dslint.rules(target="fireworks")}
    assert anywhere["last-message-not-assistant"] == "warn"
    assert strict["last-message-not-assistant"] == "error"


def test_pages_are_markdown() -> None:
    assert dslint.explain("unknown-role").startswith("# A message has a role")
    with pytest.raises(dslint.DslintError, match="did you mean `unknown-role`"):
        dslint.explain("unknown-roll")


def test_the_temporary_file_is_gone_afterwards() -> None:
    with spooled([{}]) as source:
        path = Path(source.path)
        assert path.exists()
    assert not path.exists()


EXAMPLES_OF_THE_PAGE = re.findall(
    r"^```python\n(.*?)^```",
    (ROOT / "docs" / "library.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize("code", EXAMPLES_OF_THE_PAGE)
def test_the_examples_of_the_documentation_run(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "docs/library.md", "exec"), {})
    assert not capsys.readouterr().err


def test_every_public_name_and_argument_is_documented() -> None:
    page = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    arguments = [name for name in inspect.signature(dslint.check).parameters if name != "data"]
    arguments += [name for name in inspect.signature(dslint.convert).parameters if name != "path"]
    assert [name for name in arguments if f"| `{name}` |" not in page] == []
    assert [name for name in dslint.__all__ if name not in page] == []
    methods = ("to_frame", "to_json", "to_text", "raise_if", "count", "fails")
    assert [name for name in methods if f"{name}(" not in page] == []


def test_a_file_is_converted_or_the_reason_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text('{"prompt": "High water?", "completion": "At nine.", "id": 7}\n')
    with pytest.raises(dslint.ConversionError, match="--allow-loss extra-keys") as refused:
        dslint.convert(path)
    assert refused.value.conversion is not None
    assert refused.value.conversion.lost == {"extra-keys": 1}
    done = dslint.convert(path, allow_loss=["extra-keys"])
    assert (done.wrote, done.out) == (1, str(tmp_path / "old.chat.jsonl"))
    assert dslint.check(done.out, levels={"too-few-examples": "off"}).count("error") == 0
    with pytest.raises(UsageError, match="name one, and another"):
        dslint.convert(path, out="-")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda path: dslint.convert(path, reasoning="aloud"), "not `aloud`"),  # type: ignore[arg-type]
        (lambda path: dslint.convert(path, max_rejects=-1), "0 or more; not -1"),
        (lambda path: dslint.convert(path, allow_loss="picture"), "no loss `picture`"),
        (lambda path: dslint.split(path, group="user"), "--group user"),
        (lambda path: dslint.count_tokens(path, pack=0), "1 token or more; not 0"),
        (lambda path: dslint.estimate(path, epochs=0), "1 or more; not 0"),
        (lambda path: dslint.estimate(path, traffic=3), "`3` is no traffic"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused_as_on_the_command_line(
    tmp_path: Path, call: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"prompt": "Lima?", "completion": "Peru"}\n' * 12)
    with pytest.raises(dslint.DslintError, match=re.escape(said)):
        call(path)
    assert list(tmp_path.iterdir()) == [path]
