"""What a fix takes away, as a line of the file that it is kept in."""

from __future__ import annotations

from typing import Any

import orjson

from dslint.model import Rule
from dslint.stages.mending import Loss


def listed(file: str, loss: Loss, rule: Rule) -> bytes:
    """Write what was taken away: where it stood, why, and the row or the value itself."""
    reason = f"{rule.name}: {rule.title[:1].lower()}{rule.title[1:]}"
    found: dict[str, Any] = {"file": file, "line": loss.line, "reason": reason}
    try:
        orjson.loads(loss.raw)
        raw = loss.raw.replace(b"\n", b" ").strip()
        found["row" if loss.whole else "value"] = orjson.Fragment(raw)
    except ValueError:
        found["text"] = loss.raw.decode("utf-8", "backslashreplace")
    return orjson.dumps(found) + b"\n"
