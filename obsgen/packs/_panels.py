"""Panels of packs: queries that are written out, in the clothes of the panel kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obsgen.artefacts import Json, Link, Panel, Target, Threshold
from obsgen.panels import stat as stat_kind
from obsgen.panels import table as table_kind
from obsgen.panels import timeseries as timeseries_kind
from obsgen.panels._heads import with_heads
from obsgen.panels._thresholds import NEUTRAL
from obsgen.units import Unit

STAT_HEIGHT: Final = 4
GRAPH_HEIGHT: Final = 8

_LEGEND: Final[Mapping[str, Json]] = {
    "displayMode": "table",
    "placement": "bottom",
    "showLegend": True,
    "calcs": ["lastNotNull", "max"],
}


@dataclass(frozen=True, slots=True)
class Line:
    """A query of a graph; *dashed* lines are limits, in red."""

    expr: str
    legend: str
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A query of a table, with what its cells look like."""

    header: str
    expr: str
    unit: Unit | None = None
    decimals: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    mappings: tuple[Mapping[str, Json], ...] = ()
    is_gauge: bool = False


def steps(base: str, *rising: tuple[str, str]) -> tuple[Threshold, ...]:
    """
    Return thresholds: a colour below everything, then (amount, colour) from low to high.

    >>> [step.color for step in steps("red", ("0.25", "orange"))]
    ['red', 'orange']
    """
    above = (Threshold(value=Decimal(amount), color=color) for amount, color in rising)
    return (Threshold(value=None, color=base), *above)


def stat(  # noqa: PLR0913 - keyword-only, one a property of the panel
    title: str,
    description: str,
    expr: str,
    unit: Unit,
    *,
    thresholds: tuple[Threshold, ...] = NEUTRAL,
    decimals: int | None = None,
    mappings: tuple[Mapping[str, Json], ...] = (),
    no_value: str = "",
    links: tuple[Link, ...] = (),
    width: int = 4,
) -> Panel:
    """Return one current value, large."""
    return Panel(
        type="stat",
        title=title,
        description=description,
        width=width,
        height=STAT_HEIGHT,
        targets=(Target(expr=expr, instant=True, legend=title),),
        unit=unit,
        decimals=decimals,
        thresholds=thresholds,
        options=stat_kind.OPTIONS,
        color=stat_kind.COLOR,
        mappings=mappings,
        no_value=no_value,
        links=links,
    )


def graph(  # noqa: PLR0913 - keyword-only, one a property of the panel
    title: str,
    description: str,
    lines: Sequence[Line],
    unit: Unit,
    *,
    thresholds: tuple[Threshold, ...] = (),
    threshold_style: str = "dashed",
    width: int = 12,
    min_interval: str = "",
    decimals: int | None = None,
    from_zero: bool = True,
    overrides: tuple[Mapping[str, Json], ...] = (),
    links: tuple[Link, ...] = (),
) -> Panel:
    """Return lines over time, with a legend that says the last and the highest value."""
    custom: dict[str, Json] = dict(timeseries_kind.CUSTOM)
    if thresholds:
        custom["thresholdsStyle"] = {"mode": threshold_style}
    if not from_zero:
        del custom["axisSoftMin"]
    limits = [limit_override(line.legend) for line in lines if line.dashed]
    return Panel(
        type="timeseries",
        title=title,
        description=description,
        width=width,
        height=GRAPH_HEIGHT,
        targets=tuple(Target(expr=line.expr, legend=line.legend) for line in lines),
        unit=unit,
        decimals=decimals,
        thresholds=thresholds,
        options={**timeseries_kind.OPTIONS, "legend": dict(_LEGEND)},
        custom=custom,
        color=timeseries_kind.COLOR,
        overrides=(*limits, *overrides),
        links=links,
        min_interval=min_interval,
    )


def limit_override(legend: str) -> Mapping[str, Json]:
    """Return the override that draws a series as a limit."""
    return override(
        legend,
        {
            "color": {"mode": "fixed", "fixedColor": "red"},
            "custom.lineStyle": {"fill": "dash", "dash": [10, 10]},
        },
    )


def color_override(legend: str, color: str) -> Mapping[str, Json]:
    """Return the override that gives a series always the same colour."""
    return override(legend, {"color": {"mode": "fixed", "fixedColor": color}})


def override(name: str, properties: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return an override of the series or column *name*."""
    listed: list[Json] = [{"id": key, "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": listed}


def table(  # noqa: PLR0913 - keyword-only, one a property of the panel
    title: str,
    description: str,
    columns: Sequence[Column],
    *,
    labels: Sequence[str],
    hidden: Sequence[str] = (),
    invisible: Sequence[str] = (),
    sort_by: str,
    descending: bool = True,
    cell_links: Mapping[str, tuple[str, str]] | None = None,
    width: int = 24,
    height: int = 12,
) -> Panel:
    """
    Return current values by label.

    Args:
        labels: The label columns in their order.
        hidden: Headers and labels that are left out.
        invisible: Labels that are not shown, but that links may use.
        cell_links: (title, URL) by the header of the column whose cells carry it.
    """
    headers = [column.header for column in columns]
    cells = (found for column in columns if (found := _cells(column)))
    return Panel(
        type="table",
        title=title,
        description=description,
        width=width,
        height=height,
        targets=tuple(map(_column_target, columns)),
        thresholds=NEUTRAL,
        options=table_kind.options(sort_by=sort_by, descending=descending),
        custom=table_kind.CUSTOM,
        color=stat_kind.COLOR,
        overrides=(*cells, *_hidden(invisible), *_linked(cell_links or {})),
        transformations=with_heads(
            table_kind.joined(headers, labels=labels, hidden=hidden), invisible=invisible
        ),
    )


def _column_target(column: Column) -> Target:
    return Target(
        expr=column.expr, instant=True, as_table=True, unit=column.unit, column=column.header
    )


def _hidden(labels: Sequence[str]) -> Iterator[Mapping[str, Json]]:
    for label in labels:
        yield override(label, {"custom.hidden": True})


def _linked(cell_links: Mapping[str, tuple[str, str]]) -> Iterator[Mapping[str, Json]]:
    for header, (title, url) in cell_links.items():
        yield override(header, {"links": [{"title": title, "url": url, "targetBlank": False}]})


def _cells(column: Column) -> Mapping[str, Json] | None:
    properties: dict[str, Json] = {}
    if column.decimals is not None:
        properties["decimals"] = column.decimals
    if column.thresholds:
        steps_json: list[Json] = [
            {"color": step.color, "value": step.value} for step in column.thresholds
        ]
        properties["thresholds"] = {"mode": "absolute", "steps": steps_json}
        cell = {"type": "color-text"}
        if column.is_gauge:
            cell = {"type": "gauge", "mode": "gradient", "valueDisplayMode": "text"}
            properties["min"], properties["max"] = 0, 1
        properties["custom.cellOptions"] = dict(cell)
    if column.mappings:
        properties["mappings"] = [dict(mapping) for mapping in column.mappings]
    return override(column.header, properties) if properties else None


def range_map(low: Decimal, high: Decimal, text: str, color: str) -> Mapping[str, Json]:
    """Return the mapping of all values from *low* to *high* to a text in a colour."""
    result: dict[str, Json] = {"text": text, "color": color}
    return {"type": "range", "options": {"from": low, "to": high, "result": result}}


def value_map(*texts: tuple[str, str, str]) -> tuple[Mapping[str, Json], ...]:
    """Return the mapping of values to a text in a colour: (value, text, colour)."""
    options: dict[str, Json] = {
        value: {"text": text, "color": color, "index": index}
        for index, (value, text, color) in enumerate(texts)
    }
    return ({"type": "value", "options": options},)
