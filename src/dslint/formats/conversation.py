"""The noun between formats: any row is read into a conversation, and written from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dslint.formats.shape import Row

LOSSES: Mapping[str, str] = {
    "extra-keys": "keys that the format does not have",
    "images": "pictures that the format can't hold, or whose address it can't reach",
    "media": "video, audio and documents",
    "weights": "weights of rows and of messages, such as 0 for what is not learned",
    "rejected": "the answers that were not preferred (--to preference keeps them)",
    "reasoning": "the reasoning of answers (--reasoning inline keeps it in their text)",
    "scores": "the scores of answers",
    "choices": "the answers beyond the first that were given to a request",
    "tools": "tools that are no functions, or that the format has no place for",
    "tool-ids": "the ids of tool calls, and the order of their replies",
    "schemas": "what the format can't say of a tool's parameters",
    "remarks": "what is said beside a call",
    "names": "the names of speakers",
    "roles": "whose words they are: the system's stand before the user's",
    "turns": "where a message ends and the next of the same speaker begins",
    "parts": "where a part of a message ends and the next begins",
    "refusals": "that an answer is a refusal: it is text like others",
}
"""What a conversion can lose, by the names that allow it."""


@dataclass(slots=True)
class Conversation:
    """A row, whatever it was: messages in OpenAI's shape, and the two answers of a preference.

    `settings` are keys such as `parallel_tool_calls`, `graded` a grader's fields, and `label` says
    whether the answer is a good one, where somebody has; `row_weight` scales the loss of the row.
    `unanswered` are the rows of formats that have no answers at all; `apart` those with pictures
    that only the trainer of their own format can reach. `lost` names what was left out (see
    `LOSSES`), `notes` what had to be changed or made up; `leftovers` are keys that have no place.
    """

    messages: list[Row] = field(default_factory=list)
    preferred: list[Row] = field(default_factory=list)
    non_preferred: list[Row] = field(default_factory=list)
    tools: list[Any] | None = None
    settings: Row = field(default_factory=dict)
    graded: Row = field(default_factory=dict)
    label: bool | None = None
    row_weight: float | None = None
    unanswered: bool = False
    apart: bool = False
    lost: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    leftovers: set[str] = field(default_factory=set)
