"""`count_tokens`, `estimate` and `stats`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from dslint.api.inputs import Place, settings_of, sources_of

if TYPE_CHECKING:
    from dslint.stages.count import Count
    from dslint.stages.estimate import Estimate
    from dslint.stages.stats import Stats


def count_tokens(
    data: Place | Iterable[Any],
    *,
    model: str | None = None,
    target: str | None = None,
    tokenizer: Place | None = None,
    format: str | None = None,
    pack: int | None = None,
    config: Place | bool = False,
    jobs: int = 1,
) -> Count:
    """Count the tokens of data, a path, paths or rows as in `check`, as a model counts them.

    `total.tokens` are billed for an epoch, `total.trained` are learned. Without a model o200k_base
    counts; `exact` is False where the model's tokenizer is not tiktoken's and `tokenizer`, the path
    of its `tokenizer.json`, was not given. `pack` packs records into sequences of so many tokens.

    Raises UsageError, ConfigError or InputError, all of them DslintErrors.
    """
    from dslint.stages.count import count

    settings = settings_of(config, target=(target,) if target else None, model=model, format=format)
    own = None if tokenizer is None else os.fspath(tokenizer)
    with sources_of(data) as sources:
        return count(sources, settings, tokenizer=own, pack=pack, jobs=jobs)


def estimate(
    data: Place | Iterable[Any],
    *,
    model: str | None = None,
    target: str | None = None,
    validation: Place | Iterable[Any] | None = None,
    epochs: int | None = None,
    hours: str | None = None,
    traffic: str | None = None,
    budget: str | None = None,
    format: str | None = None,
    config: Place | bool = False,
    jobs: int = 1,
) -> Estimate:
    """Say what a job on data costs, a path, paths or rows as in `check`.

    `offers` has the model, or all that are open to such rows, the cheapest first; their
    `cost.total` is None where a price is not known, else the `least` and the `most` in US dollars,
    as Decimal. `hours` (`"2-6"`), `traffic` (`"10000 x 500/200"`) and `budget` (`"50 USD"`) are
    written as on the command line; `fails` says that the budget is not kept.

    Raises UsageError, ConfigError or InputError, all of them DslintErrors.
    """
    from dslint.stages import estimate as stage
    from dslint.stages import money

    settings = settings_of(config, target=(target,) if target else None, model=model, format=format)
    wish = stage.Wish(
        epochs=epochs,
        budget=None if budget is None else money.budget(budget),
        traffic=None if traffic is None else stage.traffic(str(traffic)),
        hours=None if hours is None else stage.hours(str(hours)),
    )
    with ExitStack() as stack:
        train = stack.enter_context(sources_of(data))
        tested = [] if validation is None else stack.enter_context(sources_of(validation))
        return stage.estimate(train, settings, wish, validation=tested, jobs=jobs)


def stats(
    data: Place | Iterable[Any],
    *,
    compare: Place | Iterable[Any] | None = None,
    format: str | None = None,
    config: Place | bool = False,
    jobs: int = 1,
) -> Stats:
    """Say what data is like, a path, paths or rows as in `check`: roles, turns, lengths, system
    prompts, tools, labels, languages.

    `sides` has the data, and behind it what it is compared with; `drifts`, by the name of the
    latter, say how far it is from the former.

    Raises UsageError, ConfigError or InputError, all of them DslintErrors.
    """
    from dslint.stages import stats as stage

    settings = settings_of(config, format=format)
    with ExitStack() as stack:
        sides = {stage.ALL: stack.enter_context(sources_of(data))}
        if compare is not None:
            sides["compared"] = stack.enter_context(sources_of(compare))
        return stage.stats(sides, settings, jobs=jobs)
