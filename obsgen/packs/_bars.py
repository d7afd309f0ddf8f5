"""Bars: current values beside each other, and amounts a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Json, Panel
from obsgen.panels.bargauge import NO_JUDGEMENT, OPTIONS
from obsgen.panels.timeseries import STACKED

_DAILY: Final[Mapping[str, Json]] = {
    "drawStyle": "bars",
    "fillOpacity": 80,
    "lineWidth": 0,
    **STACKED,
    "barAlignment": -1,
    "barWidthFactor": Decimal("0.6"),
}
"""Bars that end at their time, since each tells of the day before it."""


def as_bars(stat: Panel, height: int) -> Panel:
    """Return current values as bars that lie down, all in one colour."""
    return replace(
        stat,
        type="bargauge",
        options=OPTIONS,
        color=NO_JUDGEMENT,
        minimum=Decimal(0),
        height=height,
    )


def daily(graph: Panel) -> Panel:
    """Return a graph of amounts a day as bars on top of each other, one bar a day."""
    return replace(graph, custom={**graph.custom, **_DAILY}, min_interval="1d")
