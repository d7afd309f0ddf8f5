"""Grafana's types of panels, as far as rules tell them apart."""

from __future__ import annotations

from typing import Final

OF_NUMBERS: Final = frozenset(
    {"stat", "timeseries", "gauge", "bargauge", "table", "graph", "singlestat"}
)
"""Panels of numbers: what they show has a unit, and needs a query."""

REDUCED: Final = frozenset({"stat", "gauge", "bargauge"})
"""Panels that make one number of each series."""
