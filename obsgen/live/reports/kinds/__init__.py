"""The kinds of reports, a module each, with a `KIND`."""

from __future__ import annotations

import importlib
from typing import Final

from obsgen.live.reports.view import Kind

KINDS: Final = ("slo", "cost", "stats", "slow", "alerts", "summary", "timeline")


def load(name: str) -> Kind:
    """Return a kind by its name."""
    kind: Kind = importlib.import_module(f"obsgen.live.reports.kinds.{name}").KIND
    return kind
