"""Dashboards as their authors wrote them, and what a panel may know while it compiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from obsgen.artefacts import AlertingRule, Dashboard, Panel
from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.matchers import Matcher
from obsgen.model.measures import Query
from obsgen.model.project import Project, Reports, Service
from obsgen.source import Scalar
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSpec:
    """A link as the author wrote it: to a URL, or to a dashboard (`NAME`, `SERVICE/WORD`)."""

    title: str
    url: str = ""
    dashboard: str = ""
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
    """

    body: PanelBody
    title: str = ""
    description: str = ""
    width: Fraction | None = None
    height: int | None = None
    unit: Unit | None = None
    thresholds: tuple[tuple[str, Scalar | None], ...] = ()
    time: str = ""
    links: tuple[LinkSpec, ...] = ()
    legend: str = ""
    refs: tuple[str, ...] = ()
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSpec:
    """A dashboard of the author's own."""

    name: str
    title: str
    service: str
    description: str = ""
    folder: str = ""
    variables: tuple[str, ...] = ()
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
        alerts: The service's alerting rules.
    """

    project: Project
    service: Service
    catalogue: Catalogue
    variables: tuple[str, ...] = ()
    alerts: tuple[AlertingRule, ...] = ()
    report: Reports

    def query(self, window: str) -> Query:
        """Return how a panel asks a measure: `endpoint=~"$endpoint"` where a metric has it."""
        filters = tuple(Matcher(name, "=~", f"${name}") for name in self.variables)
        return Query(window=window, filters=filters)


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
