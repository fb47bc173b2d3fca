"""What OpenAI's API leaves behind: requests with their answers, as stored, as logged, as batches.

Source: OpenAI's published API specification (2026-08): chat completions, and the files of batches.
"""

from __future__ import annotations

from typing import Any

from dslint.formats.content import Unconvertible
from dslint.formats.pieces import first_of
from dslint.formats.shape import Format, Row, Turn, chain

_ANSWER = frozenset({"role", "content", "tool_calls", "function_call", "refusal", "name"})
_ANSWER |= {"reasoning_content", "reasoning", "thinking"}
"""Keys of an answer that are the conversation's; others are about it."""


def _is_batch_input(row: Row) -> bool:
    return "custom_id" in row and "body" in row and "url" in row


def _is_batch_output(row: Row) -> bool:
    return "custom_id" in row and "response" in row


def _is_stored(row: Row) -> bool:
    return type(row.get("choices")) is list and (
        row.get("object") == "chat.completion" or "message" in first_of(row["choices"])
    )


def _is_log(row: Row) -> bool:
    request, response = _asked(row), _answered(row)
    return (
        "custom_id" not in row
        and type(request[1].get("messages")) is list
        and type(response[1].get("choices")) is list
        and request[0] != response[0]
    )


def _asked(row: Row) -> tuple[str, Row]:
    """Return where a row has its request, and that request."""
    for key in ("request", "body", "input"):
        inner = row.get(key)
        if type(inner) is dict:
            body = inner.get("body")
            return (f"/{key}/body", body) if type(body) is dict else (f"/{key}", inner)
    return "", row


def _answered(row: Row) -> tuple[str, Row]:
    """Return where a row has its response, and that response."""
    for key in ("response", "output"):
        inner = row.get(key)
        if type(inner) is dict:
            body = inner.get("body")
            return (f"/{key}/body", body) if type(body) is dict else (f"/{key}", inner)
    return "", row


def _turns(row: Row) -> list[Turn]:
    """Read the messages of the request, and the first of the answers."""
    base, request = _asked(row)
    turns = chain("messages", f"{base}/messages", request.get("messages"))
    base, response = _answered(row)
    message = first_of(response.get("choices")).get("message")
    if type(message) is dict:
        answer = {key: each for key, each in message.items() if key in _ANSWER and each is not None}
        if "content" in message and not answer.keys() & {"tool_calls", "function_call"}:
            answer["content"] = message["content"]
        answer.setdefault("role", "assistant")
        turns.append(Turn("messages", f"{base}/choices/0/message", None, answer, len(turns) - 1))
    return turns


def _tools(row: Row) -> tuple[str, list[Any]]:
    for base, holder in (_asked(row), _answered(row)):
        for key in ("tools", "functions"):
            if type(found := holder.get(key)) is list:
                return f"{base}/{key}", found
    return "/tools", []


def settled(row: Row, lost: set[str], notes: set[str]) -> Row:
    """Return the settings of a row's request that are a chat's, and say what its answer is not.

    Raises Unconvertible where the request failed, or one of the two is missing.
    """
    request, response = _asked(row)[1], _answered(row)[1]
    whole = row.get("response")
    status = whole.get("status_code", 200) if type(whole) is dict else 200
    if row.get("error") or response.get("error") or (type(status) is int and status >= 400):
        raise Unconvertible(f"its request failed{f' ({status})' if status != 200 else ''}")
    if type(request.get("messages")) is not list:
        if "input" in request:
            raise Unconvertible("its request is one of the Responses API, and chats are read")
        raise Unconvertible("it has an answer and no question: --join names the file with those")
    choices = response.get("choices")
    if type(choices) is not list:
        raise Unconvertible("it has a question and no answer: --join names the file with those")
    if len(choices) > 1:
        lost.add("choices")
    if first_of(choices).get("finish_reason") in ("length", "content_filter"):
        notes.add("cut-off")
    parallel = request.get("parallel_tool_calls")
    return {"parallel_tool_calls": parallel} if type(parallel) is bool else {}


BATCH_INPUT = Format(
    "openai-batch-input", "OpenAI batch requests", _is_batch_input, _turns, tools=_tools
)
BATCH_OUTPUT = Format(
    "openai-batch-output", "OpenAI batch results", _is_batch_output, _turns, tools=_tools
)
STORED_COMPLETION = Format(
    "openai-stored-completion", "OpenAI stored completions", _is_stored, _turns, tools=_tools
)
LOG = Format("openai-log", "requests with their responses", _is_log, _turns, tools=_tools)

LOGS = (BATCH_INPUT, BATCH_OUTPUT, STORED_COMPLETION, LOG)
"""Formats whose rows are requests, answers or both, with much about them that no chat has."""
