"""A rehearsal of requests: each is told as it would be sent, and answered out of thin air."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from email.parser import BytesParser
from email.policy import HTTP
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    import httpx2

_ID = "<id>"


def rehearsed(tell: Callable[[str], None]) -> httpx2.MockTransport:
    """Return what the openai package sends its requests through in a rehearsal: nothing leaves.

    Every request is told, with its key masked and files by their name and size.
    """
    import httpx2

    numbers = count(1)

    def handle(request: httpx2.Request) -> httpx2.Response:
        tell("\n".join(_lines(request, request.read())))
        return httpx2.Response(200, json=_answer(request, next(numbers)))

    return httpx2.MockTransport(handle)


def _lines(request: httpx2.Request, raw: bytes) -> Iterator[str]:
    yield f"{request.method} {_bare(unquote(str(request.url)))}"
    yield "  authorization: Bearer ***"
    kind = request.headers.get("content-type", "")
    if "multipart" in kind:
        for name, value in _form(kind, raw):
            yield f"  {name}: {value}"
    elif raw:
        yield from (f"  {line}" for line in json.dumps(json.loads(raw), indent=2).splitlines())


def _bare(url: str) -> str:
    """Return an address without the name and password that it may have."""
    return re.sub(r"(?<=://)[^/@]*@", "", url)


def _form(kind: str, raw: bytes) -> Iterator[tuple[str, str]]:
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + raw)
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        file = part.get_filename()
        name = str(part.get_param("name", header="content-disposition"))
        yield name, f"{file}, {len(content):,} bytes" if file else content.decode()


def _answer(request: httpx2.Request, number: int) -> dict[str, Any]:
    """Return what a service might say, as far as the next request depends on it."""
    path = str(request.url.path)
    if request.method == "GET" and re.search(r"/(files|jobs|events|checkpoints)$", path):
        return {"object": "list", "data": [], "has_more": False}
    if path.endswith("/complete"):
        return {"id": _ID, "object": "upload", "file": _file(f"<file {number}>")}
    if "/files" in path:
        return _file(f"<file {number}>")
    if path.endswith("/uploads"):
        return {"id": "<upload>", "object": "upload", "status": "pending", "expires_at": 0}
    return {"id": _ID, "object": "", "status": "succeeded", "metadata": {}}


def _file(id: str) -> dict[str, Any]:
    return {"id": id, "object": "file", "status": "processed", "purpose": "fine-tune", "bytes": -1}
