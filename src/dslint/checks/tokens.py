"""Tokens: records that are longer than a target takes. Only those whose bytes could be so many are
counted, so that data of usual length loads no vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dslint.facts.batch import Batch
from dslint.model import Hit, Record

ENCODING = "o200k_base"


def over_context(record: Record, limits: Mapping[str, Any]) -> Iterable[Hit]:
    """Yield once for a record that is longer than the context, and still teaches something in it.

    What precedes the first answer decides: it is cut from the end.
    """
    most = limits["limit_context"]
    return _over(record, most, teaches=True) if _may_exceed(record, most) else ()


def beyond_context(record: Record, limits: Mapping[str, Any]) -> Iterable[Hit]:
    """Yield once for a record whose first answer begins beyond the context."""
    most = limits["limit_context"]
    return _over(record, most, teaches=False) if _may_exceed(record, most) else ()


def _may_exceed(record: Record, most: int | None) -> bool:
    """Say whether a record may have more than `most` tokens: a token is at least a byte.

    Nearly every row cannot, and nothing is loaded for it.
    """
    return most is not None and (len(record.raw) > most or record.images > 0)


def _over(record: Record, most: int, *, teaches: bool) -> Iterator[Hit]:
    from dslint.facts.tokens.encodings import encoding
    from dslint.facts.tokens.record import bytes_bound, count

    if bytes_bound(len(record.raw), record.images) <= most:
        return
    batch = Batch([record])
    (counted,), turns = count(batch, encoding(ENCODING))
    if counted.longest <= most or not any(batch.trainable):
        return
    before = counted.tools + sum(turns[: batch.trainable.index(True)])
    if (before < most) is teaches:
        yield Hit(
            values={
                "tokens": counted.longest,
                "most": most,
                "rest": counted.longest - most,
                "before": before,
            }
        )
