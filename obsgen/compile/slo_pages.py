"""
The pages of SLOs, and the alerts of a service that they silence.

An SLO with groups silences what it is not told of only in the same group; an alert that names it
(`symptom_of`) and has not all labels of a group is compared by those that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from obsgen.artefacts import AlertingRule, AlertmanagerMatcher, InhibitRule
from obsgen.compile.alert_matchers import equals, is_there, one_of
from obsgen.diagnostics import Code, Severity, finding
from obsgen.model import Alert, AlertRole, Reports, Service, SeverityScheme, Slo, SloPart
from obsgen.names import BURN_ALERT

IDLE_SYMPTOM: Final = Code(
    "ALR660",
    "idle-symptom-of",
    why="no page of the SLO ever silences the alert: who is woken is told both",
    fix="Name an SLO with a burn-rate alert that pages and is at least as urgent, on an alert that "
    "tells a symptom (`threshold`, `any_of`, `all_of`, `forecast`, `anomaly`, `expr`), or remove "
    "`symptom_of`.",
    severity=Severity.WARNING,
)
CODES: Final = (IDLE_SYMPTOM,)

SILENCED: Final = frozenset({AlertRole.SYMPTOM, AlertRole.OUTLOOK})
_NAME: Final = "name an SLO that pages, or remove it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KnownAlert:
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

    def has(self, label: str) -> bool:
        """Say whether alerts may have the label, wherever it comes from."""
        return self.may_carry(label) or bool(self.rule.labels.get(label))

    @property
    def is_open(self) -> bool:
        """Whether it cannot be told which labels the expression brings."""
        return self.rule.carries is None


def rules_by_service(rules: Iterable[AlertingRule]) -> dict[str, list[AlertingRule]]:
    """Return the rules of each service."""
    found: dict[str, list[AlertingRule]] = {}
    for rule in rules:
        found.setdefault(rule.labels.get("service", ""), []).append(rule)
    return found


def known_alerts(service: Service, rules: Iterable[AlertingRule]) -> Iterator[KnownAlert]:
    """Yield the rules of a service that are of alerts which its specs write."""
    alerts = {alert.name: alert for alert in service.alerts}
    for rule in rules:
        if rule.alert in alerts:
            yield KnownAlert(service=service.name, alert=alerts[rule.alert], rule=rule)


def check_symptoms(
    services: tuple[Service, ...],
    rules: Iterable[AlertingRule],
    severities: SeverityScheme,
    report: Reports,
) -> None:
    """Report each `symptom_of` for which no inhibition is derived, with the reason."""
    by_service = rules_by_service(rules)
    pages = SloPages(severities, (), by_service)
    for service in services:
        named: dict[str, list[KnownAlert]] = {}
        for each in known_alerts(service, by_service.get(service.name, ())):
            if each.alert.symptom_of:
                named.setdefault(each.alert.name, []).append(each)
        for several in named.values():
            alert = several[0].alert
            for part in alert.symptom_of:
                reasons = [pages.obstacle(each, part) for each in several]
                if all(reasons):
                    message = f"`symptom_of` of `{alert.name}` has no effect: {reasons[0]}"
                    report(finding(IDLE_SYMPTOM, alert.origin / "symptom_of", message, _NAME))


def names_slo(alert: Alert, service: str, slo: Slo) -> bool:
    """Say whether an alert is told to be a symptom of an SLO."""
    return any(p.service == service and p.slo.name == slo.name for p in alert.symptom_of)


@dataclass(frozen=True, slots=True)
class SloPages:
    """The pages of SLOs, and what they silence."""

    severities: SeverityScheme
    everywhere: tuple[str, ...]
    rules: Mapping[str, list[AlertingRule]]

    def over(self, service: str, slo: Slo, symptoms: Iterable[KnownAlert]) -> Iterator[InhibitRule]:
        """Yield the rules of one SLO over symptoms, which are of one service."""
        silenced: dict[tuple[tuple[str, ...], tuple[str, ...]], list[KnownAlert]] = {}
        for each in symptoms:
            urgent = self._urgent(service, slo, each)
            by = self._compared(service, slo, each)
            if urgent and by is not None:
                silenced.setdefault((urgent, by), []).append(each)
        for (urgent, by), several in silenced.items():
            groups = tuple(is_there(label) for label in by)
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
                target=(*of_alerts(of_service, several), *groups),
                equal=(*is_own, *by, *self.everywhere),
            )

    def obstacle(self, each: KnownAlert, part: SloPart) -> str:
        """Return why no page of an SLO silences an alert that names it, or an empty text."""
        slo = f"SLO `{part.slo.name}`"
        if each.alert.body.role not in SILENCED:
            return "an alert of this kind tells what nothing else tells, and is never silenced"
        if not self._pages(part.service, part.slo):
            return f"{slo} has no alert that pages"
        if not self._urgent(part.service, part.slo, each):
            return f"no page of {slo} is as urgent as `{each.severity}`"
        if self._compared(part.service, part.slo, each) is None:
            return f"which labels it has cannot be told, and {slo} has groups"
        return ""

    def _urgent(self, service: str, slo: Slo, each: KnownAlert) -> tuple[str, ...]:
        """Return the severities of an SLO's pages that are as urgent as an alert."""
        is_as_urgent = self.severities.is_as_urgent
        return tuple(p for p in self._pages(service, slo) if is_as_urgent(p, each.severity))

    @staticmethod
    def _compared(service: str, slo: Slo, each: KnownAlert) -> tuple[str, ...] | None:
        """Return the labels of an SLO's groups to compare; None where that would be a guess."""
        if all(map(each.may_carry, slo.by)):
            return slo.by
        if each.is_open or not names_slo(each.alert, service, slo):
            return None
        return tuple(filter(each.has, slo.by))

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


def of_alerts(service: str, alerts: Iterable[KnownAlert]) -> tuple[AlertmanagerMatcher, ...]:
    """Return the matchers that take these alerts of a service."""
    names = tuple(dict.fromkeys(each.rule.alert for each in alerts))
    levels = tuple(dict.fromkeys(each.severity for each in alerts))
    return equals("service", service), one_of("alertname", names), one_of("severity", levels)
