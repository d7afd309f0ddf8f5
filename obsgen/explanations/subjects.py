"""What a word means that somebody wants explained: an SLO, or alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from obsgen.artefacts import AlertingRule, Compiled, Json, RuleGroup, alert_path
from obsgen.catalogue import near
from obsgen.diagnostics import Origin
from obsgen.explanations.alerts import alert_json, alert_sections, explain_alert
from obsgen.explanations.slo_json import slo_json
from obsgen.explanations.slo_text import slo_sections
from obsgen.explanations.slos import explain_slo
from obsgen.pipeline import Built
from obsgen.sections import Section


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to know of an SLO or an alert, for people and for programs."""

    sections: tuple[Section, ...]
    json: Mapping[str, Json]


def find(
    built: Built, word: str, *, events_per_second: Fraction | None = None
) -> tuple[Explanation, ...]:
    """
    Return what a word means, in each environment.

    Args:
        word: `service/slo`; `Alert`, `service/Alert` or `service/slo/Alert`.
        events_per_second: The traffic of an SLO, where that is known.
    """
    slos = tuple(_slos(built, word, events_per_second))
    return slos or tuple(_alerts(built, word))


def _slos(built: Built, word: str, events_per_second: Fraction | None) -> Iterator[Explanation]:
    for spec, compiled in zip(built.specs, built.compiled, strict=True):
        for service in spec.services:
            for slo in service.slos:
                if f"{service.name}/{slo.name}" == word:
                    found = explain_slo(
                        service,
                        slo,
                        compiled,
                        environment=spec.environment.name,
                        place=_place(built, slo.origin),
                        events_per_second=events_per_second,
                    )
                    yield Explanation(slo_sections(found), slo_json(found))


def _alerts(built: Built, word: str) -> Iterator[Explanation]:
    for spec, compiled in zip(built.specs, built.compiled, strict=True):
        for service, group, rule in _alerting_rules(compiled):
            if word in _names(service, rule):
                found = explain_alert(
                    service,
                    group,
                    rule,
                    compiled,
                    environment=spec.environment.name,
                    place=_place(built, rule.origin),
                )
                yield Explanation(alert_sections(found), alert_json(found))


def _alerting_rules(compiled: Compiled) -> Iterator[tuple[str, RuleGroup, AlertingRule]]:
    for file in compiled.rule_files:
        for group in file.groups:
            for rule in group.rules:
                if isinstance(rule, AlertingRule):
                    yield file.service, group, rule


def _names(service: str, rule: AlertingRule) -> tuple[str, ...]:
    path = alert_path(service, rule.alert, rule.labels)
    return rule.alert, f"{service}/{rule.alert}", path


def _place(built: Built, origin: Origin) -> str:
    if not origin.file:
        return ""
    span = built.source_map.span(origin)
    return f"{origin.file}:{span.line}:{span.column}"


def near_miss(built: Built, word: str) -> str:
    """Return the SLO or alert that may have been meant, or an empty text."""
    slos = (f"{s.name}/{slo.name}" for spec in built.specs for s in spec.services for slo in s.slos)
    alerts = (
        name
        for compiled in built.compiled
        for service, _, rule in _alerting_rules(compiled)
        for name in _names(service, rule)
    )
    return near(word, dict.fromkeys((*slos, *alerts)))
