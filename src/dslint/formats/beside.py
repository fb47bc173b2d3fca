"""Pictures that stand beside the messages: `<image>` says where in the text each belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dslint.formats.content import Unconvertible
from dslint.formats.pieces import image, text
from dslint.formats.shape import Row
from dslint.formats.writing import lose_detail, parts_of, url_of

_MARK = re.compile(r"<(image|video|audio)>")
_BESIDE = {"image": "images", "video": "videos", "audio": "audios"}


_ADDRESSES = ("url", "path", "image")


def filled(row: Row) -> Row:
    """Return a row whose parts that stand for pictures, as TRL and Axolotl have them, have the
    addresses: their own, or those beside the messages, in their order.
    """
    lists = {key: each for key, each in row.items() if type(each) is list and key != "images"}
    bare = [part for each in lists.values() for part in _bare(each)]
    if not bare:
        return row
    images = row["images"] if type(row.get("images")) is list else []
    alone = sum(not _address(part) for part in bare)
    if alone != len(images):
        raise Unconvertible(f"{alone} parts stand for pictures, and `images` has {len(images)}")
    waiting = iter(images)
    found = {key: [_with_urls(each, waiting) for each in value] for key, value in lists.items()}
    return {**row, **found, **({"images": []} if images else {})}


def _bare(messages: list[Any]) -> Iterator[Row]:
    for each in messages:
        content = each.get("content") if type(each) is dict else None
        for part in content if type(content) is list else ():
            if type(part) is dict and part.get("type") == "image":
                yield part


def _address(part: Row) -> str:
    return next((part[key] for key in _ADDRESSES if type(part.get(key)) is str), "")


def _with_urls(message: Any, images: Iterator[object]) -> Any:
    if not any(_bare([message])):
        return message
    parts = [
        image(_address(part) or _path(next(images)))
        if type(part) is dict and part.get("type") == "image"
        else part
        for part in message["content"]
    ]
    return {**message, "content": parts}


def _path(found: object) -> object:
    """Return the address of a picture of a column: a text, or an object with its path."""
    return found.get("path") if type(found) is dict else found


def with_media(messages: list[Row], row: Row, lost: set[str]) -> list[Row]:
    """Put the pictures that stand beside the messages where `<image>` stands in them.

    Raises Unconvertible where there are more or fewer of them than of their marks.
    """
    beside = {kind: row.get(key) for kind, key in _BESIDE.items()}
    if not any(type(each) is list and each for each in beside.values()):
        return messages
    images = beside["image"] if type(beside["image"]) is list else []
    marks = sum(
        message["content"].count("<image>")
        for message in messages
        if type(message.get("content")) is str
    )
    if marks != len(images):
        raise Unconvertible(f"`<image>` stands in it {marks} times, and `images` has {len(images)}")
    if beside["video"] or beside["audio"]:
        lost.add("media")
    waiting = iter(images)
    return [
        {**message, "content": _placed(message["content"], waiting)}
        if type(message.get("content")) is str and _MARK.search(message["content"])
        else message
        for message in messages
    ]


def _placed(said: str, images: Any) -> list[Row]:
    pieces = _MARK.split(said)
    parts = [text(pieces[0])] if pieces[0] else []
    for kind, after in zip(pieces[1::2], pieces[2::2], strict=True):
        if kind == "image":
            parts.append(image(next(images)))
        if after:
            parts.append(text(after))
    return parts


def marked(said: Row, images: list[str], lost: set[str]) -> Row:
    """Return a message with `<image>` for each of its pictures, which are added to `images`."""
    if type(said.get("content")) is not list:
        return said
    pieces: list[str] = []
    last = ""
    for part in parts_of(said, lost):
        if part["type"] == "text":
            if last == "text" or not part["text"]:
                lost.add("parts")
            if not part["text"]:
                continue
            pieces += ["\n"] * (last == "text") + [part["text"]]
        else:
            lose_detail(part, lost)
            images.append(url_of(part))
            pieces.append("<image>")
        last = part["type"]
    return {**said, "content": "".join(pieces)}


def verified(texts: list[str], images: list[str]) -> Row:
    """Return the key for pictures, if there are any.

    Raises Unconvertible where a text that says `<image>` would be taken for a picture.
    """
    if not images:
        return {}
    if sum(len(_MARK.findall(each)) for each in texts) != len(images):
        raise Unconvertible("`<image>` stands in its text, and would be taken for a picture")
    return {"images": images}
