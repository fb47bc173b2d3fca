"""What a user sees where dslint itself is wrong: a sentence, never a traceback."""

from __future__ import annotations

import pytest

from dslint.cli import main
from dslint.stages import check


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("no such luck")


def test_a_mistake_in_dslint_is_a_sentence_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DSLINT_TRACEBACK", raising=False)
    monkeypatch.setattr(check, "check", broken)
    with pytest.raises(SystemExit) as stopped:
        main(["check", "train.jsonl"])
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    assert said.err.startswith(
        "dslint: a mistake in dslint itself: ZeroDivisionError: no such luck"
    )
    assert "Traceback" not in said.err


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSLINT_TRACEBACK", "1")
    monkeypatch.setattr(check, "check", broken)
    with pytest.raises(ZeroDivisionError):
        main(["check", "train.jsonl"])
