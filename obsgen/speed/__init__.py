"""
A build whose every duration is divided, for demonstrations and tests.

A month of an SLO is over in half a day at 60, and a page comes after seconds. Divided are the times
at which something is done or looked at: scrapes, evaluations, windows, `for`, waits of routes.
Names keep the undivided ones, so that dashboards, reports and people find what they know. Not
divided:

- what is measured: the limit of a latency, an amount of money; what is counted a second stays;
- the calendar: months, office hours;
- words of people. The unit tests and the pages, which speak of what ships, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from obsgen.artefacts import (
    AlertingRule,
    AlertmanagerConfig,
    Compiled,
    Probe,
    PrometheusConfig,
    RecordingRule,
    Route,
    RuleFile,
    RuleGroup,
)
from obsgen.names import series
from obsgen.speed.boards import divided_dashboard, divided_datasource
from obsgen.speed.queries import (
    divided_factor,
    divided_ms,
    divided_query,
    divided_text,
    moduli,
)
from obsgen.units import Duration

SHORTEST: Final = Duration(100)
"""Scrapes and evaluations that follow each other faster are late more often than not."""

_PERIODS: Final = frozenset({series.MINUTES_REMAINING, series.EXHAUSTION})


class TooFast(ValueError):
    """The durations cannot be divided by so much; the message says which."""


def mark(speed: int) -> str:
    """Return what a divided file says of itself."""
    return f"Every duration is divided by {speed}: for demonstrations. Never deploy this."


def divided(compiled: Compiled, speed: int) -> Compiled:
    """
    Return what was compiled with every duration divided, names excepted.

    Raises:
        TooFast: an interval would be too short, or no whole number of milliseconds.
    """
    for what, interval in _rhythms(compiled):
        _check(what, interval, speed)
    return replace(
        compiled,
        rule_files=tuple(_rule_file(file, speed) for file in compiled.rule_files),
        rule_tests=(),
        pages=(),
        prometheus=_prometheus(compiled.prometheus, speed),
        alertmanager=compiled.alertmanager and _alertmanager(compiled.alertmanager, speed),
        dashboards=tuple(divided_dashboard(each, speed) for each in compiled.dashboards),
        datasources=tuple(divided_datasource(each, speed) for each in compiled.datasources),
    )


def _rhythms(compiled: Compiled) -> Iterator[tuple[str, Duration]]:
    """Yield what must stay in step: rules count the tiles that others have written."""
    config = compiled.prometheus
    yield "scrape interval", config.scrape_interval
    yield "evaluation interval", config.evaluation_interval
    for job in config.jobs:
        yield f"scrape interval of {job.job}", job.interval
    for probe in config.probes:
        yield f"interval of {probe.job}", probe.interval
    for file in compiled.rule_files:
        for group in file.groups:
            if group.interval.ms:
                yield f"interval of the rule group {group.name}", group.interval
            for rule in group.rules:
                for ms in moduli(rule.expr):
                    yield f"modulus of a rule in {group.name}", Duration(ms)


def _check(what: str, interval: Duration, speed: int) -> None:
    if interval.ms == 0:
        return
    if interval.ms < SHORTEST.ms * speed:
        most = interval.ms // SHORTEST.ms
        message = f"the {what}, {interval}, would be shorter than {SHORTEST}; at most {most} goes"
        raise TooFast(message)
    if interval.ms % speed:
        message = f"the {what}, {interval}, is no multiple of {speed}ms; 10, 20, 50 or 60 may go"
        raise TooFast(message)


def _part(duration: Duration, speed: int) -> Duration:
    return Duration(divided_ms(duration.ms, speed))


def _some(duration: Duration | None, speed: int) -> Duration | None:
    return None if duration is None else _part(duration, speed)


# --- Prometheus ------------------------------------------------------------------------------


def _rule_file(file: RuleFile, speed: int) -> RuleFile:
    return replace(file, groups=tuple(_group(group, speed) for group in file.groups))


def _group(group: RuleGroup, speed: int) -> RuleGroup:
    rules = tuple(_rule(rule, speed) for rule in group.rules)
    return replace(group, rules=rules, interval=_part(group.interval, speed))


def _rule(rule: RecordingRule | AlertingRule, speed: int) -> RecordingRule | AlertingRule:
    if isinstance(rule, RecordingRule):
        divide = divided_factor if rule.record in _PERIODS else divided_query
        return replace(rule, expr=divide(rule.expr, speed))
    return replace(
        rule,
        expr=divided_query(rule.expr, speed),
        for_=_part(rule.for_, speed),
        keep_firing_for=_part(rule.keep_firing_for, speed),
        annotations={k: divided_text(text, speed) for k, text in rule.annotations.items()},
    )


def _prometheus(config: PrometheusConfig, speed: int) -> PrometheusConfig:
    return replace(
        config,
        scrape_interval=_part(config.scrape_interval, speed),
        evaluation_interval=_part(config.evaluation_interval, speed),
        jobs=tuple(replace(job, interval=_part(job.interval, speed)) for job in config.jobs),
        probes=tuple(_probe(probe, speed) for probe in config.probes),
    )


def _probe(probe: Probe, speed: int) -> Probe:
    interval = _part(probe.interval, speed)
    # How long a target may take is its network's: only what the interval leaves is taken away.
    return replace(probe, interval=interval, timeout=min(probe.timeout, interval))


# --- Alertmanager ----------------------------------------------------------------------------


def _alertmanager(config: AlertmanagerConfig, speed: int) -> AlertmanagerConfig:
    return replace(config, route=_route(config.route, speed))


def _route(route: Route, speed: int) -> Route:
    return replace(
        route,
        group_wait=_some(route.group_wait, speed),
        group_interval=_some(route.group_interval, speed),
        repeat_interval=_some(route.repeat_interval, speed),
        routes=tuple(_route(each, speed) for each in route.routes),
    )
