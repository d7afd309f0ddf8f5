"""`gauge`: the current value on a dial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._takes import SCALED
from obsgen.panels.stat import COLOR, REDUCE
from obsgen.source import Node
from obsgen.units import Unit

GAUGE_END: Final = Code(
    "DSH610",
    "gauge-without-end",
    why="a dial needs an end; without one Grafana takes the value itself, and the dial is full",
    fix="Give the panel thresholds (the dial ends half as far again as the last), or use `stat`.",
    severity=Severity.WARNING,
)
CODES: Final = (GAUGE_END,)

# Shape: Grafana's Gauge panel, `Options`; values: its defaults.
OPTIONS: Final[Mapping[str, Json]] = {
    "reduceOptions": dict(REDUCE),
    "orientation": "auto",
    "showThresholdLabels": False,
    "showThresholdMarkers": True,
    "sizing": "auto",
    "minVizWidth": 75,
    "minVizHeight": 75,
}

_BEYOND_THE_LAST_THRESHOLD: Final = Decimal("1.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge(MeasuredBody):
    """One dial for each series of each measure, from 0 to 1 where they are ratios."""

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        window = str(context.project.default_window)
        asking = Asking(window=window, width=Fraction(1, 3), height=8)
        framed = self.framed("gauge", common, context, asking)
        end = _end(framed)
        if end is None and common.style.maximum is None:
            message = f"the dial of `{framed.title}` has no end"
            hint = "give it thresholds, or show the number as a `stat`"
            context.report(finding(GAUGE_END, common.origin, message, hint))
        return replace(framed, options=OPTIONS, color=COLOR, minimum=Decimal(0), maximum=end)


def end_of_ratio(unit: Unit | None) -> Decimal | None:
    """Return what the whole is in a unit of ratios, 1 or 100; None for any other."""
    if unit is not None and unit.dimension == "ratio" and not unit.per_seconds:
        return 1 / unit.scale
    return None


def _end(panel: Panel) -> Decimal | None:
    if (whole := end_of_ratio(panel.unit)) is not None:
        return whole
    values = [step.value for step in panel.thresholds if step.value is not None]
    return max(values) * _BEYOND_THE_LAST_THRESHOLD if values else None


class GaugeKind:
    """Reads `gauge: MEASURE`."""

    key: Final = "gauge"
    takes: Final = SCALED
    schema: Final[Mapping[str, Any]] = measures_schema(
        "The current value on a dial: a measure, the name of one, or a list of them.",
        {"used_of": "node_memory_MemTotal_bytes", "free": "node_memory_MemAvailable_bytes"},
    )

    def read(self, node: Node, reader: Reader) -> Gauge | None:
        """Read the measures."""
        measures = reader.measures(node)
        return Gauge(measures=measures) if measures else None


KIND: Final = GaugeKind()
