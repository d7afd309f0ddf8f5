"""
Moments that every graph of a service marks: alerts, deployments, restarts.

Grafana asks an annotation about a hundred times over whatever range is shown, so each query looks
back by one such step, `$__interval`: nothing falls between two points, and nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from obsgen import names
from obsgen.artefacts import AlertingRule, Annotation
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher, any_value, selector
from obsgen.model import Project
from obsgen.units import Duration

PAGES: Final = "Pages"
OTHERS: Final = "Other alerts"
DEPLOYMENTS: Final = "Deployments"
RESTARTS: Final = "Restarts"

REAL: Final = (Matcher(names.WATCHDOG_LABEL, "=", ""), Matcher(names.ESCALATED, "=", ""))
"""Leave out watchdogs, which fire for ever, and escalations, which say an alert once more."""

FIRING: Final = Matcher("alertstate", "=", "firing")

VERSION_LABELS: Final = (
    *("version", "app_version", "service_version", "release", "image_tag", "tag"),
    *("revision", "git_sha", "commit"),
)
"""What tells a deployment from the one before, the most telling first."""

# Whoever was away for longer is told as new: it may well be another version.
_PAST: Final = "1h"
_MINUTE: Final = Duration.parse("1m")
_SCRAPES: Final = 4
_START: Final = "process_start_time_seconds"


def page_severities(project: Project) -> tuple[str, ...]:
    """Return the severities that wake somebody."""
    return tuple(level.name for level in project.severities.levels if level.page)


def severities_of(alerts: Iterable[AlertingRule]) -> tuple[str, ...]:
    """Return the severities that alerts have, watchdogs aside."""
    real = (rule for rule in alerts if names.WATCHDOG_LABEL not in rule.labels)
    found = (rule.labels.get("severity", "") for rule in real)
    return tuple(dict.fromkeys(severity for severity in found if severity))


def alert_annotations(
    scope: Sequence[Matcher], severities: Iterable[str], project: Project
) -> Iterator[Annotation]:
    """
    Yield what marks alerts that fire: pages, and, at first off, what can wait.

    Args:
        scope: Matchers of the alerts.
        severities: Those that the alerts have.
    """
    paging = page_severities(project)
    found = tuple(severities)
    pages = tuple(severity for severity in found if severity in paging)
    others = tuple(severity for severity in found if severity not in paging)
    if pages:
        yield _firing(PAGES, scope, pages, "red", is_on=True)
    if others:
        yield _firing(OTHERS, scope, others, "orange", is_on=False)


def _firing(
    name: str, scope: Sequence[Matcher], severities: Sequence[str], color: str, *, is_on: bool
) -> Annotation:
    matchers = (FIRING, *scope, any_value("severity", severities), *REAL)
    return Annotation(
        name=name,
        expr=f"max_over_time({selector('ALERTS', matchers)}[$__interval])",
        title="{{alertname}} {{slo}} {{tier}}",
        text="{{severity}}, {{service}}",
        color=color,
        enabled=is_on,
    )


def deployments(metrics: Iterable[Metric], scrape: Duration) -> Iterator[Annotation]:
    """Yield what marks that a version appears which was not there before."""
    for metric in metrics:
        label = next((name for name in VERSION_LABELS if name in metric.labels), "")
        if metric.role != "build" or not label:
            continue
        series = metric.select(metric.name, ())
        now = f"count by ({label}) (last_over_time({series}[$__interval]))"
        before = f"count by ({label}) (last_over_time({series}[{_PAST}] offset $__interval))"
        yield Annotation(
            name=DEPLOYMENTS,
            expr=f"{now} unless {before}",
            title=f"{label} {{{{{label}}}}}",
            color="blue",
            step=_step(scrape),
        )
        return


def restarts(metrics: Iterable[Metric], scrape: Duration) -> Iterator[Annotation]:
    """Yield what marks that a process has begun anew; at first off."""
    for metric in metrics:
        if metric.name != _START:
            continue
        series = metric.select(metric.name, ())
        before = f"last_over_time({series}[{_PAST}] offset $__interval)"
        yield Annotation(
            name=RESTARTS,
            expr=f"last_over_time({series}[$__interval]) != {before}",
            title="Restart of {{instance}}",
            color="purple",
            enabled=False,
            step=_step(scrape),
        )


def _step(scrape: Duration) -> str:
    """Return a step that one missed scrape does not leave empty."""
    return str(max(_MINUTE, Duration(_SCRAPES * scrape.ms)))
