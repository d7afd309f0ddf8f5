"""
Gauges that one condition reads together, or follows into the future: brought to a good level.

What gauges show by themselves is left alone unless it could meet a condition. Then the measure
tells which levels of its gauges give it a good one: the part of a whole, what is free of a total.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Condition, LimitPart, Query, Service
from obsgen.simulate.chance import PPM
from obsgen.simulate.counters import amount_of
from obsgen.simulate.demands import RAREST
from obsgen.simulate.gauges import FILLS, reach
from obsgen.simulate.habits import Habit, Habits
from obsgen.simulate.kinds import Labels
from obsgen.simulate.limits import good, limits_of, width
from obsgen.simulate.verdicts import alone, is_met, levels, shows_itself, stands

_MOMENTS: Final = (FILLS, 2 * FILLS - 1)
"""When what fills slowly is empty, and when it is full."""
_MOST_GAUGES: Final = 4
_PAIR: Final = 2
_LOW: Final = Fraction(2, 5)
_FAR: Final = Fraction(7, 10)

Ends = tuple[Fraction, Fraction]


def balanced(service: Service, habits: Habits) -> Habits:
    """Return habits under which no condition on gauges is met."""
    found = dict(habits.by_metric)
    for watched in (alert.body.watched for alert in service.alerts):
        for condition in watched.conditions:
            gauges = {metric.name: metric for metric in condition.measure.metrics}
            if len(gauges) == _PAIR and not watched.beyond:
                _beside(found, condition, gauges, habits)
            if not gauges or not all(
                metric.type == "gauge" and name in found for name, metric in gauges.items()
            ):
                continue
            if watched.beyond:
                _aim(found, condition, gauges, watched.beyond)
            elif len(gauges) <= _MOST_GAUGES and not shows_itself(condition):
                for part in condition.parts(Query()):
                    _balance(found, condition, part, gauges)
    return replace(habits, by_metric=found)


def _balance(
    found: dict[str, Habit], condition: Condition, part: LimitPart, gauges: Mapping[str, Metric]
) -> None:
    """Give gauges levels at which a measure is on the good side of a limit."""
    unit = condition.measure.unit
    low, high = good(condition.comparison, (part.limit,), is_ratio=unit.is_ratio)
    least, most = _reachable(condition, low, high)
    one, other = levels(condition, part, least), levels(condition, part, most)
    if not one or one.keys() != other.keys() or not one.keys() <= gauges.keys():
        return
    labels = {name: own for name, (own, _) in one.items()}
    if not _may_be_met(found, condition, gauges, labels):
        return
    whole = next((name for name in one if one[name][1] == other[name][1] != 0), None)
    scale = Fraction(1)
    if whole is not None and unit.is_ratio:
        # Twice the part of twice the whole is the same ratio: the whole keeps its size.
        first, last = reach(gauges[whole], found[whole], _MOMENTS[0])
        scale = (first + last) / 2 / one[whole][1]
    for name in one:
        ends = sorted((one[name][1] * scale, other[name][1] * scale))
        habit = found[name].within(*ends)
        is_narrow = habit.low is not None and habit.high is not None and habit.low > habit.high
        found[name] = replace(found[name], low=ends[0], high=ends[1]) if is_narrow else habit


def _beside(
    found: dict[str, Habit], condition: Condition, metrics: Mapping[str, Metric], habits: Habits
) -> None:
    """Keep a gauge so low that it is good beside a counter, when that grows least."""
    gauge = next((m for m in metrics.values() if m.type == "gauge"), None)
    counter = next((m for m in metrics.values() if m.type == "counter"), None)
    limits = limits_of(condition)
    is_above = condition.comparison in {">", ">="} and bool(limits) and min(limits) > 0
    if gauge is None or counter is None or not is_above or not metrics.keys() <= found.keys():
        return
    habit = found[counter.name]
    amount, decimals = amount_of(counter, habit)
    a_second = habits.least / 3_600 * Fraction(habit.share_ppm, PPM) * amount / 10**decimals
    if not (condition.measure.labels or frozenset()) <= frozenset(counter.target_labels):
        a_second *= RAREST
    level = min(limits) * a_second * _FAR
    grown = alone(counter, {}, condition, events=60 * a_second)

    def is_bad(high: Fraction) -> bool:
        return is_met(condition, (stands(gauge.name, {}, high, condition), *grown))

    # Only where the measure is the one over the rate of the other.
    if is_bad(2 * level) and not is_bad(level):
        found[gauge.name] = found[gauge.name].within(None, level)


def _reachable(condition: Condition, low: Fraction | None, high: Fraction | None) -> Ends:
    """Return good levels that a measure can take."""
    domain = condition.measure.domain
    if high is None:
        high = 2 * (low or Fraction(0))
    if low is None:
        low = min(high, high * _LOW)
    if domain.step is not None and domain.low is not None:
        bottom = Fraction(domain.low)
        if low <= bottom + Fraction(domain.step):
            return bottom, bottom
    return low, high


def _may_be_met(
    found: Mapping[str, Habit],
    condition: Condition,
    gauges: Mapping[str, Metric],
    labels: Mapping[str, Labels],
) -> bool:
    """Say whether gauges at the ends of what they show meet a condition."""
    for at in _MOMENTS:
        ends = [reach(gauges[name], found[name], at) for name in labels]
        for corner in itertools.product(*ends):
            series = [
                stands(name, own, level, condition)
                for (name, own), level in zip(labels.items(), corner, strict=True)
            ]
            if is_met(condition, series):
                return True
    return False


def _aim(
    found: dict[str, Habit], condition: Condition, gauges: Mapping[str, Metric], beyond: Fraction
) -> None:
    """Keep a gauge so steady that no line through it arrives at a limit."""
    limits = limits_of(condition)
    if len(gauges) > 1 or not limits or not shows_itself(condition):
        return
    ((name, metric),) = gauges.items()
    ends = [reach(metric, found[name], at) for at in _MOMENTS]
    if condition.comparison in {">", ">="}:
        limit = min(limits)
        if all(high + beyond * (high - low) < limit for low, high in ends):
            return
        middle = limit - width(limit) * (1 - _LOW)
        room = width(limit) * (_FAR - _LOW)
    else:
        limit = max(limits)
        if all(low - beyond * (high - low) > limit for low, high in ends):
            return
        middle = max(limit + width(limit), *((low + high) / 2 for low, high in ends))
        room = (middle - limit) * _FAR
    half = room / (1 + 2 * beyond)
    found[name] = replace(found[name], low=middle - half, high=middle + half)
