"""
`alerts`: what fires, since when, where to go from there, and which alerts are only noise.

Once for the project it also tells whether alerts are evaluated and reach somebody, as far as a
service declares the metrics of Prometheus and Alertmanager.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, Dashboard, Section, Variable
from obsgen.matchers import Matcher
from obsgen.model import DashboardContext, Project, Service
from obsgen.packs._alert_delivery import Delivery
from obsgen.packs._alert_panels import AlertPanels, Ways
from obsgen.packs._annotations import severities_of
from obsgen.packs._of_services import of_service
from obsgen.packs._rows import STATS_IN_A_ROW, in_rows
from obsgen.packs._ways import home_of, uids_of

_TIME: Final = "now-24h"


class AlertsPack:
    """Alerts."""

    key: Final = "alerts"
    description: Final = "Alerts that fire, their age and runbooks; which are noise."
    shows: Final = "alerts, of its own or of its SLOs and probes"

    def dashboards(self, context: DashboardContext) -> tuple[Dashboard, ...]:
        """Return one dashboard; none of a service that alerts nobody."""
        service = context.service
        if not severities_of(context.alerts):
            return ()
        scope = (Matcher("service", "=", service.name),)
        panels = AlertPanels(
            context.project, scope, service_ways(context.project, service, context.alerts)
        )
        dashboard = of_service(
            self.key,
            service,
            title="alerts",
            description=f"What is wrong with {service.title} now, and how often it was.",
            sections=(
                Section(
                    title="",
                    panels=in_rows(
                        (*panels.stats(), panels.oldest(), panels.begun()), STATS_IN_A_ROW
                    ),
                ),
                Section(title="", panels=(panels.list(), panels.table())),
                Section(title="", panels=(panels.timeline(),)),
                Section(title="", panels=(panels.noise(), panels.by_severity())),
            ),
            time=_TIME,
        )
        return (dashboard,)

    def project_dashboards(
        self, project: Project, services: tuple[Service, ...]
    ) -> tuple[Dashboard, ...]:
        """Return the overview of all alerts."""
        if not any(self.key in service.ready_dashboards for service in services):
            return ()
        scope = (Matcher("service", "=~", "$service"),)
        panels = AlertPanels(project, scope, project_ways(project, services))
        delivery = Delivery(services)
        dashboard = Dashboard(
            uid=names.ALERTS_OVERVIEW,
            title="Alert overview",
            description="What is wrong now, of all services, and whether people are told.",
            folder=project.name,
            tags=(self.key, "overview"),
            sections=(
                Section(
                    title="",
                    panels=in_rows(
                        (*panels.stats(), *delivery.stats(), *delivery.watchdog()), STATS_IN_A_ROW
                    ),
                ),
                Section(title="", panels=(panels.list(), panels.table())),
                Section(title="", panels=(panels.timeline(),)),
                Section(title="", panels=(panels.noise(), panels.by_severity())),
                *delivery.sections(),
            ),
            variables=(
                Variable(name="service", label="Service", query="label_values(ALERTS, service)"),
            ),
            time=_TIME,
            sources=tuple(dict.fromkeys(s for service in services for s in service.sources)),
            origin=project.origin / "dashboards",
        )
        return (dashboard,)


def service_ways(
    project: Project, service: Service, alerts: Sequence[AlertingRule], *, without: str = "alerts"
) -> Ways:
    """
    Return where the rows of a service's alerts lead.

    Args:
        without: The word of the dashboard that they stand on.
    """
    home = home_of(service, without=without)
    named = ((rule.alert, rule.annotations.get("dashboard_uid", "")) for rule in alerts)
    return Ways(
        homes={service.name: home} if home else {},
        own={alert: uid for alert, uid in named if uid and uid != home},
        slo={service.name: names.uid("slo", service.name)}
        if "slo" in service.ready_dashboards
        else {},
        runbooks=project.runbook_base.rstrip("/"),
    )


def project_ways(project: Project, services: Sequence[Service]) -> Ways:
    """Return where the rows of all alerts lead."""
    with_slos = tuple(service for service in services if "slo" in service.ready_dashboards)
    return Ways(
        homes=uids_of("overview", services),
        slo=uids_of("slo", with_slos),
        runbooks=project.runbook_base.rstrip("/"),
    )


KIND: Final = AlertsPack()
