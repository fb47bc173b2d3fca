"""The verb `launch`: one job of what was asked, held to the target's ranges before anything is sent
and never created twice.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from dslint.errors import InputError, RemoteError, UsageError, did_you_mean
from dslint.stages import remote
from dslint.stages.remote import BusyError, NoAnswerError, Remote, Tell, UnreachableError, asking
from dslint.targets import Target

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob

TAG = "dslint"
"""The key of metadata under which a job carries what it was made of."""

FILES: Mapping[str, str] = {"train": "training_file", "validation": "validation_file"}
"""What the API calls a file, by what it is for."""

METHODS: Mapping[str, str] = {
    "chat": "supervised",
    "completion": "supervised",
    "preference": "dpo",
    "reinforcement": "reinforcement",
}
"""The method of a job by the format of its rows."""

ATTEMPTS = 4
"""How often a job that the service is known not to have created is asked for."""

LOOKS = 5
"""How often a job whose answer was lost is looked for: a service may list it a little later."""

ENDED_BADLY = ("failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a job. Hyperparameters are as they were typed; `grader` and
    `response_format` are paths of JSON files, `wandb` projects of Weights & Biases.
    """

    method: str | None = None
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    suffix: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    wandb: tuple[str, ...] = ()
    grader: str | None = None
    response_format: str | None = None
    training_type: str | None = None


def request_of(wish: Wish, target: Target, model: str, format: str | None) -> dict[str, Any]:
    """Return the request for a job, without its files, in the words of the API.

    Raises UsageError for what is outside the target's ranges, InputError for a file that is not
    there or not JSON.
    """
    api = target.api
    method = wish.method or METHODS.get(format or "chat", "supervised")
    if method not in api.get("methods", (method,)):
        raise UsageError(f"{target.title} has no method `{method}`: {', '.join(api['methods'])}")
    body: dict[str, Any] = {"hyperparameters": hyperparameters(wish.hyperparameters, method, api)}
    if not body["hyperparameters"]:
        body = {}
    if method == "reinforcement":
        if wish.grader is None:
            raise UsageError("reinforcement needs a grader: --grader FILE.json")
        body["grader"] = _json(wish.grader)
        if wish.response_format is not None:
            body["response_format"] = _json(wish.response_format)
    elif wish.grader or wish.response_format:
        raise UsageError(f"a grader and a response format are for reinforcement, not for {method}")
    found: dict[str, Any] = {"model": model, "method": {"type": method, method: body}}
    _bounded(wish, api)
    if wish.seed is not None:
        found["seed"] = wish.seed
    if wish.suffix is not None:
        found["suffix"] = wish.suffix
    if wish.wandb:
        found["integrations"] = [_wandb(each) for each in wish.wandb]
    training_type = wish.training_type or api.get("training_type")
    if training_type:
        found["extra_body"] = {"trainingType": training_type}
    found["metadata"] = dict(wish.metadata)
    return found


def hyperparameters(
    given: Mapping[str, str], method: str, api: Mapping[str, Any]
) -> dict[str, int | float | str]:
    """Return hyperparameters as the API takes them: numbers, words, or `auto`."""
    ranges: Mapping[str, Mapping[str, Any]] = {
        name: each
        for name, each in api.get("ranges", {}).items()
        if method in each.get("methods", (method,))
    }
    found: dict[str, int | float | str] = {}
    for name, text in given.items():
        if name not in ranges:
            raise UsageError(
                f"{method} has no hyperparameter `{name}`{did_you_mean(name, ranges)}\n"
                f"there are {', '.join(ranges)}"
            )
        found[name] = _value(name, text, ranges[name])
    return found


def _value(name: str, text: str, bounds: Mapping[str, Any]) -> int | float | str:
    among = bounds.get("among")
    if among:
        if text not in among:
            raise UsageError(f"{name} is `{text}`; it can be {', '.join(among)}")
        return text
    if text == "auto":
        return text
    try:
        value = int(text) if bounds.get("whole") else float(text)
    except ValueError:
        value = float("nan")
    least, above, most = (bounds.get(each) for each in ("least", "above", "most"))
    inside = (
        value == value
        and abs(value) != float("inf")
        and (least is None or value >= least)
        and (above is None or value > above)
        and (most is None or value <= most)
    )
    if not inside:
        kind = "a whole number" if bounds.get("whole") else "a number"
        said = [f"of {least} or more" if least is not None and most is None else ""]
        said.append(f"from {least} to {most}" if least is not None and most is not None else "")
        said.append(f"above {above}" if above is not None else "")
        said.append(f"up to {most}" if least is None and most is not None else "")
        raise UsageError(
            f"{name} is `{text}`; it can be {' '.join([kind, *filter(None, said)])}, or auto"
        )
    return value


def _bounded(wish: Wish, api: Mapping[str, Any]) -> None:
    if wish.suffix is not None and not 1 <= len(wish.suffix) <= api.get("suffix", 64):
        raise UsageError(
            f"the suffix has {len(wish.suffix)} characters; it can have 1 to {api['suffix']}"
        )
    # one pair is the tag's
    if len(wish.metadata) > api.get("metadata", 16) - 1:
        raise UsageError(
            f"there are {len(wish.metadata)} pairs of metadata; a job can have {api['metadata']}, "
            "of which one is for dslint"
        )
    for key, value in wish.metadata.items():
        if key == TAG:
            raise UsageError(f"the metadata `{TAG}` is what dslint finds its jobs by")
        if not 1 <= len(key) <= 64 or len(value) > 512:
            raise UsageError(
                f"the metadata `{key[:70]}` is too long: a key can have 64 characters, a value 512"
            )
    if len(wish.wandb) > api.get("integrations", 5):
        raise UsageError(f"a job can have {api['integrations']} integrations")


def _wandb(text: str) -> dict[str, Any]:
    entity, slash, project = text.rpartition("/")
    if not project or (slash and not entity):
        raise UsageError(f"`{text}` is no project; write PROJECT, or ENTITY/PROJECT")
    return {
        "type": "wandb",
        "wandb": {"project": project, **({"entity": entity} if entity else {})},
    }


def _json(path: str) -> Any:
    try:
        found = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no JSON object")
    return found


def trainable(service: Remote, model: str, today: date) -> str:
    """Ask the service whether a model can still be trained; return what is worth knowing of it.

    Raises RemoteError where it can't: it is not there, is shut, or is not for training. That an
    organisation may not create jobs any more is said only where one is created.
    """
    import openai

    advice = f"`dslint models --target {service.target.name}` lists what can be trained there"
    with asking(service):
        try:
            found = service.client.models.retrieve(model)
        except openai.NotFoundError as error:
            if not isinstance(error.body, dict):  # nobody there speaks of models at all
                raise
            raise RemoteError(
                f"{service.host} has no model `{model}` that this key may train\n{advice}"
            ) from None
    more: Mapping[str, Any] = found.model_extra or {}
    ends = _day((more.get("deprecation") or {}).get("fine_tune"))
    shut = found.shutdown_date and date.fromisoformat(found.shutdown_date[:10])
    if (more.get("capabilities") or {}).get("fine_tune") is False:
        raise RemoteError(f"{service.host} says that `{model}` can't be tuned\n{advice}")
    if shut and shut <= today:
        raise RemoteError(f"`{model}` was shut on {shut}, says {service.host}\n{advice}")
    if ends and ends <= today:
        raise RemoteError(
            f"`{model}` is trained no more since {ends}, says {service.host}\n{advice}"
        )
    if ends or shut:
        first = min(each for each in (ends, shut) if each)
        return f"which is {'trained until' if first == ends else 'shut on'} {first}"
    return ""


def _day(seconds: float | None) -> date | None:
    return datetime.fromtimestamp(seconds, UTC).date() if seconds else None


def tag_of(request: Mapping[str, Any], contents: Mapping[str, str], *, again: bool) -> str:
    """Return the tag of a job: a hash of all that is asked of it and of the content of its files.

    `again` makes it another one than that of the same job before.
    """
    whole = {**request, "files": dict(contents)}
    digest = hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    return f"{digest}-{secrets.token_hex(4)}" if again else digest


def tagged(service: Remote, tag: str) -> list[FineTuningJob]:
    """Return the jobs of a tag, the newest first."""
    return remote.jobs_of(service, 20, {TAG: tag})


def create(
    service: Remote,
    request: Mapping[str, Any],
    tag: str,
    there: Sequence[FineTuningJob],
    tell: Tell,
) -> FineTuningJob:
    """Create a job of a tag beside those that are `there`, once.

    The request is sent again only where the service has said that it failed, or could not be
    reached, and no other job with the tag is there. Where an answer is lost the job is looked for,
    and if it is not found nothing is sent again. Raises RemoteError.
    """
    before = {each.id for each in there}
    body = {**request, "metadata": {**request["metadata"], TAG: tag}}
    pauses = remote.pauses()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with asking(service):
                once = service.client.with_options(max_retries=0)
                return once.fine_tuning.jobs.create(**body)
        except NoAnswerError as error:
            tell(f"{error}; looking for the job before anything else")
            found = _looked_for(service, tag, before, LOOKS)
            if found is None:
                raise RemoteError(
                    f"{error}\nno job with the tag {tag} is listed yet, and none was asked for "
                    "again; `dslint jobs list` shows whether it comes, and to launch once more "
                    "looks for it first"
                ) from None
            return found
        except (UnreachableError, BusyError) as error:
            after = error.after if isinstance(error, BusyError) else None
            if attempt == ATTEMPTS or (after or 0) > 10 * remote.LONGEST:
                raise
            tell(f"{str(error).splitlines()[0]}; looking whether there is a job all the same")
            remote.wait(next(pauses) if after is None else after, service)
            if found := _looked_for(service, tag, before, 1):
                return found
    raise AssertionError


def _looked_for(service: Remote, tag: str, before: set[str], looks: int) -> FineTuningJob | None:
    for _, pause in zip(range(looks), remote.pauses(), strict=False):
        remote.wait(pause if looks > 1 else 0, service)
        if found := next((each for each in tagged(service, tag) if each.id not in before), None):
            return found
    return None
