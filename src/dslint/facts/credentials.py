"""Private keys, signed tokens and connection strings in a text."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from dslint.facts.made_up import by_chance, is_password


class Credential(NamedTuple):
    """What was found in a text: its sort (`RSA`, `HS256`, `postgres`), and where."""

    sort: str
    start: int
    end: int


_PEM = re.compile(
    r"-----BEGIN (?P<sort>(?:[A-Z0-9]+ )*?)PRIVATE KEY(?P<block> BLOCK)?-----"
    r"(?P<body>(?:[A-Za-z0-9+/=\s]|\\+[nr])*+"
    r"(?:[A-Z][A-Za-z-]+: [^\n\\]*+(?:[A-Za-z0-9+/=\s]|\\+[nr])++)*+)"
    r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?"
)
_SPACE = re.compile(r"[A-Z][A-Za-z-]+: [^\n\\]*|\s|\\+[nr]")
SHORTEST = 60
"""Characters of base64 below which no private key has room: Ed25519 takes 64."""


def private_keys(text: str) -> Iterator[Credential]:
    """Yield the blocks of private keys in a text: PEM, OpenSSH and PGP.

    Only those with a body that is whole: base64 without a gap, `...` or words between, long enough
    and drawn by chance.
    """
    for found in _PEM.finditer(text):
        body = _SPACE.sub("", found["body"])
        if len(body) >= SHORTEST and by_chance(body):
            sort = found["sort"].strip() or ("PGP" if found["block"] else "PKCS 8")
            yield Credential(sort, *found.span())


_JWT = re.compile(
    r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf]))"
    r"(eyJ[A-Za-z0-9_-]{8,})\.(eyJ[A-Za-z0-9_-]{4,})\.([A-Za-z0-9_-]{16,})"
)
_LESSONS = (
    *("secret", "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", "key"),
    *("your-secret-key", "your_secret_key", "secretkey", "mysecret", "my-secret", "test"),
    *("a-string-secret-at-least-256-bits-long", "password", "supersecret", "shhhhh"),
)
"""Secrets with which lessons and libraries' pages sign their examples."""


def web_tokens(text: str) -> Iterator[Credential]:
    """Yield the signed JSON Web Tokens in a text, but those of lessons: about John Doe, or signed
    with `secret` and the like.
    """
    for found in _JWT.finditer(text):
        head, claims = _decoded(found[1]), _decoded(found[2])
        if not head or claims is None or not isinstance(head.get("alg"), str):
            continue
        if head["alg"].lower() == "none" or not by_chance(found[3]):
            continue
        # Supabase calls its anonymous tokens safe to show where row level security is on.
        if claims.get("name") == "John Doe" or claims.get("role") == "anon":
            continue
        if not _of_a_lesson(head["alg"], found):
            yield Credential(head["alg"], *found.span())


def _decoded(part: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _of_a_lesson(algorithm: str, token: re.Match[str]) -> bool:
    if algorithm not in ("HS256", "HS384", "HS512"):
        return False
    signed = f"{token[1]}.{token[2]}".encode()
    name = f"sha{algorithm[2:]}"
    return any(
        urlsafe_b64encode(hmac.digest(secret.encode(), signed, name)).decode().rstrip("=")
        == token[3]
        for secret in _LESSONS
    )


# an escape of JSON text within text, `\n`, may stand before a word
_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))"
_SCHEMES = (
    r"postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|oracle|clickhouse|"
    r"cockroachdb|snowflake|neo4j|bolt|nats|mqtts?|s?ftps?|smtps?|imaps?|ldaps?|ssh"
)
_ADDRESS = re.compile(
    rf"{_BEGINS}(?P<scheme>{_SCHEMES})(?:\+[a-z0-9]+)*:(?:\\*/){{2}}"
    r"(?P<user>[^\s/@:\"'<>`\\]*):(?P<word>[^\s/@\"'<>`\\]+)@"
    r"(?P<host>\[[0-9a-fA-F:]+\]|[^\s/:?\"'<>`,);\\]*)",
    re.IGNORECASE,
)
_PAIRS = re.compile(rf"{_BEGINS}(?:password|pwd)\s?=\s?(?P<word>[^;\s\"'<>`\\]+)", re.IGNORECASE)
_HOST = re.compile(
    rf"{_BEGINS}(?:server|data source|host|addr|address|network address)\s?=\s?"
    r"(?:tcp:)?(?P<host>[^;,:\s\"'<>`\\]+)[^;\n]*;",
    re.IGNORECASE,
)
_USER = re.compile(r"(?:user id|uid|user|username)\s?=\s?([^;\s\"'<>`]+)", re.IGNORECASE)
_AZURE = re.compile(
    r"(?P<name>AccountKey|SharedAccessKey)=(?P<key>[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)"
)
_EMULATOR = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"
"""How the key of Azure's storage emulator begins: it is the same everywhere, and documented."""
_NOWHERE = re.compile(
    r"localhost|127(?:\.[0-9]+){3}|0\.0\.0\.0|\[::1?\]|(?:.*\.)?(?:example|test|invalid|local"
    r"|internal)|(?:.*\.)?example\.(?:com|org|net|edu)|.*(?:your|example|[<>{}$\[*%]).*|[^.]*",
    re.IGNORECASE,
)


def connection_strings(text: str) -> Iterator[Credential]:
    """Yield the passwords, and the keys of Azure's, that connection strings in a text hold.

    Not those to a host that nobody else can reach (`localhost`, one without a dot, an example's),
    nor with a password as documentation writes it.
    """
    for found in _ADDRESS.finditer(text):
        if _reachable(found["host"]) and is_password(found["word"], found["user"]):
            yield Credential(found["scheme"].lower(), *found.span("word"))
    for found in _AZURE.finditer(text):
        if by_chance(found["key"]) and not found["key"].startswith(_EMULATOR):
            yield Credential("Azure", *found.span("key"))
    for found in _PAIRS.finditer(text):
        begin = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        line = text[max(begin, found.start() - 300) : end if end >= 0 else None][:900]
        host, user = _HOST.search(line), _USER.search(line)
        if (
            host
            and _reachable(host["host"])
            and is_password(found["word"], user[1] if user else "")
        ):
            yield Credential("database", *found.span("word"))


def _reachable(host: str) -> bool:
    return not host.startswith("[") and not _NOWHERE.fullmatch(host)
