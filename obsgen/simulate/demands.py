"""How much has to arrive, and how much may, so that no alert on that fires on a good day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Condition, Service
from obsgen.simulate.limits import allowed, limits_of, per_second, window_of
from obsgen.simulate.traffic import HOUR
from obsgen.simulate.verdicts import alone, is_met

_BUSY: Final = 5
"""Full load is so many times as much as has to arrive at any hour."""
_AWAITED: Final = 20
"""So many events are expected where one has to come."""
RAREST: Final = Fraction(1, 40)
"""The share of the rarest kind of events, about."""
NIGHT: Final = Fraction(1, 50)
"""The least load, by day and week."""


def asked(service: Service, speed: int) -> Iterator[int]:
    """Yield what alerts demand to arrive in an hour: `rate below 100/s`, `increase below 5`."""
    for condition, metric in _of_one_metric(service):
        if condition.comparison not in {"<", "<="}:
            continue
        per = per_second(condition)
        if not per and metric.type == "counter" and condition.measure.unit == metric.counted_unit:
            per = Fraction(1_000 * speed, window_of(condition).ms)
        if per:
            above = replace(condition, comparison=">")
            is_whole = is_met(above, alone(metric, {}, condition)) and (
                condition.measure.labels or frozenset()
            ) <= frozenset(metric.target_labels)
            share = 1 if is_whole else RAREST
            yield int(_BUSY * max(limits_of(condition)) * per * 3_600 / share)


def borne(service: Service, targets: int) -> Iterator[int]:
    """Yield how much may arrive in an hour for requests, all together, to stay below a limit."""
    for condition, metric in _of_one_metric(service):
        is_above = condition.comparison in {">", ">="} and not condition.measure.unit.is_ratio
        if metric.role != "requests" or metric.type != "counter":
            continue
        share = allowed(condition, limits_of(condition), Fraction(targets)) if is_above else None
        if share and is_met(condition, alone(metric, {}, condition)):
            yield max(1, int(share))


def awaited(service: Service, speed: int) -> Iterator[int]:
    """Yield what has to arrive in an hour for each label set to grow in time, by night, too."""
    for watched in (alert.body.watched for alert in service.alerts):
        if watched.within is not None:
            hours = Fraction(watched.within.ms, HOUR) / speed
            yield int(_AWAITED / (hours * RAREST * NIGHT))


def _of_one_metric(service: Service) -> Iterator[tuple[Condition, Metric]]:
    """Yield the conditions of alerts that read one metric, with it."""
    for condition in (c for alert in service.alerts for c in alert.body.watched.conditions):
        if len(condition.measure.metrics) == 1:
            yield condition, condition.measure.metrics[0]
