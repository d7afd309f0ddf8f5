"""Dashboards: those that authors wrote, and the ready ones that services name."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from obsgen import names, packs
from obsgen.artefacts import Dashboard, Link, Section, Variable
from obsgen.catalogue import Metric, near
from obsgen.diagnostics import Code, Origin, Related, Severity, finding
from obsgen.model import (
    DashboardContext,
    DashboardSpec,
    Pack,
    Reports,
    Service,
    Spec,
)
from obsgen.packs._variables import label_variable

SAME_UID: Final = Code(
    "DSH613",
    "dashboard-uid-twice",
    why="Grafana knows a dashboard by its uid; of two with one uid only one is shown",
    fix="Give one of the dashboards another name.",
)
FOLDER_LOOKALIKE: Final = Code(
    "DSH614",
    "folder-lookalike",
    why="folders are directories, and some file systems take two such names for one",
    fix="Write the folder's title the same way everywhere.",
)
UNUSED_VARIABLE: Final = Code(
    "DSH615",
    "unused-variable",
    why="choosing a value would change nothing, and whoever reads the panels would not see that",
    fix="Remove the variable, or show a metric that has the label.",
    severity=Severity.WARNING,
)
UNKNOWN_DASHBOARD: Final = Code(
    "REF262",
    "unknown-dashboard",
    why="the link would lead to an error page",
    fix="Name a Dashboard, or a ready one as `SERVICE/WORD`; the service has to list the word.",
)
NOTHING_TO_SHOW: Final = Code(
    "DSH616",
    "nothing-to-show",
    why="the ready dashboard was asked for, and the service has nothing for it, so there is none",
    fix="`slo` shows SLOs; `red` shows metrics with `role: requests`, `duration` or `in_flight`; "
    "`use` shows metrics with `role: utilization`, `saturation`, `in_flight` or `errors`, and "
    "those of node_exporter, cadvisor and client libraries; `llm` shows metrics with "
    "`role: tokens`, `quality`, `time_to_first_token`, …, and requests, durations and costs with a "
    "label for the model; `cost` shows metrics with `role: cost`, `prices` and alerts of kind "
    "`spend`; `probes` shows probes.",
    severity=Severity.WARNING,
)
CODES: Final = (
    SAME_UID,
    FOLDER_LOOKALIKE,
    UNUSED_VARIABLE,
    UNKNOWN_DASHBOARD,
    NOTHING_TO_SHOW,
)

_DEFAULT_TIME: Final = "now-6h"
_DEFAULT_REFRESH: Final = "1m"
_DASHBOARD_URL: Final = re.compile(r"/d/([A-Za-z0-9_-]+)")


def compile_dashboards(spec: Spec, report: Reports) -> tuple[Dashboard, ...]:
    """Return all dashboards, linked with each other; what does not fit together is reported."""
    found = (*_ready(spec, report), *_written(spec, report))
    checked = tuple(_unique(found, report))
    _check_folders(checked, report)
    _check_links(checked, report)
    _check_alerts(spec, checked, report)
    return tuple(_linked(dashboard, checked) for dashboard in checked)


def _ready(spec: Spec, report: Reports) -> Iterator[Dashboard]:
    for word in packs.KINDS:
        named = tuple(service for service in spec.services if word in service.ready_dashboards)
        if not named:
            continue
        pack: Pack = importlib.import_module(f"obsgen.packs.{word}").KIND
        yield from pack.project_dashboards(spec.project, named)
        for service in named:
            made = pack.dashboards(_context(spec, service, report))
            if not made:
                place = service.origin / "dashboards"
                message = f"`{word}` has nothing to show of service `{service.name}`"
                hint = f"it shows {pack.shows}: declare some, or leave the word out"
                report(finding(NOTHING_TO_SHOW, place, message, hint))
            yield from made


def _context(
    spec: Spec, service: Service, report: Reports, variables: tuple[str, ...] = ()
) -> DashboardContext:
    return DashboardContext(
        project=spec.project.seen_from(service),
        service=service,
        catalogue=service.catalogue,
        variables=variables,
        report=report,
    )


def _written(spec: Spec, report: Reports) -> Iterator[Dashboard]:
    services = {service.name: service for service in spec.services}
    for dashboard in spec.dashboards:
        # A service that does not exist was reported when the dashboard was read.
        if (service := services.get(dashboard.service)) is not None:
            yield _compiled(dashboard, service, _context(spec, service, report))


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


def _unique(dashboards: Iterable[Dashboard], report: Reports) -> Iterator[Dashboard]:
    """Yield the first dashboard of each uid."""
    first: dict[str, Dashboard] = {}
    for dashboard in dashboards:
        other = first.setdefault(dashboard.uid, dashboard)
        if other is dashboard:
            yield dashboard
            continue
        message = f"dashboard `{dashboard.title}` has the uid `{dashboard.uid}` of another"
        related = (Related(f"`{other.title}` comes from here", other.origin),)
        report(finding(SAME_UID, dashboard.origin, message, related=related))


def _check_folders(dashboards: Iterable[Dashboard], report: Reports) -> None:
    first: dict[str, Dashboard] = {}
    reported: set[str] = set()
    for dashboard in dashboards:
        other = first.setdefault(names.slug(dashboard.folder), dashboard)
        if dashboard.folder in {other.folder, *reported}:
            continue
        reported.add(dashboard.folder)
        message = f"folders `{dashboard.folder}` and `{other.folder}` look like one"
        related = (Related(f"`{other.folder}` comes from here", other.origin),)
        hint = "write one title"
        report(finding(FOLDER_LOOKALIKE, dashboard.origin, message, hint, related=related))


def _check_links(dashboards: tuple[Dashboard, ...], report: Reports) -> None:
    known = {dashboard.uid: _reference(dashboard) for dashboard in dashboards}
    for dashboard in dashboards:
        for link, origin in _links(dashboard):
            target = link.dashboard or _uid_in(link.url)
            if not target or target in known:
                continue
            guess = near(target, known)
            hint = f"did you mean `{known[guess]}`?" if guess else ""
            message = f"link `{link.title}` leads to dashboard `{target}`, which is not built"
            report(finding(UNKNOWN_DASHBOARD, origin, message, hint))


def _check_alerts(spec: Spec, dashboards: tuple[Dashboard, ...], report: Reports) -> None:
    """Report alerts that name a dashboard which is not built."""
    known = {dashboard.uid: _reference(dashboard) for dashboard in dashboards}
    for service in spec.services:
        for alert in service.alerts:
            if not alert.dashboard or "://" in alert.dashboard:
                continue
            target = names.dashboard_uid_of(alert.dashboard, service.name)
            if target not in known:
                guess = near(target, known)
                hint = f"did you mean `{known[guess]}`?" if guess else "write a name, or a URL"
                message = f"alert `{alert.name}` names dashboard `{alert.dashboard}`, not built"
                report(finding(UNKNOWN_DASHBOARD, alert.origin / "dashboard", message, hint))


def _links(dashboard: Dashboard) -> Iterator[tuple[Link, Origin]]:
    for link in dashboard.links:
        yield link, link.origin if link.origin.file else dashboard.origin
    for section in dashboard.sections:
        for panel in section.panels:
            place = panel.origin if panel.origin.file else dashboard.origin
            for link in panel.links:
                key = "dashboard" if link.dashboard else "url"
                yield link, link.origin / key if link.origin.file else place


def _reference(dashboard: Dashboard) -> str:
    """Return how specs refer to a dashboard (see `names.dashboard_uid_of`)."""
    for word in sorted(names.READY_DASHBOARDS):
        if dashboard.service and dashboard.uid == names.uid(word, dashboard.service):
            return f"{dashboard.service}/{word}"
    return dashboard.uid.removeprefix(names.uid(""))


def _uid_in(url: str) -> str:
    """Return the uid of a link to a dashboard of the same Grafana, or nothing."""
    match = _DASHBOARD_URL.match(url)
    return match[1] if match else ""


def _linked(dashboard: Dashboard, all_: tuple[Dashboard, ...]) -> Dashboard:
    """Return the dashboard with a menu of all dashboards of its service, if there are more."""
    others = [other for other in all_ if other.service == dashboard.service]
    if not dashboard.service or len(others) == 1:
        return dashboard
    menu = Link(title=dashboard.service, tag=dashboard.service)
    return replace(dashboard, links=(menu, *dashboard.links))
