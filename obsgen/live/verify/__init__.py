"""
Whether running servers do what the specs say: one file, one check, and its name in `KINDS`.

Each has `TITLE`, `SERVER` (who is asked) and `check(world)`, which gives an `Outcome`. Checks only
ask; nothing is changed on a server.
"""

from __future__ import annotations

from typing import Final

KINDS: Final = (
    "targets",
    "metrics",
    "rules",
    "panels",
    "selectors",
    "configuration",
    "versions",
    "dashboards",
    "datasources",
)
"""The modules of this package that hold a check, in the order in which they are told."""
