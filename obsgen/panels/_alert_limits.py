"""Thresholds that an alert has already: its limit, in the colour of its severity."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from obsgen.catalogue import near
from obsgen.diagnostics import Code, Diagnostic, finding
from obsgen.model import (
    Alert,
    Condition,
    DashboardContext,
    PanelSpec,
    SeverityScheme,
    ThresholdSpecs,
)
from obsgen.source import Scalar

NO_LIMIT: Final = Code(
    "REF271",
    "alert-without-limit",
    why="the colours would say nothing: there is no alert of that name with one limit",
    fix="Name a `threshold` alert of the service, or write the amounts: `{base: green, red: 5%}`.",
)
CODES: Final = (NO_LIMIT,)

_FINE: Final = "green"
_PAGES: Final = "red"
_TICKETS: Final = ("orange", "yellow")
_RISING: Final = frozenset({">", ">="})
_FALLING: Final = frozenset({"<", "<="})


def with_alert_limits(spec: PanelSpec, context: DashboardContext) -> PanelSpec:
    """Return the panel with the limits of the alerts that it names among its thresholds."""
    overrides = tuple(
        replace(
            override,
            thresholds=(*override.thresholds, *limits_of(override.alert_limits, context)),
        )
        for override in spec.overrides
    )
    limits = limits_of(spec.alert_limits, context)
    return replace(spec, thresholds=(*limits, *spec.thresholds), overrides=overrides)


def limits_of(names: tuple[Scalar, ...], context: DashboardContext) -> ThresholdSpecs:
    """Return the limits of alerts as an author would write them as thresholds."""
    found: list[tuple[str, Scalar | None]] = []
    for name in names:
        alert = next((a for a in context.service.alerts if a.name == name.text), None)
        condition = None if alert is None else alert.body.threshold
        if alert is None or condition is None or condition.comparison not in _RISING | _FALLING:
            context.report(_without(name, context))
            continue
        found += _steps(alert, condition, name, context.project.severities)
    return tuple(found)


def _steps(
    alert: Alert, condition: Condition, name: Scalar, scheme: SeverityScheme
) -> ThresholdSpecs:
    color = severity_color(alert.severity, scheme)
    limit = condition.limit
    texts = [text for _, _, text in limit.values]
    if limit.value is not None:
        texts.append(limit.text)
    is_rising = condition.comparison in _RISING
    base = (_FINE if is_rising else color, None)
    above = color if is_rising else _FINE
    return (base, *((above, replace(name, text=text)) for text in texts))


def severity_color(severity: str, scheme: SeverityScheme) -> str:
    """Return red for what wakes somebody, then ever paler for what waits."""
    pages = [level.name for level in scheme.levels if level.page]
    others = [level.name for level in scheme.levels if not level.page]
    if severity in pages or severity not in others:
        return _PAGES
    return _TICKETS[min(others.index(severity), len(_TICKETS) - 1)]


def _without(name: Scalar, context: DashboardContext) -> Diagnostic:
    alerts = context.service.alerts
    known = [alert.name for alert in alerts if alert.body.threshold is not None]
    is_known = any(alert.name == name.text for alert in alerts)
    what = "has no one limit" if is_known else f"is no alert of service `{context.service.name}`"
    guess = near(name.text, known)
    hint = f"did you mean `{guess}`?" if guess else "name a `threshold` alert of the service"
    return finding(NO_LIMIT, name.origin, f"{name.word} {what}", hint)
