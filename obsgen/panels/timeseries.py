"""`timeseries`: lines over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.model import RATE_INTERVAL, DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._slo_lines import SloLine, slo_lines, steps_of_lines
from obsgen.panels._takes import GRAPH
from obsgen.source import Node
from obsgen.units import Unit

# The shape of every legend of series: `VizLegendOptions`, all of which the schema asks for.
LEGEND: Final[Mapping[str, Json]] = {
    "displayMode": "list",
    "placement": "bottom",
    "showLegend": True,
    "calcs": [],
}

# Shapes: Grafana's TimeSeries panel, `Options` and `GraphFieldConfig`. What is Grafana's own
# default is not written, unless the schema asks for it: lines of one pixel, no area, no axis title.
OPTIONS: Final[Mapping[str, Json]] = {
    "legend": dict(LEGEND),
    "tooltip": {"mode": "multi", "sort": "desc"},
}
CUSTOM: Final[Mapping[str, Json]] = {"axisSoftMin": 0}
STACKED: Final[Mapping[str, Json]] = {"stacking": {"mode": "normal", "group": "A"}}
"""Series on top of each other."""
COLOR: Final[Mapping[str, Json]] = {"mode": "palette-classic"}

ASKING: Final = Asking(window=RATE_INTERVAL, width=Fraction(1, 3), height=8, instant=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeseries(MeasuredBody):
    """One line for each series of each measure."""

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel; thresholds, of the author or of SLOs, are drawn as dashed lines."""
        framed = self.framed("timeseries", common, context, ASKING)
        unit = framed.unit
        lines: tuple[SloLine, ...] = ()
        if unit is not None and not common.thresholds:
            lines = slo_lines(self.measures, unit, context)
        if lines:
            said = dict.fromkeys((framed.description, *(line.sentence for line in lines)))
            thresholds = steps_of_lines(lines)
            framed = replace(framed, description=" ".join(said), thresholds=thresholds)
        custom: dict[str, Json] = dict(CUSTOM)
        if unit is not None and _is_unsaid(unit):
            custom["axisLabel"] = str(unit)
        if common.thresholds or lines:
            custom["thresholdsStyle"] = {"mode": "dashed"}
        return replace(framed, options=OPTIONS, custom=custom, color=COLOR)


def _is_unsaid(unit: Unit) -> bool:
    """Say whether the numbers alone do not tell over which time they are counted."""
    return unit.per_seconds > 1 and unit.dimension != "count"


class TimeseriesKind:
    """Reads `timeseries: MEASURE`."""

    key: Final = "timeseries"
    takes: Final = GRAPH
    schema: Final[Mapping[str, Any]] = measures_schema(
        "Lines over time: a measure, the name of one, or a list of them.",
        {"rate": "http_requests_total", "by": ["route"]},
    )

    def read(self, node: Node, reader: Reader) -> Timeseries | None:
        """Read the measures."""
        measures = reader.measures(node)
        return Timeseries(measures=measures) if measures else None


KIND: Final = TimeseriesKind()
