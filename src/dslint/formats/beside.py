"""Pictures that stand beside the messages: `<image>` says where in the text each belongs."""

from __future__ import annotations

import re
from typing import Any

from dslint.formats.content import Unconvertible
from dslint.formats.pieces import image, text
from dslint.formats.shape import Row
from dslint.formats.writing import lose_detail, parts_of, url_of

_MARK = re.compile(r"<(image|video|audio)>")
_BESIDE = {"image": "images", "video": "videos", "audio": "audios"}


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
