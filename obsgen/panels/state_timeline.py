"""`state_timeline`: which state holds when, a row for each series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.artefacts import Json, Panel
from obsgen.model import DashboardContext, PanelSpec, Reader
from obsgen.panels._measured import Asking, MeasuredBody, measures_schema
from obsgen.panels._own_keys import read_measured
from obsgen.panels._states import SCHEMA, State, mappings_of, read_states
from obsgen.panels._takes import STATES
from obsgen.panels.timeseries import LEGEND
from obsgen.source import Node

# Shape: Grafana's StateTimeline panel, `Options`, as far as the schema asks for it.
OPTIONS: Final[Mapping[str, Json]] = {
    "showValue": "auto",
    "rowHeight": Decimal("0.9"),
    "legend": dict(LEGEND),
    "tooltip": {"mode": "single", "sort": "none"},
}

# With colours by threshold Grafana writes the threshold in the place of the value, and would
# write it in the place of a state's text.
BY_THRESHOLD: Final[Mapping[str, Json]] = {"mode": "thresholds"}
BY_STATE: Final[Mapping[str, Json]] = {"mode": "fixed", "fixedColor": "text"}
BY_VALUE: Final[Mapping[str, Json]] = {"mode": "continuous-GrYlRd"}

_ASKING: Final = Asking(window="$__rate_interval", width=Fraction(1), height=8, instant=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTimeline(MeasuredBody):
    """A row for each series; texts are those of states, else of thresholds, else the values."""

    states: tuple[State, ...] = ()

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        framed = self.framed("state-timeline", common, context, _ASKING)
        color = BY_THRESHOLD if common.thresholds else BY_VALUE
        return replace(
            framed,
            options=OPTIONS,
            color=BY_STATE if self.states else color,
            mappings=mappings_of(self.states),
        )


class StateTimelineKind:
    """Reads `state_timeline: MEASURE`, with `states`."""

    key: Final = "state_timeline"
    takes: Final = STATES
    own: Final = {"states": SCHEMA}
    schema: Final[Mapping[str, Any]] = measures_schema(
        "Which state holds when: a measure, the name of one, or a list of them.",
        {"value": "up", "states": {"0": {"text": "down", "color": "red"}, "1": "up"}},
        own=own,
    )

    def read(self, node: Node, reader: Reader) -> StateTimeline | None:
        """Read the measures and their states."""
        read = read_measured(node, self.own, reader)
        if read is None:
            return None
        states = read_states(read.own.get("states"), reader)
        return StateTimeline(measures=read.measures, states=states)


KIND: Final = StateTimelineKind()
