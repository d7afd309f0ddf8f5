"""Dashboards: those that authors wrote, and the ready ones that services name."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.artefacts import Dashboard, RuleFile
from obsgen.compile.dashboard_checks import (
    check_alerts,
    check_folders,
    check_links,
    with_unique_uids,
)
from obsgen.compile.dashboard_frame import Frame
from obsgen.compile.link_variables import check_link_variables
from obsgen.compile.own_dashboards import own_dashboard
from obsgen.compile.ready_dashboards import ready_dashboards
from obsgen.model import DashboardContext, Reports, Spec


def compile_dashboards(
    spec: Spec, rule_files: tuple[RuleFile, ...], report: Reports
) -> tuple[Dashboard, ...]:
    """Return all dashboards, linked with each other; what does not fit together is reported."""
    alerts = {file.service: file.alerts for file in rule_files}
    found = (*ready_dashboards(spec, alerts, report), *_written(spec, report))
    checked = tuple(with_unique_uids(found, report))
    check_folders(checked, report)
    check_links(spec, checked, report)
    check_link_variables(checked, report)
    check_alerts(spec, checked, report)
    frame = Frame(spec, checked, alerts)
    return tuple(frame.around(dashboard) for dashboard in checked)


def _written(spec: Spec, report: Reports) -> Iterator[Dashboard]:
    services = {service.name: service for service in spec.services}
    for dashboard in spec.dashboards:
        # A service that does not exist was reported when the dashboard was read.
        if (service := services.get(dashboard.service)) is not None:
            context = DashboardContext(
                project=spec.project.scraped_every(service.scrape_interval),
                service=service,
                catalogue=service.catalogue,
                report=report,
            )
            yield own_dashboard(dashboard, service, context)
