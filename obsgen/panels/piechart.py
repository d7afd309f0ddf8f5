"""`piechart`: the current values as parts of a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._own_keys import read_measured
from obsgen.panels._sums import check_parts
from obsgen.panels._takes import PARTS
from obsgen.panels.stat import REDUCE
from obsgen.panels.timeseries import COLOR
from obsgen.schema.shared import one_of_words
from obsgen.source import Node

# Shapes: Grafana's PieChart panel, `Options` and `FieldConfig`.
OPTIONS: Final[Mapping[str, Json]] = {
    "reduceOptions": dict(REDUCE),
    "pieType": "donut",
    "orientation": "auto",
    "legend": {
        "displayMode": "table",
        "placement": "right",
        "showLegend": True,
        "values": ["value", "percent"],
        "calcs": [],
    },
    "tooltip": {"mode": "single", "sort": "none"},
}
SHAPES: Final = ("donut", "pie")


@dataclass(frozen=True, slots=True, kw_only=True)
class PieChart(MeasuredBody):
    """One slice for each series of each measure."""

    shape: str = SHAPES[0]

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel; a legend says the value and the share of each slice."""
        check_parts(self.measures, "a pie", common.origin / "piechart", context.report)
        window = str(context.project.default_window)
        asking = Asking(window=window, width=Fraction(1, 3), height=8)
        framed = self.framed("piechart", common, context, asking)
        options = {**OPTIONS, "pieType": self.shape}
        return replace(framed, options=options, color=COLOR)


class PieChartKind:
    """Reads `piechart: MEASURE`, with `shape`."""

    key: Final = "piechart"
    takes: Final = PARTS
    own: Final = {"shape": one_of_words(SHAPES, "`donut` where left out.")}
    schema: Final[Mapping[str, Any]] = measures_schema(
        "Current values as parts of a whole: a measure, the name of one, or a list of them.",
        {"rate": "http_requests_total", "by": ["route"], "shape": "pie"},
        own=own,
    )

    def read(self, node: Node, reader: Reader) -> PieChart | None:
        """Read the measures and the shape."""
        read = read_measured(node, self.own, reader)
        if read is None:
            return None
        return PieChart(measures=read.measures, shape=read.word("shape", SHAPES[0]))


KIND: Final = PieChartKind()
