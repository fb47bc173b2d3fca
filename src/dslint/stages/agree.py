"""Drafts a contract from data that is as it should be: limits that it keeps, with room to grow."""

from __future__ import annotations

from collections.abc import Sequence

from dslint.checks.dataset import spoken
from dslint.config.contract import Contract, Range
from dslint.facts.counts import Lengths
from dslint.facts.languages import available
from dslint.facts.portrait import Portrait
from dslint.stages.stats import Side

FEW_TOOLS = 30
"""Tools up to which a contract names them: more are a catalogue, which grows."""

FEW_PROMPTS = 20
"""Different system prompts up to which their number is agreed on."""


def drafted(sides: Sequence[Side]) -> Contract:
    """Return limits that the sides keep: as wide as half and twice what there is of rows, round
    numbers above the longest answers and turns, and the names of all that occurs.

    Of a dataset's sides, evaluation sets do not count; the first of others is what is trained on.
    """
    own = [side for side in sides if side.name in ("train", "validation")] or [*sides[:1]]
    train = [side.portrait for side in own if side.name != "validation"]
    both, trained = _together([side.portrait for side in own]), _together(train)
    labels = both.labels.found
    whole = labels and sum(met.rows for met in labels.values()) == both.labels.answers
    given = {**both.tools.defined.times, **both.tools.called.times}
    languages = tuple(sorted(spoken(both))) if available() else ()
    least = min((met.rows for met in trained.labels.found.values()), default=0)
    prompts, has_system = len(both.repeats.prompts), both.repeats.chats > 0
    return Contract(
        rows=Range(rounded(trained.records // 2, down=True), rounded(trained.records * 2)),
        turns=_lengths(both.turns, exact=True),
        answer_characters=None if labels else _lengths(both.answers),
        system_prompts=Range(None, prompts) if has_system and prompts <= FEW_PROMPTS else None,
        label_rows=Range(max(1, least // 2), None) if least else None,
        labels=tuple(sorted(labels)) if whole else None,
        roles=tuple(sorted(both.rows.times)) or None,
        tools=tuple(sorted(given)) if 0 < len(given) <= FEW_TOOLS else None,
        languages=languages or None,
    )


def _together(portraits: Sequence[Portrait]) -> Portrait:
    found = Portrait()
    for each in portraits:
        found.join(each)
    return found


def _lengths(lengths: Lengths, *, exact: bool = False) -> Range | None:
    spread = lengths.spread()
    if spread is None:
        return None
    return Range(spread.min, spread.max if exact else rounded(spread.max * 5 // 4))


def rounded(number: int, *, down: bool = False) -> int:
    """Return a number to two digits, the next one up or down."""
    step: int = 10 ** max(0, len(str(number)) - 2)
    return number // step * step if down else -(-number // step) * step
