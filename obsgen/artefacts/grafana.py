"""Dashboards and datasources, before they have a grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from obsgen.artefacts.json import Json
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Duration, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    A panel's query.

    Attributes:
        legend: Grafana's legend format, or empty for its own.
        instant: Only the value at the end of the time range.
        as_table: The answer is a table of labels and values.
        unit: Of these values, where it is not the panel's.
        column: The header of the values in a table.
    """

    expr: str
    legend: str = ""
    instant: bool = False
    as_table: bool = False
    unit: Unit | None = None
    column: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A colour from *value* on; None is the base, below every value."""

    value: Decimal | None
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    A link of a panel or a dashboard: to a URL, or to dashboards of this build.

    Attributes:
        tag: All dashboards that carry it, as a menu.
        dashboard: The uid of one dashboard.
    """

    title: str
    url: str = ""
    tag: str = ""
    dashboard: str = ""
    new_tab: bool = False
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """
    A panel, before it has a place on the grid.

    Attributes:
        type: Grafana's panel type: `timeseries`, `stat`, `gauge`, `table`, `text`.
        width: Of 24 columns.
        height: In grid rows of 30 pixels.
        options: The type's own options, complete, in Grafana's current shape.
        custom: The type's own field configuration (`fieldConfig.defaults.custom`).
        overrides: `fieldConfig.overrides`.
        transformations: Grafana's transformations.
        minimum, maximum: The scale's ends, where the unit has them (a ratio on a gauge: 0, 1).
        time: Relative time that replaces the dashboard's (`30d`, `now/d`), or empty.
        min_interval: The finest step that a query is asked in, or empty.
        no_value: What stands there when a query gives nothing, or empty for Grafana's words.
    """

    type: str
    title: str
    description: str
    width: int
    height: int
    targets: tuple[Target, ...] = ()
    unit: Unit | None = None
    decimals: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    thresholds: tuple[Threshold, ...] = ()
    thresholds_percentage: bool = False
    options: Mapping[str, Json] = field(default_factory=dict)
    custom: Mapping[str, Json] = field(default_factory=dict)
    color: Mapping[str, Json] = field(default_factory=dict)
    mappings: tuple[Mapping[str, Json], ...] = ()
    overrides: tuple[Mapping[str, Json], ...] = ()
    transformations: tuple[Mapping[str, Json], ...] = ()
    links: tuple[Link, ...] = ()
    time: str = ""
    min_interval: str = ""
    no_value: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A row of panels that flow; without a title the panels stand at the top, with no header."""

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """
    A dashboard variable filled by a query for label values.

    Attributes:
        query: `label_values(metric{…}, label)`.
        multi: Several values may be chosen; `All` is then offered too and chosen at first.
        all_value: The pattern of `All`; `.*` takes series without the label too.
    """

    name: str
    label: str
    query: str
    multi: bool = True
    all_value: str = ".*"
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Moments marked in all graphs: while *expr* has values; *title* may hold `{{label}}`."""

    name: str
    expr: str
    title: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """
    A dashboard; the datasource variable is added to every one of them.

    Attributes:
        uid: Deterministic, at most 40 characters.
        folder: The Grafana folder's title.
        service: Whose dashboard it is, or empty for one of the whole project.
        time: Start of the time range: `now-6h`.
    """

    uid: str
    title: str
    description: str
    folder: str
    tags: tuple[str, ...]
    sections: tuple[Section, ...]
    service: str = ""
    variables: tuple[Variable, ...] = ()
    links: tuple[Link, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    time: str = "now-6h"
    refresh: str = "1m"
    sources: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaDatasource:
    """A provisioned datasource."""

    name: str
    uid: str
    url: str
    type: str = "prometheus"
    is_default: bool = True
    scrape_interval: Duration = Duration(0)
