"""What services say when they refuse, why, which rule catches it before an upload, and what to do:
the one table that messages and `docs/common_errors.md` are made of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. `says` is its text as the service writes it, or where it is not `verbatim` what
    it says in substance; `pattern` is what tells it. `advice`, of a line or several, may name
    `{TARGET}`. `rule` catches it before an upload. A `final` one is not asked for again.
    """

    name: str
    when: str
    says: str
    pattern: str
    cause: str
    advice: str
    rule: str = ""
    code: str = ""
    status: int | None = None
    verbatim: bool = True
    final: bool = True


UPLOAD, CREATION, VALIDATION = "upload", "creation of the job", "validation of the files"

REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        name="the platform takes no more jobs",
        when=CREATION,
        status=403,
        code="training_not_available",
        says="OpenAI is winding down the fine-tuning platform and your organization is no longer "
        "able to create new fine-tuning training jobs.",
        pattern="winding down the fine-tuning platform",
        cause="OpenAI closes: organisations that have not trained, or not used a tuned model "
        "lately, create no jobs any more, and nobody from 2027-01-06. An upload still succeeds.",
        advice="the data can go elsewhere:\n"
        "- `dslint launch FILE --target azure`: Azure trains the same models on the same rows\n"
        "- `dslint check FILE --target all`: compares all places, most of which train open models\n"
        "- `dslint convert FILE --to together`, or `fireworks`, `bedrock`, `vertex`: the rows as "
        "they take them; `dslint upload FILE --target together` says how it goes on there\n"
        "- `dslint convert FILE --to trl`, or `axolotl`, `llamafactory`: for your own machine",
        rule="model-closes-soon",
    ),
    Refusal(
        name="the model can't be tuned",
        when=CREATION,
        says="Model gpt-9 is not available for fine-tuning or does not exist.",
        pattern=r"not available for fine-?tuning|does not exist or you do not have access to it|"
        r"cannot be fine-?tuned",
        cause="A name that is no dated snapshot, a model that is closed or shut, or one that was "
        "never open for training.",
        advice="`dslint models --target {TARGET}` lists what can be trained there",
        rule="model-closed",
    ),
    Refusal(
        name="no credit, or a limit of spending",
        verbatim=False,
        when=CREATION,
        says="You exceeded your current quota, please check your plan and billing details.",
        pattern=r"insufficient_quota|exceeded your current quota|exceed your hard limit|"
        r"exceeded_quota|billing_hard_limit",
        code="insufficient_quota",
        cause="The account has no credit left, or the job would cost more than its limit allows.",
        advice="add credit or raise the limit on the billing page, or make the job smaller: "
        "`dslint estimate FILE` says what it costs, `--epochs` and fewer rows lower it",
        rule="budget-exceeded",
    ),
    Refusal(
        name="a plan without training",
        when=CREATION,
        says="Fine-tuning jobs cannot be created on an Explore plan. You can upgrade to a paid "
        "plan on your billing page: https://platform.openai.com/account/billing/overview",
        pattern=r"cannot be created on an? \w+ plan",
        cause="The account is on a free plan.",
        advice="add a payment method on the billing page",
    ),
    Refusal(
        name="missing rights",
        verbatim=False,
        when="any request",
        says="You have insufficient permissions for this operation. Missing scopes: model.request.",
        pattern=r"insufficient permissions|missing scopes|does not have access|"
        r"not allowed to|PermissionDenied|AuthorizationFailed",
        cause="The key, or the role of whom it belongs to, does not reach this far.",
        advice="make a key with write access to files and fine-tuning, in the project that the "
        "files and jobs are in; at Azure the role is Cognitive Services OpenAI Contributor",
    ),
    Refusal(
        name="a wrong key",
        verbatim=False,
        when="any request",
        status=401,
        code="invalid_api_key",
        says="Incorrect API key provided: sk-…. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        pattern="incorrect api key|invalid_api_key|invalid subscription key",
        cause="A key that was revoked, is of another service, or was copied in part.",
        advice="set the right key in the environment; one of a service at another address needs "
        "`--base-url`",
    ),
    Refusal(
        name="too many jobs",
        verbatim=False,
        when=CREATION,
        says="Fine-tuning job creation rate limit exceeded: you have 3 active jobs of this model.",
        pattern=r"(active|queued|running|concurrent)[^.]{0,30} jobs|job creation rate limit|"
        "daily limit",
        cause="A limit on the jobs that are active at a time, or on those of a day.",
        advice="wait until one has ended: `dslint jobs list`",
    ),
    Refusal(
        name="the kind of training is not said (Azure)",
        verbatim=False,
        when=CREATION,
        says="The trainingType is required for this model.",
        pattern="training_?type",
        cause="Azure wants `trainingType`: globalStandard, standard or developerTier, and not "
        "every region has every one.",
        advice="`--target azure` sends `globalStandard`; say another one: "
        "`--training-type standard`",
    ),
    Refusal(
        name="a method that the model, or the rows, are not for",
        when=CREATION,
        says="Invalid file format. Input file file-… is in the fine-tune-chat format, but the "
        "specified fine-tuning job is not using 'supervised' as the training method "
        "(provided method=dpo).",
        pattern="is not using '.*' as the training method|method .* (is not|isn't) supported",
        cause="Chats are for `supervised`, pairs for `dpo`, tasks for `reinforcement`.",
        advice="name the method of the rows, or let dslint choose it: leave out `--method`; "
        "`dslint convert FILE --to preference` writes pairs where there are any",
        rule="method-not-taken",
    ),
    Refusal(
        name="flagged lines",
        when=VALIDATION,
        says="This file failed moderation safety checks. The OpenAI Moderation API identifies fine "
        "tuning examples that violate our content policies. To fine tune on this data, please "
        "try removing the flagged lines and uploading the file again. "
        "Flagged lines: 4, 13, 14, 18, 35 ...",
        pattern="moderation safety checks|flagged lines",
        cause="Rows that the moderation flags; it may list only the first.",
        advice="take the flagged lines out, and upload the file again",
    ),
    Refusal(
        name="too many flagged rows",
        when=VALIDATION,
        says="This training file was blocked because too many examples were flagged by our "
        "moderation API for containing content that violates OpenAI's usage policies in the "
        "following categories: hate.",
        pattern="blocked by our moderation|flagged by our moderation",
        cause="Rows that the moderation flags; which ones is not said.",
        advice="send the rows to the moderation API, which is free, take out those that it flags, "
        "and upload the file again",
    ),
    Refusal(
        name="too few rows",
        when=VALIDATION,
        code="invalid_n_examples",
        says="Training file has 7 example(s), but must have at least 10 examples",
        pattern=r"example\(s\), but must have at least",
        cause="Fewer rows than the service takes.",
        advice="add rows: `dslint targets {TARGET}` says how many there have to be",
        rule="too-few-examples",
    ),
    Refusal(
        name="rows of no format",
        when=VALIDATION,
        says="The job failed due to an invalid training file. Unexpected file format, expected "
        "either prompt/completion pairs or chat messages.",
        pattern="expected either prompt/completion pairs",
        cause="Rows without `messages`, and without `prompt` and `completion`.",
        advice="`dslint convert FILE --to chat` writes chats",
        rule="unknown-format",
    ),
    Refusal(
        name="a row without its key",
        when=VALIDATION,
        code="invalid_file_format",
        says="Invalid file format. Example 1 is missing key 'messages'",
        pattern="is missing key '(messages|input|preferred_output|non_preferred_output)'",
        cause="Rows of another shape than the method wants.",
        advice="`dslint convert FILE --to chat`, or `--to preference` for a job with pairs",
        rule="missing-messages",
    ),
    Refusal(
        name="a key too many",
        when=VALIDATION,
        code="invalid_file_format",
        says='Invalid file format. Example 1 contains an extra "weight".',
        pattern='contains an extra "',
        cause="A top-level key that is not known there; `weight` belongs to assistant messages.",
        advice="`dslint convert FILE --to {TARGET} --allow-loss extra-keys` leaves such keys out",
        rule="key-not-taken",
    ),
    Refusal(
        name="a message without a role",
        when=VALIDATION,
        code="invalid_file_format",
        says="Invalid file format. Example 100, message 2 Discriminator 'role' is missing in value",
        pattern="discriminator 'role'",
        cause="A message whose role is missing or is none that is known.",
        advice="`dslint check FILE` shows the line and the column",
        rule="message-without-role",
    ),
    Refusal(
        name="a content that is no text",
        when=VALIDATION,
        code="invalid_file_format",
        says='Invalid file format. Line 1, message 3, key "content": '
        "Input should be a valid string",
        pattern='key "content"',
        cause="A list of parts where a text is wanted, most often in a tool's reply.",
        advice="write the content as one text; `dslint check FILE` shows where",
        rule="content-of-wrong-type",
    ),
    Refusal(
        name="no JSON Lines",
        when=UPLOAD,
        says="Expected file to have JSONL format, where every line is a valid JSON dictionary.",
        pattern="expected file to have jsonl format|line contains invalid json|cannot be parsed",
        cause="An array, objects over several lines, another encoding, or a broken line.",
        advice="`dslint fix FILE` mends what reads one way only; `dslint convert FILE` writes an "
        "array as lines",
        rule="not-json",
    ),
    Refusal(
        name="a name without .jsonl",
        when=UPLOAD,
        says="Invalid file format for Fine-Tuning API. Must be .jsonl",
        pattern=r"must be \.jsonl",
        cause="Training files are told by their extension.",
        advice="rename the file to .jsonl",
        rule="wrong-extension",
    ),
    Refusal(
        name="a file that is not ready",
        when=CREATION,
        says="File 'file-…' is still being processed and is not ready to be used for fine-tuning. "
        "Please try again later.",
        pattern="still being processed",
        cause="The job came before the service had read the file.",
        advice="wait a minute and launch again: the upload is not made twice",
    ),
    Refusal(
        name="an internal error",
        when="training",
        code="server_error",
        says="The job failed due to an internal error",
        pattern="due to an internal error",
        cause="On the side of the service, or rows that its trainer can't take.",
        advice="launch again; where it fails again, split the file in halves to find the rows",
    ),
)
"""The catalogue, in the order in which it is looked through."""

_LINES = re.compile(r"flagged lines:\s*([0-9][0-9,\s]*)", re.IGNORECASE)
_LINE = re.compile(r"\b(?:example|line) ([0-9]+)\b", re.IGNORECASE)


def explain(status: int | None, code: str | None, message: str) -> Refusal | None:
    """Return the refusal that an answer is, or the error of a job, if the catalogue has it."""
    for each in REFUSALS:
        if re.search(each.pattern, message, re.IGNORECASE):
            return each
    for each in REFUSALS:
        if code and each.code == code and each.status in (None, status):
            return each
    return None


def lines(message: str) -> list[int]:
    """Return the lines of the file that a message names, from 1."""
    listed = _LINES.search(message)
    found = re.findall("[0-9]+", listed[1]) if listed else _LINE.findall(message)
    return list(dict.fromkeys(map(int, found)))
