"""The wire: the only module that speaks with a service, by the openai package, which it imports
when it is called.
"""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dslint import targets
from dslint.errors import RemoteError, UsageError
from dslint.stages import refusals
from dslint.stages.rehearsal import rehearsed
from dslint.targets import Target

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI
    from openai.types import FileObject
    from openai.types.fine_tuning import FineTuningJob

ANSWER = 60.0
"""Seconds to wait for an answer."""

PAUSE = 1.0
"""Seconds before something is asked for again; each time twice as many, up to `LONGEST`."""

LONGEST = 30.0

Tell = Callable[[str], None]


class NoAnswerError(RemoteError):
    """A request that was sent, and whose answer did not come: it may have been done."""


class UnreachableError(RemoteError):
    """A request that was not sent, as there was nobody to send it to."""


class UnfitError(RemoteError):
    """A request that the service does not take as it is; it may take others."""


class BusyError(RemoteError):
    """A request that the service says it can't do now; `after` is for how many seconds."""

    after: float | None = None


@dataclass(frozen=True, slots=True)
class Remote:
    """A service at an address. `key` is in no text about it, nor is it in any of this module's."""

    target: Target
    url: str
    key: str = field(repr=False)
    variable: str
    client: OpenAI = field(repr=False)
    dry: bool = False

    @property
    def host(self) -> str:
        """Return the name that messages call the service by."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


def connect(target: str, base_url: str | None = None, rehearse: Tell | None = None) -> Remote:
    """Return the service of a target, or the one at `base_url`, with the key of the environment.

    `rehearse` is told each request instead of the service: nothing is sent, and no key is needed.
    Raises UsageError for a target without such an API, RemoteError where there is no key.
    """
    place = targets.load(target)
    speaking(place)
    url = _address(place, base_url, dry=rehearse is not None)
    variables = place.api["keys"]
    variable = next((each for each in variables if os.environ.get(each, "").strip()), None)
    if variable is None and rehearse is None:
        raise RemoteError(f"there is no key: set {' or '.join(variables)} in the environment")
    key = os.environ[variable].strip() if variable else "-"
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise RemoteError(f"{variable} holds what can't be a key: it has spaces or odd characters")

    import httpx2
    from openai import DefaultHttpx2Client, OpenAI

    hooks = {"response": [_speaks(url)]}
    http = (
        httpx2.Client(transport=rehearsed(rehearse), event_hooks=hooks)
        if rehearse
        else DefaultHttpx2Client(event_hooks=hooks)
    )
    client = OpenAI(api_key=key, base_url=url, timeout=ANSWER, max_retries=3, http_client=http)
    return Remote(place, url, key, variable or variables[-1], client, rehearse is not None)


def speaking(place: Target, file: str = "FILE") -> None:
    """Hold a target to have an API of OpenAI's kind. A UsageError says what to do elsewhere."""
    if place.api:
        return
    written = "FILE" if file == "FILE" else f"{file.removesuffix('.jsonl')}.{place.name}.jsonl"
    steps = [f"dslint convert {shlex.quote(file)} --to {place.name} -o {shlex.quote(written)}"]
    steps += [re.sub(r"\bFILE\b(?!-ID)", lambda word: written, each) for each in place.next]
    raise UsageError(
        f"{place.title} has no API of OpenAI's kind that dslint speaks with. The rows as it takes "
        "them"
        + (", and its own tool:" if place.next else ":")
        + "".join(f"\n  {each}" for each in steps)
    )


def _address(place: Target, base_url: str | None, *, dry: bool) -> str:
    url = base_url or os.environ.get("OPENAI_BASE_URL" if "base_url" in place.api else "", "")
    url = url or place.api.get("base_url", "")
    variable = place.api.get("endpoint")
    if not url and variable:
        endpoint = os.environ.get(variable, "").rstrip("/")
        if not endpoint and not dry:
            raise RemoteError(
                f"there is no address: set {variable} in the environment, such as "
                "https://NAME.openai.azure.com, or name one: --base-url"
            )
        endpoint = endpoint or "https://NAME.openai.azure.com"
        url = endpoint if "/openai" in endpoint else f"{endpoint}/openai/v1/"
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"`{url}` is no address; write it as https://HOST/v1")
    if parts.username or parts.password:
        raise UsageError(
            f"the address of {parts.hostname} has a name or password in it: leave it out"
        )
    return url


def _speaks(url: str) -> Callable[[httpx2.Response], None]:
    """Return what holds an answer to be no page for people, which a wrong address may send."""

    def held(response: httpx2.Response) -> None:
        if response.is_success and "html" in response.headers.get("content-type", ""):
            raise RemoteError(f"{url} is not the address of such an API: it sends a web page")

    return held


@contextmanager
def asking(remote: Remote) -> Iterator[None]:
    """Tell what goes wrong between here and the service as RemoteErrors, without the key."""
    import openai

    try:
        yield
    except openai.APITimeoutError:
        raise NoAnswerError(
            f"{remote.host} did not answer in {remote.client.timeout:g} s"
        ) from None
    except openai.APIConnectionError as error:
        raise _unreached(remote, error) from None
    except openai.APIStatusError as error:
        raise _refused(remote, error) from None
    except openai.OpenAIError as error:
        raise RemoteError(f"{remote.host}: {_masked(str(error), remote)}") from None


def _unreached(remote: Remote, error: Exception) -> RemoteError:
    import httpx2

    cause: BaseException | None = error.__cause__
    why = _masked(str(cause or error), remote) or type(cause).__name__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol):
        return UnreachableError(f"{remote.host} can't be reached: {why}")
    if isinstance(cause, RemoteError):
        return cause
    return NoAnswerError(f"the connection to {remote.host} was lost: {why}")


def _refused(remote: Remote, error: Any) -> RemoteError:
    said = _masked(_words(error), remote)
    known = refusals.explain(error.status_code, error.code, said)
    told = f"{remote.host} refuses ({error.status_code}): {said}"
    if error.status_code == 401:
        told = f"{remote.host} does not accept the key in {remote.variable}: {said}"
    elif error.status_code == 404 and not error.code:
        told = f"{remote.host} has nothing at {urlsplit(str(error.request.url)).path}: {said}"
    if known and error.status_code != 401:
        told += "\n" + known.advice.format(TARGET=remote.target.name)
    if known and known.final:
        return RemoteError(told)
    if error.status_code in (408, 409, 429) or error.status_code >= 500:
        busy = BusyError(told)
        after = error.response.headers.get("retry-after", "")
        busy.after = float(after) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", after) else None
        return busy
    return (UnfitError if error.status_code in (400, 413, 422) else RemoteError)(told)


def _words(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    said = str(body.get("message") or error.message or error.status_code)
    if "<html" in said.lower():
        said = "a web page"
    return re.sub(r"\s+", " ", said).strip()[:2000]


def _masked(text: str, remote: Remote) -> str:
    return text.replace(remote.key, "***") if len(remote.key) > 3 else text


def pauses(first: float | None = None) -> Iterator[float]:
    """Yield the seconds to wait before each time that something is asked for again."""
    wait = PAUSE if first is None else first
    while True:
        yield wait
        wait = min(2 * wait, LONGEST)


def wait(seconds: float, remote: Remote) -> None:
    """Wait, unless this is a rehearsal."""
    if not remote.dry:
        time.sleep(seconds)


def files_alike(remote: Remote, name: str, size: int) -> list[FileObject]:
    """Return the training files on the account of this name and size, the newest first."""
    with asking(remote):
        every = remote.client.files.list(purpose="fine-tune", limit=1000, order="desc")
        return [each for each in every if each.filename == name and each.bytes == size]


def job_of(remote: Remote, id: str) -> FineTuningJob:
    """Return a job; RemoteError where there is none, or it is somebody else's."""
    import openai

    with asking(remote):
        try:
            return remote.client.fine_tuning.jobs.retrieve(id or " ")
        except openai.NotFoundError as error:
            if not isinstance(error.body, dict):  # nobody there speaks of jobs at all
                raise
            raise RemoteError(
                f"{remote.host} knows no job `{id}` that this key may see; `dslint jobs list` has "
                "those that there are"
            ) from None


def jobs_of(remote: Remote, most: int, tag: dict[str, str] | None = None) -> list[FineTuningJob]:
    """Return the newest jobs, those that carry a tag in their metadata where one is given."""
    from openai import omit

    jobs = remote.client.fine_tuning.jobs
    with asking(remote):
        page = jobs.list(limit=min(most, 100), metadata=tag or omit)
        # a service that does not know of the filter answers with all of its jobs
        kept = (job for job in page if not tag or tag.items() <= (job.metadata or {}).items())
        return list(islice(kept, most))
