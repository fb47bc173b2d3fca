"""Asking a model: what it is sent, what that may cost, and one answer whatever the wire does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from dslint import models
from dslint.errors import RemoteError, UsageError
from dslint.facts.ruler import PLAIN, Ruler, ruler_of
from dslint.figures import Claim
from dslint.model import Record
from dslint.stages.journal import Given
from dslint.stages.questions import Question
from dslint.stages.remote import (
    BusyError,
    NoAnswerError,
    Remote,
    UnfitError,
    UnreachableError,
    asking,
    pauses,
    wait,
)

if TYPE_CHECKING:
    from dslint.config import Settings

TRIES = 5
"""How often a request is sent that the service can't answer now, while it answers no other."""

PATIENCE = 120.0
"""Seconds that are waited where the service says for how long."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a model costs in US dollars per 1M tokens in and out; `source` says who says so."""

    input: Decimal
    output: Decimal
    source: Claim | None = None

    def cost(self, input: int, output: int) -> Decimal:
        """Return what so many tokens cost."""
        return (self.input * input + self.output * output) / 1_000_000


def rate(model: str, settings: Settings) -> tuple[Rate | None, Ruler]:
    """Return what a model's answers cost at the target, and what counts its tokens.

    A tuned model, which is told by its name, has the prices of tuned ones. None where they are not
    known.
    """
    target = settings.target[0]
    try:
        found = models.resolve(model, target, settings.models)
    except UsageError:
        return None, PLAIN
    folded = model.casefold()
    tuned = folded.startswith(("ft:", "ft-")) or ".ft-" in folded
    names = ("input", "output") if tuned else ("base_input", "base_output")
    given, output = (found.prices.get(name) for name in names)
    if given is None or output is None or found.target not in (None, target):
        return None, ruler_of(found)
    return Rate(given, output, found.sources.get(names[0])), ruler_of(found)


def sizes(questions: Sequence[Question], ruler: Ruler) -> list[tuple[int, int]]:
    """Return the tokens of questions, at the most, and of the answers that they want."""
    from dslint.facts.batch import Batch
    from dslint.facts.tokens.record import count

    rows = [
        {"messages": [*each.messages, each.said]} | ({"tools": each.tools} if each.tools else {})
        for each in questions
    ]
    batch = Batch([Record(at, b"", row, "chat") for at, row in enumerate(rows)])
    records, turns = count(batch, ruler.counter(), ruler.vision)
    last = [turns[end - 1] for end in islice(batch.starts, 1, None)]
    return [(each.total - own, own) for each, own in zip(records, last, strict=True)]


def request(
    model: str,
    messages: Sequence[Any],
    most: int | None,
    temperature: float | None,
    tools: Sequence[Any] = (),
    settings: Any = None,
) -> dict[str, Any]:
    """Return what is sent for an answer of `most` tokens."""
    body: dict[str, Any] = {"model": model, "messages": list(messages)}
    if tools:
        body |= {"tools": list(tools)} | dict(settings or {})
    if most is not None:
        body["max_completion_tokens"] = most
    if temperature is not None:
        body["temperature"] = temperature
    return body


@dataclass(slots=True)
class Gate:
    """What holds requests back after the service said that there are too many; `came` counts the
    answers.
    """

    until: float = 0.0
    came: int = 0
    lock: Lock = field(default_factory=Lock)

    def close(self, seconds: float) -> None:
        """Hold all requests back for so long."""
        with self.lock:
            self.until = max(self.until, monotonic() + seconds)

    def pause(self) -> float:
        """Return for how many seconds a request has to be held back."""
        return max(0.0, self.until - monotonic())


def answered(remote: Remote, body: dict[str, Any], gate: Gate) -> Given:
    """Ask once, and again where the service can't answer now; Retry-After is kept by all that
    share the gate.

    Raises NoAnswerError for a request whose answer was lost: it may be billed. Raises UnfitError
    for one that the service does not take, RemoteError for all else.
    """
    tries, left, came = pauses(), TRIES, gate.came
    while True:
        while held := gate.pause():
            wait(held, remote)
        try:
            with asking(remote):
                client = remote.client.with_options(max_retries=0)
                found = _given(remote, client.chat.completions.create(**body))
            gate.came += 1
            return found
        except UnfitError as error:
            if "temperature" in body and "temperature" in str(error):
                raise UnfitError(f"{error}\n`--temperature none` sends none") from None
            raise
        except (BusyError, UnreachableError) as error:
            if gate.came != came:  # others were faster
                tries, left, came = pauses(), TRIES, gate.came
            after = error.after if isinstance(error, BusyError) else None
            left -= 1
            if not left or (after or 0) > PATIENCE:
                raise
            pause = next(tries)
            gate.close(pause if after is None else after)


def _given(remote: Remote, answer: Any) -> Given:
    choices = getattr(answer, "choices", None)
    if not choices:
        if remote.dry:
            return Given({})
        raise RemoteError(f"{remote.host} answers without an answer: it has no `choices`")
    usage = answer.usage
    message = choices[0].message.model_dump(exclude_none=True, include={"content", "tool_calls"})
    return Given(
        message,
        choices[0].finish_reason or "",
        usage.prompt_tokens if usage else -1,
        usage.completion_tokens if usage else -1,
    )


def streamed(remote: Remote, body: dict[str, Any]) -> Iterator[str]:
    """Yield an answer as it comes. Raises RemoteError where it does not come, or not to its end."""
    begun = finished = False
    try:
        with asking(remote):
            for part in remote.client.chat.completions.create(**body, stream=True):
                for choice in part.choices[:1] if part.choices else ():
                    finished = finished or choice.finish_reason is not None
                    if choice.delta and choice.delta.content:
                        begun = True
                        yield choice.delta.content
                    for call in (choice.delta.tool_calls or ()) if choice.delta else ():
                        function = call.function
                        if function:
                            begun = True
                            head = f"{function.name} " if function.name else ""
                            yield head + (function.arguments or "")
    except NoAnswerError as error:
        raise NoAnswerError(f"{error}; the answer is not whole" if begun else str(error)) from None
    if not (finished or remote.dry):
        raise NoAnswerError(f"{remote.host} ended the answer before it was whole")
