"""Keys of services by the shapes in which widely used scanners look for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple
from zlib import crc32

from dslint.facts.made_up import by_chance


class Shape(NamedTuple):
    """What a service's keys look like: regular expressions of the beginning that tells them, and of
    what follows; and a check of the latter, where it holds more than chance.
    """

    maker: str
    prefix: str
    body: str
    holds: Callable[[str], bool] = by_chance


_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def checksum(body: str) -> str:
    """Return the six digits that end a key of GitHub or npm whose other characters are `body`.

    The CRC-32 of these, in base 62. Observed: Kingfisher asks for it, but not of `ghs_`; of eleven
    keys that it and others show as examples nine have it, one of npm's and one of 76 characters
    among them, and two do not, both `ghs_`.
    """
    number, digits = crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(6, "0")


def checked(body: str) -> bool:
    """Say whether a key's last six digits are those of the others."""
    return body[-6:] == checksum(body[:-6])


def _longest(body: str) -> bool:
    """Judge the longest piece: the others are numbers of accounts."""
    return by_chance(max(re.split("[-/]", body), key=len))


SHAPES = (
    Shape("OpenAI", "sk-", r"[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    Shape(
        "OpenAI",
        "sk-(?:proj|svcacct|admin)-",
        r"[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}",
    ),
    Shape("Anthropic", "sk-ant-(?:api|admin)[0-9]{2,4}-", "[A-Za-z0-9_-]{93}AA"),
    Shape("Anthropic", "sk-ant-(?:oat|ort|sid)[0-9]{2}-", "[A-Za-z0-9_-]{40,140}"),
    Shape("OpenRouter", "sk-or-v1-", "[0-9a-f]{64}"),
    Shape("OpenAI or a service like it", "sk-", "(?:[A-Za-z0-9]{48}|[0-9a-f]{32})"),
    Shape("Groq", "gsk_", "[A-Za-z0-9]{52}"),
    Shape("xAI", "xai-", "[A-Za-z0-9_]{80}"),
    Shape("Perplexity", "pplx-", "[A-Za-z0-9]{48}"),
    Shape("Replicate", "r8_", "[A-Za-z0-9]{37}"),
    Shape("Hugging Face", "hf_", "[A-Za-z]{34}"),
    Shape("Hugging Face", "api_org_", "[A-Za-z]{34}"),
    Shape("LangSmith", "lsv2_(?:pt|sk)_", "[0-9a-f]{32}_[0-9a-f]{10}"),
    Shape("AWS", "(?:AKIA|ASIA)", "(?<![+/]A[KS]IA)[A-Z2-7]{16}"),
    Shape("Google", "AIza", "(?<![+/]AIza)[A-Za-z0-9_-]{35}"),
    Shape("Google", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    Shape("Google", r"ya29\.", r"(?:c\.)?[A-Za-z0-9_-]{40,1024}"),
    Shape(
        "Azure",
        "",
        "[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9][A-L][A-Za-z0-9]{16}[A-Za-z][A-Za-z0-9]{7}"
        "(?:[A-Za-z0-9]{2}==)?",
    ),
    Shape("GitHub", "gh[pousr]_", "[A-Za-z0-9]{36}", checked),
    Shape("GitHub", "ghr_", "[A-Za-z0-9]{76}", checked),
    Shape(
        "GitHub",
        "ghs_[0-9]{1,20}_",
        r"eyJ[A-Za-z0-9_-]{16,1000}\.eyJ[A-Za-z0-9_-]{16,4000}\.[A-Za-z0-9_-]{40,1000}",
    ),
    Shape("GitHub", "github_pat_", "[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    Shape("GitLab", "gl(?:pat|rt)-", "[A-Za-z0-9_-]{20}"),
    Shape(
        "GitLab",
        "gl(?:pat|rt)-",
        r"[A-Za-z0-9_-]{27,300}\.(?:01\.)?[0-9a-z]{9}",
    ),
    Shape("GitLab", "glptt-", "[0-9a-f]{40}"),
    Shape("Slack", "xox[abprs]-", "[0-9]{8,13}-(?:[0-9]{8,13}-){0,2}[A-Za-z0-9]{24,64}", _longest),
    Shape("Slack", "xapp-[0-9]-", "[A-Z0-9]{8,13}-[0-9]{8,16}-[0-9a-f]{64}", _longest),
    Shape(
        "Slack",
        "hooks[.]slack[.]com/(?:services|workflows|triggers)/",
        "[A-Z0-9]{8,13}/[A-Z0-9]{8,13}/[A-Za-z0-9]{24}",
        _longest,
    ),
    Shape(
        "Discord", "discord(?:app)?[.]com/api/webhooks/", "[0-9]{17,20}/[A-Za-z0-9_-]{68}", _longest
    ),
    Shape("Stripe", "sk_live_", "[A-Za-z0-9]{24,128}"),
    Shape("Stripe", "rk_live_", "[A-Za-z0-9]{24,128}"),
    Shape("Stripe", "whsec_", "[A-Za-z0-9]{32}"),
    Shape("npm", "npm_", "[A-Za-z0-9]{36}", checked),
    Shape(
        "PyPI",
        "pypi-AgE",
        "(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[A-Za-z0-9_-]{50,1000}",
    ),
    Shape("RubyGems", "rubygems_", "[0-9a-f]{48}"),
    Shape("Docker", "dckr_[po]at_", "[A-Za-z0-9_-]{27,32}"),
    Shape("SendGrid", r"SG\.", r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    Shape("Twilio", "SK[0-9a-f]{4}", "(?<![+/]SK.{4})[0-9a-f]{28}"),
    Shape("DigitalOcean", "do[opr]_v1_", "[0-9a-f]{64}"),
    Shape("Databricks", "dapi", "(?<![+/]dapi)[0-9a-f]{32}"),
    Shape("Shopify", "shp(?:at|ca|pa|ss)_", "[0-9a-fA-F]{32}"),
    Shape("Linear", "lin_api_", "[A-Za-z0-9]{40}"),
    Shape("Notion", "ntn_", "[0-9]{11}[A-Za-z0-9]{35}"),
    Shape("Supabase", "sbp_", "[0-9a-f]{40}"),
    Shape("Grafana", "glsa_", "[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
    Shape("New Relic", "NRAK-", "[A-Z0-9]{27}"),
    Shape("HashiCorp Vault", r"hvs\.", "[A-Za-z0-9_-]{90,120}"),
    Shape("Atlassian", "ATATT3", "(?<![+/]ATATT3)[A-Za-z0-9_=-]{186}"),
)
"""What the rules of scanners look for, as read on 2026-11-20. Where two differ, the stricter shape,
unless it would miss keys that are in use.

From gitleaks' are all but these. TruffleHog's: Groq, xAI, Replicate (there with `-` and `_`),
LangSmith, `sk-` with 32 digits (of DeepSeek, there only near its name), Docker. Kingfisher's:
OpenRouter, `sk-` with 48, Anthropic's `oat` and `ort`, GitHub's `ghr_` with 76 and `ghs_` with a
web token, GitLab's `.01.`, Discord, `whsec_`, Supabase. Nosey Parker's: Google's `GOCSPX-` and
`ya29.`, Slack's webhooks (of workflows and triggers gitleaks has the address alone), and AWS's
secret halves. detect-secrets': test.pypi.org. Microsoft's own security-utilities: Azure.
Anthropic's `sid` and Google's `ya29.c.` are in no rule that was read, but in public code. Of
makers, only Microsoft's rules were read, and GitHub's announcements: of its beginnings in 2021, and
of `ghs_` with a web token in 2026.

Test keys, such as Stripe's `sk_test_`, open nothing and are not here.
"""

LEFT = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf]))"
RIGHT = r"(?![A-Za-z0-9_-])"
"""Where a key begins and ends: not inside a longer run. In JSON text within text an escape, `\\n`,
may stand before it. A key without `_` or `-` in its beginning could stand in base64 by chance, and
its shape says that neither `+` nor `/` precedes it."""

AWS = (
    r"secret_?(?:access)?_?key[\\\"'`]*\s{0,3}[:=]>?\s{0,3}[\\\"'`]*"
    r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
)
_AWS = re.compile(AWS, re.IGNORECASE)
_DOCUMENTED = ("wJalrXUtnFEMI/K7MDENG", "EXAMPLE")


class Key(NamedTuple):
    """A key in a text: who made it, and where, as character offsets."""

    maker: str
    start: int
    end: int


@cache
def _keys() -> re.Pattern[str]:
    every = "|".join(f"{each.prefix}({each.body})" for each in SHAPES)
    return re.compile(f"{LEFT}(?:{every}){RIGHT}")


def keys(text: str) -> Iterator[Key]:
    """Yield the keys in a text: of a known shape, drawn by chance, and right in the checksum where
    one is known. What documentation writes in their stead is passed over.
    """
    for found in _keys().finditer(text):
        assert found.lastindex is not None
        shape, body = SHAPES[found.lastindex - 1], found[found.lastindex]
        if shape.holds(body):
            yield Key(shape.maker, *found.span())


def aws_secrets(text: str) -> Iterator[Key]:
    """Yield the secret halves of AWS's pairs in a text: 40 characters that are called so."""
    for found in _AWS.finditer(text):
        if by_chance(found[1]) and not any(word in found[1] for word in _DOCUMENTED):
            yield Key("AWS", *found.span(1))
