"""The rule file of one service: its SLOs' groups, then its alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile, RuleGroup
from obsgen.compile.slos import SloRules, compile_slo, recorded_series
from obsgen.model import AlertParts, Context, Environment, Project, Reports, Service
from obsgen.units import Duration

BUDGET_INTERVAL = Duration(120_000)
"""Never 5m or more: the instant look-back is 5m, and slower series would flicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What one service compiles to, and its catalogue with what it records."""

    service: Service
    rules: RuleFile | None


def compile_service(
    service: Service, project: Project, environment: Environment, report: Reports
) -> ServiceParts:
    """Return the rules of one service; nothing of other services is looked at."""
    recorded: dict[str, frozenset[str]] = {}
    for slo in service.slos:
        for name, labels in recorded_series(slo).items():
            recorded[name] = recorded.get(name, frozenset()) | labels
    catalogue = service.catalogue.with_recorded(recorded)
    context = Context(
        project=project, environment=environment, service=service, catalogue=catalogue
    )
    slos = tuple((slo.tile.length, compile_slo(slo, context)) for slo in service.slos)
    alerts = tuple(alert.body.compile(alert, context) for alert in service.alerts)
    for parts in alerts:
        for diagnostic in parts.diagnostics:
            report(diagnostic)
    groups = (*_slo_groups(service, slos), *_alert_groups(service, alerts))
    rules = RuleFile(
        service=service.name,
        groups=tuple(_labelled(group, environment.labels) for group in groups),
        sources=service.sources,
    )
    return ServiceParts(
        service=replace(service, catalogue=catalogue), rules=rules if groups else None
    )


def _slo_groups(
    service: Service, slos: tuple[tuple[Duration, SloRules], ...]
) -> tuple[RuleGroup, ...]:
    """One group a tile length for the ledgers, and one for what may be slower."""
    groups = []
    lengths = sorted({length for length, _ in slos}, reverse=True)
    for length in lengths:
        suffix = "" if len(lengths) == 1 else f"-{length}"
        rules = tuple(rule for at, slo in slos if at == length for rule in slo.ledger)
        groups.append(
            RuleGroup(name=f"{service.name}-slo-ledger{suffix}", interval=length, rules=rules)
        )
    if slos:
        budget = tuple(rule for _, slo in slos for rule in slo.budget)
        groups.append(
            RuleGroup(name=f"{service.name}-slo-budget", interval=BUDGET_INTERVAL, rules=budget)
        )
    return tuple(groups)


def _alert_groups(service: Service, alerts: tuple[AlertParts, ...]) -> tuple[RuleGroup, ...]:
    rules: list[RecordingRule | AlertingRule] = []
    for parts in alerts:
        rules.extend(parts.records)
        rules.extend(parts.alerts)
    return (RuleGroup(name=f"{service.name}-alerts", rules=tuple(rules)),) if rules else ()


def _labelled(group: RuleGroup, labels: Mapping[str, str]) -> RuleGroup:
    """Put the labels of an environment on every rule; group labels need Prometheus 3."""
    if not labels:
        return group

    def labelled(rule: RecordingRule | AlertingRule) -> RecordingRule | AlertingRule:
        if isinstance(rule, AlertingRule) and rule.carries is not None:
            rule = replace(rule, carries=rule.carries | labels.keys())
        return replace(rule, labels={**labels, **rule.labels})

    return replace(group, rules=tuple(map(labelled, group.rules)))
