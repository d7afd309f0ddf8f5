"""The rule file of one service: its SLOs' groups, then its alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from obsgen.artefacts import (
    AlertingRule,
    RecordingRule,
    RuleFile,
    RuleGroup,
    RuleTestFile,
    Unproven,
)
from obsgen.compile.logs import compile_logs
from obsgen.compile.prices import compile_price
from obsgen.compile.rule_tests import BUDGET_SUFFIX, shown, test_files, unproven, warnings
from obsgen.compile.slo import SloRules, Streams, compile_slo, recorded_series
from obsgen.diagnostics import Code, Related, finding
from obsgen.model import Alert, AlertParts, Context, Environment, Project, Reports, Service, Slo
from obsgen.reader.sinks import of_service
from obsgen.units import Duration

ENVIRONMENT_LABEL: Final = Code(
    "SLO341",
    "environment-label",
    why="the environment's label would overwrite the group, and all groups become one series",
    fix="Group by another label, or rename the label of the environment.",
)
RECORDED_TWICE: Final = Code(
    "ALR601",
    "recorded-twice",
    why="what is usual is told from a record that is named after its measure; two measures of one "
    "name would be mixed",
    fix="Name the measure under `measures:`, and write `anomaly: {measure: NAME}`.",
)
CODES: Final = (ENVIRONMENT_LABEL, RECORDED_TWICE)

BUDGET_INTERVAL = Duration(120_000)
"""Never 5m or more: the instant look-back is 5m, and slower series would flicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What one service compiles to, and its catalogue with what it records."""

    service: Service
    rules: RuleFile | None
    log_rules: RuleFile | None = None
    tests: tuple[RuleTestFile, ...] = ()
    unproven: tuple[Unproven, ...] = ()


def compile_service(
    service: Service,
    project: Project,
    environment: Environment,
    report: Reports,
    *,
    with_tests: bool = True,
) -> ServiceParts:
    """
    Return the rules of one service; nothing of other services is looked at.

    Args:
        with_tests: Work out the unit tests, too.
    """
    report = of_service(report, service)
    context = Context(
        project=project.scraped_every(service.scrape_interval),
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
    priced = tuple(compile_price(price, context) for price in service.prices)
    alerts = tuple((alert, alert.body.compile(alert, context)) for alert in service.alerts)
    for _, parts in alerts:
        for diagnostic in parts.diagnostics:
            report(diagnostic)
    every = (*priced, *(parts for _, parts in alerts))
    _report_twice(alerts, report)
    catalogue = catalogue.with_recorded(_recorded(every, environment))
    groups = (
        *_slo_groups(service, slos),
        *_alert_groups(service, every, context.project.tile.length),
    )
    rules = RuleFile(
        service=service.name,
        groups=tuple(
            _labelled(group, environment.labels)
            for group in _without_external(groups, service, project)
        ),
        sources=service.sources,
    )
    of_slos = [(slo, shown(own.proofs, with_tests=with_tests)) for slo, own in slos]
    of_alerts = [shown(parts.proofs, with_tests=with_tests) for _, parts in alerts]
    for diagnostic in warnings(of_slos, zip(service.alerts, of_alerts, strict=True)):
        report(diagnostic)
    of_prices = [shown(parts.proofs, with_tests=with_tests) for parts in priced]
    of_every = (*of_prices, *of_alerts)
    tests = test_files(rules, of_slos, zip(every, of_every, strict=True), context)
    return ServiceParts(
        service=replace(service, catalogue=catalogue),
        rules=rules if groups else None,
        log_rules=compile_logs(
            service, (rule for _, parts in alerts for rule in parts.log_alerts), environment
        ),
        tests=tuple(tests) if with_tests else (),
        unproven=tuple(unproven(rules, (*(s for _, s in of_slos), *of_every), environment)),
    )


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
            RuleGroup(name=f"{service.name}{BUDGET_SUFFIX}", interval=BUDGET_INTERVAL, rules=budget)
        )
    return tuple(groups)


def _report_twice(alerts: Iterable[tuple[Alert, AlertParts]], report: Reports) -> None:
    """Report a name that alerts record in two ways."""
    first: dict[tuple[str, ...], tuple[Alert, RecordingRule]] = {}
    for alert, parts in alerts:
        for record in parts.records:
            other, known = first.setdefault(_series_of(record), (alert, record))
            if known.expr == record.expr:
                continue
            message = f"`{record.record}` is recorded for alert `{other.name}`, in another way"
            hint = "name the measure under `measures:`, and write its name"
            related = (Related(f"`{other.name}` is here", other.origin / "name"),)
            place = alert.origin / "name"
            report(finding(RECORDED_TWICE, place, message, hint, related=related))


def _recorded(
    every: Iterable[AlertParts], environment: Environment
) -> Mapping[str, frozenset[str]]:
    """Return the series that alerts and prices record, with their labels."""
    found: dict[str, frozenset[str]] = {}
    for rule in (rule for parts in every for rule in parts.records):
        labels = frozenset((*rule.labels, *rule.groups, *environment.labels))
        found[rule.record] = found.get(rule.record, frozenset()) | labels
    return found


def _alert_groups(
    service: Service, every: tuple[AlertParts, ...], tile: Duration
) -> tuple[RuleGroup, ...]:
    """One group for what counts tile by tile, and one for what the others ask."""
    counted = _rules(parts for parts in every if parts.is_counted)
    others = _rules(parts for parts in every if not parts.is_counted)
    groups = (
        RuleGroup(name=f"{service.name}-spend", interval=tile, rules=counted),
        RuleGroup(name=f"{service.name}-alerts", rules=others),
    )
    return tuple(group for group in groups if group.rules)


def _rules(alerts: Iterable[AlertParts]) -> tuple[RecordingRule | AlertingRule, ...]:
    rules: list[RecordingRule | AlertingRule] = []
    recorded: set[tuple[str, ...]] = set()
    for parts in alerts:
        # What several alerts read is recorded once, before the first of them.
        rules.extend(record for record in parts.records if _series_of(record) not in recorded)
        recorded.update(map(_series_of, parts.records))
        rules.extend(parts.alerts)
    return tuple(rules)


def _series_of(record: RecordingRule) -> tuple[str, ...]:
    """Return what tells the series of a recording from those of others."""
    return (record.record, *(f"{k}={v}" for k, v in sorted(record.labels.items())))


def _without_external(
    groups: Iterable[RuleGroup], service: Service, project: Project
) -> Iterator[RuleGroup]:
    """
    Take away what alerts carry of external labels only because every metric may be asked for them.

    Series of this server have them only where a metric declares them itself.
    """
    declared = {
        alert.name: frozenset(label for metric in alert.body.metrics for label in metric.labels)
        for alert in service.alerts
    }

    def carried(rule: RecordingRule | AlertingRule) -> RecordingRule | AlertingRule:
        if not isinstance(rule, AlertingRule) or rule.carries is None or rule.alert not in declared:
            return rule
        foreign = project.external_labels.keys() - declared[rule.alert] - rule.labels.keys()
        return replace(rule, carries=rule.carries - foreign)

    for group in groups:
        is_local = not project.external_labels
        yield group if is_local else replace(group, rules=tuple(map(carried, group.rules)))


def _labelled(group: RuleGroup, labels: Mapping[str, str]) -> RuleGroup:
    """Put the labels of an environment on every rule; group labels need Prometheus 3."""
    if not labels:
        return group

    def labelled(rule: RecordingRule | AlertingRule) -> RecordingRule | AlertingRule:
        if isinstance(rule, AlertingRule) and rule.carries is not None:
            rule = replace(rule, carries=rule.carries | labels.keys())
        return replace(rule, labels={**labels, **rule.labels})

    return replace(group, rules=tuple(map(labelled, group.rules)))
