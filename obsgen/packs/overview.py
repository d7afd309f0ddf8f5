"""
`overview`: a service at one glance, and once for the project all services.

The first rows of the other ready dashboards: what is left of error budgets, what fires, how many
requests come and how they end; each leads to where more is told.
"""

from __future__ import annotations

from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, Link, Panel, Section
from obsgen.matchers import Matcher, any_value
from obsgen.model import DashboardContext, Project, Service
from obsgen.packs._alert_panels import AlertPanels
from obsgen.packs._annotations import severities_of
from obsgen.packs._of_services import of_service
from obsgen.packs._rows import STATS_IN_A_ROW, in_rows
from obsgen.packs._service_figures import ServiceFigures
from obsgen.packs._slo_overview import SloOverview
from obsgen.packs._slo_table import SloTable
from obsgen.packs.alerts import project_ways, service_ways
from obsgen.packs.probes import failing
from obsgen.packs.red import key_panels

_HEADER_ROWS: Final = 3
_MOST_ROWS: Final = 12
_ALERT_ROWS: Final = 8


class OverviewPack:
    """The whole of a service."""

    key: Final = "overview"
    description: Final = "The first rows of the others: budgets, alerts, requests, probes."
    shows: Final = "SLOs, alerts, probes, or metrics with `role: requests`, `duration`, `in_flight`"

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none of a service of which nothing is known."""
        service = context.service
        sections = tuple(row for row in _rows(context) if row.panels)
        if not sections:
            return ()
        dashboard = of_service(
            self.key,
            service,
            title="overview",
            description=f"How {service.title} is now, and where to look when something is wrong.",
            sections=sections,
        )
        return (dashboard,)

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return the overview of all services that have one."""
        shown = tuple(s for s in services if self.key in s.ready_dashboards)
        if not shown:
            return ()
        scope = _scope(project, shown)
        with_slos = tuple(s for s in shown if "slo" in s.ready_dashboards)
        alerts = AlertPanels(project, scope, project_ways(project, shown))
        has_alerts = any("alerts" in s.ready_dashboards for s in shown)
        link = Link(title="All alerts", dashboard=names.ALERTS_OVERVIEW)
        figures = ServiceFigures(project, shown, scope).panel()
        stats = (
            *(SloOverview(project, with_slos, scope).stats() if with_slos else ()),
            *(alerts.stats((link,)) if has_alerts else ()),
        )
        sections = (
            Section(title="", panels=in_rows(stats, STATS_IN_A_ROW)),
            Section(title="", panels=(figures,) if figures is not None else ()),
            Section(
                title="Objectives",
                panels=(_objectives(project, with_slos, scope),) if with_slos else (),
            ),
            Section(title="Alerts", panels=(_active(alerts),) if has_alerts else ()),
        )
        dashboard = Dashboard(
            uid=names.SERVICES_OVERVIEW,
            title="Services",
            description="Every service at one glance: budgets, alerts, requests.",
            folder=project.name,
            tags=(self.key,),
            sections=tuple(row for row in sections if row.panels),
            sources=tuple(dict.fromkeys(s for service in shown for s in service.sources)),
            origin=project.origin / "dashboards",
        )
        return (dashboard,)


def _rows(context: DashboardContext) -> tuple[Section, ...]:
    service = context.service
    scope = (Matcher("service", "=", service.name),)
    ways = service_ways(context.project, service, context.alerts, without="overview")
    has_alerts = bool(severities_of(context.alerts))
    alerts = AlertPanels(context.project, scope, ways)
    requests = key_panels(context)
    first = (
        *(requests.stats() if requests is not None else ()),
        *(alerts.stats(_links(service, "alerts")) if has_alerts else ()),
        *(_failing(service) if service.probes else ()),
    )
    return (
        Section(title="", panels=in_rows(first, STATS_IN_A_ROW)),
        Section(
            title="Objectives",
            panels=(_objectives(context.project, (service,), scope),)
            if "slo" in service.ready_dashboards
            else (),
        ),
        Section(
            title="Requests",
            panels=requests.rates_and_errors() if requests is not None else (),
        ),
        Section(title="Alerts", panels=(_active(alerts),) if has_alerts else ()),
    )


def _scope(project: Project, services: tuple[Service, ...]) -> tuple[Matcher, ...]:
    """Return what leaves out the services that are not shown; nothing where all are wanted."""
    if OverviewPack.key in project.ready_dashboards:
        return ()
    return (any_value("service", (service.name for service in services)),)


def _objectives(
    project: Project, services: tuple[Service, ...], scope: tuple[Matcher, ...]
) -> Panel:
    slos = sum(len(service.slos) for service in services)
    height = min(_HEADER_ROWS + slos, _MOST_ROWS)
    return SloTable(project, services, scope).panel(height=height)


def _active(alerts: AlertPanels) -> Panel:
    return alerts.table(width=names.COLUMNS, height=_ALERT_ROWS)


def _failing(service: Service) -> tuple[Panel, ...]:
    return (failing(service, _links(service, "probes")),)


def _links(service: Service, word: str) -> tuple[Link, ...]:
    """Return the link to a word's dashboard, if the service has it."""
    if word not in service.ready_dashboards:
        return ()
    return (Link(title=word.capitalize(), dashboard=names.uid(word, service.name)),)


KIND: Final = OverviewPack()
