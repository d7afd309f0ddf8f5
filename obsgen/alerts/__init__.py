"""One module is one kind of alert; its name is the key that chooses it."""

from __future__ import annotations

from typing import Final

KINDS: Final = ("threshold", "any_of", "all_of", "down", "spend", "expr")

LEVELLED: Final = frozenset({"spend"})
"""Kinds that make several alerts of one, each with a severity of its own."""
