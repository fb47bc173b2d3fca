"""A service on loopback that answers chats, in one piece or as a stream, and goes wrong as told.

Run as a script it prints its address and serves until its standard input is closed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from remote.server import Json, RefusedError, Server, Service, serve, url

TUNED = "ft:gpt-4.1-mini-2025-04-14:shop::A1"
BASE = "gpt-4.1-mini-2025-04-14"

Reply = Callable[[Json], Json]
"""What makes an answer's message of a request."""


def echo(body: Json) -> Json:
    """Answer with the last thing that was said."""
    return {"content": str(body["messages"][-1]["content"])}


@dataclass
class Chatting(Service):
    """The service, with models that answer. `chats` has every request for an answer."""

    replies: dict[str, Reply] = field(default_factory=lambda: {TUNED: echo, BASE: echo})
    chats: list[Json] = field(default_factory=list)
    prompt_tokens: int = 10
    cut: int | None = None
    """After how many pieces a stream is hung up."""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        if (method, path) != ("POST", "/chat/completions"):
            return super().answer(method, path, query, body)
        self.chats.append(body)
        if body["model"] not in self.replies:
            name = body["model"]
            raise RefusedError(404, f"The model `{name}` does not exist", "model_not_found")
        message = {"role": "assistant", "content": None, **self.replies[body["model"]](body)}
        words = len(str(message["content"]).split())
        return {
            "id": self.new("chatcmpl-"),
            "object": "chat.completion.chunk" if body.get("stream") else "chat.completion",
            "created": self.clock,
            "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {
                "prompt_tokens": self.prompt_tokens,
                "completion_tokens": words,
                "total_tokens": self.prompt_tokens + words,
            },
        }


def pieces(answer: Json) -> list[bytes]:
    """Return an answer as the events of a stream: a word each, and why it ended."""
    (choice,) = answer["choices"]
    words = str(choice["message"]["content"]).split(" ")
    deltas = [{"content": word if number == 0 else f" {word}"} for number, word in enumerate(words)]
    ends: list[Json] = [{"index": 0, "delta": each, "finish_reason": None} for each in deltas]
    ends.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    chunks = [{**answer, "choices": [each], "usage": None} for each in ends]
    return [f"data: {json.dumps(each)}\n\n".encode() for each in chunks] + [b"data: [DONE]\n\n"]


def streaming(server: Server) -> Server:
    """Let a server answer as a stream where it is asked for one."""
    handler: Any = server.RequestHandlerClass
    plain = handler._send

    def send(self: Any, status: int, body: bytes, kind: str, **headers: str) -> None:
        answer = json.loads(body) if kind == "application/json" else {}
        if answer.get("object") != "chat.completion.chunk":
            plain(self, status, body, kind, **headers)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        every = pieces(answer)
        for piece in every[: self.service.cut]:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if self.service.cut is None:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self._hang_up()

    handler._send = send
    return server


def main() -> None:
    service = Chatting()
    service.replies[TUNED] = slow
    server = streaming(serve(service))
    print(url(server), flush=True)
    sys.stdin.read()
    print(len(service.chats), flush=True)
    server.shutdown()


def slow(body: Json) -> Json:
    """Answer, but keep who comes first waiting: there is time to be killed."""
    import time

    time.sleep(0.05)
    return echo(body)


if __name__ == "__main__":
    main()
