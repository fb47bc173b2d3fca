"""`dslint test`: what the info string of an example says holds for it, or the page is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from dslint.stages.examples import outcome

PAGE = """# A row is long

Make it shorter.

```toml
over = "record"
message = "{characters} characters"
level = "info"
source = "inferred"
```

```sql
characters > limit_context
```

## Examples

```jsonl bad HEAD
{"messages": [{"role": "user", "content": "Good morning!"}]}
```

```jsonl good
{"messages": [{"role": "user", "content": "Good morning!"}]}
```
"""


def failures(folder: Path, head: str) -> list[str]:
    path = folder / "lengthy" / "long-row.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PAGE.replace("HEAD", head), encoding="utf-8")
    return [each.removeprefix(f"{path}:") for each in outcome(path).failures]


def test_a_limit_beside_an_example_holds_as_if_the_target_stated_it(tmp_path: Path) -> None:
    assert failures(tmp_path, "limit_context=5") == []
    assert failures(tmp_path, "target=azure limit_context=5") == []
    assert failures(tmp_path, "") == ["19: the bad example does not raise `long-row`"]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("limit_contxt=5", "there is no limit `contxt`; did you mean `context`?"),
        ("limit_context=long", "the limit `context` is no int: `long`"),
        ("limit_context=true", "the limit `context` is no int: `true`"),
        ("limit_context=[1", "the limit `context` is no int: `[1`"),
    ],
)
def test_a_limit_that_is_none_is_told_with_its_line(tmp_path: Path, head: str, reason: str) -> None:
    (failure,) = failures(tmp_path, head)
    assert failure == f"19: the example can't be run: {reason}"
