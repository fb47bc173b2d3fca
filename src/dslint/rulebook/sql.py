"""The guard in front of a rule's SQL: admits what a predicate over one table needs, and nothing
else.

Polars opens files and URLs that a subquery names while it parses, so a page of a stranger's is
never shown to it before every word has been found to be a column, a listed function, a listed
keyword, a literal or an operator.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from dslint.errors import did_you_mean

LONGEST = 4_000
"""Characters. Polars takes minutes over a few thousand OR terms."""

FUNCTIONS = frozenset(
    {
        *(
            "abs",
            "array_contains",
            "array_get",
            "array_length",
            "array_to_string",
            "avg",
            "ceil",
            "char_length",
            "coalesce",
            "concat",
            "count",
            "ends_with",
            "floor",
            "greatest",
            "least",
            "left",
            "length",
            "lower",
            "ltrim",
            "max",
            "min",
            "mod",
            "nullif",
            "octet_length",
            "replace",
            "right",
            "round",
            "rtrim",
            "split_part",
            "starts_with",
            "strpos",
            "substr",
            "sum",
            "trim",
            "upper",
        ),
    }
)
KEYWORDS = frozenset(
    {
        *(
            "and",
            "or",
            "not",
            "in",
            "is",
            "null",
            "true",
            "false",
            "between",
            "case",
            "when",
            "then",
            "else",
            "end",
            "over",
            "partition",
            "by",
            "filter",
            "where",
            "distinct",
            "from",
            "any",
        ),
    }
)
_VALUES = frozenset({"null", "true", "false", "end"})

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>'(?:[^']|'')*')|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator><>|!=|<=|>=|!~\*|!~|~\*|[=<>+\-*/%(),~\[\]])""",
    re.VERBOSE,
)


class RefusedError(ValueError):
    """What the guard does not admit: a reason, and the character's position in the predicate, from
    1.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


class Token(NamedTuple):
    kind: str
    text: str
    position: int


def _tokens(sql: str) -> Iterator[Token]:
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        if found is None:
            raise RefusedError(f"`{sql[at]}` has no place in a rule", at + 1)
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found[0], at + 1)
        at = found.end()


def names(sql: str) -> set[str]:
    """Return the words of a guarded predicate that are columns."""
    tokens = list(_tokens(sql))
    return {
        token.text
        for token, following in zip(tokens, [*tokens[1:], None], strict=True)
        if token.kind == "word"
        and token.text.lower() not in KEYWORDS
        and not (following is not None and following.text == "(")
    }


def renamed(sql: str, new: Mapping[str, str]) -> str:
    """Return a guarded predicate with its columns renamed."""
    return " ".join(new.get(token.text, token.text) for token in _tokens(sql))


def guard(sql: str, columns: Collection[str], *, across_rows: bool = False) -> None:
    """Admit a predicate over a table with `columns`, or raise RefusedError.

    Windows must be partitioned by `line`, so that where a file is cut into chunks never shows in an
    answer; `across_rows` lifts that for the tables that are whole.
    """
    if len(sql) > LONGEST:
        raise RefusedError(
            f"a predicate has at most {LONGEST:,} characters; this one has {len(sql):,}", LONGEST
        )
    tokens = list(_tokens(sql))
    if not tokens:
        raise RefusedError("the sql block is empty", 1)
    ended = Token("end", "", len(sql) + 1)
    operand = False
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else ended
        word = token.text.lower()
        if token.kind == "operator":
            if token.text == "(" and operand and not _takes_bracket(tokens, index):
                raise RefusedError("expected an operator before `(`", token.position)
            operand = token.text in (")", "]") or (token.text == "*" and following.text == ")")
            continue
        if token.kind == "word" and word in KEYWORDS and following.text != "(":
            _keyword(word, token, tokens, index)
            if word in ("null", "true", "false") and operand:
                raise RefusedError(f"expected an operator before `{token.text}`", token.position)
            operand = word in _VALUES
            continue
        if token.kind == "word" and word in KEYWORDS:
            _keyword(word, token, tokens, index)
            operand = False
            continue
        if operand:
            raise RefusedError(f"expected an operator before `{token.text}`", token.position)
        if token.kind == "word":
            if following.text == "(":
                if word not in FUNCTIONS:
                    raise RefusedError(
                        f"`{token.text}` is no function of rules{did_you_mean(word, FUNCTIONS)}",
                        token.position,
                    )
            elif token.text not in columns:
                raise RefusedError(
                    f"`{token.text}` is no column of this table{did_you_mean(token.text, columns)}",
                    token.position,
                )
        operand = True
    if not across_rows:
        _windows_are_local(tokens)


def _takes_bracket(tokens: list[Token], index: int) -> bool:
    before = tokens[index - 1]
    return before.kind == "word" and (
        before.text.lower() in FUNCTIONS or before.text.lower() in KEYWORDS - _VALUES
    )


def _keyword(word: str, token: Token, tokens: list[Token], index: int) -> None:
    """FROM is for IS DISTINCT FROM alone: anywhere else it could begin a subquery, which opens
    files.
    """
    if word == "from" and not (index and tokens[index - 1].text.lower() == "distinct"):
        raise RefusedError("a rule has no subqueries: `FROM` has no place here", token.position)


def _windows_are_local(tokens: list[Token]) -> None:
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.text.lower() != "over":
            continue
        inside = [each.text.lower() for each in tokens[index + 1 :]]
        inside = inside[: inside.index(")")] if ")" in inside else inside
        if inside[:3] != ["(", "partition", "by"] or "line" not in inside[3:]:
            raise RefusedError(
                "a window needs `PARTITION BY line` among its columns", token.position
            )
