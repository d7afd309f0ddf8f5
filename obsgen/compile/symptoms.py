"""
What silences symptoms: a target that is down, and an SLO whose error budget burns.

An alert that says that something goes badly (its role is a symptom) is silenced by what tells the
same better: by the alert that its target cannot be scraped, and by the page of an SLO that counts
the metric it reads. It is so only where the other is at least as urgent, and labels are compared
only where both sides surely carry them: where a rule of the alerts does not say so, matchers do.
Alerts that tell a cause, such as a database that is down, are never silenced here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, AlertmanagerMatcher, InhibitRule, RecordingRule
from obsgen.compile.alert_matchers import equals, is_there, one_of
from obsgen.matchers import Matcher, contradiction
from obsgen.model import Alert, AlertRole, Service, SeverityScheme, Slo
from obsgen.names import BURN_ALERT, is_own_series
from obsgen.promql import VectorSelector, parse, selectors

_TARGET: Final = ("job", "instance")
"""The labels that tell a target of Prometheus."""
_OF_SERVICE: Final = frozenset({"", "slo", "availability"})
"""The categories of what an SLO tells, too; a page for errors must not hide an attack."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """A rule of an alert of the specs."""

    service: str
    alert: Alert
    rule: AlertingRule

    @property
    def severity(self) -> str:
        return self.rule.labels.get("severity", "")

    def may_carry(self, label: str) -> bool:
        """Say whether the label comes from the expression, not from the rule."""
        varying = (self.rule.carries or frozenset()) - self.rule.labels.keys()
        return label in varying


def symptom_rules(
    services: tuple[Service, ...],
    rules: Iterable[AlertingRule],
    records: Mapping[str, tuple[RecordingRule, ...]],
    severities: SeverityScheme,
    external: tuple[str, ...],
) -> Iterator[InhibitRule]:
    """
    Yield the inhibitions of symptoms, service by service.

    Args:
        records: What the services record, by their names.
        external: The labels that every alert gets from the server that sends it.
    """
    by_service: dict[str, list[AlertingRule]] = {}
    for rule in rules:
        by_service.setdefault(rule.labels.get("service", ""), []).append(rule)
    known = {
        service.name: tuple(_known(service, by_service.get(service.name, ())))
        for service in services
    }
    pages = _Pages(severities, external, by_service)
    for service in services:
        own = known[service.name]
        symptoms = [each for each in own if each.alert.body.role is AlertRole.SYMPTOM]
        yield from _of_targets(own, symptoms, severities, external)
        for slo in service.slos:
            own_records = records.get(service.name, ())
            related = _related(service.name, slo, symptoms, own_records)
            yield from pages.over(service.name, slo, related)
        for each in symptoms:
            for part in each.alert.symptom_of:
                if part.service != service.name:
                    yield from pages.over(part.service, part.slo, (each,))


def _known(service: Service, rules: Iterable[AlertingRule]) -> Iterator[_Known]:
    alerts = {alert.name: alert for alert in service.alerts}
    for rule in rules:
        if rule.alert in alerts:
            yield _Known(service=service.name, alert=alerts[rule.alert], rule=rule)


# --- a target that is down -------------------------------------------------------------------


def _of_targets(
    own: Iterable[_Known],
    symptoms: Iterable[_Known],
    severities: SeverityScheme,
    external: tuple[str, ...],
) -> Iterator[InhibitRule]:
    """Yield the rules of alerts on targets, over what series of the same target show."""
    at_targets = [s for s in symptoms if all(map(s.may_carry, _TARGET))]
    found: dict[tuple[_Known, ...], list[_Known]] = {}
    for down in own:
        is_on_targets = down.alert.body.role is AlertRole.TARGET_DOWN
        if is_on_targets and all(map(down.may_carry, _TARGET)):
            urgent = (s for s in at_targets if severities.is_as_urgent(down.severity, s.severity))
            found.setdefault(tuple(urgent), []).append(down)
    there = tuple(is_there(label) for label in _TARGET)
    for silenced, several in found.items():
        if silenced:
            yield InhibitRule(
                source=(*_of_alerts(several[0].service, several), *there),
                target=(*_of_alerts(several[0].service, silenced), *there),
                equal=("service", *_TARGET, *external),
            )


# --- the page of an SLO ------------------------------------------------------------------------


def _related(
    service: str, slo: Slo, symptoms: Iterable[_Known], records: Iterable[RecordingRule]
) -> tuple[_Known, ...]:
    """Return the symptoms of an SLO among those of its own service."""
    counted = {metric.name for metric in slo.sli.metrics}
    reading = [
        each
        for each in symptoms
        if each.alert.category in _OF_SERVICE
        and any(metric.name in counted for metric in each.alert.body.metrics)
    ]
    streams = _streams(slo, records) if reading else ()
    meeting = {id(each) for each in reading if _meets(each, streams)}
    return tuple(
        each
        for each in symptoms
        if id(each) in meeting
        or any(p.service == service and p.slo.name == slo.name for p in each.alert.symptom_of)
    )


def _streams(slo: Slo, records: Iterable[RecordingRule]) -> tuple[VectorSelector, ...]:
    """Return what an SLO's ledger selects of metrics that are no recordings."""
    return tuple(
        selector
        for rule in records
        if rule.labels.get("slo") == slo.name
        for selector in selectors(parse(rule.expr))
        if not is_own_series(selector.metric_name or "")
    )


def _meets(symptom: _Known, streams: Iterable[VectorSelector]) -> bool:
    """Say whether an alert reads, of a metric that is counted, series that may be counted."""
    read = tuple(selectors(parse(symptom.rule.expr)))
    return any(
        one.metric_name == other.metric_name
        and contradiction((*_matchers(one), *_matchers(other))) is None
        for one in read
        for other in streams
    )


def _matchers(selector: VectorSelector) -> Iterator[Matcher]:
    return (Matcher(m.label, m.op, m.value) for m in selector.matchers)


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of SLOs, and what they silence."""

    severities: SeverityScheme
    external: tuple[str, ...]
    rules: Mapping[str, list[AlertingRule]]

    def over(self, service: str, slo: Slo, symptoms: Iterable[_Known]) -> Iterator[InhibitRule]:
        """Yield the rules of one SLO over symptoms, which are of one service."""
        pages, is_as_urgent = self._pages(service, slo), self.severities.is_as_urgent
        silenced: dict[tuple[str, ...], list[_Known]] = {}
        for each in symptoms:
            urgent = tuple(p for p in pages if is_as_urgent(p, each.severity))
            if urgent and all(map(each.may_carry, slo.by)):
                silenced.setdefault(urgent, []).append(each)
        groups = tuple(is_there(label) for label in slo.by)
        for urgent, several in silenced.items():
            of_service = several[0].service
            is_own = ("service",) if service == of_service else ()
            yield InhibitRule(
                source=(
                    equals("service", service),
                    equals("slo", slo.name),
                    equals("alertname", BURN_ALERT),
                    one_of("severity", urgent),
                    *groups,
                ),
                target=(*_of_alerts(of_service, several), *groups),
                equal=(*is_own, *slo.by, *self.external),
            )

    def _pages(self, service: str, slo: Slo) -> tuple[str, ...]:
        """Return the severities that page, among those of an SLO's burn-rate alerts."""
        found = {
            rule.labels.get("severity", "")
            for rule in self.rules.get(service, ())
            if rule.alert == BURN_ALERT and rule.labels.get("slo") == slo.name
        }
        return tuple(
            level.name for level in self.severities.levels if level.page if level.name in found
        )


def _of_alerts(service: str, alerts: Iterable[_Known]) -> tuple[AlertmanagerMatcher, ...]:
    names = tuple(dict.fromkeys(each.rule.alert for each in alerts))
    levels = tuple(dict.fromkeys(each.severity for each in alerts))
    return equals("service", service), one_of("alertname", names), one_of("severity", levels)
