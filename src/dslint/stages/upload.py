"""The verb `upload`: brings a file to a service once, in one request or in parts, and waits until
it can be used there.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dslint.errors import InputError, RemoteError
from dslint.stages import refusals, remote, sending
from dslint.stages.remote import BusyError, NoAnswerError, Remote, Tell, UnreachableError, asking
from dslint.stages.sending import Sending, Sums

if TYPE_CHECKING:
    from openai.types import FileObject

Begin = Callable[[int], Callable[[int], None]]

ATTEMPTS = 4
"""How often a file is sent before dslint gives up."""

PATIENCE = 1800.0
"""Seconds to wait until a service has processed a file."""

READY = ("processed", "succeeded")
BROKEN = ("error", "failed", "deleted")

_EARLY = 300
"""Seconds before parts expire from which on an upload begins anew."""


HOW: Mapping[str, str] = {
    "sent": "uploaded",
    "parts": "uploaded in parts",
    "remembered": "there already: dslint uploaded these bytes before",
    "compared": "there already: the file of this name was fetched and is the same",
}
"""How a file came to be at a service, as it is told."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that is at the service. `how` says whether it was sent now, in parts or whole, was
    there already by what is remembered, or by a comparison of its bytes.
    """

    id: str
    path: Path
    bytes: int
    sha256: str
    how: Literal["sent", "parts", "remembered", "compared"]
    forced: str | None = None


def upload(
    path: str, service: Remote, *, forced: str | None = None, tell: Tell, begin: Begin
) -> Uploaded:
    """Bring a file to a service, or find it there, and wait until it is processed.

    A service says the name and the size of its files, and not what is in them. So a file is taken
    for the same only where dslint itself has sent these bytes and it is still there, or where one
    of its name and size was fetched and compared.

    Raises InputError for a file that can't be sent, RemoteError for what the service says.
    """
    place = sendable(path, service)
    found = sending.sums(place)
    if not found.bytes:
        raise InputError(f"`{path}` is empty: there is nothing to upload")
    known = sending.remembered(place, service.url, found)
    if known and known.file and _there(service, known.file, found):
        _settled(service, known.file, path)
        return Uploaded(known.file, place, found.bytes, found.sha256, "remembered", known.forced)
    fresh = Sending(service.url, found.sha256, found.bytes, forced=forced)
    alike = remote.files_alike(service, place.name, found.bytes)
    same = None if known and known.parts else _same(service, alike, found, tell)
    how: Literal["sent", "parts", "compared"] = "compared"
    before = {each.id for each in alike}
    if same is None:
        if found.bytes > service.target.api["file_bytes"]:
            same, how = _in_parts(service, place, found, known, fresh, before, tell, begin), "parts"
        else:
            same, how = _whole(service, place, found, before, tell, begin), "sent"
    _remember(service, place, fresh, same)
    _settled(service, same, path)
    return Uploaded(same, place, found.bytes, found.sha256, how, forced)


def sendable(path: str, service: Remote) -> Path:
    """Return a file that can be sent; InputError says why another one can't."""
    place = Path(path)
    if not place.is_file():
        raise InputError(f"`{path}` is no file")
    if place.suffix != ".jsonl":
        packed = place.suffix in (".gz", ".zst")
        todo = "unpack it first" if packed else "`dslint convert` writes such a file"
        raise InputError(f"`{path}` is not called .jsonl, which services want: {todo}")
    api, size = service.target.api, place.stat().st_size
    if size > api["file_bytes"] and "part_bytes" not in api:
        raise InputError(
            f"`{path}` has {size:,} bytes; {service.target.title} takes {api['file_bytes']:,}"
        )
    return place


def _remember(service: Remote, path: Path, fresh: Sending, file: str) -> None:
    if not service.dry:
        sending.done(path, fresh, file)


def _there(service: Remote, id: str, found: Sums) -> bool:
    import openai

    with asking(service):
        try:
            file = service.client.files.retrieve(id)
        except openai.NotFoundError:
            return False
    return file.bytes == found.bytes and file.status not in BROKEN


def _same(service: Remote, alike: Sequence[FileObject], found: Sums, tell: Tell) -> str | None:
    """Return the id of a file on the account with the same bytes, having fetched and compared it.

    One that the service does not give back, as some don't, is not taken for the same.
    """
    for file in alike:
        if file.status in BROKEN:
            continue
        try:
            if _digest(service, file.id) == found.sha256:
                return file.id
        except RemoteError:
            tell(f"{file.id} has this name and size, and can't be fetched to be compared")
    return None


def _digest(service: Remote, id: str) -> str:
    import httpx2

    digest = hashlib.sha256()
    with asking(service):
        try:
            with service.client.files.with_streaming_response.content(id) as answer:
                for block in answer.iter_bytes():
                    digest.update(block)
        except httpx2.HTTPError as error:
            raise NoAnswerError(f"the connection to {service.host} was lost: {error}") from None
    return digest.hexdigest()


class _Watched(io.FileIO):
    """A file that tells how much of it was read, and what that was."""

    def __init__(self, path: Path, progress: Callable[[int], None]) -> None:
        super().__init__(path, "rb")
        self.progress, self.digest = progress, hashlib.sha256()

    def read(self, size: int | None = -1, /) -> Any:
        block = super().read(-1 if size is None else size) or b""
        self.digest.update(block)
        self.progress(len(block))
        return block


def _whole(
    service: Remote, path: Path, found: Sums, before: set[str], tell: Tell, begin: Begin
) -> str:
    """Send a file in one request. A lost answer is looked for before anything is sent again."""

    def send() -> str:
        with _Watched(path, begin(found.bytes)) as file, asking(service):
            client = service.client.with_options(max_retries=0, timeout=_time(found.bytes))
            name = (path.name, file, "application/jsonl")
            there = client.files.create(file=name, purpose="fine-tune")
            return _held(there, found, service, file.digest.hexdigest())

    return _once(service, send, lambda: _new(service, path, found, before), tell)


def _once(
    service: Remote, send: Callable[[], str], look: Callable[[], str | None], tell: Tell
) -> str:
    """Do what must not be done twice: where it is not known to have failed, it is looked for."""
    pauses = remote.pauses()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return send()
        except (NoAnswerError, UnreachableError, BusyError) as error:
            if attempt == ATTEMPTS:
                raise
            tell(f"{str(error).splitlines()[0]}; looking before it is tried again")
            after = error.after if isinstance(error, BusyError) else None
            remote.wait(next(pauses) if after is None else after, service)
            if found := look():
                return found
    raise AssertionError


def _new(service: Remote, path: Path, found: Sums, before: set[str]) -> str | None:
    files = remote.files_alike(service, path.name, found.bytes)
    return next((each.id for each in files if each.id not in before), None)


def _held(file: FileObject, found: Sums, service: Remote, digest: str | None = None) -> str:
    """Return the id of a file that has arrived as it was when its checksums were taken."""
    if service.dry:
        return file.id
    if file.bytes not in (found.bytes, None) or digest not in (found.sha256, None):
        raise RemoteError(
            f"{file.id} at {service.host} is not what was read at first ({found.bytes:,} bytes): "
            "did the file change meanwhile?"
        )
    return file.id


def _time(size: int) -> float:
    """Return how many seconds a request of so many bytes may take, at 256 kB/s."""
    return remote.ANSWER + size / 262_144


def _in_parts(
    service: Remote,
    path: Path,
    found: Sums,
    known: Sending | None,
    fresh: Sending,
    before: set[str],
    tell: Tell,
    begin: Begin,
) -> str:
    """Send a file in parts; what was sent before a kill is not sent again."""
    import openai

    size = service.target.api["part_bytes"]
    now = replace(known, forced=fresh.forced) if known and _usable(known, size) else None
    if now:
        parts = -(-found.bytes // size)
        tell(f"{len(now.parts)} of {parts} parts are there already")
    try:
        now = now or _opened(service, path, found, fresh, size)
        now = _sent(service, path, found, now, begin)
    except _GoneError:
        tell(f"{service.host} no longer has the parts: they are sent again")
        now = _sent(service, path, found, _opened(service, path, found, fresh, size), begin)
    whole = now

    def complete() -> str:
        client = service.client.with_options(max_retries=0, timeout=_time(0))
        with asking(service):
            try:
                answer = client.uploads.complete(
                    whole.upload or "", part_ids=list(whole.parts), md5=found.md5
                )
            except openai.BadRequestError:
                # the parts are no longer asked for: by a lost answer, or the file has changed
                if ready := _new(service, path, found, before):
                    return ready
                sending.beside(path).unlink(missing_ok=True)
                raise
        if answer.file is None:
            raise RemoteError(f"{service.host} completed {answer.id}, and names no file")
        return _held(answer.file, found, service)

    return _once(service, complete, lambda: _new(service, path, found, before), tell)


class _GoneError(Exception):
    """The parts of an upload are no longer there."""


def _usable(known: Sending, size: int) -> bool:
    return bool(known.upload) and known.part_bytes == size and known.expires > time.time() + _EARLY


def _opened(service: Remote, path: Path, found: Sums, fresh: Sending, size: int) -> Sending:
    with asking(service):
        opened = service.client.uploads.create(
            bytes=found.bytes, filename=path.name, mime_type="text/jsonl", purpose="fine-tune"
        )
    begun = replace(
        fresh,
        upload=opened.id,
        expires=opened.expires_at or int(time.time()) + 3600,
        part_bytes=size,
    )
    return begun if service.dry else sending.remember(path, begun)


def _sent(service: Remote, path: Path, found: Sums, now: Sending, begin: Begin) -> Sending:
    progress = begin(found.bytes)
    progress(len(now.parts) * now.part_bytes)
    client = service.client.with_options(max_retries=5, timeout=_time(now.part_bytes))
    for part in _pieces(path, now):
        with asking(service):
            id = _part(client, now, part)
        now = replace(now, parts=(*now.parts, id))
        if not service.dry:
            sending.remember(path, now)
        progress(len(part))
    return now


def _part(client: Any, now: Sending, part: bytes) -> str:
    import openai

    try:
        return str(client.uploads.parts.create(now.upload, data=part).id)
    except (openai.NotFoundError, openai.BadRequestError):
        if now.parts:
            raise _GoneError from None
        raise


def _pieces(path: Path, now: Sending) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(len(now.parts) * now.part_bytes)
        while part := file.read(now.part_bytes):
            yield part


def _settled(service: Remote, id: str, path: str) -> None:
    """Wait until a file is processed. Raises RemoteError, in the service's own words."""
    begun, pauses = time.monotonic(), remote.pauses()
    while True:
        with asking(service):
            file = service.client.files.retrieve(id)
        status = str(file.status)
        if status in READY or file.status is None:
            return
        if status in BROKEN:
            said = file.status_details or f"the file is {status}, and no reason is given"
            known = refusals.explain(None, None, said)
            advice = f"\n{known.advice.format(TARGET=service.target.name)}" if known else ""
            raise RemoteError(f"{service.host} can't use `{path}` ({id}): {said}{advice}")
        if time.monotonic() - begun > PATIENCE:
            raise RemoteError(
                f"{service.host} still processes {id}, half an hour later; the same command "
                "goes on from here"
            )
        remote.wait(next(pauses), service)
