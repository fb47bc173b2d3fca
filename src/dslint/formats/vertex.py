"""Google Vertex AI: `contents` whose messages are lists of parts, from user and model.

Source: Google's pages on preparing tuning data for Gemini (2026-11). Preference rows are as people
report them.
"""

from __future__ import annotations

from typing import Any

from dslint.formats.content import Unconvertible, is_given
from dslint.formats.conversation import Conversation
from dslint.formats.exchanges import arguments_of, exchanges
from dslint.formats.pieces import as_json, call, from_json, function, image, put, text
from dslint.formats.shape import Format, Row, Turn
from dslint.formats.writing import (
    closed,
    leading,
    leave,
    lose_detail,
    one_answer,
    parts_of,
    role_of,
    surplus,
    two_answers,
    url_of,
    words,
)

_ROLES = {"model": "assistant", "function": "tool"}
_SYSTEM = ("systemInstruction", "system_instruction")


def _is_vertex(row: Row) -> bool:
    return type(row.get("contents")) is list


def _turns(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    completions = row.get("completions")
    part = "input" if type(completions) is list else "messages"
    for key in _SYSTEM:
        if type(system := row.get(key)) is dict:
            message = {"role": "system", "content": _parts(system.get("parts"))}
            put(turns, part, f"/{key}", message)
    contents = row.get("contents")
    for index, said in enumerate(contents if type(contents) is list else ()):
        if type(said) is dict:
            _say(turns, part, said, "/contents", index)
    _sides(turns, completions)
    return turns


def _say(turns: list[Turn], part: str, said: Row, base: str, index: int) -> None:
    parts = said.get("parts")
    results = 0
    for at, each in enumerate(parts if type(parts) is list else ()):
        result = each.get("functionResponse") if type(each) is dict else None
        if type(result) is dict:
            results += 1
            message = {"role": "tool", "content": _answered(result.get("response"))}
            message |= {key: result[key] for key in ("name",) if key in result}
            put(turns, part, f"{base}/{index}/parts/{at}/functionResponse", message)
    if not results or type(parts) is not list or results < len(parts):
        put(turns, part, base, _message(said), index=index)


def _answered(response: object) -> str:
    """Return what a function gave: a text that stands alone under `output` is that text."""
    if type(response) is dict and response.keys() == {"output"}:
        output = response["output"]
        return output if type(output) is str else as_json(response)
    return as_json(response)


def _message(said: Row) -> Row:
    message: Row = {}
    if "role" in said:
        role = said["role"]
        message["role"] = _ROLES.get(role, role) if type(role) is str else role
    parts = said.get("parts")
    calls = [
        call(use.get("name"), use.get("args"), use.get("id"))
        for each in (parts if type(parts) is list else ())
        if type(each) is dict and type(use := each.get("functionCall")) is dict
    ]
    if calls:
        message["tool_calls"] = calls
    if "parts" in said:
        message["content"] = _parts(parts)
    return message


def _parts(parts: object) -> object:
    """Return parts as content parts, each in its own place; what is no list stays."""
    return [_part(each) for each in parts] if type(parts) is list else parts


def _part(part: object) -> object:
    if type(part) is not dict:
        return part
    if "text" in part:
        return text(part["text"])
    for key, place in (("fileData", "fileUri"), ("inlineData", "data")):
        media = part.get(key)
        if type(media) is dict and str(media.get("mimeType")).startswith("image/"):
            prefix = f"data:{media['mimeType']};base64," if key == "inlineData" else ""
            return image(f"{prefix}{media.get(place)}")
    return part


def _sides(turns: list[Turn], completions: object) -> None:
    """Add the better and the worse completion of a preference row, by their scores."""
    if type(completions) is not list:
        return
    last = len(turns) - 1
    scored = [
        (each["score"], at, each["completion"])
        for at, each in enumerate(completions)
        if type(each) is dict
        and type(each.get("score")) in (int, float)
        and type(each.get("completion")) is dict
    ]
    best = max(scored, default=None, key=lambda each: each[0])
    for one in scored:
        part = "preferred" if one is best else "non_preferred"
        put(turns, part, f"/completions/{one[1]}/completion", _message(one[2]), follows=last)


def _tools(row: Row) -> tuple[str, list[Any]]:
    tools = row.get("tools")
    for at, each in enumerate(tools if type(tools) is list else ()):
        declared = each.get("functionDeclarations") if type(each) is dict else None
        if type(declared) is list:
            listed = [_tool(tool) if type(tool) is dict else tool for tool in declared]
            return f"/tools/{at}/functionDeclarations", listed
    return "/tools", []


def _tool(declared: Row) -> Row:
    found = dict(declared)
    if "parameters" in found:
        try:
            found["parameters"] = _schema(found["parameters"])
        except RecursionError:
            del found["parameters"]
    return function(found)


def _schema(value: Any) -> Any:
    """Return a schema with its types as JSON Schema spells them: Google writes them in capitals."""
    if type(value) is list:
        return [_schema(each) for each in value]
    if type(value) is not dict:
        return value
    return {
        key: each.lower() if key == "type" and type(each) is str else _schema(each)
        for key, each in value.items()
    }


_TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")
_SCHEMA_KEYS = frozenset(
    {
        *("type", "format", "title", "description", "nullable", "default", "example", "enum"),
        *("items", "minItems", "maxItems", "properties", "propertyOrdering", "required"),
        *("minProperties", "maxProperties", "minimum", "maximum", "minLength", "maxLength"),
        *("pattern", "anyOf"),
    }
)
"""What Google's schema of parameters has, which is a part of OpenAPI's."""

_MEDIA_TYPES = {
    "jpg": "image/jpeg",
    **{kind: f"image/{kind}" for kind in ("png", "jpeg", "webp", "gif", "bmp", "heic", "heif")},
}


def _write(found: Conversation) -> Row:
    paired = bool(found.preferred and found.non_preferred)
    messages = found.messages if paired else one_answer(found)
    system, rest = leading(messages, found)
    closed(found)
    row: Row = {}
    if system is not None:
        row["systemInstruction"] = {"parts": [{"text": system}]}
    row["contents"] = _contents(rest, found.lost)
    if paired:
        row["completions"] = [
            {"score": score, "completion": _contents([side], found.lost)[0]}
            for score, side in zip((1.0, 0.0), two_answers(found), strict=True)
        ]
    if found.tools:
        row["tools"] = [{"functionDeclarations": [_declared(each, found) for each in found.tools]}]
    return row


def _contents(messages: list[Row], lost: set[str]) -> list[Row]:
    out: list[Row] = []
    for each, calls, replies in exchanges(messages, lost):
        leave(each, lost)
        parts: list[Row] = []
        for part in parts_of(each, lost):
            if part["type"] == "text":
                parts.append({"text": part["text"]})
            elif picture := _picture(part, lost):
                parts.append(picture)
        for call_ in calls:
            use = {"name": call_.name, "args": arguments_of(call_)}
            parts.append({"functionCall": use})
        role = "model" if role_of(each) == "assistant" else "user"
        out.append({"role": role, "parts": parts or [{"text": ""}]})
        results: list[Row] = []
        for call_, reply in zip(calls, replies, strict=False):
            leave(reply, lost)
            response = _response(words(reply, lost))
            results.append({"functionResponse": {"name": call_.name, "response": response}})
        if results:
            out.append({"role": "user", "parts": results})
    return out


def _response(said: str) -> Row:
    """Return what a function gave as an object, of which `_answered` makes the same text again."""
    found = from_json(said)
    return found if type(found) is dict and _answered(found) == said else {"output": said}


def _picture(part: Row, lost: set[str]) -> Row | None:
    """Return a picture at an address; Vertex has to be told of what type it is."""
    url = url_of(part)
    kind = _MEDIA_TYPES.get(url.partition("?")[0].rpartition(".")[2].lower())
    if not (kind and url.startswith(("gs://", "https://", "http://"))):
        lost.add("images")
        return None
    lose_detail(part, lost)
    return {"fileData": {"mimeType": kind, "fileUri": url}}


def _declared(tool: Any, found: Conversation) -> Row:
    inner = tool.get("function") if type(tool) is dict else None
    if type(inner) is not dict:
        raise Unconvertible("a tool is no function")
    declared = {key: inner[key] for key in ("name", "description") if inner.get(key) is not None}
    rest = inner.keys() - {*declared, "parameters"}
    surplus(found, {key for key in rest if is_given(inner[key])})
    if inner.get("parameters") and (schema := _googles(inner["parameters"], found.lost)):
        declared["parameters"] = schema
    return declared


def _googles(schema: Any, lost: set[str]) -> Any:
    """Return a schema as Google spells it, without what it has no words for."""
    if type(schema) is not dict:
        raise Unconvertible("the parameters of a tool are no JSON Schema")
    out: Row = {}
    for key, each in schema.items():
        if key not in _SCHEMA_KEYS:
            lost.add("schemas")
        elif key == "type" and each in _TYPES:
            out[key] = each.upper()
        elif key == "type":
            lost.add("schemas")
            out |= _mixed(each)
        elif key == "items":
            out[key] = _googles(each, lost)
        elif key == "properties" and type(each) is dict:
            out[key] = {name: _googles(one, lost) for name, one in each.items()}
        elif key == "anyOf" and type(each) is list:
            out[key] = [_googles(one, lost) for one in each]
        else:
            out[key] = each
    return out


def _mixed(types: Any) -> Row:
    """Return what can be said of a type that is a list: with null it is nullable."""
    named = [each for each in types if each in _TYPES] if type(types) is list else []
    sound = [each.upper() for each in named if each != "null"]
    nullable: Row = {"nullable": True} if "null" in named else {}
    return {"type": sound[0], **nullable} if len(sound) == 1 else nullable


VERTEX = Format(
    "vertex",
    "Vertex AI (Gemini)",
    _is_vertex,
    _turns,
    {"content": "/parts", "tool_calls": "/parts"},
    _tools,
    family="chat",
    write=_write,
)
