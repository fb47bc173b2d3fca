"""Fixes in rule pages: what a page may say of one, and that a stranger's page runs no Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from dslint.config import load
from dslint.errors import PageError
from dslint.model import Fix
from dslint.rulebook import book, page
from dslint.stages.examples import outcome
from dslint.stages.fix import fix
from dslint.stages.inplace import Wish

PAGE = """# An answer names a ticket

Take the number out.

```toml
over = "message"
at = "content"
mark = "OPS-[0-9]+ ?"
message = "names a ticket"
level = "warn"
source = "inferred"
FIX
```

```sql
trainable AND text ~ 'OPS-[0-9]+'
```

## Why is this bad?

The model learns to invent them.

## Examples

```jsonl bad
{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "OPS-1 OPS-2 ok"}]}
```

```jsonl fixed
{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "ok"}]}
```

```jsonl good
{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "It is done."}]}
```
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    return tmp_path / "rules"


def written(folder: Path, fix: str, text: str = PAGE) -> Path:
    path = folder / "ticket-number.md"
    path.write_text(text.replace("FIX", fix), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ('fix = "cut"', Fix("cut")),
        ('fix = "strip"\napplicability = "unsafe"', Fix("strip", None, "unsafe")),
        ('fix = {replace = "it"}', Fix("replace", "it")),
        ("fix = {set = 1}\napplicability = 'shown'", Fix("set", 1, "shown")),
        ('fix = "a.b:c"', Fix("python", "a.b:c")),
        ("", None),
    ],
)
def test_a_page_says_its_fix_with_a_word(folder: Path, said: str, read: Fix | None) -> None:
    assert page.read(written(folder, said)).fix == read


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('fix = "cuts"', "did you mean `cut`"),
        ('fix = "set"', "needs a value"),
        ('fix = {cut = "x"}', "a table with one of"),
        ("fix = {rename = 1}", "wrong kind of value"),
        ('fix = "a b:c"', "no `package.module:function`"),
        ('applicability = "safe"', "needs a `fix`"),
        ('fix = "cut"\napplicability = "maybe"', "`maybe` is no applicability"),
    ],
)
def test_what_a_page_says_wrongly_is_told_with_its_line(folder: Path, said: str, why: str) -> None:
    with pytest.raises(PageError, match=rf"ticket-number\.md:1[0-9]: .*{why}"):
        page.read(written(folder, said))


def test_to_cut_out_what_is_found_needs_a_mark(folder: Path) -> None:
    text = PAGE.replace('mark = "OPS-[0-9]+ ?"\n', "")
    with pytest.raises(PageError, match="needs a `mark`"):
        page.read(written(folder, 'fix = "cut"', text))


def test_the_fixed_example_is_held_to_what_the_fix_makes(folder: Path) -> None:
    assert outcome(written(folder, 'fix = "cut"')).failures == ()
    (failure,) = outcome(written(folder, 'fix = {replace = "It "}')).failures
    assert "is not what the fix makes" in failure
    (failure,) = outcome(written(folder, "")).failures
    assert "no `fix`" in failure
    lacking = (
        PAGE.split("```jsonl fixed")[0] + PAGE.split("```jsonl fixed")[1].split("```\n\n", 1)[1]
    )
    (failure,) = outcome(written(folder, 'fix = "cut"', lacking)).failures
    assert "no `fixed` example" in failure


def test_files_are_fixed_by_the_rules_of_ones_own_folder(folder: Path) -> None:
    rule = written(folder, 'fix = "cut"')
    data = folder.parent / "train.jsonl"
    bad, fixed = (each.data for each in page.read(rule).examples[:2])
    data.write_bytes(bad)
    fix([str(data)], load(config=False, rulebooks=(folder,)), Wish())
    assert data.read_bytes() == fixed


@pytest.mark.parametrize("said", ['fix = "os:remove"', "fix = 'dslint.fixes.text:mojibake'"])
def test_a_page_of_a_stranger_runs_no_python(folder: Path, said: str) -> None:
    path = written(folder, said)
    with pytest.raises(PageError, match="allow-python-rules"):
        book.load([folder])
    assert "names Python" in outcome(path).failures[0]
    assert book.load([folder], allow_python=True)["ticket-number"].fix is not None
