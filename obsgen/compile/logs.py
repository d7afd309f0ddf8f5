"""The rules of one service that Loki evaluates: what it records of lines, then alerts on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from obsgen.artefacts import AlertingRule, RecordingRule, RuleFile, RuleGroup
from obsgen.logql import counted
from obsgen.model import Environment, Service
from obsgen.units import Duration

INTERVAL = Duration(60_000)
"""Loki reads all lines of a window anew each time, and its own usual interval is a minute."""


def compile_logs(
    service: Service, alerts: Iterable[AlertingRule], environment: Environment
) -> RuleFile | None:
    """Return the rules of a service for Loki, or None where it has none."""
    labels = environment.labels
    found: dict[str, tuple[RecordingRule | AlertingRule, ...]] = {
        f"{service.name}-log-metrics": tuple(_records(service, labels)),
        f"{service.name}-log-alerts": tuple(_labelled(rule, labels) for rule in alerts),
    }
    groups = tuple(
        RuleGroup(name=name, interval=INTERVAL, rules=rules)
        for name, rules in found.items()
        if rules
    )
    if not groups:
        return None
    return RuleFile(service=service.name, groups=groups, sources=service.sources)


def _records(service: Service, labels: Mapping[str, str]) -> Iterator[RecordingRule]:
    for metric in service.catalogue.metrics.values():
        if metric.lines is None:
            continue
        by = tuple(metric.labels)
        yield RecordingRule(
            record=metric.name,
            expr=counted(metric.lines.text, metric.lines.window, by),
            # What every query of the metric asks for, so that it is found.
            labels={**labels, **{m.label: m.value for m in metric.scope}},
            groups=by,
            origin=metric.origin,
        )


def _labelled(rule: AlertingRule, labels: Mapping[str, str]) -> AlertingRule:
    carries = None if rule.carries is None else rule.carries | labels.keys()
    return replace(rule, labels={**labels, **rule.labels}, carries=carries)
