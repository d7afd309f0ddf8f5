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
from typing import Final

from obsgen.artefacts import AlertingRule, InhibitRule, RecordingRule
from obsgen.compile.alert_matchers import is_there
from obsgen.compile.same_measure import same_measure_rules
from obsgen.compile.slo_pages import (
    SILENCED,
    KnownAlert,
    SloPages,
    known_alerts,
    names_slo,
    of_alerts,
    rules_by_service,
)
from obsgen.matchers import Matcher, contradiction
from obsgen.model import AlertRole, Service, SeverityScheme, Slo
from obsgen.names import PROBE_LABEL, is_own_series, probe_job
from obsgen.promql import VectorSelector, parse, selectors

_TARGET: Final = ("job", "instance")
"""The labels that tell a target of Prometheus."""
_OF_SERVICE: Final = frozenset({"", "slo", "availability"})
"""The categories of what an SLO tells, too; a page for errors must not hide an attack."""


def symptom_rules(
    services: tuple[Service, ...],
    rules: Iterable[AlertingRule],
    records: Mapping[str, tuple[RecordingRule, ...]],
    severities: SeverityScheme,
    everywhere: tuple[str, ...],
) -> Iterator[InhibitRule]:
    """
    Yield the inhibitions of symptoms, service by service.

    Args:
        records: What the services record, by their names.
        everywhere: The labels that every alert has: of its environment, or of its server.
    """
    by_service = rules_by_service(rules)
    pages = SloPages(severities, everywhere, by_service)
    for service in services:
        own = tuple(known_alerts(service, by_service.get(service.name, ())))
        symptoms = [each for each in own if each.alert.body.role in SILENCED]
        yield from _of_targets(own, symptoms, severities, everywhere)
        yield from same_measure_rules(own, severities, everywhere)
        for slo in service.slos:
            own_records = records.get(service.name, ())
            related = _related(service.name, slo, symptoms, own_records)
            yield from pages.over(service.name, slo, related)
        for each in symptoms:
            for part in each.alert.symptom_of:
                if part.service != service.name:
                    yield from pages.over(part.service, part.slo, (each,))


# --- a target that is down -------------------------------------------------------------------


def _of_targets(
    own: Iterable[KnownAlert],
    symptoms: Iterable[KnownAlert],
    severities: SeverityScheme,
    everywhere: tuple[str, ...],
) -> Iterator[InhibitRule]:
    """Yield the rules of alerts on targets, over what series of the same target show."""
    at_targets = [s for s in symptoms if all(map(s.may_carry, _TARGET))]
    found: dict[tuple[KnownAlert, ...], list[KnownAlert]] = {}
    for down in own:
        is_on_targets = down.alert.body.role is AlertRole.TARGET_DOWN
        if is_on_targets and all(map(down.may_carry, _TARGET)):
            urgent = (s for s in at_targets if severities.is_as_urgent(down.severity, s.severity))
            same = (each for each in urgent if _may_share_a_target(down, each))
            found.setdefault(tuple(same), []).append(down)
    there = tuple(is_there(label) for label in _TARGET)
    for silenced, several in found.items():
        if silenced:
            yield InhibitRule(
                source=(*of_alerts(several[0].service, several), *there),
                target=(*of_alerts(several[0].service, silenced), *there),
                equal=("service", *_TARGET, *everywhere),
            )


def _may_share_a_target(down: KnownAlert, symptom: KnownAlert) -> bool:
    """Say whether both may read series of one target: a probe has another job than its service."""
    return any(
        contradiction((*_of_target(one), *_of_target(other))) is None
        for one in selectors(parse(down.rule.expr))
        for other in selectors(parse(symptom.rule.expr))
    )


def _of_target(selector: VectorSelector) -> Iterator[Matcher]:
    """Yield what a selector says of the target; series of a probe have a job of its own."""
    fixed = {m.label: m.value for m in _matchers(selector) if m.op == "="}
    if fixed.get("service") and fixed.get(PROBE_LABEL):
        yield Matcher("job", "=", probe_job(fixed["service"], fixed[PROBE_LABEL]))
    yield from (matcher for matcher in _matchers(selector) if matcher.label in _TARGET)


# --- the page of an SLO ------------------------------------------------------------------------


def _related(
    service: str, slo: Slo, symptoms: Iterable[KnownAlert], records: Iterable[RecordingRule]
) -> tuple[KnownAlert, ...]:
    """Return the symptoms of an SLO among those of its own service."""
    counted = {metric.name for metric in slo.sli.metrics}
    reading = [
        each
        for each in symptoms
        if each.alert.body.role is AlertRole.SYMPTOM
        and each.alert.category in _OF_SERVICE
        and any(metric.name in counted for metric in each.alert.body.metrics)
    ]
    streams = _streams(slo, records) if reading else ()
    meeting = {id(each) for each in reading if _meets(each, streams)}
    return tuple(
        each for each in symptoms if id(each) in meeting or names_slo(each.alert, service, slo)
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


def _meets(symptom: KnownAlert, streams: Iterable[VectorSelector]) -> bool:
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
