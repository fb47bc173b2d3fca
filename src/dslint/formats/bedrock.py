"""Amazon Bedrock: the Converse shape of Nova and Llama, and the messages of Claude.

Source: Bedrock's and Nova's pages on preparing training data (2026-11).
"""

from __future__ import annotations

from typing import Any

from dslint.formats.content import Unconvertible, is_given
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import arguments_of, calls_of, told_by_id
from dslint.formats.pieces import as_json, call, first_of, function, image, put, text
from dslint.formats.shape import Format, Row, Turn, chain, top_level_tools
from dslint.formats.writing import (
    REASONING,
    closed,
    leading,
    leave,
    one_answer,
    parts_of,
    role_of,
    surplus,
    url_of,
    without_tools,
    words,
)

_BLOCKS = frozenset(
    {"text", "image", "video", "document", "toolUse", "toolResult", "reasoningContent"}
)


def _is_converse(row: Row) -> bool:
    if type(row.get("messages")) is not list:
        return False
    block = first_of(first_of(row["messages"]).get("content"))
    if "schemaVersion" in row or (block.keys() & _BLOCKS and "type" not in block):
        return True
    system = first_of(row.get("system"))
    return "text" in system and "type" not in system


def _is_claude(row: Row) -> bool:
    return type(row.get("messages")) is list and "system" in row and not _is_converse(row)


def _converse(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    if "system" in row:
        put(turns, "messages", "/system", {"role": "system", "content": _parts(row["system"])})
    messages = row.get("messages")
    for index, said in enumerate(messages if type(messages) is list else ()):
        if type(said) is dict:
            _results(turns, said, f"/messages/{index}/content")
            if not _only_results(said):
                put(turns, "messages", "/messages", _message(said), index=index)
    return turns


def _message(said: Row) -> Row:
    message = {key: value for key, value in said.items() if key != "content"}
    blocks = said.get("content")
    calls = [
        call(use.get("name"), use.get("input"), use.get("toolUseId"))
        for block in (blocks if type(blocks) is list else ())
        if type(use := _under(block, "toolUse")) is dict
    ]
    if calls:
        message["tool_calls"] = calls
    if reasoning := _reasoning(blocks):
        message["reasoning_content"] = reasoning
    if "content" in said:
        message["content"] = _parts(blocks)
    return message


def _results(turns: list[Turn], said: Row, base: str) -> None:
    """Add a turn for each tool result: Converse has them inside the user's message."""
    blocks = said.get("content")
    for index, block in enumerate(blocks if type(blocks) is list else ()):
        result = _under(block, "toolResult")
        if type(result) is dict:
            message = {"role": "tool", "content": _parts(result.get("content"))}
            if "toolUseId" in result:
                message["tool_call_id"] = result["toolUseId"]
            put(turns, "messages", f"{base}/{index}/toolResult", message)


def _only_results(said: Row) -> bool:
    blocks = said.get("content")
    return (
        bool(blocks) and type(blocks) is list and all(_under(each, "toolResult") for each in blocks)
    )


def _under(block: object, key: str) -> Any:
    return block.get(key) if type(block) is dict else None


def _reasoning(blocks: object) -> str:
    found = [
        _under(_under(_under(block, "reasoningContent"), "reasoningText"), "text")
        for block in (blocks if type(blocks) is list else ())
    ]
    return "\n".join(each for each in found if type(each) is str)


def _parts(blocks: object) -> object:
    """Return a list of blocks as content parts, each in its own place; what is no list stays."""
    return [_part(block) for block in blocks] if type(blocks) is list else blocks


def _part(block: object) -> object:
    if type(block) is not dict:
        return block
    if "text" in block:
        return text(block["text"])
    if "json" in block:
        return text(as_json(block["json"]))
    if "image" in block:
        source = _under(block["image"], "source")
        return image(_under(_under(source, "s3Location"), "uri") or _under(source, "bytes"))
    return block


def _tools(row: Row) -> tuple[str, list[Any]]:
    tools = _under(row.get("toolConfig"), "tools")
    if type(tools) is not list:
        return top_level_tools(row)
    return "/toolConfig/tools", [_tool(each) for each in tools]


def _tool(tool: object) -> object:
    spec = _under(tool, "toolSpec")
    if type(spec) is not dict:
        return tool
    found = {key: value for key, value in spec.items() if key != "inputSchema"}
    if "inputSchema" in spec:
        found["parameters"] = _under(spec["inputSchema"], "json")
    return function(found)


def _claude(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    if row.get("system"):
        put(turns, "messages", "/system", {"role": "system", "content": row["system"]})
    start = len(turns)
    return turns + chain(
        "messages", "/messages", row.get("messages"), follows=start - 1, start=start
    )


_IMAGES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}


def _write_converse(found: Conversation) -> Row:
    system, rest = leading(one_answer(found), found)
    closed(found)
    row: Row = {"schemaVersion": "bedrock-conversation-2024"}
    if system is not None:
        row["system"] = [{"text": system}]
    if found.tools:
        row["toolConfig"] = {"tools": [_spec(each, found) for each in found.tools]}
    messages: list[Row] = []
    for each in told_by_id(rest):
        _add(messages, *_blocks(each, found.lost), found.lost)
    return {**row, "messages": messages}


def _add(messages: list[Row], role: str, blocks: list[Row], lost: set[str]) -> None:
    """Add a message; speakers must take turns, so one by the same speaker joins the one before."""
    if not messages or messages[-1]["role"] != role:
        messages.append({"role": role, "content": blocks})
        return
    before = messages[-1]["content"]
    if not (before and "toolResult" in before[-1]):
        lost.add("turns")
    elif not all("toolResult" in each for each in before):
        raise Unconvertible("a tool answers, and not right after its call")
    before += blocks


def _blocks(message: Row, lost: set[str]) -> tuple[str, list[Row]]:
    role = role_of(message)
    leave(message, lost, REASONING)
    if role == "tool":
        said = [{"text": words(message, lost)}]
        result = {"toolUseId": message.get("tool_call_id"), "content": said}
        return "user", [{"toolResult": result}]
    thought = next((message[key] for key in REASONING if message.get(key)), "")
    blocks: list[Row] = []
    if thought:
        blocks.append({"reasoningContent": {"reasoningText": {"text": thought}}})
    for part in parts_of(message, lost):
        if part["type"] == "text":
            blocks.append({"text": part["text"]})
        elif picture := _picture(part):
            blocks.append(picture)
        else:
            lost.add("images")
    for each in calls_of(message):
        use = {"toolUseId": each.id, "name": each.name, "input": arguments_of(each)}
        blocks.append({"toolUse": use})
    return role, blocks or [{"text": ""}]


def _picture(part: Row) -> Row | None:
    """Return a picture in a bucket; pictures elsewhere can't be trained on."""
    url = url_of(part)
    kind = _IMAGES.get(url.rpartition(".")[2].lower())
    if not (kind and url.startswith("s3://")):
        return None
    return {"image": {"format": kind, "source": {"s3Location": {"uri": url}}}}


def _spec(tool: Any, found: Conversation) -> Row:
    function = tool.get("function") if type(tool) is dict else None
    if type(function) is not dict:
        raise Unconvertible("a tool is no function")
    known = {key: function[key] for key in ("name", "description") if function.get(key) is not None}
    rest = function.keys() - {*known, "parameters"}
    surplus(found, {key for key in rest if is_given(function[key])})
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    return {"toolSpec": {**known, "inputSchema": {"json": schema}}}


def _write_claude(found: Conversation) -> Row:
    messages = one_answer(found)
    without_tools(found, messages, CLAUDE.title)
    system, rest = leading(messages, found)
    closed(found)
    row: Row = {} if system is None else {"system": system}
    said: list[Row] = []
    for each in rest:
        leave(each, found.lost)
        role, text = role_of(each), words(each, found.lost)
        if said and said[-1]["role"] == role:
            found.lost.add("turns")
            said[-1]["content"] += f"\n\n{text}"
        else:
            said.append({"role": role, "content": text})
    return {**row, "messages": said}


CONVERSE = Format(
    "bedrock-converse",
    "Bedrock Converse",
    _is_converse,
    _converse,
    {"tool_calls": "/content", "reasoning_content": "/content", "tool_call_id": "/toolUseId"},
    _tools,
    family="chat",
    write=_write_converse,
)
CLAUDE = Format(
    "bedrock-claude", "Bedrock Claude", _is_claude, _claude, family="chat", write=_write_claude
)
