"""Google Vertex AI: `contents` whose messages are lists of parts, from user and model.

Source: Google's pages on preparing tuning data for Gemini (2026-11). Preference rows are as people
report them.
"""

from __future__ import annotations

from typing import Any

from dslint.formats.pieces import as_json, call, function, image, put, text
from dslint.formats.shape import Format, Row, Turn

_ROLES = {"model": "assistant", "function": "tool"}


def _is_vertex(row: Row) -> bool:
    return type(row.get("contents")) is list


def _turns(row: Row) -> list[Turn]:
    turns: list[Turn] = []
    completions = row.get("completions")
    part = "input" if type(completions) is list else "messages"
    system = row.get("systemInstruction")
    if type(system) is dict:
        message = {"role": "system", "content": _parts(system.get("parts"))}
        put(turns, part, "/systemInstruction", message)
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
            message = {"role": "tool", "content": as_json(result.get("response"))}
            message |= {key: result[key] for key in ("name",) if key in result}
            put(turns, part, f"{base}/{index}/parts/{at}/functionResponse", message)
    if not results or type(parts) is not list or results < len(parts):
        put(turns, part, base, _message(said), index=index)


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


VERTEX = Format(
    "vertex",
    "Vertex AI (Gemini)",
    _is_vertex,
    _turns,
    {"content": "/parts", "tool_calls": "/parts"},
    _tools,
    family="chat",
)
