"""`dslint ask` over a real wire: the answer as it comes, and what becomes of half of one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from remote.chatting import TUNED, Chatting, streaming
from remote.conftest import Run
from remote.server import Server, serve

CHAT = "/chat/completions"


@pytest.fixture
def service() -> Chatting:
    found = Chatting()
    found.replies[TUNED] = lambda body: {"content": "It is on its way."}
    return found


@pytest.fixture
def server(service: Chatting) -> Iterator[Server]:
    running = streaming(serve(service))
    yield running
    running.shutdown()
    running.server_close()


def test_the_answer_is_printed_with_a_line_end(run: Run, service: Chatting) -> None:
    assert run("ask", TUNED, "Where is it?") == (0, "It is on its way.\n", "")
    assert service.chats == [
        {
            "model": TUNED,
            "stream": True,
            "messages": [{"role": "user", "content": "Where is it?"}],
        }
    ]


def test_the_system_prompt_is_that_of_most_rows(run: Run, service: Chatting) -> None:
    def row(system: str | None) -> str:
        before = [{"role": "system", "content": system}] if system else []
        rest = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
        return json.dumps({"messages": [*before, *rest]}) + "\n"

    Path("train.jsonl").write_text(row("Be kind.") * 2 + row("Be brief.") + row(None))
    code, _, err = run("ask", TUNED, "Where is it?", "--from", "train.jsonl")
    assert code == 0
    assert "the system prompt of 2 of 4 rows in train.jsonl" in err
    assert service.chats[0]["messages"][0] == {"role": "system", "content": "Be kind."}
    run("ask", TUNED, "Where is it?", "--from", "train.jsonl", "--system", "Be loud.")
    assert service.chats[1]["messages"][0]["content"] == "Be loud."


def test_the_prompt_is_read_from_standard_input(
    run: Run, service: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = SimpleNamespace(buffer=io.BytesIO("\ufeffWo ist es, Jürgen?\r\n".encode()))
    monkeypatch.setattr(sys, "stdin", given)
    assert run("ask", TUNED, "-")[0] == 0
    assert service.chats[0]["messages"][0]["content"] == "Wo ist es, Jürgen?"


@pytest.mark.parametrize("kind", ["refuse", "reset", "lost"])
def test_what_goes_wrong_once_is_asked_again(run: Run, service: Chatting, kind: str) -> None:
    service.fail("POST", CHAT, kind, status=500)
    assert run("ask", TUNED, "Where is it?")[:2] == (0, "It is on its way.\n")


def test_half_an_answer_stays_and_is_said_to_be_half(run: Run, service: Chatting) -> None:
    service.cut = 2
    code, out, err = run("ask", TUNED, "Where is it?")
    assert (code, out) == (2, "It is\n")
    assert "the answer is not whole" in err
    assert len(service.chats) == 1


def test_what_can_not_be_asked_is_one_line_and_2(
    run: Run, service: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run("ask", "gpt-9", "Where is it?")
    assert (code, out) == (2, "")
    assert "The model `gpt-9` does not exist" in err
    assert run("ask", TUNED, " ")[0] == 2
    assert "can't be reached" in run("ask", TUNED, "Hi", "--base-url", "http://127.0.0.1:9/v1")[2]
    monkeypatch.delenv("OPENAI_API_KEY")
    code, out, err = run("ask", TUNED, "Where is it?")
    assert (code, out) == (2, "")
    assert "there is no key" in err


def test_a_rehearsal_tells_the_request_and_sends_none(run: Run, service: Chatting) -> None:
    code, out, _ = run("ask", TUNED, "Where is it?", "--dry-run", "--temperature", "0.5")
    assert (code, service.requests) == (0, [])
    assert f"{CHAT}\n  authorization: Bearer ***\n" in out
    assert '"temperature": 0.5' in out
