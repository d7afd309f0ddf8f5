"""Inhibitions that could keep an unrelated alert from being notified."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from obsgen.artefacts import AlertmanagerMatcher, InhibitRule
from obsgen.checks._check import Check, Example
from obsgen.checks._queries import Subject
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.routing import inhibits, matched
from obsgen.routing.alerts import RoutedAlert

SWALLOWING: Final = Code(
    "ALR654",
    "swallowing-inhibition",
    why="Alertmanager counts a label that both alerts lack as equal: one alert would silence "
    "others that have nothing to do with it",
    fix="Compare labels that both alerts have.",
)
CODES: Final = (SWALLOWING,)


def _run(subject: Subject) -> Iterator[Diagnostic]:
    config = subject.compiled.alertmanager
    by_service: dict[str | None, list[RoutedAlert]] = {}
    for alert in subject.routed:
        by_service.setdefault(alert.labels.value("service"), []).append(alert)
    for rule in () if config is None else config.inhibit_rules:
        sources = _taken(rule.source, subject.routed, by_service)
        targets = _taken(rule.target, subject.routed, by_service)
        if not rule.equal and not _is_pinned(rule):
            yield from _swallowed(rule, sources, targets, "any label")
        for label in rule.equal:
            some, others = (
                [alert for alert in side if not alert.labels.may_have(label)]
                for side in (sources, targets)
            )
            yield from _swallowed(rule, some, others, f"`{label}`")


def _taken(
    side: tuple[AlertmanagerMatcher, ...],
    every: Iterable[RoutedAlert],
    by_service: Mapping[str | None, list[RoutedAlert]],
) -> list[RoutedAlert]:
    """Return the alerts that a side of a rule may take; most rules are of one service."""
    named = _service(side)
    asked = (
        every
        if named is None
        else itertools.chain(by_service.get(named, ()), by_service.get(None, ()))
    )
    return [alert for alert in asked if matched(side, alert.labels) is not False]


def _is_pinned(rule: InhibitRule) -> bool:
    """Say whether both sides are alerts of one service, as specs ask for."""
    return None not in (_service(rule.source), _service(rule.target))


def _service(side: tuple[AlertmanagerMatcher, ...]) -> str | None:
    """Return the service that a side is of, or None."""
    return next((m.value for m in side if m.label == "service" and m.op == "="), None)


def _swallowed(
    rule: InhibitRule, sources: list[RoutedAlert], targets: list[RoutedAlert], label: str
) -> Iterator[Diagnostic]:
    """Yield a finding for the first two that count as equal in a label that neither has."""
    for source, target in itertools.product(sources, targets):
        if inhibits(rule, source.labels, target.labels) is not False:
            message = f"alert `{source.name}` would silence `{target.name}`: neither has {label}"
            yield finding(SWALLOWING, source.rule.origin, message, "compare labels that both have")
            return


KIND: Final = Check(
    run=_run,
    examples=(
        Example(
            code=SWALLOWING,
            wrong='source_matchers: [severity="critical"]\ntarget_matchers: '
            '[severity="warning"]\nequal: [clustr]',
            right='source_matchers: [severity="critical"]\ntarget_matchers: '
            '[severity="warning"]\nequal: [alertname, service]',
        ),
    ),
)
