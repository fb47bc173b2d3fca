"""Tokens: records that are longer than a target takes. Only those whose bytes could be so many are
counted, so that data of usual length loads no vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dslint.facts.batch import Batch
from dslint.model import Hit, Record

ENCODING = "o200k_base"


def over_context(record: Record, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a record that is longer than the context, and still teaches something in it.

    What precedes the first answer decides: it is cut from the end.
    """
    yield from _over(record, limits, teaches=True)


def beyond_context(record: Record, limits: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield once for a record whose first answer begins beyond the context."""
    yield from _over(record, limits, teaches=False)


def _over(record: Record, limits: Mapping[str, Any], *, teaches: bool) -> Iterator[Hit]:
    most = limits["limit_context"]
    if most is None or (len(record.raw) <= most and not record.images):
        return  # a token is at least a byte: nearly every row leaves here, and nothing is loaded
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
