"""`bargauge`: the current values as bars, the largest on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel, Target
from obsgen.model import DashboardContext, Measure, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._own_keys import read_measured
from obsgen.panels._takes import SCALED
from obsgen.panels.gauge import end_of_ratio
from obsgen.panels.stat import COLOR, REDUCE
from obsgen.promql.build import Expr, call
from obsgen.schema.shared import one_of_words
from obsgen.source import Node

# Shape: Grafana's BarGauge panel, `Options`; values: its defaults.
OPTIONS: Final[Mapping[str, Json]] = {
    "reduceOptions": dict(REDUCE),
    "orientation": "horizontal",
    "displayMode": "gradient",
    "valueMode": "color",
    "namePlacement": "auto",
    "showUnfilled": True,
    "sizing": "auto",
    "minVizWidth": 8,
    "minVizHeight": 16,
    "maxVizHeight": 300,
    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
}
# Bars in the colour of text would look like a fault.
NO_JUDGEMENT: Final[Mapping[str, Json]] = {"mode": "fixed", "fixedColor": "blue"}
DISPLAYS: Final = ("gradient", "basic", "lcd")


@dataclass(frozen=True, slots=True, kw_only=True)
class BarGauge(MeasuredBody):
    """One bar for each series of each measure, from 0; ratios up to 1."""

    display: str = DISPLAYS[0]

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        window = str(context.project.default_window)
        asking = Asking(window=window, width=Fraction(1, 3), height=8)
        framed = self.framed("bargauge", common, context, asking)
        asked = zip(self.measures, framed.targets, strict=True)
        return replace(
            framed,
            targets=tuple(_sorted(measure, target) for measure, target in asked),
            options={**OPTIONS, "displayMode": self.display},
            color=COLOR if common.thresholds else NO_JUDGEMENT,
            minimum=Decimal(0),
            maximum=end_of_ratio(framed.unit),
        )


def _sorted(measure: Measure, target: Target) -> Target:
    """
    Return a query whose answer comes with the largest value first.

    The panel itself does not sort: its bars stand in the order of the answer, and Prometheus
    keeps that of `sort_desc` for instant queries.
    """
    if measure.labels is not None and not measure.labels:
        return target
    return replace(target, expr=call("sort_desc", Expr(target.expr)).text)


class BarGaugeKind:
    """Reads `bargauge: MEASURE`, with `display`."""

    key: Final = "bargauge"
    takes: Final = SCALED
    own: Final = {
        "display": one_of_words(DISPLAYS, "How the bars look; `gradient` where left out."),
    }
    schema: Final[Mapping[str, Any]] = measures_schema(
        "Current values as bars, the largest on top: a measure, the name of one, or a list.",
        {"rate": "http_requests_total", "by": ["route"], "display": "lcd"},
        {"measures": ["error_ratio"], "display": "basic"},
        own=own,
    )

    def read(self, node: Node, reader: Reader) -> BarGauge | None:
        """Read the measures, and how the bars look."""
        read = read_measured(node, self.own, reader)
        if read is None:
            return None
        return BarGauge(measures=read.measures, display=read.word("display", DISPLAYS[0]))


KIND: Final = BarGaugeKind()
