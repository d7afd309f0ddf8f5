"""How panels of each type look before their author says anything: all that the schema asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from obsgen.artefacts import Json
from obsgen.panels import (
    bargauge,
    gauge,
    heatmap,
    histogram,
    logs,
    piechart,
    stat,
    state_timeline,
    table,
    text,
    timeseries,
)
from obsgen.units import COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The options of a type of panel, its field configuration, and its colours."""

    options: Mapping[str, Json]
    custom: Mapping[str, Json] = field(default_factory=dict)
    color: Mapping[str, Json] = field(default_factory=dict)


PLAIN: Final = Look(options={})
"""For types of which nothing is known."""

LOOKS: Final[Mapping[str, Look]] = {
    "timeseries": Look(
        options=timeseries.OPTIONS, custom=timeseries.CUSTOM, color=timeseries.COLOR
    ),
    "stat": Look(options=stat.OPTIONS, color=stat.COLOR),
    "gauge": Look(options=gauge.OPTIONS, color=stat.COLOR),
    "bargauge": Look(options=bargauge.OPTIONS, color=stat.COLOR),
    "table": Look(options=table.OPTIONS, custom=table.CUSTOM, color=stat.COLOR),
    "heatmap": Look(options=heatmap.options(COUNT)),
    "state-timeline": Look(
        options=state_timeline.OPTIONS,
        color=state_timeline.BY_THRESHOLD,
    ),
    "histogram": Look(options=histogram.OPTIONS, color=timeseries.COLOR),
    "piechart": Look(options=piechart.OPTIONS, color=timeseries.COLOR),
    "logs": Look(options=logs.OPTIONS),
    "text": Look(options=text.options("")),
}
"""By Grafana's type."""
