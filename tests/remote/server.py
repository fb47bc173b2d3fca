"""A service on loopback that keeps files, uploads, jobs, events and checkpoints as OpenAI's API
does, and goes wrong where it is told to.

Run as a script it prints its address and serves until its standard input is closed.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "sk-loopback-0123456789abcdef"
MODEL = "gpt-4.1-mini-2025-04-14"
WIND_DOWN = (
    "OpenAI is winding down the fine-tuning platform and your organization is no longer able to "
    "create new fine-tuning training jobs."
)

Json = dict[str, Any]


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, code: str | None = None, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers


@dataclass
class Fault:
    """What goes wrong at a request, `times` times: `before` it is done, or `after`."""

    method: str
    path: str
    kind: str
    times: int = 1
    status: int = 500
    code: str | None = None
    message: str = "The server had an error while processing your request."
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass
class Service:
    """Everything that the service knows, and every request that it was sent."""

    files: dict[str, Json] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Json] = field(default_factory=dict)
    parts: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, Json] = field(default_factory=dict)
    events: dict[str, list[Json]] = field(default_factory=dict)
    checkpoints: dict[str, list[Json]] = field(default_factory=dict)
    models: dict[str, Json] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    file_status: str = "processed"
    file_error: str | None = None
    script: list[Callable[[Service, Json], None]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    clock: int = 1_780_000_000
    count: int = 0

    def __post_init__(self) -> None:
        for name in (MODEL, "gpt-4.1-2025-04-14", "o4-mini-2025-04-16"):
            self.models[name] = {
                "id": name,
                "object": "model",
                "created": self.clock,
                "owned_by": "system",
                "shutdown_date": None,
            }

    def fail(self, method: str, path: str, kind: str, **more: Any) -> None:
        self.faults.append(Fault(method, path, kind, **more))

    def asked(self, method: str, path: str) -> int:
        """Return how many requests of a method there were to what a pattern matches."""
        return sum(m == method and bool(re.fullmatch(path, p)) for m, p in self.requests)

    def new(self, prefix: str) -> str:
        self.count += 1
        self.clock += 1
        return f"{prefix}{self.count:06d}"

    def keep(self, name: str, content: bytes, purpose: str) -> Json:
        if purpose == "fine-tune" and not name.endswith(".jsonl"):
            raise RefusedError(400, "Invalid file format for Fine-Tuning API. Must be .jsonl")
        id = self.new("file-")
        self.contents[id] = content
        self.files[id] = {
            "id": id,
            "object": "file",
            "bytes": len(content),
            "created_at": self.clock,
            "filename": name,
            "purpose": purpose,
            "status": self.file_status,
            "status_details": self.file_error,
        }
        return self.files[id]

    def happen(self, job: Json, message: str, **data: Any) -> None:
        """Add an event to a job."""
        event = {
            "id": self.new("ftevent-"),
            "object": "fine_tuning.job.event",
            "created_at": self.clock,
            "level": "info",
            "message": message,
            "type": "metrics" if data else "message",
            "data": data or None,
        }
        self.events[job["id"]].insert(0, event)

    def create(self, body: Json) -> Json:
        for side in ("training_file", "validation_file"):
            if body.get(side) and body[side] not in self.files:
                raise RefusedError(
                    400, f"{side} {body[side]} does not exist", "invalid_request_error"
                )
        if body["model"] not in self.models:
            raise RefusedError(
                400,
                f"Model {body['model']} is not available for fine-tuning or does not exist.",
                "model_not_available",
            )
        id = self.new("ftjob-")
        job = {
            "id": id,
            "object": "fine_tuning.job",
            "created_at": self.clock,
            "finished_at": None,
            "estimated_finish": None,
            "model": body["model"],
            "fine_tuned_model": None,
            "organization_id": "org-loopback",
            "status": "validating_files",
            "training_file": body["training_file"],
            "validation_file": body.get("validation_file"),
            "hyperparameters": {"n_epochs": "auto", "batch_size": "auto"},
            "method": body.get("method"),
            "metadata": body.get("metadata"),
            "seed": body.get("seed") or 7,
            "user_provided_suffix": body.get("suffix"),
            "integrations": body.get("integrations") or [],
            "result_files": [],
            "trained_tokens": None,
            "error": {"code": None, "message": None, "param": None},
        }
        self.jobs[id], self.events[id], self.checkpoints[id] = job, [], []
        self.happen(job, f"Created fine-tuning job: {id}")
        self.happen(job, f"Validating training file: {job['training_file']}")
        return job

    # a job goes on by one step of the script each time that it is asked for
    def seen(self, job: Json) -> Json:
        if self.script and job["status"] not in ("succeeded", "failed", "cancelled"):
            self.script.pop(0)(self, job)
        return job

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        match method, path.strip("/").split("/"):
            case "POST", ["files"]:
                return self.keep(body["file"][0], body["file"][1], body["purpose"])
            case "GET", ["files"]:
                purpose = query.get("purpose", [None])[0]
                found = [f for f in self.files.values() if purpose in (None, f["purpose"])]
                return _page(found[::-1], query)
            case "GET", ["files", id]:
                return self._known(self.files, id, "file")
            case "GET", ["files", id, "content"]:
                self._known(self.files, id, "file")
                return self.contents[id]
            case "POST", ["uploads"]:
                id = self.new("upload_")
                self.uploads[id] = {
                    **body,
                    "id": id,
                    "object": "upload",
                    "created_at": self.clock,
                    "expires_at": int(time.time()) + 3600,
                    "status": "pending",
                }
                return self.uploads[id]
            case "POST", ["uploads", id, "parts"]:
                if self._known(self.uploads, id, "upload")["status"] != "pending":
                    raise RefusedError(400, "Upload is not pending")
                part = self.new("part_")
                self.parts[part] = body["data"][1]
                return {
                    "id": part,
                    "object": "upload.part",
                    "created_at": self.clock,
                    "upload_id": id,
                }
            case "POST", ["uploads", id, "complete"]:
                return self._complete(self._known(self.uploads, id, "upload"), body)
            case "POST", ["fine_tuning", "jobs"]:
                self.bodies.append(body)
                return self.create(body)
            case "GET", ["fine_tuning", "jobs"]:
                wanted = {
                    key[9:-1]: value[0]
                    for key, value in query.items()
                    if key.startswith("metadata[")
                }
                kept = [
                    job
                    for job in self.jobs.values()
                    if wanted.items() <= (job["metadata"] or {}).items()
                ]
                return _page(kept[::-1], query)
            case "GET", ["fine_tuning", "jobs", id]:
                return self.seen(self._known(self.jobs, id, "fine-tuning job"))
            case "POST", ["fine_tuning", "jobs", id, "cancel"]:
                job = self._known(self.jobs, id, "fine-tuning job")
                if job["status"] in ("succeeded", "failed", "cancelled"):
                    raise RefusedError(400, f"Job has already completed: {id}")
                job["status"] = "cancelled"
                return job
            case "GET", ["fine_tuning", "jobs", id, "events"]:
                self._known(self.jobs, id, "fine-tuning job")
                return _page(self.events[id], query)
            case "GET", ["fine_tuning", "jobs", id, "checkpoints"]:
                return _page(self.checkpoints[id], query)
            case "GET", ["models", id]:
                return self._known(self.models, id, "model")
        raise RefusedError(404, f"Invalid URL ({method} {path})")

    def _known(self, among: dict[str, Json], id: str, kind: str) -> Json:
        if id not in among:
            raise RefusedError(404, f"No such {kind}: {id}", "resource_not_found")
        return among[id]

    def _complete(self, upload: Json, body: Json) -> Json:
        if upload["status"] != "pending":
            raise RefusedError(400, "Upload is not pending")
        whole = b"".join(self.parts[each] for each in body["part_ids"])
        if len(whole) != upload["bytes"]:
            raise RefusedError(400, "The number of bytes uploaded does not match")
        if body.get("md5") and hashlib.md5(whole).hexdigest() != body["md5"]:
            raise RefusedError(400, "The md5 does not match")
        upload["status"] = "completed"
        upload["file"] = self.keep(upload["filename"], whole, upload["purpose"])
        return upload


def _page(rows: list[Json], query: dict[str, list[str]]) -> Json:
    limit = int(query.get("limit", ["20"])[0])
    after = query.get("after", [None])[0]
    ids = [row["id"] for row in rows]
    begin = ids.index(after) + 1 if after in ids else 0
    return {
        "object": "list",
        "data": rows[begin : begin + limit],
        "has_more": begin + limit < len(rows),
    }


def _form(kind: str, raw: bytes) -> Json:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + raw)
    found: Json = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        file = part.get_filename()
        found[str(name)] = (file, payload) if file is not None else payload.decode()
    return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits 40 ms for the client's receipt
    service: Service

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _fault(self, method: str, path: str) -> Fault | None:
        for each in self.service.faults:
            if each.times and each.method == method and re.fullmatch(each.path, path):
                each.times -= 1
                return each
        return None

    def _serve(self, method: str) -> None:
        address = urlsplit(self.path)
        path = re.sub("^(/openai)?/v1", "", address.path)
        service = self.service
        with service.lock:
            service.requests.append((method, path))
            fault = self._fault(method, path)
        length = int(self.headers.get("Content-Length") or 0)
        if fault and fault.kind == "reset":
            self.rfile.read(length // 2)
            self._hang_up()
            return
        raw = self._body(length)
        try:
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                raise RefusedError(401, "Incorrect API key provided.", "invalid_api_key")
            if fault and fault.kind == "slow":  # what was asked for is done when nobody waits
                time.sleep(fault.seconds)
            if fault and fault.kind == "refuse":
                raise RefusedError(fault.status, fault.message, fault.code, **fault.headers)
            kind = self.headers.get("Content-Type", "")
            body = _form(kind, raw) if "multipart" in kind else json.loads(raw or b"{}")
            with service.lock:
                found = service.answer(method, path, parse_qs(address.query), body)
                answer = found if isinstance(found, bytes) else json.dumps(found).encode()
            if fault and fault.kind == "lost":
                self._hang_up()
                return
            if fault and fault.kind == "late":  # done at once, and answered when nobody waits
                time.sleep(fault.seconds)
            binary = isinstance(found, bytes)
            self._send(200, answer, "application/octet-stream" if binary else "application/json")
        except RefusedError as error:
            said = {"message": str(error), "type": "error", "param": None, "code": error.code}
            payload = json.dumps({"error": said}).encode()
            self._send(error.status, payload, "application/json", **error.headers)

    def _body(self, length: int) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(length)
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()  # with what was not read, and no farewell: the client sees a reset

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # nobody waits any more
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that were hung up."""


def serve(service: Service, port: int = 0) -> Server:
    """Serve on a port of 127.0.0.1, in a thread that ends with the process."""
    handler = type("Bound", (Handler,), {"service": service})
    server = Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/v1"


def main() -> None:
    server = serve(Service())
    print(url(server), flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
