"""What must not be repeated in a report: secrets always, personal data unless it is asked for.

The shapes are those that the rules on secrets and on personal data find, without their tests of
what is real: what a rule finds is always covered, and what only looks so as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dslint.facts import keys


class Cover(NamedTuple):
    """What to cover: an expression, tried only on a text that holds one of the literals `tells`
    (on every text, where there is none), and only where `begins` matches.
    """

    tells: tuple[str, ...]
    pattern: re.Pattern[str]
    begins: re.Pattern[str] | None = None


_KEY = re.compile(keys.LEFT)
_WORD = re.compile(r"(?<![A-Za-z0-9])|(?<=\\[nrtbf])")


TELLS = (
    *("sk-", "gsk_", "xai-", "pplx-", "r8_", "hf_", "api_org_", "lsv2_", "AKIA", "ASIA", "AIza"),
    *("GOCSPX-", "ya29.", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "glrt-"),
    *("glptt-", "xox", "xapp-", "hooks.slack", "/webhooks/", "k_live_", "whsec_", "npm_", "pypi-"),
    *("rubygems_", "dckr_", "SG.", "SK", "_v1_", "dapi", "shpat_", "shpca_", "shppa_", "shpss_"),
    *("lin_api_", "ntn_", "sbp_", "glsa_", "NRAK-", "hvs.", "ATATT3"),
)
"""Each key with a beginning of its own holds one of these."""


@cache
def _secrets() -> tuple[Cover, ...]:
    prefixes = "|".join(dict.fromkeys(each.prefix for each in keys.SHAPES if each.prefix))
    return (
        Cover(TELLS, re.compile(f"(?:{prefixes})[A-Za-z0-9_=/.-]{{8,}}"), _KEY),
        Cover(("JQQJ9",), re.compile("[A-Za-z0-9]{20,}JQQJ9[A-Za-z0-9]*=*")),
        Cover(("eyJ",), re.compile(r"eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)*")),
        Cover(
            ("PRIVATE KEY",),
            re.compile(
                "-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*KEY(?: BLOCK)?-----|$)",
                re.DOTALL,
            ),
        ),
        Cover(("://", ":\\/"), re.compile(r':(?:\\*/){2}[^\s/@:"]*:[^\s/@"]+@')),
        Cover(
            ("ssword", "SSWORD", "wd=", "wd =", "WD=", "WD =", "ountKey=", "cessKey="),
            re.compile(
                "(?:AccountKey|SharedAccessKey|[Pp]assword|PASSWORD|[Pp]wd|PWD)"
                r"\s?=\s?[^;\s\"'<>`\\]+"
            ),
        ),
        Cover(
            ("ecret_", "ecretA", "ecretK", "ecretk", "ECRET_"), re.compile(keys.AWS, re.IGNORECASE)
        ),
    )


_PERSONAL = (
    Cover(("@",), re.compile(r"[^\W_][\w.%+-]*@[\w.-]*[\w…]")),
    # accounts and persons by numbers that begin with a letter; then those that are all digits,
    # telephones, and addresses of machines
    Cover(
        (),
        re.compile(
            "[A-Z](?:[A-Z][0-9]{2}(?:[ -]?[A-Z0-9]){11,30}|[A-Z]{5}[0-9]{2}[A-Z][0-9]{2}[A-Z]"
            "[0-9]{3}[A-Z]|[A-Z]{3}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]|-?[0-9]{7}-?[A-Z])"
        ),
        _WORD,
    ),
    Cover(
        (),
        re.compile(
            r"[+0-9](?:(?:[ ()./-]{0,2}[0-9]){8,}(?!\w|\.[0-9])"
            r"|[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![0-9])"
            r"|[0-9]{5,7}[-+A][0-9]{3}[0-9A-Z]|[0-9]{7}-?[A-Z]|[0-9]{16}[Xx])"
        ),
        _WORD,
    ),
    Cover((":",), re.compile("[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{4,}"), _WORD),
)


def masked(text: str, *, personal: bool = True) -> str:
    """Return a text of the same length in which secrets, and personal data if asked, are covered
    with asterisks. The text may be JSON, or a piece of it, with its escapes.

    Secrets are keys by the beginnings that services give them, tokens, private keys, passwords in
    addresses; personal data are e-mail and IP addresses, numbers of banks and of persons, and
    runs of nine digits or more, as in telephone and card numbers.
    """
    plain, starts = _unescaped(text)
    for cover in (*_secrets(), *_PERSONAL) if personal else _secrets():
        if not cover.tells or any(tell in plain for tell in cover.tells):
            places = list(_places(cover, plain))
            if starts:
                text = _covered(text, [(starts[start], starts[end]) for start, end in places])
            plain = _covered(plain, places)
    return text if starts else plain


def _places(cover: Cover, text: str) -> Iterator[tuple[int, int]]:
    for found in cover.pattern.finditer(text):
        if cover.begins is None or cover.begins.match(text, found.start()):
            yield found.span()


def _covered(text: str, places: list[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in places:
        kept = start + (3 if end - start > 12 else 1)
        parts += [text[done:kept], "*" * (end - kept)]
        done = end
    return "".join(parts) + text[done:] if parts else text


def masked_pointer(pointer: str) -> str:
    """Return a JSON pointer in which the names of members are masked: a name may be a secret."""
    if len(pointer) < SHORTEST:
        return pointer
    steps = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/"))
    return "/".join(
        (step if len(step) < SHORTEST else masked(step, personal=False))
        .replace("~", "~0")
        .replace("/", "~1")
        for step in steps
    )


SHORTEST = 16
"""Characters below which a pointer, or the name of a member, has no room for a secret."""

_ESCAPE = re.compile(r"\\+u00([2-7][0-9A-Fa-f])|\\+/")


def _unescaped(text: str) -> tuple[str, list[int]]:
    """Return a text without the escapes that ASCII has no need of, and where each of its characters
    and its end is in the original; no list where that is the same.
    """
    if "\\u00" not in text and "\\/" not in text:
        return text, []
    parts: list[str] = []
    starts: list[int] = []
    done = 0
    for found in _ESCAPE.finditer(text):
        parts += [text[done : found.start()], chr(int(found[1], 16)) if found[1] else "/"]
        starts += range(done, found.start() + 1)
        done = found.end()
    parts.append(text[done:])
    starts += range(done, len(text) + 1)
    return "".join(parts), starts
