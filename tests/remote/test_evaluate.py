"""`dslint evaluate` over a real wire: what is asked, once, and what is made of the answers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from remote.chatting import BASE, TUNED, Chatting, streaming
from remote.conftest import Run
from remote.server import KEY, RefusedError, Server, serve

from dslint.report import evaluation
from dslint.report.screen import ASCII, Look
from dslint.stages import journal
from dslint.stages.evaluate import Evaluation

CHAT = "/chat/completions"
KEPT = Path("tickets.jsonl.answers.jsonl")
LABELS = ("billing", "delivery", "returns")


def ticket(number: int) -> dict[str, Any]:
    label = LABELS[number % 3]
    return {
        "messages": [
            {"role": "system", "content": "Name the queue."},
            {"role": "user", "content": f"Ticket {number} is about {label}"},
            {"role": "assistant", "content": label, "weight": 1},
        ]
    }


def write(path: str, rows: list[dict[str, Any]]) -> None:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))


def asked(body: dict[str, Any]) -> str:
    return str(body["messages"][-1]["content"])


def knows(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": asked(body).split()[-1].title() + "."}


def guesses(body: dict[str, Any]) -> dict[str, Any]:
    return {"content": "billing"}


@pytest.fixture
def service() -> Chatting:
    found = Chatting()
    found.replies = {TUNED: knows, BASE: guesses}
    return found


@pytest.fixture
def server(service: Chatting) -> Iterator[Server]:
    running = streaming(serve(service))
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(autouse=True)
def tickets(around: None) -> None:
    write("tickets.jsonl", [ticket(number) for number in range(18)])


def report(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_tuned_model_and_its_base_are_graded_side_by_side(run: Run, service: Chatting) -> None:
    arguments = ("evaluate", "tickets.jsonl", "--model", BASE, "--model", TUNED)
    code, out, err = run(*arguments, "--report", "json")
    assert code == 0, err
    base, tuned = report(out)["models"]
    assert tuned["labels"]["accuracy"] == 1.0
    assert base["labels"]["accuracy"] == pytest.approx(1 / 3)
    assert base["labels"]["macro"]["f1"] == pytest.approx(0.5 / 3)
    assert {"wanted": "returns", "given": "billing", "rows": 6} in base["labels"]["matrix"]
    (difference,) = report(out)["differences"]
    assert (difference["noise"], difference["second"]["alone"]) == (False, 12)
    assert len(service.chats) == 36


def evaluated(run: Run, *arguments: str) -> Evaluation:
    """Return what a run found, instead of what it printed."""
    seen: list[Evaluation] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "render_evaluation", lambda found, *rest: seen.append(found))
        assert run("evaluate", "tickets.jsonl", *arguments)[0] == 0
    return seen[0]


def test_what_is_sent_is_everything_before_the_answer(run: Run, service: Chatting) -> None:
    run("evaluate", "tickets.jsonl", "--model", TUNED, "--concurrency", "1", "--max-tokens", "5")
    assert service.chats[0] == {
        "model": TUNED,
        "messages": ticket(0)["messages"][:2],
        "max_completion_tokens": 5,
        "temperature": 0.0,
    }


def test_nothing_is_asked_twice(run: Run, service: Chatting) -> None:
    first = run("evaluate", "tickets.jsonl", "--model", TUNED, "--report", "json")[1]
    again = run("evaluate", "tickets.jsonl", "--model", TUNED, "--report", "json")[1]
    assert len(service.chats) == 18
    (one,), (other,) = report(first)["models"], report(again)["models"]
    assert (one["asked"], one["kept"], other["asked"], other["kept"]) == (18, 0, 0, 18)
    assert one["labels"] == other["labels"]


def test_rows_that_ask_the_same_are_asked_once_and_all_graded(run: Run, service: Chatting) -> None:
    write("tickets.jsonl", [ticket(number % 3) for number in range(18)])
    out = run("evaluate", "tickets.jsonl", "--model", TUNED, "--report", "json")[1]
    assert len(service.chats) == 3
    assert report(out)["models"][0]["answers"] == 18


def test_other_questions_and_other_settings_are_asked(run: Run, service: Chatting) -> None:
    run("evaluate", "tickets.jsonl", "--model", TUNED)
    run("evaluate", "tickets.jsonl", "--model", TUNED, "--temperature", "1")
    write("tickets.jsonl", [ticket(number) for number in range(20)])
    run("evaluate", "tickets.jsonl", "--model", TUNED)
    assert len(service.chats) == 18 + 18 + 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refuse", "status": 429, "headers": {"Retry_After": "0.2"}},
        {"kind": "refuse", "status": 500},
        {"kind": "reset"},
        {"kind": "lost"},
    ],
    ids=["429", "500", "reset", "lost answer"],
)
def test_what_goes_wrong_for_a_while_is_asked_again(
    run: Run, service: Chatting, fault: dict[str, Any]
) -> None:
    service.fail("POST", CHAT, times=2, **fault)
    code, out, err = run("evaluate", "tickets.jsonl", "--model", TUNED, "--report", "json")
    assert code == 0, err
    assert report(out)["models"][0]["labels"]["accuracy"] == 1.0
    assert service.asked("POST", CHAT) == 20


def test_all_wait_where_the_service_says_for_how_long(run: Run, service: Chatting) -> None:
    service.fail("POST", CHAT, "refuse", status=429, headers={"Retry_After": "0.4"})
    began = time.monotonic()
    assert run("evaluate", "tickets.jsonl", "--model", TUNED, "--concurrency", "1")[0] == 0
    assert time.monotonic() - began >= 0.4


def test_answers_are_kept_when_the_service_is_down_for_good(run: Run, service: Chatting) -> None:
    service.replies[TUNED] = lambda body: _down(service, body)
    code, out, err = run("evaluate", "tickets.jsonl", "--model", TUNED, "--concurrency", "1")
    assert (code, out) == (2, "")
    assert "the machine is out" in err
    assert len(KEPT.read_text().splitlines()) == 5
    service.replies[TUNED] = knows
    before = len(service.chats)
    assert run("evaluate", "tickets.jsonl", "--model", TUNED)[0] == 0
    assert len(service.chats) - before == 13


def _down(service: Chatting, body: dict[str, Any]) -> dict[str, Any]:
    if len(service.chats) > 5:
        raise RefusedError(503, "the machine is out")
    return knows(body)


def test_a_killed_run_goes_on_where_it_was() -> None:
    write("tickets.jsonl", [ticket(number) for number in range(40)])
    service = subprocess.Popen(
        [sys.executable, "-m", "remote.chatting"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert service.stdin
    assert service.stdout
    address = service.stdout.readline().strip()
    command = [sys.executable, "-m", "dslint", "evaluate", "tickets.jsonl", "--model", TUNED]
    command += ["--base-url", address, "--report", "json", "--concurrency", "2"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (KEPT.exists() and KEPT.read_bytes().count(b"\n") >= 5):
        assert first.poll() is None
        time.sleep(0.01)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    kept = KEPT.read_bytes().count(b"\n")
    with KEPT.open("ab") as file:
        file.write(b'{"key": "half a li')
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    (model,) = report(again.stdout)["models"]
    assert (model["kept"], model["asked"]) == (kept, 40 - kept)
    service.stdin.close()
    # at the most those that were on their way when it was killed came a second time
    assert 40 <= int(service.stdout.read()) <= 42
    service.wait()
    service.stdout.close()


def test_the_bound_on_the_cost_binds(run: Run, service: Chatting) -> None:
    arguments = ("evaluate", "tickets.jsonl", "--model", BASE, "--max-tokens", "100")
    # 50 tokens in and one out cost 0.0000216; with 100 out it may be 0.00018
    service.prompt_tokens = 50
    code, out, err = run(*arguments, "--max-cost", "0.0003 USD", "--report", "json")
    assert code == 1, err
    found = report(out)
    (model,) = found["models"]
    assert 0 < model["answers"] < 18
    assert float(model["cost"]) <= 0.0003
    assert "more than --max-cost allows" in found["stopped"]
    code, out, err = run(*arguments, "--max-cost", "0.01 USD", "--report", "json")
    assert (code, report(out)["models"][0]["answers"], len(service.chats)) == (0, 18, 18)


def test_nothing_is_asked_that_is_likely_to_cost_too_much(run: Run, service: Chatting) -> None:
    code, _, err = run("evaluate", "tickets.jsonl", "--model", BASE, "--max-cost", "0.00001 USD")
    assert (code, service.chats) == (1, [])
    assert "nothing was asked" in err


def test_a_price_that_is_not_known_is_said_and_bounds_nothing(run: Run, service: Chatting) -> None:
    service.replies["our-own"] = knows
    code, out, err = run("evaluate", "tickets.jsonl", "--model", "our-own")
    assert code == 0
    assert "what our-own costs is not known" in err
    assert re.search(r"cost +not known", out)
    code, _, err = run("evaluate", "tickets.jsonl", "--model", "our-own", "--max-cost", "5 USD")
    assert code == 2
    assert "--max-cost can't be kept" in err
    assert '[models."our-own"]' in err


def test_a_rehearsal_tells_every_request_and_sends_none(
    run: Run, service: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run("evaluate", "tickets.jsonl", "--model", BASE, "--dry-run")
    assert (code, service.requests, KEPT.exists()) == (0, [], False)
    assert out.count(f"{CHAT}\n  authorization: Bearer ***\n") == 18
    assert "at the most $" in err
    assert KEY not in out + err


CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"n": 1}'}}
TOOL = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}


def test_calls_are_graded_by_name_and_arguments_and_texts_by_words(
    run: Run, service: Chatting
) -> None:
    ask = {"role": "user", "content": "Where is 1?"}
    write(
        "mixed.jsonl",
        [
            {"messages": [ask, {"role": "assistant", "tool_calls": [CALL]}], "tools": [TOOL]},
            {"messages": [ask, {"role": "assistant", "content": "It is on the way"}]},
        ],
    )

    def reply(body: dict[str, Any]) -> dict[str, Any]:
        if "tools" not in body:
            return {"content": "It is on the shelf"}
        other = {"name": "find", "arguments": '{"n":1.0}'}
        return {"tool_calls": [{**CALL, "function": other}]}

    service.replies[TUNED] = reply
    out = run("evaluate", "mixed.jsonl", "--model", TUNED, "--report", "json")[1]
    (model,) = report(out)["models"]
    assert model["calls"] == {"rows": 1, "exact": 1.0, "names": 1.0, "none": 0.0}
    assert model["text"] == {"rows": 1, "exact": 0.0, "similarity": 0.8}
    assert model["labels"] is None
    assert service.chats[0].get("tools", service.chats[1].get("tools")) == [TOOL]


def test_rows_without_an_answer_are_counted(run: Run, service: Chatting) -> None:
    rows = [ticket(number) for number in range(18)]
    rows.append({"messages": rows[0]["messages"][:2]})
    write("tickets.jsonl", rows)
    with Path("tickets.jsonl").open("a") as file:
        file.write("{broken\n\n")
    out = run("evaluate", "tickets.jsonl", "--model", TUNED)[1]
    assert "1 row: not JSON" in out
    assert "1 row: its last message is from `user`: it has no answer" in out


def test_a_file_of_other_formats_is_asked_alike(run: Run, service: Chatting) -> None:
    rows = [
        {"instruction": "Name the queue.", "input": "It is about billing", "output": "billing"},
        {"instruction": "Name the queue.", "input": "About returns", "output": "returns"},
    ]
    write("alpaca.jsonl", rows)
    out = run("evaluate", "alpaca.jsonl", "--model", TUNED, "--as", "labels", "--report", "json")[1]
    assert report(out)["models"][0]["labels"]["accuracy"] == 1.0


def test_what_is_of_training_and_what_holds_nothing_is_not_sent(
    run: Run, service: Chatting
) -> None:
    ask: dict[str, Any] = {"role": "user", "content": "Where is 1?", "name": None, "tool_calls": []}
    called = {"role": "assistant", "content": None, "tool_calls": [CALL], "weight": 0}
    reply = {"role": "tool", "content": "Here", "tool_call_id": "c1"}
    wanted = {"role": "assistant", "content": "<think>It is here.</think>\n\nHere"}
    rows = [{"messages": [ask, called, reply, wanted], "tools": [TOOL]}]
    write("traces.jsonl", rows)
    service.replies[TUNED] = lambda body: {"content": "<think>Hm.</think> Here"}
    out = run("evaluate", "traces.jsonl", "--model", TUNED, "--report", "json")[1]
    assert report(out)["models"][0]["text"]["exact"] == 1.0
    assert service.chats[0]["messages"] == [
        {"role": "user", "content": "Where is 1?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        reply,
    ]


def test_a_service_that_asks_for_an_hour_is_not_waited_for(run: Run, service: Chatting) -> None:
    service.fail("POST", CHAT, "refuse", times=9, status=429, headers={"Retry_After": "3600"})
    code, _, err = run("evaluate", "tickets.jsonl", "--model", TUNED)
    assert code == 2
    assert "refuses (429)" in err


def test_a_model_that_takes_no_temperature_is_asked_no_more(run: Run, service: Chatting) -> None:
    said = "Unsupported value: 'temperature' does not support 0.0 with this model."

    def reply(body: dict[str, Any]) -> dict[str, Any]:
        if "temperature" in body:
            raise RefusedError(400, said, "unsupported_value")
        return knows(body)

    service.replies[TUNED] = reply
    arguments = ("evaluate", "tickets.jsonl", "--model", TUNED, "--concurrency", "1")
    code, out, err = run(*arguments)
    assert (code, out, len(service.chats)) == (2, "", 3)
    assert "`--temperature none` sends none" in err
    assert run(*arguments, "--temperature", "none")[0] == 0


def test_a_narrow_terminal_is_not_overrun(run: Run) -> None:
    found = evaluated(run, "--model", BASE, "--model", TUNED)
    lines = list(evaluation._screen(found, Look(width=64)))
    assert max(map(len, lines)) <= 64
    lines = list(evaluation._screen(found, Look(width=100, marks=ASCII)))
    assert all(line.isascii() for line in lines)


def test_two_runs_are_not_at_one_file_of_answers(run: Run, service: Chatting) -> None:
    with journal.opened(KEPT):
        code, _, err = run("evaluate", "tickets.jsonl", "--model", TUNED)
    assert (code, service.chats) == (2, [])
    assert "another run is writing to tickets.jsonl.answers.jsonl" in err


def test_a_file_that_is_none_of_answers_stays_as_it_is(run: Run, service: Chatting) -> None:
    before = Path("tickets.jsonl").read_bytes()
    arguments = ("evaluate", "tickets.jsonl", "--model", TUNED, "--answers", "tickets.jsonl")
    code, _, err = run(*arguments)
    assert (code, service.chats, Path("tickets.jsonl").read_bytes()) == (2, [], before)
    assert "holds no answers that dslint wrote" in err


def test_questions_that_a_model_does_not_take_are_counted(run: Run, service: Chatting) -> None:
    def reply(body: dict[str, Any]) -> dict[str, Any]:
        if "Ticket 4 " in asked(body):
            raise RefusedError(400, "The prompt is filtered", "content_filter")
        return knows(body)

    service.replies[TUNED] = reply
    code, out, _ = run("evaluate", "tickets.jsonl", "--model", TUNED)
    assert code == 0
    assert re.search(r"refused +1", out)
    assert "line 5: " in out
    assert "The prompt is filtered" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "gpt-9"), "The model `gpt-9` does not exist"),
        (("--model", TUNED, "--base-url", "http://127.0.0.1:9/v1"), "can't be reached"),
        (("--model", TUNED, "--max-cost", "5 EUR"), "prices are in US dollars"),
        (("--model", TUNED, "--temperature", "hot"), "`hot` is neither"),
    ],
)
def test_what_can_not_be_asked_is_one_line_and_2(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run("evaluate", "tickets.jsonl", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not KEPT.exists()


def test_a_wrong_key_and_no_key_are_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0123456789")
    code, _, err = run("evaluate", "tickets.jsonl", "--model", TUNED)
    assert code == 2
    assert "does not accept the key in OPENAI_API_KEY" in err
    assert "sk-wrong" not in err
    monkeypatch.delenv("OPENAI_API_KEY")
    assert run("evaluate", "tickets.jsonl", "--model", TUNED)[0] == 2


def test_the_table_and_the_markdown_say_what_differs(run: Run) -> None:
    arguments = ("evaluate", "tickets.jsonl", "--model", BASE, "--model", TUNED)
    out = run(*arguments)[1]
    assert re.search(r"labels: accuracy +33\.3 % +100\.0 %", out)
    assert re.search(r"billing +0\.333 +1\.000 +0\.500 +6 +18", out)
    assert "more than noise" in out
    out = run(*arguments, "--report", "markdown")[1]
    assert "| labels: accuracy | 33.3 % | 100.0 % |" in out
    assert "| returns | 6 | 0 | 0 |" in out
