"""What must not be repeated in a report: secrets always, personal data unless it is asked for."""

from __future__ import annotations

import re

_SECRETS = re.compile(
    r"""sk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{16,}
    | [rs]k_live_[A-Za-z0-9]{16,}
    | (?:AKIA|ASIA)[0-9A-Z]{16}
    | AIza[0-9A-Za-z_-]{30,}
    | gh[pousr]_[A-Za-z0-9]{20,}
    | github_pat_[A-Za-z0-9_]{20,}
    | glpat-[A-Za-z0-9_-]{16,}
    | hf_[A-Za-z0-9]{20,}
    | xox[abprs]-[A-Za-z0-9-]{10,}
    | eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}[.\w-]*
    | -----BEGIN[ A-Z]*PRIVATE\ KEY-----.*""",
    re.VERBOSE | re.DOTALL,
)
_PERSONAL = re.compile(
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?<![\w.])\+?[0-9](?:[ ()./-]{0,2}[0-9]){8,}(?![\w.])"
)


def masked(text: str, *, personal: bool = True) -> str:
    """Return a text of the same length in which secrets, and personal data if asked, are covered
    with asterisks.

    Secrets are shapes of keys that providers publish, tokens and private keys; personal data are
    e-mail addresses and runs of nine digits or more, as in telephone and card numbers.
    """
    covered = _SECRETS.sub(_cover, text)
    return _PERSONAL.sub(_cover, covered) if personal else covered


def _cover(found: re.Match[str]) -> str:
    kept = 3 if len(found[0]) > 12 else 1
    return found[0][:kept] + "*" * (len(found[0]) - kept)
