"""The rule file of one service: its SLOs' groups, then its alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import (
    AlertingRule,
    RecordingRule,
    RuleFile,
    RuleGroup,
    RuleTest,
    RuleTestFile,
    Unproven,
)
from obsgen.compile.slo import SloRules, Streams, compile_slo, recorded_series
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import AlertParts, Context, Environment, Project, Reports, Service, Slo
from obsgen.units import Duration

ENVIRONMENT_LABEL: Final = Code(
    "SLO341",
    "environment-label",
    why="the environment's label would overwrite the group, and all groups become one series",
    fix="Group by another label, or rename the label of the environment.",
)
UNPROVEN: Final = Code(
    "ALR534",
    "unproven-alert",
    why="no series are known that make it fire, so nobody has seen it fire before it is needed",
    fix="Add `tests:` with series and what the alert does then, or use a kind of alert instead of "
    "raw PromQL.",
    severity=Severity.WARNING,
)
CODES: Final = (ENVIRONMENT_LABEL, UNPROVEN)

BUDGET_INTERVAL = Duration(120_000)
"""Never 5m or more: the instant look-back is 5m, and slower series would flicker."""
_BUDGET_SUFFIX: Final = "-slo-budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What one service compiles to, and its catalogue with what it records."""

    service: Service
    rules: RuleFile | None
    tests: tuple[RuleTestFile, ...] = ()
    unproven: tuple[Unproven, ...] = ()


def compile_service(
    service: Service, project: Project, environment: Environment, report: Reports
) -> ServiceParts:
    """Return the rules of one service; nothing of other services is looked at."""
    context = Context(
        project=project.seen_from(service),
        environment=environment,
        service=service,
        catalogue=service.catalogue,
    )
    for slo in service.slos:
        for label in sorted(environment.labels.keys() & {*slo.by, *slo.labels}):
            message = f"label `{label}` of environment `{environment.name}` is a group of an SLO"
            hint = "group by another label, or give the environment's label another name"
            report(finding(ENVIRONMENT_LABEL, slo.origin / "by", message, hint))
    streams = Streams()
    slos = tuple((slo, compile_slo(slo, context, streams)) for slo in _parts_first(service))
    recorded: dict[str, frozenset[str]] = {}
    for _, rules_of in slos:
        for name, labels in recorded_series(rules_of).items():
            known = recorded.get(name, frozenset())
            recorded[name] = known | labels | environment.labels.keys()
    catalogue = service.catalogue.with_recorded(recorded)
    context = replace(context, catalogue=catalogue)
    alerts = tuple(alert.body.compile(alert, context) for alert in service.alerts)
    for parts in alerts:
        for diagnostic in parts.diagnostics:
            report(diagnostic)
    for slo, rules_of in slos:
        reasons = dict.fromkeys(proof.unproven for proof in rules_of.proofs if proof.unproven)
        if reasons:
            message = f"alerts of SLO `{slo.name}` are not proven: {'; '.join(reasons)}"
            hint = "an SLI of `events` or `latency` is proven for every tier"
            report(finding(UNPROVEN, slo.origin / "name", message, hint))
    for alert, parts in zip(service.alerts, alerts, strict=True):
        if parts.unproven and not alert.tests:
            message = f"alert `{alert.name}` is not proven: {parts.unproven}"
            hint = "add `tests: [{given: […], expect: {4m: quiet, 11m: firing}}]`"
            report(finding(UNPROVEN, alert.origin / "name", message, hint))
    groups = (*_slo_groups(service, slos), *_alert_groups(service, alerts))
    rules = RuleFile(
        service=service.name,
        groups=tuple(_labelled(group, environment.labels) for group in groups),
        sources=service.sources,
    )
    return ServiceParts(
        service=replace(service, catalogue=catalogue),
        rules=rules if groups else None,
        tests=(
            *_alert_tests(service, alerts, rules, context),
            *_slo_tests(service, slos, rules, environment.labels),
        ),
        unproven=tuple(
            Unproven(
                service=service.name,
                alert=rule.alert,
                selects={**environment.labels, **rule.labels},
                reason=reason,
                origin=rule.origin,
            )
            for rule, reason in _unproven(slos, alerts)
        ),
    )


def _unproven(
    slos: tuple[tuple[Slo, SloRules], ...], alerts: tuple[AlertParts, ...]
) -> Iterator[tuple[AlertingRule, str]]:
    """Yield the alerts of which no unit test can be told, each with the reason."""
    for _, own in slos:
        yield from ((proof.rule, proof.unproven) for proof in own.proofs if proof.unproven)
    for parts in alerts:
        yield from ((rule, parts.unproven) for rule in parts.alerts if parts.unproven)


def _parts_first(service: Service) -> tuple[Slo, ...]:
    """Return the SLOs as written, but each after those that it is made of."""
    found: dict[str, Slo] = {}

    def take(slo: Slo) -> None:
        for part in slo.sli.parts:
            if part.service == service.name:
                take(part.slo)
        found.setdefault(slo.name, slo)

    for slo in service.slos:
        take(slo)
    return tuple(found.values())


def _alert_tests(
    service: Service, alerts: tuple[AlertParts, ...], rules: RuleFile, context: Context
) -> Iterator[RuleTestFile]:
    """Yield the unit tests of the service's own alerts."""
    labels = context.environment.labels
    usual = context.project.evaluation_interval
    tests = tuple(_test_labelled(test, labels) for parts in alerts for test in parts.tests)
    for interval in sorted({test.evaluation_interval for test in tests}):
        yield RuleTestFile(
            service=service.name,
            part=f"alerts.{interval}" if interval.ms else "",
            evaluation_interval=interval if interval.ms else usual,
            groups=evaluation_order(rules),
            tests=tuple(test for test in tests if test.evaluation_interval == interval),
            sources=service.sources,
        )


def _slo_tests(
    service: Service,
    slos: tuple[tuple[Slo, SloRules], ...],
    rules: RuleFile,
    labels: Mapping[str, str],
) -> Iterator[RuleTestFile]:
    """Yield the unit tests of each SLO: promtool evaluates all tests of a file at one interval."""
    for slo, own in slos:
        proven = [proof for proof in own.proofs if proof.test is not None]
        for evaluation in sorted({proof.evaluation for proof in proven}):
            chosen = [proof for proof in proven if proof.evaluation == evaluation]
            named = dict.fromkeys(name for proof in chosen for name in proof.services)
            others = tuple(name for name in named if name != service.name)
            yield RuleTestFile(
                service=service.name,
                part=f"{slo.name}.{evaluation}",
                evaluation_interval=evaluation,
                groups=evaluation_order(rules),
                others=others,
                tests=tuple(_test_labelled(p.test, labels) for p in chosen if p.test is not None),
                sources=service.sources,
            )


def evaluation_order(rules: RuleFile) -> tuple[str, ...]:
    """Return the groups of a rule file as tests evaluate them: the slower ones of SLOs first."""
    names = [group.name for group in rules.groups]
    return tuple(sorted(names, key=lambda name: not name.endswith(_BUDGET_SUFFIX)))


def _test_labelled(test: RuleTest, labels: Mapping[str, str]) -> RuleTest:
    """Expect the labels of an environment on every alert."""
    return replace(
        test,
        selects={**labels, **test.selects},
        expected=tuple(
            each
            if each.alerts is None
            else replace(each, alerts=tuple({**labels, **alert} for alert in each.alerts))
            for each in test.expected
        ),
    )


def _slo_groups(service: Service, slos: tuple[tuple[Slo, SloRules], ...]) -> tuple[RuleGroup, ...]:
    """One group a tile length for the ledgers, and one for what may be slower."""
    groups = []
    lengths = sorted({slo.tile.length for slo, _ in slos}, reverse=True)
    for length in lengths:
        suffix = "" if len(lengths) == 1 else f"-{length}"
        rules = tuple(r for slo, own in slos if slo.tile.length == length for r in own.ledger)
        groups.append(
            RuleGroup(name=f"{service.name}-slo-ledger{suffix}", interval=length, rules=rules)
        )
    if slos:
        budget = tuple(rule for _, own in slos for rule in own.budget)
        groups.append(
            RuleGroup(
                name=f"{service.name}{_BUDGET_SUFFIX}", interval=BUDGET_INTERVAL, rules=budget
            )
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
