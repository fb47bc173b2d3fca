"""The formats that are not OpenAI's. None claims a row that is sound in one of OpenAI's."""

from __future__ import annotations

from dslint.formats import alpaca, bedrock, llamafactory, logs, others, sharegpt, trl, vertex
from dslint.formats.shape import Format

FOREIGN: tuple[Format, ...] = (
    *logs.LOGS,
    sharegpt.SHAREGPT,
    sharegpt.CONVERSATIONS,
    alpaca.ALPACA,
    alpaca.ALPACA_PREFERENCE,
    llamafactory.V1,
    llamafactory.V1_PREFERENCE,
    llamafactory.PREFERENCE,
    llamafactory.KTO,
    llamafactory.MEDIA,
    trl.TEXT,
    trl.COMPLETION,
    trl.PREFERENCE,
    trl.KTO,
    trl.PROMPT,
    trl.STEPWISE,
    bedrock.CONVERSE,
    bedrock.CLAUDE,
    vertex.VERTEX,
    others.CONVERSATION_ARRAY,
    others.INPUT_OUTPUT,
)
"""In the order in which a row is tried against them, before OpenAI's own."""
