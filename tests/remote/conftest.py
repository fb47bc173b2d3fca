"""A service on loopback, dslint called in this process, and data to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Run, Typed, run, typed
from remote.server import KEY, Server, Service, serve, url

from dslint.stages import remote

__all__ = ["Run", "Typed", "run", "typed"]

ROWS = [
    {
        "messages": [
            {"role": "user", "content": f"How many lamps are in room {number}?"},
            {"role": "assistant", "content": f"In room {number} there are {number * 2} lamps."},
        ]
    }
    for number in range(1, 21)
]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server(service: Service) -> Iterator[Server]:
    running = serve(service)
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(autouse=True)
def around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server) -> None:
    """Work in a folder with data, with the service's address and key in the environment, and with
    little patience.
    """
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", url(server))
    monkeypatch.setattr(remote, "PAUSE", 0.01)
    monkeypatch.setattr(remote, "ANSWER", 0.4)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("lamps.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))


@pytest.fixture(autouse=True)
def secret(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold every call to show the key nowhere."""
    read = capsys.readouterr

    def held() -> tuple[str, str]:
        out, err = read()
        assert KEY not in out + err
        return out, err

    monkeypatch.setattr(capsys, "readouterr", held)


@pytest.fixture
def doors() -> str:
    """Return a validation file."""
    rows = (json.dumps(row).replace("lamps", "doors") for row in ROWS[:12])
    Path("doors.jsonl").write_text("".join(row + "\n" for row in rows))
    return "doors.jsonl"


@pytest.fixture
def small(server: Server) -> str:
    """Return a target that takes files of more than 1,000 bytes in parts of 1,000."""
    Path("small.toml").write_text(
        'name = "small"\ntitle = "Small"\nsummary = "takes little at once"\nkind = "hosted"\n'
        f'[api]\nbase_url = "{url(server)}"\nkeys = ["OPENAI_API_KEY"]\n'
        "file_bytes = 1000\npart_bytes = 1000\n"
    )
    return "small.toml"
