"""How answers begin: their first words, and those of refusals."""

from __future__ import annotations

import re

LONGEST = 24

_OPENING = re.compile(r"\s*((?:[^\s.,;:!?、。，！？：；]+[^\S\n]*){1,3}[.,;:!?、。，！？：；]?)")

_NOT = r"(?:can(?:no|')?t|can not|am not able to|'m not able to|am unable to|'m unable to|won't)"
_REFUSAL = re.compile(
    rf"""
    (?:i'?\s*a?m\s+(?:very\s+|really\s+|so\s+)?sorry|sorry|i\s+apologi[sz]e|unfortunately)
        [,.]?\s+(?:but\s+)?(?:i\s?{_NOT})
    | i\s?{_NOT}\s+(?:help|assist|provide|fulfil|comply|answer|create|generate|write|do\s+that)
    | as\s+an?\s+(?:ai|artificial|large\s+language|language\s+model)\b
    | (?:desculpe|lamento|sinto\s+muito)\b[^.]{{0,30}}\bnão\s+(?:posso|consigo)
    | lo\s+siento\b[^.]{{0,30}}\bno\s+puedo
    | (?:je\s+suis\s+)?d[ée]sol[ée]e?\b[^.]{{0,30}}\bne\s+peux\s+pas
    | (?:es\s+)?tut\s+mir\s+leid\b[^.]{{0,30}}\bkann\b
    | (?:抱歉|对不起|很抱歉|非常抱歉)[^。]{{0,12}}(?:无法|不能)
    | 作为(?:一个|一名)?(?:ai|人工智能)
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What refusals begin with, in seven languages: a share to look at, no judgement of a row."""

BEGINNING = 120
"""Characters of an answer within which a refusal begins."""


def opening(text: str) -> str:
    """Return the first three words of an answer, or what comes before its first mark; at most 24
    characters.
    """
    found = _OPENING.match(text[: 4 * LONGEST])
    return found[1].strip()[:LONGEST] if found else text[:LONGEST].strip()[:1]


def refuses(text: str) -> bool:
    """Say whether an answer begins like a refusal."""
    return _REFUSAL.search(text[:BEGINNING].replace("’", "'")) is not None
