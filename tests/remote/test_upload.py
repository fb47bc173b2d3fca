"""`dslint upload` over a real wire: what is sent, what is not sent again, and what goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from remote.conftest import Run
from remote.server import Service

from dslint.stages import sending

DATA = Path("lamps.jsonl")
STATE = Path("lamps.jsonl.upload.json")
PART = r"/uploads/[^/]+/parts"


def sent(service: Service) -> int:
    return service.asked("POST", "/files")


def test_a_file_is_there_with_its_bytes_and_its_id_is_printed(run: Run, service: Service) -> None:
    code, out, err = run("upload", "lamps.jsonl")
    assert code == 0, err
    assert service.contents[out.strip()] == DATA.read_bytes()
    assert service.files[out.strip()]["filename"] == "lamps.jsonl"
    assert service.files[out.strip()]["purpose"] == "fine-tune"


def test_data_with_errors_is_shown_and_not_sent(run: Run, service: Service) -> None:
    DATA.write_text(DATA.read_text() + '{"messages": [{"role": "user"\n')
    code, out, err = run("upload", "lamps.jsonl")
    assert (code, out, sent(service)) == (1, "", 0)
    assert "lamps.jsonl:21" in err
    assert "--force REASON" in err


def test_a_reason_sends_data_with_errors_and_is_recorded(run: Run, service: Service) -> None:
    DATA.write_text(DATA.read_text() + '{"messages": [{"role": "user"\n')
    code, _, err = run("upload", "lamps.jsonl", "--force", "line 21 is a test of theirs")
    assert (code, sent(service)) == (0, 1)
    assert "in spite of errors: line 21 is a test of theirs" in err
    assert json.loads(STATE.read_text())["forced"] == "line 21 is a test of theirs"


def test_the_same_bytes_are_not_sent_twice(run: Run, service: Service) -> None:
    first = run("upload", "lamps.jsonl")[1]
    code, again, err = run("upload", "lamps.jsonl")
    assert (code, again, sent(service)) == (0, first, 1)
    assert "uploaded these bytes before" in err


def test_other_bytes_are_sent_though_an_upload_is_remembered(run: Run, service: Service) -> None:
    first = run("upload", "lamps.jsonl")[1]
    DATA.write_text(DATA.read_text().replace("lamps", "doors"))
    assert run("upload", "lamps.jsonl")[1] != first
    assert sent(service) == 2


def test_a_file_that_somebody_deleted_there_is_sent_again(run: Run, service: Service) -> None:
    first = run("upload", "lamps.jsonl")[1].strip()
    del service.files[first]
    assert run("upload", "lamps.jsonl")[1].strip() in service.files


def test_a_file_that_others_sent_is_found_by_its_bytes(run: Run, service: Service) -> None:
    file = service.keep("lamps.jsonl", DATA.read_bytes(), "fine-tune")
    code, out, err = run("upload", "lamps.jsonl")
    assert (code, out.strip(), sent(service)) == (0, file["id"], 0)
    assert "was fetched and is the same" in err


def test_a_name_and_a_size_alone_are_not_the_same_file(run: Run, service: Service) -> None:
    file = service.keep("lamps.jsonl", DATA.read_bytes()[::-1], "fine-tune")
    code, out, _ = run("upload", "lamps.jsonl")
    assert (code, sent(service)) == (0, 1)
    assert out.strip() != file["id"]


def test_a_file_that_is_not_given_back_is_not_taken_for_the_same(
    run: Run, service: Service
) -> None:
    service.keep("lamps.jsonl", DATA.read_bytes(), "fine-tune")
    service.fail("GET", r"/files/[^/]+/content", "refuse", status=403)
    code, _, err = run("upload", "lamps.jsonl")
    assert (code, sent(service)) == (0, 1)
    assert "can't be fetched to be compared" in err


@pytest.mark.parametrize("kind", ["lost", "late"])
def test_a_lost_answer_is_looked_for_and_the_file_is_not_sent_again(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("dslint.stages.upload._time", lambda size: 0.2)
    service.fail("POST", "/files", kind, seconds=0.5)
    code, out, err = run("upload", "lamps.jsonl")
    assert code == 0, err
    assert list(service.files) == [out.strip()]
    assert sent(service) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "refuse", "status": 500},
        {"kind": "refuse", "status": 429, "headers": {"Retry_After": "0"}},
        {"kind": "reset"},
    ],
)
def test_what_failed_is_sent_again(run: Run, service: Service, fault: dict[str, object]) -> None:
    service.fail("POST", "/files", **fault)  # type: ignore[arg-type]
    code, out, _ = run("upload", "lamps.jsonl")
    assert code == 0
    assert list(service.files) == [out.strip()]
    assert sent(service) == 2


@pytest.mark.parametrize("parts", [False, True])
def test_data_that_changes_while_it_is_sent_is_told(
    run: Run, service: Service, small: str, monkeypatch: pytest.MonkeyPatch, parts: bool
) -> None:
    """Its size stays, and what was checked is not what has arrived."""
    before = sending.sums

    def sums(path: Path) -> sending.Sums:
        found = before(path)
        path.write_text(path.read_text().replace("lamps", "doors"))
        return found

    monkeypatch.setattr(sending, "sums", sums)
    code, out, err = run("upload", "lamps.jsonl", *(("--target", small) if parts else ()))
    assert (code, out) == (2, "")
    assert ("md5" if parts else "did the file change meanwhile?") in err
    assert not STATE.exists()


def test_it_waits_until_the_file_is_processed(run: Run, service: Service) -> None:
    service.file_status = "uploaded"

    original = service.answer

    def answer(method: str, path: str, query: dict[str, list[str]], body: object) -> object:
        if service.asked("GET", r"/files/[^/]+") == 3:
            next(iter(service.files.values()))["status"] = "processed"
        return original(method, path, query, body)

    service.answer = answer  # type: ignore[method-assign]
    assert run("upload", "lamps.jsonl")[0] == 0
    assert service.asked("GET", r"/files/[^/]+") == 3


def test_the_services_own_error_is_told_with_what_to_do(run: Run, service: Service) -> None:
    service.file_status = "error"
    service.file_error = "Invalid file format. Example 12 cannot be parsed."
    code, _, err = run("upload", "lamps.jsonl")
    assert code == 2
    assert "Example 12 cannot be parsed." in err
    assert "dslint fix FILE" in err


def test_a_file_that_is_never_processed_is_given_up(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dslint.stages.upload.PATIENCE", 0.05)
    service.file_status = "uploaded"
    code, _, err = run("upload", "lamps.jsonl")
    assert code == 2
    assert "still processes file-" in err


def test_a_large_file_goes_in_parts(run: Run, service: Service, small: str) -> None:
    code, out, err = run("upload", "lamps.jsonl", "--target", small)
    assert code == 0, err
    assert service.contents[out.strip()] == DATA.read_bytes()
    assert service.asked("POST", PART) == -(-DATA.stat().st_size // 1000)
    assert sent(service) == 0


def test_a_reset_in_the_middle_of_a_part_costs_that_part_only(
    run: Run, service: Service, small: str
) -> None:
    service.fail("POST", PART, "reset", times=2)
    code, out, _ = run("upload", "lamps.jsonl", "--target", small)
    assert code == 0
    assert service.contents[out.strip()] == DATA.read_bytes()
    assert service.asked("POST", PART) == 2 + -(-DATA.stat().st_size // 1000)


def test_a_lost_answer_to_the_last_request_is_looked_for(
    run: Run, service: Service, small: str
) -> None:
    service.fail("POST", r"/uploads/[^/]+/complete", "lost")
    code, out, _ = run("upload", "lamps.jsonl", "--target", small)
    assert code == 0
    assert list(service.files) == [out.strip()]


def test_parts_that_expired_are_sent_again(run: Run, service: Service, small: str) -> None:
    original = service.answer

    def answer(method: str, path: str, query: dict[str, list[str]], body: object) -> object:
        if service.asked("POST", PART) == 3:
            for each in service.uploads.values():
                each["status"] = "expired"
            service.requests.append(("-", "-"))
            service.answer = original  # type: ignore[method-assign]
        return original(method, path, query, body)

    service.answer = answer  # type: ignore[method-assign]
    code, out, err = run("upload", "lamps.jsonl", "--target", small)
    assert code == 0, err
    assert "no longer has the parts" in err
    assert service.contents[out.strip()] == DATA.read_bytes()


def test_an_upload_that_was_killed_goes_on_where_it_was(
    run: Run, service: Service, small: str
) -> None:
    """A real process is killed while its third part is on the way."""
    service.fail("POST", PART, "slow", seconds=20, times=0)
    original = service.answer

    def answer(method: str, path: str, query: dict[str, list[str]], body: object) -> object:
        if service.asked("POST", PART) == 2:
            service.faults[0].times = 1
        return original(method, path, query, body)

    service.answer = answer  # type: ignore[method-assign]
    command = [sys.executable, "-m", "dslint", "upload", "lamps.jsonl", "--target", small]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while service.asked("POST", PART) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert len(json.loads(STATE.read_text())["parts"]) == 2
    service.answer = original  # type: ignore[method-assign]
    before = service.asked("POST", PART)
    code, out, err = run("upload", "lamps.jsonl", "--target", small)
    assert code == 0, err
    parts = -(-DATA.stat().st_size // 1000)
    assert f"2 of {parts} parts are there already" in err
    assert service.asked("POST", PART) - before == parts - 2
    assert service.contents[out.strip()] == DATA.read_bytes()
    assert len(service.uploads) == 1


def test_data_that_changed_after_a_kill_begins_anew(run: Run, service: Service, small: str) -> None:
    service.fail("POST", PART, "refuse", status=403, times=1)
    assert run("upload", "lamps.jsonl", "--target", small)[0] == 2
    DATA.write_text(DATA.read_text().replace("lamps", "doors"))
    code, out, _ = run("upload", "lamps.jsonl", "--target", small)
    assert code == 0
    assert service.contents[out.strip()] == DATA.read_bytes()
    assert len(service.uploads) == 2


def test_a_target_that_only_a_configuration_names_gets_no_key(
    run: Run, service: Service, small: str
) -> None:
    """A configuration may be a stranger's, and with it the address."""
    Path("dslint.toml").write_text(
        f'target = "{small}"\n[datasets.lamps]\ntrain = "lamps.jsonl"\ntarget = "{small}"\n'
        'model = "house"\n[models.house]\n'
    )
    for call in (("upload", "lamps.jsonl"), ("jobs", "list"), ("launch", "lamps", "--yes")):
        code, _, err = run(*call)
        assert code == 2
        assert "name it yourself if you trust it: --target" in err
    assert service.requests == []
    assert run("jobs", "list", "--target", small)[0] == 0


def test_a_rehearsal_prints_every_request_and_sends_none(run: Run, service: Service) -> None:
    code, out, _ = run("upload", "lamps.jsonl", "--dry-run")
    assert code == 0
    assert "POST http://127.0.0.1:" in out
    assert "authorization: Bearer ***" in out
    assert f"file: lamps.jsonl, {DATA.stat().st_size:,} bytes" in out
    assert service.requests == []
    assert not STATE.exists()


def test_a_rehearsal_in_parts_shows_the_parts(run: Run, service: Service, small: str) -> None:
    code, out, _ = run("upload", "lamps.jsonl", "--dry-run", "--target", small)
    assert code == 0
    assert out.count("/parts") == -(-DATA.stat().st_size // 1000)
    assert service.requests == []
    assert not STATE.exists()


def test_a_rehearsal_needs_no_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert run("upload", "lamps.jsonl", "--dry-run")[0] == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone.jsonl", "is no file"), ("lamps.jsonl.gz", "unpack it first"), ("lamps.txt", ".jsonl")],
)
def test_a_file_that_can_not_be_sent_is_told_before_anything_is_sent(
    run: Run, service: Service, name: str, said: str
) -> None:
    if name != "gone.jsonl":
        DATA.rename(name)
    code, _, err = run("upload", name)
    assert code == 2
    assert said in err
    assert service.requests == []
