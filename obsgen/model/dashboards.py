"""Dashboards as their authors wrote them, and what a panel may know while it compiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Protocol

from obsgen.artefacts import AlertingRule, Dashboard, Json, Panel
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.model.measures import Condition, Measure, Query
from obsgen.model.panel_style import OverrideSpec, PanelStyle, ThresholdSpecs
from obsgen.model.project import Project, Reports
from obsgen.model.services import Service
from obsgen.source import Scalar
from obsgen.units import Unit

RATE_INTERVAL: Final = "$__rate_interval"
"""The window of graphs: what Grafana makes of the time range and of the scrape interval."""

CHOSEN_INTERVAL: Final = "$interval"
"""The window of graphs where the dashboard has `intervals`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """
    A link as the author wrote it: to a URL, or to a dashboard (`NAME`, `SERVICE/WORD`).

    Attributes:
        set: Variables of that dashboard, each with the label whose value it is given.
    """

    title: str
    url: str = ""
    dashboard: str = ""
    set: tuple[tuple[str, str], ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSpec:
    """
    What every panel has, whatever its kind.

    Attributes:
        width: Share of the dashboard's width, or None for the kind's own.
        height: Grid rows, or None for the kind's own.
        unit: Shown instead of the measure's own unit.
        thresholds: Colours with the quantity from which each counts; `base` has None.
        alert_limits: Alerts whose limits are thresholds too.
        transformations: Grafana's own, as (id, options).
        data_links: Links on each value.
        repeat: The variable of whose values each gets a panel of its own.
        per_row: Of repeated panels, how many stand side by side at most; 0 for Grafana's choice.
        raw: What is changed of the panel in Grafana's own words.
    """

    body: PanelBody
    title: str = ""
    description: str = ""
    width: Fraction | None = None
    height: int | None = None
    unit: Unit | None = None
    thresholds: ThresholdSpecs = ()
    alert_limits: tuple[Scalar, ...] = ()
    time: str = ""
    links: tuple[LinkSpec, ...] = ()
    legend: str = ""
    style: PanelStyle = field(default_factory=PanelStyle)
    overrides: tuple[OverrideSpec, ...] = ()
    transformations: tuple[tuple[str, Mapping[str, Json]], ...] = ()
    data_links: tuple[LinkSpec, ...] = ()
    repeat: str = ""
    per_row: int = 0
    raw: PanelChange | None = None
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


class PanelChange(Protocol):
    """What an author changes of the panel that its kind has made."""

    def applied(self, panel: Panel, report: Reports) -> Panel:
        """Return the panel, changed; what Grafana would not know of it is reported."""
        ...


class PanelBody(Protocol):
    """The part of a panel that its kind reads."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that its queries read."""
        ...

    def panel(self, common: PanelSpec, context: DashboardContext) -> Panel:
        """Return the panel."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """A row of panels as the author wrote it."""

    title: str
    panels: tuple[PanelSpec, ...]
    collapsed: bool = False
    repeat: str = ""
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSpec:
    """
    A label to choose values of.

    Attributes:
        default: Chosen at first; empty for all, or for the first where only one can be chosen.
    """

    label: str
    title: str = ""
    multi: bool = True
    default: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationSpec:
    """
    Moments to mark in all graphs: a word, or while a measure has values or a condition holds.

    Attributes:
        word: `deploys`, `alerts` or `restarts`; then nothing else is given.
    """

    word: str = ""
    name: str = ""
    asked: Measure | Condition | None = None
    title: str = ""
    text: str = ""
    color: str = ""
    is_on: bool = True
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSpec:
    """
    A dashboard of the author's own.

    Attributes:
        intervals: The choices of `$interval`, the window of graphs.
    """

    name: str
    title: str
    service: str
    description: str = ""
    folder: str = ""
    variables: tuple[VariableSpec, ...] = ()
    intervals: tuple[str, ...] = ()
    annotations: tuple[AnnotationSpec, ...] = ()
    links: tuple[LinkSpec, ...] = ()
    sections: tuple[SectionSpec, ...] = ()
    time: str = ""
    refresh: str = ""
    tags: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardContext:
    """
    What a panel may know: its service, and the variables that filter each query.

    Attributes:
        has_intervals: The reader chooses the window of graphs, by `$interval`.
        alerts: The service's alerting rules.
    """

    project: Project
    service: Service
    catalogue: Catalogue
    variables: tuple[str, ...] = ()
    has_intervals: bool = False
    alerts: tuple[AlertingRule, ...] = ()
    report: Reports

    def query(self, window: str) -> Query:
        """Return how a panel asks a measure: `endpoint=~"$endpoint"` where a metric has it."""
        filters = tuple(Matcher(name, "=~", f"${name}") for name in self.variables)
        is_chosen = self.has_intervals and window == RATE_INTERVAL
        return Query(window=CHOSEN_INTERVAL if is_chosen else window, filters=filters)


class Pack(Protocol):
    """
    A ready dashboard: one word in the `dashboards` of a Service, or of the Project for all.

    A service's `ready_dashboards` are the words that were built before this one.

    Attributes:
        shows: What a service must have for it.
    """

    key: str
    description: str
    shows: str

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return the service's dashboards; none where it has nothing to show."""
        ...

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return what all the services that name the pack share, once for the Project."""
        ...
