"""`dslint launch` over a real wire: no job twice, none on bad data, none above the bound."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from remote.conftest import Run
from remote.server import MODEL, WIND_DOWN, RefusedError, Service

JOBS = "/fine_tuning/jobs"
LAUNCH = ("launch", "lamps.jsonl", "--model", "gpt-4.1-mini", "--yes")


def posted(service: Service) -> int:
    return service.asked("POST", JOBS)


def test_a_job_is_created_of_an_uploaded_file_and_its_id_is_printed(
    run: Run, service: Service
) -> None:
    code, out, err = run(*LAUNCH)
    assert code == 0, err
    (job,) = service.jobs.values()
    assert job["id"] == out.strip()
    assert job["model"] == MODEL
    assert service.contents[job["training_file"]] == Path("lamps.jsonl").read_bytes()
    assert job["method"] == {"type": "supervised", "supervised": {}}
    assert "20 rows" in err
    assert "at most $0.0" in err


def test_the_request_is_as_the_apis_types_have_it(run: Run, service: Service, doors: str) -> None:
    from openai.types.fine_tuning.job_create_params import JobCreateParams

    code, _, err = run(
        *LAUNCH,
        *("--validation", doors, "--epochs", "2", "--set", "batch_size=4"),
        *("--set", "learning_rate_multiplier=0.5", "--seed", "7", "--suffix", "lamps"),
        *("--metadata", "who=us", "--wandb", "team/lamps"),
    )
    assert code == 0, err
    (body,) = service.bodies
    TypeAdapter(JobCreateParams).validate_python(body)
    assert body["method"]["supervised"]["hyperparameters"] == {
        "n_epochs": 2,
        "batch_size": 4,
        "learning_rate_multiplier": 0.5,
    }
    assert body["validation_file"] != body["training_file"]
    assert (body["seed"], body["suffix"], body["metadata"]["who"]) == (7, "lamps", "us")
    assert body["integrations"] == [
        {"type": "wandb", "wandb": {"project": "lamps", "entity": "team"}}
    ]


def test_ids_of_files_are_used_as_they_are(run: Run, service: Service) -> None:
    file = service.keep("theirs.jsonl", b"{}\n", "fine-tune")["id"]
    code, _, err = run("launch", file, "--model", MODEL, "--yes")
    assert code == 0, err
    assert next(iter(service.jobs.values()))["training_file"] == file
    assert "not known" in err


def test_a_dataset_brings_its_files_its_model_and_its_budget(
    run: Run, service: Service, doors: str
) -> None:
    Path("dslint.toml").write_text(
        '[datasets.lamps]\ntrain = "lamps.jsonl"\nvalidation = "doors.jsonl"\n'
        'model = "gpt-4.1-mini"\nbudget = "5 USD"\n'
    )
    code, _, err = run("launch", "lamps", "--yes")
    assert code == 0, err
    (job,) = service.jobs.values()
    assert job["validation_file"]
    assert job["method"]["supervised"]["hyperparameters"] == {"n_epochs": 5}


def test_preferences_are_for_dpo_and_take_its_beta(run: Run, service: Service) -> None:
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"Shall we paint wall {n}?"}]},
            "preferred_output": [{"role": "assistant", "content": f"Yes, wall {n} needs it."}],
            "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
        }
        for n in range(12)
    ]
    Path("pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, _, err = run("launch", "pairs.jsonl", "--model", MODEL, "--set", "beta=0.2", "--yes")
    assert code == 0, err
    (job,) = service.jobs.values()
    assert job["method"] == {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--epochs", "51"), "a whole number from 1 to 50, or auto"),
        (("--epochs", "2.5"), "a whole number from 1 to 50"),
        (("--set", "batch_size=257"), "from 1 to 256"),
        (("--set", "learning_rate_multiplier=0"), "a number above 0"),
        (("--set", "learning_rate_multiplier=nan"), "a number above 0"),
        (("--set", "learning_rate_multiplier=inf"), "a number above 0"),
        (("--set", "n_epoch=2"), "did you mean `n_epochs`"),
        (("--set", "beta=0.1"), "supervised has no hyperparameter `beta`"),
        (("--method", "dpo", "--set", "beta=2.1"), "above 0 up to 2"),
        (("--suffix", "x" * 65), "1 to 64"),
        (("--suffix", ""), "1 to 64"),
        (("--metadata", "dslint=1"), "finds its jobs by"),
        (("--metadata", f"{'k' * 65}=1"), "too long"),
        (tuple(x for n in range(16) for x in ("--metadata", f"k{n}=1")), "a job can have 16"),
        (tuple(x for n in range(6) for x in ("--wandb", f"p{n}")), "5 integrations"),
        (("--grader", "grader.json"), "for reinforcement, not for supervised"),
        (("--method", "reinforcement"), "needs a grader"),
        (("--validation", "lamps.jsonl"), "are the same"),
        (("--validation", "gone.jsonl"), "`gone.jsonl` is no file"),
        (("--model", "gpt-4.1-nano"), "shut since 2026-10-23"),
        (("--model", "gpt-nine"), "there is no model `gpt-nine`"),
        (("--target", "together"), "has no API of OpenAI's kind"),
        (("--max-cost", "5"), "names no currency"),
    ],
)
def test_what_is_out_of_range_is_told_before_anything_is_sent(
    run: Run, service: Service, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(*LAUNCH, *arguments)
    assert (code, out) == (2, ""), err
    assert said in err
    assert service.asked("POST", ".*") == 0


def test_the_bound_on_the_cost_binds_also_without_questions(run: Run, service: Service) -> None:
    code, out, err = run(*LAUNCH, "--max-cost", "0.0001 USD")
    assert (code, out) == (1, "")
    assert "over the bound of $0.0001" in err
    assert service.asked("POST", ".*") == 0


def test_within_the_bound_the_epochs_are_those_that_the_cost_was_told_for(
    run: Run, service: Service
) -> None:
    assert run(*LAUNCH, "--max-cost", "5 USD")[0] == 0
    assert service.bodies[0]["method"]["supervised"]["hyperparameters"] == {"n_epochs": 5}


def test_a_cost_that_is_not_known_is_above_any_bound(run: Run, service: Service) -> None:
    file = service.keep("theirs.jsonl", b"{}\n", "fine-tune")["id"]
    code, _, err = run("launch", file, "--model", MODEL, "--yes", "--max-cost", "500 USD")
    assert code == 1
    assert "what it costs is not known" in err
    assert posted(service) == 0


def test_without_a_terminal_nobody_consents(run: Run, service: Service) -> None:
    code, _, err = run(*LAUNCH[:-1])
    assert code == 2
    assert "--yes" in err
    assert service.asked("POST", ".*") == 0


def test_bad_data_creates_nothing(run: Run, service: Service) -> None:
    Path("lamps.jsonl").write_text('{"messages": []}\n')
    assert run(*LAUNCH)[0] == 1
    assert service.asked("POST", ".*") == 0


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (None, "has no model"),
        ({"shutdown_date": "2026-01-01"}, "was shut on 2026-01-01"),
        ({"capabilities": {"fine_tune": False}}, "can't be tuned"),
        ({"deprecation": {"fine_tune": 1_700_000_000}}, "is trained no more since 2023-11-14"),
    ],
)
def test_a_model_that_the_service_does_not_train_stops_before_the_upload(
    run: Run, service: Service, model: dict[str, Any] | None, said: str
) -> None:
    if model is None:
        del service.models[MODEL]
    else:
        service.models[MODEL].update(model)
    code, _, err = run(*LAUNCH)
    assert code == 2
    assert said in err
    assert service.asked("POST", ".*") == 0


def test_the_same_job_is_not_created_twice(run: Run, service: Service) -> None:
    first = run(*LAUNCH)[1]
    code, out, err = run(*LAUNCH)
    assert (code, out) == (0, first)
    assert "the same job is there already" in err
    assert posted(service) == 1


def test_the_same_job_is_created_again_where_that_is_wanted_or_it_failed(
    run: Run, service: Service
) -> None:
    first = run(*LAUNCH)[1].strip()
    assert run(*LAUNCH, "--again")[1].strip() != first
    assert run(*LAUNCH, "--seed", "3")[1].strip() not in (first, "")
    assert len(service.jobs) == 3
    for job in service.jobs.values():
        job["status"] = "failed"
    assert run(*LAUNCH)[0] == 0
    assert len(service.jobs) == 4


@pytest.mark.parametrize("kind", ["lost", "late"])
def test_a_job_whose_answer_was_lost_is_found_and_not_created_again(
    run: Run, service: Service, kind: str
) -> None:
    service.fail("POST", JOBS, kind, seconds=0.6)
    code, out, err = run(*LAUNCH)
    assert code == 0, err
    assert list(service.jobs) == [out.strip()]
    assert posted(service) == 1


def test_a_job_that_is_created_after_nobody_waits_is_found(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dslint.stages.remote.PAUSE", 0.05)
    service.fail("POST", JOBS, "slow", seconds=0.7)
    code, out, err = run(*LAUNCH)
    assert code == 0, err
    assert list(service.jobs) == [out.strip()]
    assert posted(service) == 1


def test_where_it_is_not_known_whether_there_is_a_job_none_is_asked_for_again(
    run: Run, service: Service
) -> None:
    service.fail("POST", JOBS, "reset")
    code, out, err = run(*LAUNCH)
    assert (code, out) == (2, "")
    assert "none was asked for again" in err
    assert posted(service) == 1
    assert run(*LAUNCH)[0] == 0
    assert len(service.jobs) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "times": 2},
        {"status": 429, "headers": {"Retry_After": "0"}, "message": "Rate limit reached"},
    ],
)
def test_what_the_service_says_has_failed_is_asked_for_again_after_a_look(
    run: Run, service: Service, fault: dict[str, Any]
) -> None:
    service.fail("POST", JOBS, "refuse", **fault)
    code, out, err = run(*LAUNCH)
    assert code == 0, err
    assert list(service.jobs) == [out.strip()]
    posts = [number for number, each in enumerate(service.requests) if each == ("POST", JOBS)]
    for before, after in pairwise(posts):
        assert ("GET", JOBS) in service.requests[before:after]


def test_an_error_after_the_job_was_created_creates_no_other(run: Run, service: Service) -> None:
    """The service says 500, and the job is there all the same."""
    original = service.create

    def create(body: dict[str, Any]) -> dict[str, Any]:
        original(body)
        raise RefusedError(500, "The server had an error")

    service.create = create  # type: ignore[method-assign]
    code, out, err = run(*LAUNCH)
    assert code == 0, err
    assert list(service.jobs) == [out.strip()]


def test_a_service_that_always_fails_is_given_up(run: Run, service: Service) -> None:
    service.fail("POST", JOBS, "refuse", times=99, message="out of order")
    code, _, err = run(*LAUNCH)
    assert code == 2
    assert "out of order" in err
    assert posted(service) == 4
    assert service.jobs == {}


def test_a_service_that_ignores_the_filter_gives_no_other_job(run: Run, service: Service) -> None:
    """Its list has all jobs, whatever tag is asked for."""
    run(*LAUNCH)
    original = service.answer

    def answer(method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        return original(method, path, {}, body)

    service.answer = answer  # type: ignore[method-assign]
    assert run(*LAUNCH, "--seed", "5")[0] == 0
    assert len(service.jobs) == 2


@pytest.mark.parametrize(
    ("status", "code", "message", "said"),
    [
        (403, "training_not_available", WIND_DOWN, "dslint launch FILE --target azure"),
        (403, "training_not_available", WIND_DOWN, "dslint convert FILE --to together"),
        (429, "insufficient_quota", "You exceeded your current quota.", "dslint estimate FILE"),
        (403, None, "You have insufficient permissions for this operation.", "write access"),
        (400, None, "Model x is not available for fine-tuning.", "dslint models --target openai"),
        (400, None, "trainingType is required.", "--training-type standard"),
    ],
)
def test_a_refusal_is_explained_and_not_asked_again(
    run: Run, service: Service, status: int, code: str | None, message: str, said: str
) -> None:
    service.fail("POST", JOBS, "refuse", status=status, code=code, message=message, times=99)
    left, out, err = run(*LAUNCH)
    assert (left, out) == (2, "")
    assert message in err
    assert said in err
    assert posted(service) == 1


def test_a_rehearsal_shows_the_job_and_creates_none(run: Run, service: Service) -> None:
    code, out, err = run(*LAUNCH[:-1], "--dry-run")
    assert code == 0, err
    shown = out[out.index("/fine_tuning/jobs\n") :]
    assert '"model": "gpt-4.1-mini-2025-04-14"' in shown
    assert '"training_file": "<file' in shown
    assert '"dslint": "' in shown
    assert "Bearer ***" in out
    assert service.requests == []


def test_azure_is_asked_with_its_kind_of_training(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, url = os.environ["OPENAI_API_KEY"], os.environ["OPENAI_BASE_URL"]
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", key)
    code, _, err = run(*LAUNCH, "--target", "azure", "--base-url", url)
    assert code == 0, err
    assert service.bodies[0]["trainingType"] == "globalStandard"


GRADER = {
    "type": "string_check",
    "name": "right",
    "input": "{{ sample.output_text }}",
    "reference": "{{ item.answer }}",
    "operation": "eq",
}


def tasks(name: str, last: str) -> str:
    rows = [
        {"messages": [{"role": "user", "content": f"{last} {n} and {n}?"}], "answer": str(2 * n)}
        for n in range(12)
    ]
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return name


def test_reinforcement_has_its_grader_and_its_response_format(
    run: Run, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", os.environ["OPENAI_API_KEY"])
    Path("grader.json").write_text(json.dumps(GRADER))
    Path("format.json").write_text('{"type": "json_schema", "json_schema": {"name": "sum"}}')
    call = [
        *("launch", tasks("sums.jsonl", "What is"), "--validation", tasks("more.jsonl", "Add")),
        *("--model", "o4-mini", "--target", "azure", "--base-url", os.environ["OPENAI_BASE_URL"]),
        *("--grader", "grader.json", "--response-format", "format.json", "--yes"),
        *("--set", "reasoning_effort=low", "--set", "compute_multiplier=1.5"),
    ]
    assert run(*call, "--max-cost", "150 USD")[0] == 1
    code, _, err = run(*call, "--max-cost", "150 USD", "--hours", "2")
    assert code == 1
    assert "it may cost $200.00" in err
    code, _, err = run(*call, "--max-cost", "300 USD", "--hours", "1-2")
    assert code == 0, err
    (job,) = service.jobs.values()
    assert job["method"]["reinforcement"] == {
        "grader": GRADER,
        "response_format": {"type": "json_schema", "json_schema": {"name": "sum"}},
        "hyperparameters": {"reasoning_effort": "low", "compute_multiplier": 1.5},
    }


def test_a_field_that_the_grader_asks_for_is_in_every_row(run: Run, service: Service) -> None:
    Path("grader.json").write_text(json.dumps(GRADER).replace("answer", "solution"))
    code, _, err = run(
        *("launch", tasks("sums.jsonl", "What is"), "--validation", tasks("more.jsonl", "Add")),
        *("--model", "o4-mini", "--target", "azure", "--grader", "grader.json", "--yes"),
        *("--base-url", os.environ["OPENAI_BASE_URL"]),
    )
    assert code == 2
    assert "the grader asks for `item.solution`, which sums.jsonl:1 does not have" in err
    assert service.requests == []


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("together", "together files upload lamps.together.jsonl"),
        ("together", "together fine-tuning create --training-file FILE-ID --model MODEL"),
        ("bedrock", "aws s3 cp lamps.bedrock.jsonl s3://BUCKET/train.jsonl"),
        ("trl", "data_files='lamps.trl.jsonl'"),
        ("mistral", "dslint convert lamps.jsonl --to mistral -o lamps.mistral.jsonl"),
    ],
)
def test_elsewhere_the_commands_of_its_own_tool_are_told(
    run: Run, service: Service, target: str, said: str
) -> None:
    code, out, err = run(*LAUNCH, "--target", target)
    assert (code, out) == (2, "")
    assert said in err
    assert service.requests == []
    convert = next(line for line in err.splitlines() if "dslint convert" in line).split()
    assert run(*convert[convert.index("convert") :], "--no-lock")[0] == 0
    assert Path(f"lamps.{target}.jsonl").exists()


def test_a_target_of_ones_own_has_its_own_models_and_ranges(
    run: Run, service: Service, small: str
) -> None:
    service.models["house-1"] = {"id": "house-1", "object": "model", "created": 1, "owned_by": "us"}
    with Path(small).open("a") as file:
        file.write(
            'methods = ["supervised"]\n[api.ranges]\nn_epochs = { least = 1, most = 3 }\n'
            '[[models]]\nname = "house-1"\ntraining = "1.00"\n'
        )
    call = ("launch", "lamps.jsonl", "--target", small, "--model", "house-1", "--yes")
    code, _, err = run(*call, "--epochs", "4")
    assert code == 2
    assert "n_epochs is `4`; it can be a number from 1 to 3" in err
    code, _, err = run(*call, "--epochs", "3", "--max-cost", "1 USD")
    assert code == 0, err
    assert next(iter(service.jobs.values()))["model"] == "house-1"
