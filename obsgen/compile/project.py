"""Everything of one environment: services each by itself, then what sees all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from obsgen.artefacts import (
    AlertmanagerConfig,
    Compiled,
    Dashboard,
    Page,
    PrometheusConfig,
    QueryScope,
    RecordingRule,
    RuleFile,
    RuleTestFile,
    ScrapeJob,
    alert_title,
)
from obsgen.compile.alert_links import AlertLinks, check_alert_urls
from obsgen.compile.alertmanager import compile_alertmanager
from obsgen.compile.dashboards import compile_dashboards
from obsgen.compile.datasources import check_datasources
from obsgen.compile.docs import compile_pages
from obsgen.compile.escalations import EscalationParts, compile_escalations
from obsgen.compile.loki import check_loki
from obsgen.compile.rule_tests import evaluation_order
from obsgen.compile.runbooks import compile_runbooks
from obsgen.compile.same_alerts import check_same_alerts
from obsgen.compile.services import ServiceParts, compile_service
from obsgen.diagnostics import Code, Origin, Related, finding
from obsgen.model import Project, Reports, Service, Spec
from obsgen.routing import Tree, possible_labels

JOB_TWICE: Final = Code(
    "OUT922",
    "scrape-job-twice",
    why="Prometheus refuses two scrape jobs of one name",
    fix="Write the job once with all its targets, or give one another name.",
)
CODES: Final = (JOB_TWICE,)

SHOWN_BY: Final = frozenset({"grafana", "configmaps", "grafana_import"})
"""The outputs that hold dashboards."""


def compile_spec(
    spec: Spec, report: Reports, *, with_pages: bool = True, with_tests: bool = True
) -> Compiled:
    """
    Return what a spec compiles to; findings are reported, never raised.

    Args:
        with_pages: Write the pages too; nothing is found while they are.
        with_tests: Work out the unit tests, too.
    """
    url = spec.project.grafana.url.replace("{environment}", spec.environment.name)
    project = replace(spec.project, grafana=replace(spec.project.grafana, url=url))
    parts = [
        compile_service(service, project, spec.environment, report, with_tests=with_tests)
        for service in spec.services
    ]
    services = tuple(part.service for part in parts)
    rule_files = tuple(part.rules for part in parts if part.rules is not None)
    check_same_alerts(services, rule_files, report)
    log_files = tuple(part.log_rules for part in parts if part.log_rules is not None)
    check_loki(log_files, project, report)
    wanted = frozenset(project.outputs) - (frozenset() if with_pages else {"docs"})
    sources = _sources(services, project.sources)
    dashboards: tuple[Dashboard, ...] = ()
    if wanted & SHOWN_BY:
        dashboards = compile_dashboards(replace(spec, services=services), rule_files, report)
        check_datasources(dashboards, project.datasources, report)
        check_alert_urls(services, dashboards, url, report)
    links = AlertLinks(dashboards, services, url)
    rule_files = links.on(rule_files)
    alertmanager = None
    escalations: tuple[EscalationParts, ...] = ()
    if "alertmanager" in wanted:
        if spec.routing is not None:
            around = (project, spec.environment)
            escalations = compile_escalations(spec.routing, rule_files, *around, report, services)
        alerts = tuple(rule for file in (*rule_files, *log_files) for rule in file.alerts)
        records = {file.service: tuple(_records(file)) for file in rule_files}
        alertmanager = compile_alertmanager(
            spec.routing, alerts, project, services, records, report, spec.environment
        )
    escalated = links.on(e.rules for e in escalations)
    pages: tuple[Page, ...] = ()
    if "docs" in wanted:
        every = (*rule_files, *log_files, *escalated)
        told = _told(alertmanager, every, project)
        runbooks = compile_runbooks(
            services, every, project, dashboards=dashboards, told=told, sources=sources
        )
        pages = (*compile_pages(services, (*rule_files, *log_files), sources), *runbooks)
    return Compiled(
        rule_files=(*rule_files, *escalated),
        log_files=log_files,
        loki=project.loki,
        rule_tests=(
            *_rule_tests(parts),
            *(each.tests for each in escalations if each.tests is not None and with_tests),
        ),
        unproven=(
            *(unproven for part in parts for unproven in part.unproven),
            *(unproven for each in escalations for unproven in each.unproven),
        ),
        prometheus=PrometheusConfig(
            version=project.prometheus_version,
            scrape_interval=project.scrape_interval,
            evaluation_interval=project.evaluation_interval,
            retention=project.retention,
            external_labels=project.external_labels,
            alertmanagers=project.alertmanagers if spec.routing is not None else (),
            jobs=_jobs(services, report),
            probes=tuple(probe for service in services for probe in service.probes),
            blackbox=project.blackbox_address,
            sources=sources,
        ),
        alertmanager=alertmanager,
        dashboards=dashboards,
        datasources=project.datasources,
        grafana=project.grafana,
        pages=pages,
        scopes={
            service.name: QueryScope(
                catalogue=service.catalogue,
                written=spec.written.get(service.name, ()),
                scrape_interval=service.scrape_interval,
            )
            for service in services
        },
        sources=sources,
    )


def _records(file: RuleFile) -> Iterator[RecordingRule]:
    for group in file.groups:
        yield from (rule for rule in group.rules if isinstance(rule, RecordingRule))


def _told(
    config: AlertmanagerConfig | None, rule_files: Iterable[RuleFile], project: Project
) -> Mapping[str, tuple[str, ...]] | None:
    """Return whom the alerts of each rule reach, by their title; perhaps, where labels decide."""
    if config is None:
        return None
    found: dict[str, tuple[str, ...]] = {}
    tree = Tree(config.route)
    for file in rule_files:
        for rule in file.alerts:
            reached = tree.dispatch(possible_labels(rule, project.external_labels))
            names = {r.receiver: r.is_sure for r in sorted(reached, key=lambda r: r.is_sure)}
            title = alert_title(file.service, rule.alert, rule.labels)
            found[title] = tuple(
                name if is_sure else f"{name} (perhaps)" for name, is_sure in names.items()
            )
    return found


def _rule_tests(parts: Iterable[ServiceParts]) -> tuple[RuleTestFile, ...]:
    """Return all unit tests; where rules of other services take part, they are evaluated first."""
    own = {part.service.name: part for part in parts}
    groups = {
        name: evaluation_order(part.rules) for name, part in own.items() if part.rules is not None
    }
    return tuple(
        replace(
            tests,
            groups=(*(g for other in tests.others for g in groups[other]), *tests.groups),
        )
        for part in own.values()
        for tests in part.tests
    )


def _jobs(services: tuple[Service, ...], report: Reports) -> tuple[ScrapeJob, ...]:
    found: dict[str, ScrapeJob] = {}
    first: dict[str, Origin] = {}
    for service in services:
        for job in service.scrape:
            if job.job not in found:
                found[job.job], first[job.job] = job, job.origin
            elif job != found[job.job]:
                related = (Related("the first one is here", first[job.job]),)
                message = f"scrape job `{job.job}` is written twice, differently"
                report(finding(JOB_TWICE, job.origin / "job", message, related=related))
    for probe in (probe for service in services for probe in service.probes):
        if probe.job in found:
            related = (Related("the probe is here", probe.origin),)
            message = f"scrape job `{probe.job}` is called as that of probe `{probe.name}` is"
            report(finding(JOB_TWICE, first[probe.job] / "job", message, related=related))
    return tuple(found.values())


def _sources(services: tuple[Service, ...], project: tuple[str, ...]) -> tuple[str, ...]:
    every = (*project, *(source for service in services for source in service.sources))
    return tuple(dict.fromkeys(every))
