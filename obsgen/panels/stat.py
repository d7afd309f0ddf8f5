"""`stat`: the current value, large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._takes import VALUES
from obsgen.source import Node

REDUCE: Final[Mapping[str, Json]] = {"calcs": ["lastNotNull"]}
"""The current value, and not a mean over the time picker's range."""

# Shape: Grafana's Stat panel, `Options`. Instant queries have no history to draw.
OPTIONS: Final[Mapping[str, Json]] = {
    "reduceOptions": dict(REDUCE),
    "orientation": "auto",
    "textMode": "auto",
    "wideLayout": True,
    "colorMode": "value",
    "graphMode": "none",
    "justifyMode": "auto",
    "showPercentChange": False,
    "percentChangeColorMode": "standard",
}
COLOR: Final[Mapping[str, Json]] = {"mode": "thresholds"}

WIDTH: Final = Fraction(1, 6)
HEIGHT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat(MeasuredBody):
    """One number for each series of each measure."""

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        window = str(context.project.default_window)
        asking = Asking(window=window, width=WIDTH, height=HEIGHT)
        framed = self.framed("stat", common, context, asking)
        return replace(framed, options=OPTIONS, color=COLOR)


class StatKind:
    """Reads `stat: MEASURE`."""

    key: Final = "stat"
    takes: Final = VALUES
    schema: Final[Mapping[str, Any]] = measures_schema(
        "The current value, large: a measure, the name of one, or a list of them.",
        {"sum": "active_sessions"},
    )

    def read(self, node: Node, reader: Reader) -> Stat | None:
        """Read the measures."""
        measures = reader.measures(node)
        return Stat(measures=measures) if measures else None


KIND: Final = StatKind()
