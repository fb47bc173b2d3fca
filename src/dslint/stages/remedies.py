"""What could be done to rows before they are trained on: looked for in all of them once, proposed,
and done to each where it was agreed to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dslint.facts.batch import Batch
from dslint.facts.hashes import canonical_hash
from dslint.facts.measure import may_exceed, measures
from dslint.formats.shape import Row
from dslint.model import Record
from dslint.stages.beginnings import ANSWER, PROMPT, SHOWN, Texts

MOST_LABELS, LABEL = 100, 60
"""Different answers, and characters of one, up to which answers can be labels."""

MOST = 1_000
"""Different answers that are counted."""

DROPS = ("empty-answers", "duplicates", "long-rows")
"""Remedies that leave rows out, in this order."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text before and after a remedy; `after` is None for a row that is left out."""

    before: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that could be done: its name, what it does, to how many rows, why; two examples.

    Without a `needed` one nothing can be written.
    """

    name: str
    does: str
    why: str
    rows: int
    examples: tuple[Example, ...] = ()
    needed: bool = False


@dataclass(slots=True)
class Found:
    """Rows that a remedy is about, and the first of them."""

    rows: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, before: str, after: str | None = None) -> None:
        self.rows += 1
        if len(self.examples) < SHOWN:
            self.examples.append(Example(before, after))


@dataclass(slots=True)
class Survey:
    """What is remembered of rows that are chats, or preferences, while they are read once.

    `context` is the most tokens of a row.
    """

    context: int | None = None
    rows: int = 0
    dropped: dict[str, Found] = field(default_factory=lambda: {name: Found() for name in DROPS})
    prompts: Texts = field(default_factory=Texts)
    answers: Texts = field(default_factory=Texts)
    labels: Counter[str] = field(default_factory=Counter)
    spaced: Found = field(default_factory=Found)
    seen: set[str] = field(default_factory=set)

    def add(self, row: Row, raw: bytes) -> None:
        """Look at a row; one that would be left out counts only as that."""
        self.rows += 1
        prompt, answer = _prompt(row), _answer(row)
        if name := self.fault(row, raw):
            self.dropped[name].add(f"{head(prompt or '')} → {head(answer or '')}")
            return
        if "messages" not in row:
            return  # the sides of a preference are compared: what they share stays
        if prompt is not None:
            self.prompts.add(prompt)
        if answer is not None:
            self.answers.add(answer)
            if answer[:1] == " " and not answer[1:2].isspace():  # more of them are an indentation
                self.spaced.add(head(answer), head(answer[1:]))
            if len(self.labels) < MOST or answer in self.labels:
                self.labels[answer] += 1

    def fault(self, row: Row, raw: bytes, but: Iterable[str] = ()) -> str:
        """Return the name of the remedy that leaves a row out, if one does that is not in `but`."""
        if "empty-answers" not in but and is_empty(row):
            return "empty-answers"
        if "duplicates" not in but:
            hash = canonical_hash(row)
            if hash in self.seen:
                return "duplicates"
            self.seen.add(hash)
        if "long-rows" not in but and self.context is not None and is_long(row, raw, self.context):
            return "long-rows"
        return ""

    @property
    def classes(self) -> dict[str, int]:
        """Return the labels with their rows, most first, where answers look like labels."""
        few = min(MOST_LABELS, max(2, self.answers.rows // 10))
        if not 2 <= len(self.labels) <= few or self.answers.rows < 20:
            return {}
        if any(len(label) > LABEL or "\n" in label for label in self.labels):
            return {}
        return dict(self.labels.most_common())


@dataclass(frozen=True, slots=True)
class Changes:
    """What is done to the texts of rows: beginnings that are taken off, lower case, and no space
    before the answer.
    """

    prompt_prefix: str = ""
    answer_prefix: str = ""
    lower_prompts: bool = False
    lower_answers: bool = False
    unspaced: bool = False

    def __bool__(self) -> bool:
        return self != Changes()


def remedies(survey: Survey) -> Iterator[Remedy]:
    """Yield what could be done to the rows, in the order in which it would be."""
    for name, does, why in (
        ("empty-answers", "whose answer is missing or empty", "there is nothing to be learned"),
        (
            "duplicates",
            "that say what an earlier one says",
            "what stands there twice is learned twice as much",
        ),
        (
            "long-rows",
            f"of more than {survey.context or 0:,} tokens",
            "models take no more: they would be cut, or the file refused",
        ),
    ):
        found = survey.dropped[name]
        if found.rows:
            yield Remedy(name, f"leave out rows {does}", why, found.rows, tuple(found.examples))
    for side, texts in (("prompts", survey.prompts), ("answers", survey.answers)):
        if texts.shouts:
            yield Remedy(
                f"capital-{side}",
                f"write all {side} in lower case",
                "more than a third of their letters are capitals, which models read badly",
                texts.rows,
                tuple(Example(text, text.lower()) for text in texts.shown),
            )
    if survey.spaced.rows:
        yield Remedy(
            "answer-space",
            "take the space off the beginning of answers",
            "some begin with one and others don't: it was the old format's",
            survey.spaced.rows,
            tuple(survey.spaced.examples),
        )
    if prefix := survey.prompts.beginning(PROMPT):
        yield Remedy(
            "prompt-prefix",
            f"take `{prefix}` off the beginning of all prompts",
            "what every prompt begins with is learned from the answers; say it no more afterwards",
            survey.prompts.rows,
            tuple(Example(text, text.removeprefix(prefix)) for text in survey.prompts.shown),
        )
    if prefix := survey.answers.beginning(ANSWER):
        yield Remedy(
            "answer-prefix",
            f"take `{prefix}` off the beginning of all answers",
            "what every answer begins with says nothing",
            survey.answers.rows,
            tuple(Example(text, text.removeprefix(prefix)) for text in survey.answers.shown),
        )


def changes(survey: Survey, agreed: set[str]) -> Changes:
    """Return what is done to texts, of the remedies that were agreed to."""
    prompts, answers = survey.prompts, survey.answers
    return Changes(
        prompts.beginning(PROMPT) if "prompt-prefix" in agreed else "",
        answers.beginning(ANSWER) if "answer-prefix" in agreed else "",
        "capital-prompts" in agreed,
        "capital-answers" in agreed,
        "answer-space" in agreed,
    )


def changed(row: Row, what: Changes) -> Row:
    """Return a row with its texts changed; the row itself stays as it is."""
    messages = row["messages"]
    asked = next((at for at, each in enumerate(messages) if each.get("role") == "user"), -1)
    last = len(messages) - 1
    return {
        **row,
        "messages": [
            _changed(each, what, at == asked, at == last) for at, each in enumerate(messages)
        ],
    }


def _changed(message: Row, what: Changes, first: bool, last: bool) -> Row:
    text, role = message.get("content"), message.get("role")
    if type(text) is not str or role not in ("user", "assistant"):
        return message
    if role == "user":
        text = text.removeprefix(what.prompt_prefix) if first else text
        text = text.lower() if what.lower_prompts else text
    else:
        text = text.removeprefix(what.answer_prefix) if last else text
        if what.unspaced and last and not text[1:2].isspace():
            text = text.removeprefix(" ")
        text = text.lower() if what.lower_answers else text
    return {**message, "content": text}


def is_empty(row: Row) -> bool:
    """Say whether a row has no answer, or one that says nothing and calls nothing; of a preference,
    one of the two.
    """
    if "messages" not in row:
        sides = (row.get("preferred_output"), row.get("non_preferred_output"))
        return any(not side or _says_nothing(side[-1]) for side in sides)
    answers = [each for each in row["messages"] if each.get("role") == "assistant"]
    if not answers:
        return True
    return row["messages"][-1] is answers[-1] and _says_nothing(answers[-1])


def _says_nothing(answer: Row) -> bool:
    said = answer.get("content")
    calls = answer.get("tool_calls") or answer.get("function_call")
    return not calls and (said in (None, []) or (type(said) is str and not said.strip()))


def is_long(row: Row, raw: bytes, most: int) -> bool:
    """Say whether a row has more than so many tokens; only one of so many bytes is counted."""
    if len(raw) <= most:
        return False
    batch = Batch([Record(1, raw, row, "chat" if "messages" in row else "preference")])
    found = measures(batch, may_exceed(batch, most))
    return any(measure.counted.longest > most for measure in found)


def head(text: str, most: int = 44) -> str:
    """Return the beginning of a text, as an example shows it."""
    return text if len(text) <= most else text[: most - 1] + "…"


def tail(text: str, most: int = 36) -> str:
    """Return the end of a text, as an example shows it."""
    return text if len(text) <= most else "…" + text[1 - most :]


def _prompt(row: Row) -> str | None:
    """Return what a chat's user says first; of a preference, before its sides."""
    asked = row.get("messages") or (row.get("input") or {}).get("messages") or ()
    for message in asked:
        if message.get("role") == "user":
            said: Any = message.get("content")
            return said if type(said) is str else None
    return None


def _answer(row: Row) -> str | None:
    """Return a chat's last answer, or a preference's preferred one."""
    last = (row.get("messages") or row.get("preferred_output") or [{}])[-1]
    said = last.get("content") if last.get("role") == "assistant" else None
    return said if type(said) is str else None
