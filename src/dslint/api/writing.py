"""The verbs that write files."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from dslint.api.inputs import Place
from dslint.errors import DslintError, UsageError
from dslint.report.screen import safe

if TYPE_CHECKING:
    from dslint.stages.convert import Conversion
    from dslint.stages.prepare import Preparation
    from dslint.stages.remedies import Remedy


class ConversionError(DslintError):
    """Nothing was written: it would have lost what was not allowed to be lost, or too many rows
    can't be converted; `conversion` has the counts.
    """

    def __init__(self, message: str, conversion: Conversion | None = None) -> None:
        super().__init__(message)
        self.conversion = conversion


def convert(
    path: Place,
    to: str = "chat",
    *,
    out: Place | None = None,
    system: str | None = None,
    reasoning: Literal["inline", "field", "drop"] | None = None,
    allow_loss: str | Sequence[str] = (),
    rejects: Place | None = None,
    max_rejects: int = 0,
    force: bool = False,
    format: str | None = None,
    join: Place | None = None,
    map: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    lock: bool = True,
) -> Conversion:
    """Write the file at `path` in another format, beside it or to `out`, and say what it did.

    `to` is a format (`dslint explain chat`), or a target whose format and ways are written; the
    ending of `out` says how: `.json` is one array, `.parquet` Parquet, and all else lines. `join`
    is the file with the requests, or the results, of a batch whose other half `path` has.
    `system` is for rows without a system message of their own; `reasoning` writes the reasoning of
    answers before them, in `reasoning_content`, or not at all. What is lost has to be named in
    `allow_loss`; up to `max_rejects` rows that can't be converted are left out, and go to the file
    `rejects`. `force` writes over files that exist. `format` is the rows' own, if they don't look
    like it; `map` names the column or key that a field is, `{"prompt": "question"}`; `delimiter`,
    `encoding` and `sheet` say how a table is to be read, where it doesn't. What was written from
    what is recorded in the `dslint.lock` beside it, unless `lock` is false.

    Raises ConversionError where nothing was written for the data's sake; UsageError and InputError
    as ever.
    """
    from dslint.stages.convert import Wish
    from dslint.stages.convert import convert as of_path

    wish = Wish(
        to=to,
        out=None if out is None else os.fspath(out),
        system=system,
        reasoning=reasoning,
        allow_loss=(allow_loss,) if isinstance(allow_loss, str) else tuple(allow_loss),
        rejects=None if rejects is None else os.fspath(rejects),
        max_rejects=max_rejects,
        force=force,
        format=format,
        join=None if join is None else os.fspath(join),
        map=dict(map or {}),
        delimiter=delimiter,
        encoding=encoding,
        sheet=sheet,
        lock=lock,
    )
    if wish.out == "-" or os.fspath(path) == "-":
        raise UsageError("the library converts files: name one, and another one as `out`")
    found = of_path(os.fspath(path), wish)
    if found.refusal:
        first = "".join(f"\n{found.unit} {each.line:,}: {each.reason}" for each in found.shown[:1])
        raise ConversionError(f"{safe(found.source)}: {found.refusal}{first}", found)
    return found


def prepare(
    path: Place,
    *,
    accept: Collection[str] | Callable[[Remedy], bool] | None = None,
    out: Place | None = None,
    system: str | None = None,
    validation: float | None = None,
    seed: int = 0,
    context: int | None = None,
    force: bool = False,
    lock: bool = True,
    format: str | None = None,
    map: Mapping[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Preparation:
    """Write a file to train on and one to validate with, of what is at `path`, and say what was
    done to the rows: the remedies that `accept` names or agrees to, by default all of them.

    The files are `out` (by default the input's name) with `-train.jsonl` and `-validation.jsonl`
    behind it. `validation` is a share below 1 or a number of rows, by default a fifth and 1,000 at
    the most; `seed` says which. `context` is the most tokens of a row, by default what OpenAI's
    models take, 0 for no limit. The rest is as in `convert`.

    Raises ConversionError where nothing was written for the data's sake; UsageError and InputError
    as ever.
    """
    from dslint.stages.prepare import prepare as of_path
    from dslint.stages.prepare import wish_of

    def ask(remedy: Remedy) -> bool:
        if accept is None:
            return True
        return accept(remedy) if callable(accept) else remedy.name in accept

    wish = wish_of(
        out=None if out is None else os.fspath(out),
        validation=validation,
        seed=seed,
        context=context,
        force=force,
        lock=lock,
        system=system,
        format=format,
        map=map or {},
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
    )
    done = of_path(os.fspath(path), wish, ask)
    if done.refusal:
        raise ConversionError(f"{safe(done.conversion.source)}: {done.refusal}", done.conversion)
    return done
