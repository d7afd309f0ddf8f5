"""More panels of packs: states over time, bars, buckets over time, lists of alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Json, Link, Panel, Target, Threshold
from obsgen.artefacts.grafana_units import unit_id
from obsgen.names import COLUMNS
from obsgen.packs._panels import GRAPH_HEIGHT, Line, value_map
from obsgen.panels import bargauge as bars_kind
from obsgen.panels import heatmap as heatmap_kind
from obsgen.panels import stat as stat_kind
from obsgen.panels import state_timeline as timeline_kind
from obsgen.units import COUNT, Unit

_TIMELINE_OPTIONS: Final[Mapping[str, Json]] = {
    **timeline_kind.OPTIONS,
    "showValue": "never",
    "rowHeight": Decimal("0.8"),
}
_TIMELINE_CUSTOM: Final[Mapping[str, Json]] = {"fillOpacity": 80}
_BARS_OPTIONS: Final[Mapping[str, Json]] = {**bars_kind.OPTIONS, "namePlacement": "left"}
_HEATMAP_OPTIONS: Final[Mapping[str, Json]] = {
    "color": {**heatmap_kind.SCALE_OF_COLORS, "scheme": heatmap_kind.SCHEMES[0]},
    **heatmap_kind.OPTIONS,
}
_MEASURED: Final = frozenset({"time", "bytes"})
"""What histograms mostly hold; of anything else the axis has plain numbers."""

# Grafana's `SortOrder` of lists of alerts.
_BY_IMPORTANCE: Final = 3


@dataclass(frozen=True, slots=True)
class State:
    """A value with its name and colour."""

    value: str
    text: str
    color: str


def state_timeline(
    title: str,
    description: str,
    lines: Sequence[Line],
    states: Sequence[State],
    *,
    min_interval: str,
    height: int = GRAPH_HEIGHT + 1,
    width: int = COLUMNS,
) -> Panel:
    """Return a row for each series that shows which state it is in when."""
    return Panel(
        type="state-timeline",
        title=title,
        description=description,
        width=width,
        height=height,
        targets=tuple(Target(expr=line.expr, legend=line.legend) for line in lines),
        unit=COUNT,
        options=_TIMELINE_OPTIONS,
        custom=_TIMELINE_CUSTOM,
        color=timeline_kind.BY_STATE,
        mappings=value_map(*((state.value, state.text, state.color) for state in states)),
        min_interval=min_interval,
    )


def bars(  # noqa: PLR0913 - keyword-only, one a property of the panel
    title: str,
    description: str,
    line: Line,
    unit: Unit,
    *,
    thresholds: tuple[Threshold, ...] = (),
    maximum: Decimal | None = None,
    decimals: int | None = None,
    no_value: str = "",
    width: int = 12,
    links: tuple[Link, ...] = (),
) -> Panel:
    """Return current values as bars from 0 on, in the order of the query's answer."""
    return Panel(
        type="bargauge",
        title=title,
        description=description,
        width=width,
        height=GRAPH_HEIGHT,
        targets=(Target(expr=line.expr, legend=line.legend, instant=True),),
        unit=unit,
        decimals=decimals,
        minimum=Decimal(0),
        maximum=maximum,
        thresholds=thresholds,
        options=_BARS_OPTIONS,
        color=stat_kind.COLOR if thresholds else bars_kind.NO_JUDGEMENT,
        no_value=no_value,
        links=links,
    )


def heatmap(title: str, description: str, expr: str, unit: Unit, *, width: int = 12) -> Panel:
    """
    Return the buckets of a histogram over time.

    Args:
        expr: Gives a series for each `le`.
        unit: Of what is observed.
    """
    axis: dict[str, Json] = {"axisPlacement": "left", "reverse": False}
    if unit.dimension in _MEASURED:
        axis["unit"] = unit_id(unit)
    return Panel(
        type="heatmap",
        title=title,
        description=description,
        width=width,
        height=GRAPH_HEIGHT,
        targets=(Target(expr=expr, legend="{{le}}", as_heatmap=True),),
        unit=COUNT,
        options={**_HEATMAP_OPTIONS, "yAxis": axis},
    )


def alert_list(
    title: str, description: str, labels: str, *, group_by: str, width: int, height: int
) -> Panel:
    """
    Return the alerts that Grafana knows, those of its datasources and its own.

    Args:
        labels: Of which alerts, as PromQL's matchers in braces; empty for all.
        group_by: The label under which they stand together.
    """
    states = ("firing", "pending", "noData", "normal", "error")
    wanted: dict[str, Json] = {state: state in {"firing", "pending", "error"} for state in states}
    return Panel(
        type="alertlist",
        title=title,
        description=description,
        width=width,
        height=height,
        options={
            "viewMode": "list",
            "groupMode": "custom",
            "groupBy": [group_by],
            "maxItems": 50,
            "sortOrder": _BY_IMPORTANCE,
            "dashboardAlerts": False,
            "alertName": "",
            "alertInstanceLabelFilter": labels,
            "stateFilter": wanted,
        },
    )
