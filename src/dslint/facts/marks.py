"""One look at every text of a chunk: which may hold anything that a closer look is for."""

from __future__ import annotations

from dslint.facts import characters

TOKENS = r"<\||\[/?INST\]|<</?SYS|_of_turn>|\[gMASK\]|<｜"
"""Polars' expression for every text that may hold a chat template's token."""

FENCES = "```|~~~"
THINKING = "think>"
BRACES = r"\{\{"

SCREEN = f"{characters.SCREEN}|{TOKENS}|{FENCES}|{THINKING}|{BRACES}"
"""Polars' expression for every text that has a mark of any kind.

One expression for all of them: a scan costs the same however many marks it looks for.
"""
