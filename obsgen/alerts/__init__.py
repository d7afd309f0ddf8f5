"""One module is one kind of alert; its name is the key that chooses it."""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    *("threshold", "any_of", "all_of", "down", "expr"),
    *("forecast", "anomaly", "absent", "heartbeat", "watchdog", "spend", "logs"),
)

LEVELLED: Final = frozenset({"spend"})
"""Kinds that make several alerts of one, each with a severity of its own."""

UNGRADED: Final = frozenset({"watchdog"})
"""Kinds that need no severity: nobody is to do anything about them."""
