"""`histogram`: how often which values came within the time range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import MeasuredBody, measures_schema
from obsgen.panels._own_keys import read_measured
from obsgen.panels._takes import SPREAD
from obsgen.panels._words import described_as
from obsgen.panels.timeseries import ASKING, COLOR, LEGEND
from obsgen.schema.shared import flag
from obsgen.source import Node

# Shapes: Grafana's Histogram panel, `Options` and `FieldConfig`; values: its defaults.
OPTIONS: Final[Mapping[str, Json]] = {
    "bucketCount": 30,
    "legend": dict(LEGEND),
    "tooltip": {"mode": "multi", "sort": "none"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(MeasuredBody):
    """A bar for each range of values: how many samples of the time range lie in it."""

    combine: bool = False

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        framed = self.framed("histogram", common, context, ASKING)
        described = described_as("How often which value came:", framed.description, common)
        options = {**OPTIONS, "combine": True} if self.combine else OPTIONS
        return replace(framed, description=described, options=options, color=COLOR)


class HistogramKind:
    """Reads `histogram: MEASURE`, with `combine`."""

    key: Final = "histogram"
    takes: Final = SPREAD
    own: Final = {"combine": flag("All series together instead of each for itself.")}
    schema: Final[Mapping[str, Any]] = measures_schema(
        "How often which values came: a measure, the name of one, or a list of them.",
        {"value": "queue_length", "combine": True},
        own=own,
    )

    def read(self, node: Node, reader: Reader) -> Histogram | None:
        """Read the measures, and whether their series are one."""
        read = read_measured(node, self.own, reader)
        if read is None:
            return None
        return Histogram(measures=read.measures, combine=read.flag("combine", default=False))


KIND: Final = HistogramKind()
