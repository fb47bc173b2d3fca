"""Questions on the terminal."""

from __future__ import annotations

import signal

import click


def confirm(question: str, *, err: bool = False) -> bool:
    """Ask a question that the enter key says yes to. Ctrl-C ends the command."""
    if hasattr(signal, "siginterrupt"):
        # polars, once imported, lets a wait for the keyboard go on after Ctrl-C
        signal.siginterrupt(signal.SIGINT, True)
    return click.confirm(question, default=True, err=err)
