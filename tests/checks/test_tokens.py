"""Rules on tokens: what is cut at a context, what is left, and that short records cost nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dslint.checks.tokens import answer_cut, beyond_context, over_context
from dslint.facts.batch import Batch
from dslint.facts.tokens import encoding
from dslint.facts.tokens.record import count
from dslint.model import Hit, Record

ROOT = Path(__file__).parent.parent.parent
Check = Callable[[Batch, Mapping[str, Any]], Iterable[tuple[int, Hit]]]


def record(question: str, answer: str, **also: Any) -> Record:
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer, **also},
    ]
    data = {"messages": messages}
    return Record(1, orjson.dumps(data), data, "chat")


def hits(check: Check, row: Record, context: int | None) -> list[Hit]:
    limits = {"limit_context": context, "model": None, "exact": True}
    return [hit for _, hit in check(Batch([row]), limits)]


def size(row: Record) -> int:
    return count(Batch([row]), encoding("o200k_base")).records[0].longest


def test_it_says_how_much_is_cut() -> None:
    row = record("Why?", "Because " * 300)
    (hit,) = hits(answer_cut, row, 100)
    assert hit.values == {
        "tokens": f"{size(row):,}",
        "taker": "the target",
        "most": 100,
        "rest": size(row) - 100,
        "lost": f"the last answer ends {size(row) - 103} of its {size(row) - 9} tokens beyond that",
    }
    assert hits(over_context, row, 100) == hits(beyond_context, row, 100) == []


def test_a_first_answer_beyond_the_context_is_another_story() -> None:
    row = record("Why " * 300, "Because.")
    assert hits(over_context, row, 100) == hits(answer_cut, row, 100) == []
    (hit,) = hits(beyond_context, row, 100)
    assert isinstance(before := hit.values["before"], int)
    assert before > 300


def test_a_target_without_a_limit_cuts_nothing() -> None:
    row = record("Why " * 300, "Because.")
    assert hits(over_context, row, None) == hits(beyond_context, row, None) == []


def test_a_record_that_teaches_nothing_anyway_is_left_to_others() -> None:
    row = record("Why " * 300, "Because.", weight=0)
    assert hits(over_context, row, 100) == hits(beyond_context, row, 100) == []


@settings(deadline=None)  # the first count loads the vocabulary
@given(st.text(max_size=60), st.text(max_size=60), st.integers(1, 100))
def test_a_record_over_the_context_is_told_by_one_rule_and_no_other_record_is(
    question: str, answer: str, context: int
) -> None:
    row = record(question, answer)
    checks = (over_context, answer_cut, beyond_context)
    assert sum(len(hits(check, row, context)) for check in checks) == (size(row) > context)


@pytest.mark.parametrize(
    ("arguments", "loads"),
    [
        ([], False),
        (["--target", "fireworks"], False),
        (["--target", "azure", "--model", "gpt-4.1-nano"], False),
        (["--model", "gpt-4.1-mini", "--budget", "5 USD"], True),
    ],
)
def test_a_check_of_usual_rows_loads_a_vocabulary_for_a_budget_alone(
    arguments: list[str], loads: bool
) -> None:
    script = (
        "import sys\n"
        "from dslint.cli import main\n"
        "try:\n"
        f"    main(['check', 'examples/clean.jsonl', '-q', *{arguments!r}])\n"
        "except SystemExit:\n"
        "    print(sorted({'tiktoken', 'gigatoken', 'tokenizers'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.stdout.splitlines()[-1] != "[]") is loads, done.stderr
