"""What prompts and completions have that only the old format needed: found in the data, and taken
off.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from dslint.formats.shape import Row

Key = TypeVar("Key")

SHARE = 0.9
"""The share of texts that must have something for it to be the file's habit."""

FEWEST = 5
"""Rows from which a file can be said to have a habit."""

REACH = 32
"""Characters at the end of a text in which a separator or a stop sequence is looked for."""

MOST = 1_000
"""Different ends, and pairs of speakers, that are counted: those that came first."""

_RULE = r"([#*+&$@%=~^|-])\1{2,}>?"
_ARROW = r"[-=]{1,2}>|→"
_TOKEN = r"<\|[A-Za-z_0-9]{1,24}\|>|</s>|[\[<](?:END|STOP|EOS|EOT)[\]>]|(?<=\s)(?:END|STOP)"

# An end is white space, or marks that nobody writes after a sentence, a bracket or a line of code.
_SEPARATOR = re.compile(rf"(?:\s|{_RULE}|{_ARROW}|(?<=\s)#{{1,2}}(?=\s))+\Z")
_LAST = (*"#*+&$@%=~^|->→]", "END", "STOP")
_STOP = re.compile(rf"(?:\s|{_RULE}|{_TOKEN})+\Z")

_ASKS = "user|human|customer|client|student|patient|visitor|caller|guest|question|q"
_ANSWERS = "agent|assistant|ai|bot|chatbot|support|advisor|operator|answer|a"
_CUE = re.compile(rf"(?:\A|\n)[ \t]*({_ANSWERS}):\s*\Z", re.IGNORECASE)
_ASKER = re.compile(rf"^[ \t]*({_ASKS}):", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Ends:
    """How texts end, and how many do."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, pattern: re.Pattern[str]) -> None:
        self.rows += 1
        tail = text[-REACH:]
        bare = tail.rstrip()
        if bare.endswith(_LAST):
            found = pattern.search(tail)
            end = found[0] if found else ""
        else:
            end = tail[len(bare) :]
        if end and (end in self.counts or len(self.counts) < MOST):
            self.counts[end] += 1

    def join(self, later: Ends) -> None:
        """Add what a later chunk had."""
        self.rows += later.rows
        _join(self.counts, later.counts)

    def common(self) -> str:
        """Return the longest end that nearly all texts have; an empty text where there is none."""
        if self.rows < FEWEST or not self.counts:
            return ""
        (usual, _), *_ = self.counts.most_common(1)
        return next((usual[at:] for at in range(len(usual)) if self.having(usual[at:])), "")

    def having(self, end: str) -> int:
        """Count the texts that end so; 0 where they are not nearly all."""
        rows = sum(count for each, count in self.counts.items() if each.endswith(end))
        return rows if end and rows >= SHARE * self.rows else 0


@dataclass(slots=True)
class Survey:
    """What is remembered of the prompts and completions of a file while it is read once."""

    prompts: Ends = field(default_factory=Ends)
    completions: Ends = field(default_factory=Ends)
    leads: Counter[str] = field(default_factory=Counter)
    speakers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def join(self, later: Survey) -> None:
        """Add what a later chunk had."""
        self.prompts.join(later.prompts)
        self.completions.join(later.completions)
        _join(self.leads, later.leads)
        _join(self.speakers, later.speakers)

    def add(self, prompt: object, completion: object) -> None:
        if type(prompt) is str and prompt:
            self.prompts.add(prompt, _SEPARATOR)
            tail = prompt[-REACH:]
            cue = _CUE.search(tail) if tail.rstrip().endswith(":") else None
            asker = _ASKER.search(prompt) if cue else None
            if cue and asker:
                pair = asker[1], cue[1]
                if pair in self.speakers or len(self.speakers) < MOST:
                    self.speakers[pair] += 1
        if type(completion) is str and completion:
            self.completions.add(completion, _STOP)
            if completion[0].isspace():
                self.leads[completion[0]] += 1


@dataclass(frozen=True, slots=True)
class Habits:
    """What the old format needed and chats don't; each with how many of how many texts have it.

    `separator` ends prompts, `lead` begins completions, `stop` ends them; `speakers` are the names
    by which a dialogue inside the prompts calls who asks and who answers.
    """

    separator: str = ""
    lead: str = ""
    stop: str = ""
    speakers: tuple[str, str] | None = None
    prompts: int = 0
    completions: int = 0
    separated: int = 0
    led: int = 0
    stopped: int = 0
    dialogues: int = 0


def habits(survey: Survey) -> Habits:
    """Return what nearly all rows of a file have."""
    prompts, completions = survey.prompts, survey.completions
    lead, led = _usual(survey.leads, completions.rows) or ("", 0)
    speakers, dialogues = _usual(survey.speakers, prompts.rows) or (None, 0)
    separator, stop = prompts.common(), completions.common()
    return Habits(
        separator=separator,
        lead=lead,
        stop=stop,
        speakers=speakers,
        prompts=prompts.rows,
        completions=completions.rows,
        separated=prompts.having(separator),
        led=led,
        stopped=completions.having(stop),
        dialogues=dialogues,
    )


def _join(counts: Counter[Key], later: Counter[Key]) -> None:
    for each, rows in later.items():
        if each in counts or len(counts) < MOST:
            counts[each] += rows


def _usual(counts: Counter[Key], rows: int) -> tuple[Key, int] | None:
    """Return what nearly all of so many rows have, and how many do."""
    for usual, count in counts.most_common(1):
        if rows >= FEWEST and count >= SHARE * rows:
            return usual, count
    return None


def renewed(messages: Iterable[Row], known: Habits, notes: set[str]) -> list[Row]:
    """Return the messages of a prompt and its completion without what the old format needed.

    An empty prompt is no message. Of a dialogue, the answers inside the prompt have the weight 0:
    of the old row, too, only the completion was learned.
    """
    found: list[Row] = []
    for message in messages:
        said = message.get("content")
        if type(said) is not str:
            found.append(message)
        elif message.get("role") == "user":
            found += _asked(said, known, notes)
        else:
            answer = said.removesuffix(known.stop).removeprefix(known.lead)
            if not answer:
                notes.add("empty-answers")
            found.append({"role": "assistant", "content": answer})
    return found


def _asked(prompt: str, known: Habits, notes: set[str]) -> list[Row]:
    if known.speakers and (turns := split(prompt, *known.speakers)):
        return turns
    if known.speakers:
        notes.add("no-dialogue")
    said = prompt.removesuffix(known.separator)
    if not said:
        notes.add("no-prompt")
        return []
    return [{"role": "user", "content": said}]


def split(prompt: str, asks: str, answers: str) -> list[Row]:
    """Return the turns of a dialogue that a prompt holds, what stands before them as the system's.

    None where it has no turn of who asks, or does not end with the name of who answers.
    """
    names = re.compile(rf"^[ \t]*({re.escape(asks)}|{re.escape(answers)}):[ \t]?", re.MULTILINE)
    before, *rest = names.split(prompt)
    spoken = [(who, said.strip()) for who, said in zip(rest[::2], rest[1::2], strict=True)]
    if not spoken or spoken.pop() != (answers, "") or all(who != asks for who, _ in spoken):
        return []
    turns: list[Row] = []
    context = _SEPARATOR.sub("", before).strip()
    if context:
        turns.append({"role": "system", "content": context})
    for who, said in spoken:
        if who == asks:
            turns.append({"role": "user", "content": said})
        else:
            turns.append({"role": "assistant", "content": said, "weight": 0})
    return turns
