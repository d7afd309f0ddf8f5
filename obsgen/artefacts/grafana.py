"""Dashboards, before they have a grid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from obsgen.artefacts.json import Json
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.units import Unit

PROMETHEUS: Final = "prometheus"
"""The type of the datasource that every dashboard asks."""

DEFAULT_TIME: Final = "now-6h"
DEFAULT_REFRESH: Final = "1m"
"""Where a dashboard begins, and how often it asks again."""

INTERVAL: Final = "interval"
"""The variable of the steps to choose from."""


def datasource_variable(type_: str) -> str:
    """Return the name of the variable that chooses a datasource of a type."""
    word = re.sub(r"[^a-z0-9_]", "_", type_)
    return "datasource" if type_ == PROMETHEUS else f"{word}_datasource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    A panel's query in PromQL.

    Attributes:
        legend: Grafana's legend format, or empty for its own.
        instant: Only the value at the end of the time range.
        as_table: The answer is a table of labels and values.
        as_heatmap: The answer's series are the buckets of a histogram, named by `le`.
        exemplar: Exemplars are asked for and drawn too.
        unit: Of these values, where it is not the panel's.
        column: The header of the values in a table.
        extra: More of the query, in Grafana's own words.
    """

    expr: str
    legend: str = ""
    instant: bool = False
    as_table: bool = False
    as_heatmap: bool = False
    exemplar: bool = False
    unit: Unit | None = None
    column: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTarget:
    """
    A panel's query to another datasource than Prometheus, in that datasource's own words.

    Attributes:
        datasource: The datasource's type: `loki`, `elasticsearch`, `tempo`, `jaeger`, ….
        query: What Grafana's query model of that type holds, beside `refId` and `datasource`.
    """

    datasource: str
    query: Mapping[str, Json]
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
        written: How its author names the dashboard; empty for links that are made.
        variables: What the dashboard's variables begin with: (name, text), as in
            `("endpoint", "${__field.labels.endpoint}")`.
    """

    title: str
    url: str = ""
    tag: str = ""
    dashboard: str = ""
    written: str = field(compare=False, default="")
    new_tab: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """
    A panel, before it has a place on the grid.

    Attributes:
        type: Grafana's panel type: `timeseries`, `stat`, `gauge`, `table`, `text`, ….
        foreign: Queries to another datasource; a panel asks one datasource.
        width: Of 24 columns.
        height: In grid rows of 30 pixels.
        options: The type's own options, complete, in Grafana's current shape.
        custom: The type's own field configuration (`fieldConfig.defaults.custom`).
        overrides: `fieldConfig.overrides`.
        unit_overrides: Units of what a matcher of `fieldConfig.overrides` takes.
        transformations: Grafana's transformations.
        links: In the panel's corner.
        data_links: On each value; they may hold `${__field.labels.…}` and `${__data.fields.…}`.
        minimum, maximum: The scale's ends, where the unit has them (a ratio on a gauge: 0, 1).
        time: Relative time that replaces the dashboard's (`30d`, `now/d`), or empty.
        min_interval: The finest step that a query is asked in, or empty.
        no_value: What stands there when a query gives nothing, or empty for Grafana's words.
        repeat: The variable of whose values each gets a panel of its own, or empty.
        most_in_a_row: Of repeated panels; 0 for Grafana's own choice.
        defaults: More of `fieldConfig.defaults`, in Grafana's own words.
        extra: More of the panel, in Grafana's own words.
    """

    type: str
    title: str
    description: str
    width: int
    height: int
    targets: tuple[Target, ...] = ()
    foreign: tuple[ForeignTarget, ...] = ()
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
    unit_overrides: tuple[tuple[Mapping[str, Json], Unit], ...] = ()
    transformations: tuple[Mapping[str, Json], ...] = ()
    links: tuple[Link, ...] = ()
    data_links: tuple[Link, ...] = ()
    time: str = ""
    min_interval: str = ""
    no_value: str = ""
    repeat: str = ""
    most_in_a_row: int = 0
    defaults: Mapping[str, Json] = field(default_factory=dict)
    extra: Mapping[str, Json] = field(default_factory=dict)
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def datasource(self) -> str:
        """The type of the datasource that it asks, or empty for one that asks nothing."""
        if self.targets:
            return PROMETHEUS
        return self.foreign[0].datasource if self.foreign else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    A row of panels that flow; without a title the panels stand at the top, with no header.

    Attributes:
        repeat: The variable of whose values each gets a row of its own, or empty.
    """

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False
    repeat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """
    A dashboard variable filled by a query for label values.

    Attributes:
        query: `label_values(metric{…}, label)`.
        multi: Several values may be chosen; `All` is then offered too and chosen at first.
        all_value: The pattern of `All`; `.*` takes series without the label too.
        default: Chosen at first, or empty for `All`, or for the first of single values.
    """

    name: str
    label: str
    query: str
    multi: bool = True
    all_value: str = ".*"
    default: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """
    Moments marked in all graphs: while *expr* has values.

    Attributes:
        title: What the mark says; may hold `{{label}}`.
        text: More of it, likewise.
        enabled: Drawn at first; otherwise the reader turns it on.
        step: How finely *expr* is asked, or empty for Grafana's 60s.
    """

    name: str
    expr: str
    title: str
    color: str
    text: str = ""
    enabled: bool = True
    step: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """
    A dashboard; the datasource variable is added to every one of them.

    Attributes:
        uid: Deterministic, at most 40 characters.
        folder: The Grafana folder's title.
        service: Whose dashboard it is, or empty for one of the whole project.
        kind: The ready kind that it is of (`slo`, `red`, …), or empty for an author's own.
        intervals: The choices of the variable `$interval`, the first chosen at first.
        time: Start of the time range: `now-6h`.
    """

    uid: str
    title: str
    description: str
    folder: str
    tags: tuple[str, ...]
    sections: tuple[Section, ...]
    service: str = ""
    kind: str = ""
    variables: tuple[Variable, ...] = ()
    intervals: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    time: str = DEFAULT_TIME
    refresh: str = DEFAULT_REFRESH
    sources: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels, section by section."""
        return tuple(panel for section in self.sections for panel in section.panels)

    @property
    def datasources(self) -> tuple[str, ...]:
        """The types of all datasources that are asked, Prometheus first."""
        asked = (panel.datasource for panel in self.panels)
        return tuple(dict.fromkeys((PROMETHEUS, *filter(None, asked))))

    @property
    def variable_names(self) -> tuple[str, ...]:
        """All variables that it has: datasources, labels, the interval."""
        sources = map(datasource_variable, self.datasources)
        own = (variable.name for variable in self.variables)
        return (*sources, *own, *((INTERVAL,) if self.intervals else ()))
