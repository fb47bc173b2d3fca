"""Reads a rule page: a Markdown file that is definition, documentation and test at once."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dslint.errors import PageError, did_you_mean
from dslint.model import FATES, LEVELS, Example, Rule, Source
from dslint.rulebook import remedy

TABLES = (
    *("defect", "file", "record", "message", "tool_call", "tool", "image"),
    *("secret", "personal", "dataset", "twin", "near", "overlap", "totals"),
)
"""What a rule can be over: the tables of facts, each documented in `rules/README.md`."""

KEYS: dict[str, type | tuple[type, ...]] = {
    "over": str,
    "at": str,
    "mark": str,
    "message": str,
    "formats": list,
    "level": str,
    "since": str,
    "source": str,
    "link": str,
    "read": (date, str),
    "fold": str,
    "preview": bool,
    "deprecated": str,
    "aliases": list,
    "check": str,
    "label": bool,
    "fix": (str, dict),
    "applicability": str,
    "fate": dict,
    "options": dict,
}
"""The keys of a page's toml block, and what each holds."""

WORDS: dict[str, tuple[str, ...]] = {
    "over": TABLES,
    "level": LEVELS,
    "source": ("official", "observed", "inferred"),
    "fold": ("file",),
    "applicability": ("safe", "unsafe", "shown"),
}
"""The keys that take one word of a few."""

_FENCE = re.compile(r"^(`{3,})\s*(\S.*)?$")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: the words of its info string, its text, and the page's line on which the text
    begins.
    """

    info: tuple[str, ...]
    text: str
    line: int


def fences(text: str) -> Iterator[Fence]:
    """Yield the fenced blocks of a page, in order. One that is never closed runs to the end, as in
    Markdown.
    """
    ticks, info, begin, inside = "", (), 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        found = _FENCE.match(line)
        if ticks:
            if found and found[1].startswith(ticks) and not found[2]:
                yield Fence(info, "\n".join(inside), begin)
                ticks = ""
            else:
                inside.append(line)
        elif found:
            ticks, info = found[1], tuple((found[2] or "").split())
            begin, inside = number + 1, []
    if ticks:
        yield Fence(info, "\n".join(inside), begin)


def read(path: Path) -> Rule:
    """Read the page at `path`. Raises PageError, which names the file and the line, for whatever is
    wrong with it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(f"{path}: can't be read: {error}") from None
    return parse(text.replace("\r\n", "\n"), path)


def parse(text: str, path: Path) -> Rule:
    """Make a rule of a page's text. Its name and group are the names of its file and folder."""
    title, summary = _opening(text, path)
    blocks = list(fences(text))
    toml = next((each for each in blocks if each.info[:1] == ("toml",)), None)
    if toml is None:
        raise PageError(f"{path}:1: has no ```toml block; a rule page needs one")
    block = _block(toml, path)
    sql = next((each for each in blocks if each.info[:1] == ("sql",)), None)
    bindings = [name for name in ("check", "label") if block.get(name)] + ["sql"] * (
        sql is not None
    )
    if len(bindings) != 1:
        said = " and ".join(bindings) or "none of them"
        raise PageError(
            f"{path}:{toml.line}: a rule is bound by a ```sql block, by `check` or by "
            "`label = true`; "
            f"this page has {said}"
        )
    if not _NAME.fullmatch(path.stem):
        raise PageError(f"{path}:1: the file's name is the rule's name: use lower case and hyphens")
    read = block.get("read")
    return Rule(
        name=path.stem,
        group=path.parent.name,
        title=title,
        summary=summary,
        over=block["over"],
        message=block["message"],
        level=block["level"],
        source=Source(block["source"], block.get("link"), str(read) if read else None),
        path=str(path),
        at=block.get("at", ""),
        mark=block.get("mark"),
        formats=tuple(block.get("formats", ())),
        fate=block.get("fate", {}),
        options=block.get("options", {}),
        since=block.get("since", "0.1"),
        fold=block.get("fold"),
        preview=block.get("preview", False),
        deprecated=block.get("deprecated"),
        aliases=tuple(block.get("aliases", ())),
        sql=sql.text.strip() if sql else None,
        check=block.get("check"),
        labelled=block.get("label", False),
        fix=remedy.fix_of(block),
        examples=tuple(_examples(blocks, path)),
    )


def _opening(text: str, path: Path) -> tuple[str, str]:
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if not lines[start].startswith("# "):
        raise PageError(
            f"{path}:{start + 1}: a rule page begins with a title: `# The defect, as a sentence`"
        )
    paragraph: list[str] = []
    for line in lines[start + 1 :]:
        if line.startswith(("#", "```")):
            break
        if line.strip():
            paragraph.append(line.strip())
        elif paragraph:
            break
    if not paragraph:
        raise PageError(
            f"{path}:{start + 2}: below the title, say in one paragraph what to do about it"
        )
    return lines[start][2:].strip(), " ".join(paragraph)


def _block(fence: Fence, path: Path) -> dict[str, Any]:
    """Read the toml block and hold it to `KEYS`."""

    def place(key: str) -> str:
        lines = fence.text.split("\n")
        found = (
            at for at, line in enumerate(lines) if re.match(rf"\s*\[?{re.escape(key)}\b", line)
        )
        return f"{path}:{fence.line + next(found, 0)}"

    try:
        block = tomllib.loads(fence.text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = fence.line + int(at[1]) - 1 if at else fence.line
        raise PageError(f"{path}:{line}: the toml block can't be read: {error}") from None
    for key, value in block.items():
        if key not in KEYS:
            raise PageError(
                f"{place(key)}: `{key}` is no key of a rule page{did_you_mean(key, KEYS)}"
            )
        if not isinstance(value, KEYS[key]):
            raise PageError(f"{place(key)}: `{key}` holds the wrong kind of value: {value!r}")
        if key in WORDS and value not in WORDS[key]:
            what = "table" if key == "over" else key
            known = ", ".join(f"`{word}`" for word in WORDS[key])
            hint = did_you_mean(str(value), WORDS[key])
            raise PageError(f"{place(key)}: `{value}` is no {what}{hint} ({what}s: {known})")
    for key in ("over", "message", "level", "source"):
        if key not in block:
            raise PageError(f"{path}:{fence.line}: the toml block lacks `{key}`")
    for target, fate in block.get("fate", {}).items():
        if fate not in FATES:
            raise PageError(f"{place(target)}: `{fate}` is no fate{did_you_mean(str(fate), FATES)}")
    if "mark" in block:
        try:
            re.compile(block["mark"])
        except re.error as error:
            raise PageError(f"{place('mark')}: `mark` is no regular expression: {error}") from None
    if wrong := remedy.complaint(block):
        raise PageError(f"{place('fix' if 'fix' in block else 'applicability')}: {wrong}")
    return block


def _examples(blocks: list[Fence], path: Path) -> Iterator[Example]:
    for fence in blocks:
        if len(fence.info) < 2 or fence.info[0] not in ("jsonl", "bytes"):
            continue
        kind = fence.info[1]
        if kind not in ("bad", "good", "fixed", "with"):
            raise PageError(
                f"{path}:{fence.line - 1}: an example is `bad`, `good` or `fixed`, or `with` one; "
                f"not `{kind}`"
            )
        settings = dict(word.split("=", 1) for word in fence.info[2:] if "=" in word)
        if fence.info[0] == "jsonl":
            data = (fence.text + "\n").encode() if fence.text else b""
        else:
            try:
                data = ast.literal_eval(
                    "b'" + fence.text.replace("\n", "").replace("'", "\\'") + "'"
                )
            except (SyntaxError, ValueError) as error:
                raise PageError(
                    f"{path}:{fence.line}: not the inside of a bytes literal: {error}"
                ) from None
        yield Example(kind, data, fence.line, settings)
