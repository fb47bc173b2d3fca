"""`dslint jobs` over a real wire: what is shown, and watched to its end, and what goes wrong."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from remote.conftest import Run, Typed
from remote.server import KEY, MODEL, Json, Server, Service, serve

TUNED = f"ft:{MODEL}:loopback::abc"
WATCH = ("--every", "0")


@pytest.fixture
def job(service: Service) -> Json:
    file = service.keep("lamps.jsonl", Path("lamps.jsonl").read_bytes(), "fine-tune")["id"]
    return service.create({"model": MODEL, "training_file": file, "metadata": {"who": "us"}})


def steps(train: list[float], valid: list[float]) -> Callable[[Service, Json], None]:
    """Return a step of a job in which it runs, and tells its losses."""

    def run(service: Service, job: Json) -> None:
        job["status"], job["estimated_finish"] = "running", 4_000_000_000
        every = len(train) // len(valid) if valid else 0
        for number, loss in enumerate(train, 1):
            data: Json = {"step": number, "train_loss": loss}
            if every and number % every == 0:
                data["valid_loss"] = valid[number // every - 1]
            service.happen(job, f"Step {number}/{len(train)}: training loss={loss:.2f}", **data)

    return run


def ends(status: str, **more: Any) -> Callable[[Service, Json], None]:
    def end(service: Service, job: Json) -> None:
        job.update(status=status, estimated_finish=None, finished_at=service.clock, **more)
        service.happen(job, f"The job has {status}")

    return end


FALLING = [2.0 * 0.9**number for number in range(40)]


def test_jobs_are_listed_the_newest_first(run: Run, service: Service, job: Json) -> None:
    newer = service.create({"model": MODEL, "training_file": job["training_file"]})
    code, out, _ = run("jobs", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [newer["id"], job["id"]]
    assert run("jobs", "list", "--most", "1")[1].count("ftjob-") == 1
    found = json.loads(run("jobs", "list", "--json")[1])
    assert [each["id"] for each in found["jobs"]] == [newer["id"], job["id"]]


def test_more_jobs_than_a_page_has_are_listed(run: Run, service: Service, job: Json) -> None:
    for _ in range(130):
        service.create({"model": MODEL, "training_file": job["training_file"]})
    assert len(run("jobs", "list", "--most", "125")[1].splitlines()) == 125
    assert service.asked("GET", "/fine_tuning/jobs") == 2


def test_no_jobs_are_told_on_stderr(run: Run) -> None:
    code, out, err = run("jobs", "list")
    assert (code, out) == (0, "")
    assert "there are no jobs" in err


def test_a_job_is_shown_with_its_losses_checkpoints_and_events(
    run: Run, service: Service, job: Json
) -> None:
    steps(FALLING, [1.5, 1.2, 1.1, 1.05])(service, job)
    ends("succeeded", fine_tuned_model=TUNED, trained_tokens=4480)(service, job)
    service.checkpoints[job["id"]] = [
        {
            "id": "ftckpt-1",
            "object": "fine_tuning.job.checkpoint",
            "created_at": service.clock,
            "fine_tuned_model_checkpoint": f"{TUNED}:ckpt-step-20",
            "fine_tuning_job_id": job["id"],
            "metrics": {"step": 20.0, "train_loss": 0.27, "full_valid_loss": 1.21},
            "step_number": 20,
        }
    ]
    code, out, _ = run("jobs", "show", job["id"], "--events", "3")
    assert code == 0
    assert f"{job['id']}  succeeded" in out
    assert TUNED in out
    assert "4,480 tokens" in out
    assert "step 20, full valid loss 1.2100, train loss 0.2700" in out
    assert "2.0000 to" in out
    assert "1.5000 to 1.0500, least 1.0500" in out
    assert "(40 before: --events 43)" in out
    assert "who = us" in out
    assert "overfitting" not in out


@pytest.mark.parametrize("packed", [False, True])
def test_the_result_file_is_read_as_csv_and_in_base64(
    run: Run, service: Service, job: Json, packed: bool
) -> None:
    rows = "".join(f"{n},{loss},,{1.0 + n / 50},\n" for n, loss in enumerate(FALLING, 1))
    text = f"step,train_loss,train_accuracy,valid_loss,valid_accuracy\n{rows}".encode()
    file = service.keep("results.csv", base64.b64encode(text) if packed else text, "results")
    job["result_files"] = [file["id"]]
    found = json.loads(run("jobs", "show", job["id"], "--json")[1])
    assert found["losses"][0] == {"step": 1, "train": 2.0, "valid": 1.02}
    assert len(found["losses"]) == 40
    assert found["warnings"][0].startswith("overfitting: the validation loss was least at step 1")


def test_a_result_file_that_is_gone_is_no_error(run: Run, job: Json) -> None:
    job["result_files"] = ["file-gone"]
    assert run("jobs", "show", job["id"])[0] == 0


def test_flagged_lines_are_places_in_the_file_here(run: Run, service: Service, job: Json) -> None:
    message = "This file failed moderation safety checks. Flagged lines: 4, 13, 14 ..."
    error = {"code": "invalid_training_file", "message": message, "param": "training_file"}
    ends("failed", error=error)(service, job)
    code, out, _ = run("jobs", "show", job["id"])
    assert code == 0
    assert message in out.replace("\n    ", " ")
    assert "at lamps.jsonl:4, lamps.jsonl:13, lamps.jsonl:14" in out
    assert "Take the flagged lines out" in out
    Path("lamps.jsonl").write_text("{}\n")
    assert "at line 4, line 13" in run("jobs", "show", job["id"])[1]
    assert "at there.jsonl:4" in run("jobs", "show", job["id"], "--data", "there.jsonl")[1]


def test_a_job_is_watched_to_its_end_and_each_event_is_told_once(
    run: Run, service: Service, job: Json
) -> None:
    service.script = [
        lambda service, job: None,
        steps(FALLING[:20], []),
        lambda service, job: None,
        ends("succeeded", fine_tuned_model=TUNED),
    ]
    code, out, err = run("jobs", "watch", job["id"], *WATCH)
    assert (code, err) == (0, "")
    told = [line.split("  ", 1)[1] for line in out.splitlines() if line[2:3] == line[5:6] == ":"]
    assert told == [each["message"] for each in reversed(service.events[job["id"]])]
    assert "running, step 20 of 20, train 0.270, about" in out
    assert out.splitlines()[-1] == TUNED


def test_on_a_terminal_events_stand_above_a_line_that_is_drawn_anew(
    typed: Typed, service: Service, job: Json
) -> None:
    service.script = [
        steps(FALLING[:8], []),
        lambda service, job: None,
        ends("succeeded", fine_tuned_model=TUNED),
    ]
    code, screen = typed("jobs", "watch", job["id"], "--every", "0.1")
    assert code == 0
    assert "running, step 8 of 8, train 0.957" in screen
    shown = [line.rsplit("\r", 1)[-1] for line in screen.split("\n")]
    plain = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in shown]
    assert [line for line in plain if "Step 8/8" in line and not line[:2].isdigit()] == []
    assert TUNED in plain


def test_the_end_is_estimated_from_the_steps_where_the_service_does_not_say_it(
    run: Run, service: Service, job: Json
) -> None:
    def half(service: Service, job: Json) -> None:
        job["status"] = "running"
        service.clock = int(time.time()) - 3600
        for number in (1, 10, 20):
            service.happen(job, f"Step {number}/40: training loss=1.0", step=number, train_loss=1.0)
            service.clock += 1800

    service.script = [half, ends("succeeded", fine_tuned_model=TUNED)]
    code, out, _ = run("jobs", "watch", job["id"], *WATCH)
    assert code == 0
    # 19 steps took an hour, and 20 are left
    assert re.search(r"running, step 20 of 40, train 1.000, about 6[0-9] minutes left", out)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_job_that_does_not_succeed_is_exit_code_1(
    run: Run, service: Service, job: Json, status: str
) -> None:
    error = {"code": "server_error", "message": "The job failed due to an internal error"}
    service.script = [ends(status, error=error if status == "failed" else None)]
    code, out, _ = run("jobs", "watch", job["id"], *WATCH)
    assert code == 1
    assert ("launch again" in out.lower()) == (status == "failed")


@pytest.mark.parametrize(
    "fault", [{"kind": "reset"}, {"kind": "refuse", "status": 500}, {"kind": "late"}]
)
def test_a_connection_that_is_lost_is_waited_for(
    run: Run, service: Service, job: Json, fault: dict[str, Any]
) -> None:
    service.script = [lambda service, job: None, ends("succeeded", fine_tuned_model=TUNED)]
    service.fail("GET", r"/fine_tuning/jobs/[^/]+", times=5, seconds=0.5, **fault)
    code, out, err = run("jobs", "watch", job["id"], *WATCH)
    assert code == 0
    assert "the job goes on" in err
    assert "the connection is back" in err
    assert out.splitlines()[-1] == TUNED


def test_a_service_that_went_away_and_came_back_is_waited_for(
    run: Run, service: Service, server: Server, job: Json
) -> None:
    address = server.server_address
    server.shutdown()
    server.server_close()
    ends("succeeded", fine_tuned_model=TUNED)(service, job)
    back: list[Server] = []
    timer = threading.Timer(0.5, lambda: back.append(serve(service, int(address[1]))))
    timer.start()
    code, _, err = run("jobs", "watch", job["id"], *WATCH)
    timer.join()
    back[0].shutdown()
    back[0].server_close()
    assert code == 0
    assert "can't be reached" in err


def test_a_job_is_cancelled_once(run: Run, service: Service, job: Json) -> None:
    code, _, err = run("jobs", "cancel", job["id"])
    assert (code, service.jobs[job["id"]]["status"]) == (0, "cancelled")
    assert "is cancelled" in err
    code, _, err = run("jobs", "cancel", job["id"])
    assert code == 2
    assert "has ended already" in err


@pytest.mark.parametrize("verb", ["show", "watch", "cancel"])
@pytest.mark.parametrize("id", ["ftjob-nobody", " ", "../files"])
def test_an_unknown_job_is_a_line(run: Run, verb: str, id: str) -> None:
    code, out, err = run("jobs", verb, id)
    assert (code, out) == (2, "")
    assert f"knows no job `{id}`" in err
    assert len(err.splitlines()) == 1


CALLS = [
    ("upload", "lamps.jsonl"),
    ("launch", "lamps.jsonl", "--model", MODEL, "--yes"),
    ("jobs", "list"),
    ("jobs", "show", "ftjob-1"),
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_without_a_key_nothing_starts(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    code, out, err = run(*call)
    assert (code, out) == (2, "")
    assert err == "dslint: there is no key: set OPENAI_API_KEY in the environment\n"
    assert service.requests == []


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_a_wrong_key_is_told_by_the_name_of_its_variable_and_never_shown(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-1234567890")
    code, out, err = run(*call)
    assert (code, out) == (2, "")
    assert "does not accept the key in OPENAI_API_KEY" in err.splitlines()[-1]
    assert "sk-wrong" not in err
    assert all(method == "GET" for method, _ in service.requests)


def test_a_key_that_the_service_repeats_is_covered(run: Run, service: Service) -> None:
    message = f"the key {KEY} may not do that"
    service.fail("GET", ".*", "refuse", status=403, message=message)
    _, _, err = run("jobs", "list")
    assert "the key *** may not do that" in err


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_without_a_network_there_is_a_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    code, out, err = run(*call)
    assert (code, out) == (2, "")
    (line,) = [each for each in err.splitlines() if each.startswith("dslint:")]
    assert f"127.0.0.1:{port} can't be reached" in line


@contextmanager
def web_page(status: int) -> Iterator[str]:
    """Serve a page for people at any address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<html><body>Welcome</body></html>"
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "said"), [(200, "is not the address of such an API"), (404, "has nothing at")]
)
@pytest.mark.parametrize("call", CALLS[2:], ids=" ".join)
def test_a_wrong_address_is_told(run: Run, call: tuple[str, ...], status: int, said: str) -> None:
    with web_page(status) as address:
        code, out, err = run(*call, "--base-url", address)
    assert (code, out) == (2, "")
    assert said in err
    assert "<html" not in err


@pytest.mark.parametrize(
    "address", ["api.example.com", "ftp://example.com", "http://", "https:///v1"]
)
def test_what_is_no_address_is_told(run: Run, address: str) -> None:
    code, _, err = run("jobs", "list", "--base-url", address)
    assert code == 2
    assert "is no address" in err


def test_an_address_with_a_password_is_refused_and_not_repeated(run: Run) -> None:
    code, out, err = run("jobs", "list", "--base-url", "https://us:secret@example.com/v1")
    assert (code, out) == (2, "")
    assert "secret" not in err


def test_azure_without_an_address_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    code, _, err = run("jobs", "list", "--target", "azure")
    assert code == 2
    assert "set AZURE_OPENAI_ENDPOINT" in err


def test_azures_endpoint_is_asked_by_its_route(
    run: Run, service: Service, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    port = server.server_address[1]
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"http://127.0.0.1:{port}/")
    assert run("jobs", "list", "--target", "azure")[0] == 0
    assert service.requests == [("GET", "/fine_tuning/jobs")]


def test_other_commands_do_not_import_openai() -> None:
    """It takes as long as all the rest together."""
    code = (
        "import sys, dslint, dslint.cli\n"
        "from dslint.cli import main\n"
        "dslint.check(['lamps.jsonl'])\n"
        "for call in (['launch', '--help'], ['upload', '--help'], ['jobs', 'list', '--help']):\n"
        "    try:\n"
        "        main(call)\n"
        "    except SystemExit:\n"
        "        pass\n"
        "assert not {'openai', 'httpx2', 'pydantic'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ.copy()
    )
    assert done.returncode == 0, done.stderr
