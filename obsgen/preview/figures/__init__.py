"""
What each type of panel looks like: one file, one type, and its name in `KINDS`.

Each has `FIGURE`: how it is drawn, and what it asks.
"""

from __future__ import annotations

import importlib
from typing import Final

from obsgen.preview.figures.panel import Figure

KINDS: Final = (
    "alertlist",
    "bargauge",
    "gauge",
    "heatmap",
    "histogram",
    "logs",
    "piechart",
    "stat",
    "state-timeline",
    "table",
    "text",
    "timeseries",
    "traces",
)
"""Grafana's names for the types; the module of `state-timeline` is `state_timeline`."""


def figure(kind: str) -> Figure | None:
    """Return how a type of panel is drawn; None for one that is not."""
    if kind not in KINDS:
        return None
    module = importlib.import_module(f"obsgen.preview.figures.{kind.replace('-', '_')}")
    found = module.FIGURE
    assert isinstance(found, Figure)
    return found
