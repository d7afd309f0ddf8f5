"""Dashboards: those that authors wrote, and the ready ones that services name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen import names
from obsgen.artefacts import Dashboard, RuleFile, Section, Variable
from obsgen.catalogue import Metric
from obsgen.compile.dashboard_checks import (
    check_alerts,
    check_folders,
    check_links,
    with_unique_uids,
)
from obsgen.compile.dashboard_frame import Frame
from obsgen.compile.ready_dashboards import ready_dashboards
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import DashboardContext, DashboardSpec, Reports, Service, Spec
from obsgen.packs._variables import label_variable

UNUSED_VARIABLE: Final = Code(
    "DSH615",
    "unused-variable",
    why="choosing a value would change nothing, and whoever reads the panels would not see that",
    fix="Remove the variable, or show a metric that has the label.",
    severity=Severity.WARNING,
)
CODES: Final = (UNUSED_VARIABLE,)

_DEFAULT_TIME: Final = "now-6h"
_DEFAULT_REFRESH: Final = "1m"


def compile_dashboards(
    spec: Spec, rule_files: tuple[RuleFile, ...], report: Reports
) -> tuple[Dashboard, ...]:
    """Return all dashboards, linked with each other; what does not fit together is reported."""
    alerts = {file.service: file.alerts for file in rule_files}
    found = (*ready_dashboards(spec, alerts, report), *_written(spec, report))
    checked = tuple(with_unique_uids(found, report))
    check_folders(checked, report)
    check_links(checked, report)
    check_alerts(spec, checked, report)
    frame = Frame(spec, checked, alerts)
    return tuple(frame.around(dashboard) for dashboard in checked)


def _written(spec: Spec, report: Reports) -> Iterator[Dashboard]:
    services = {service.name: service for service in spec.services}
    for dashboard in spec.dashboards:
        # A service that does not exist was reported when the dashboard was read.
        if (service := services.get(dashboard.service)) is not None:
            context = DashboardContext(
                project=spec.project.seen_from(service),
                service=service,
                catalogue=service.catalogue,
                report=report,
            )
            yield _compiled(dashboard, service, context)


def _compiled(spec: DashboardSpec, service: Service, context: DashboardContext) -> Dashboard:
    variables = tuple(_variables(spec, context))
    within = replace(context, variables=tuple(variable.name for variable in variables))
    sections = tuple(
        Section(
            title=section.title,
            panels=tuple(panel.body.panel(panel, within) for panel in section.panels),
            collapsed=section.collapsed,
        )
        for section in spec.sections
    )
    sources = (spec.origin.file, *service.sources) if spec.origin.file else service.sources
    return Dashboard(
        uid=names.uid(spec.name),
        service=service.name,
        title=spec.title,
        description=spec.description,
        folder=spec.folder or service.folder,
        tags=tuple(dict.fromkeys((service.name, *spec.tags))),
        sections=sections,
        variables=variables,
        time=spec.time or _DEFAULT_TIME,
        refresh=spec.refresh or _DEFAULT_REFRESH,
        sources=tuple(dict.fromkeys(sources)),
        origin=spec.origin,
    )


def _variables(spec: DashboardSpec, context: DashboardContext) -> Iterator[Variable]:
    """Yield the variables that filter something, each filled from a metric that is shown."""
    metrics = _shown(spec)
    for index, label in enumerate(spec.variables):
        variable = label_variable(label, metrics)
        if variable is not None:
            yield variable
            continue
        message = f"variable `{label}` filters no panel of `{spec.name}`"
        hint = "no metric that is shown has the label"
        context.report(finding(UNUSED_VARIABLE, spec.origin / "variables" / index, message, hint))


def _shown(spec: DashboardSpec) -> tuple[Metric, ...]:
    panels = (panel for section in spec.sections for panel in section.panels)
    found = {metric.name: metric for panel in panels for metric in panel.body.metrics}
    return tuple(found.values())
