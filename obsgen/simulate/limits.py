"""How far from the limits of conditions a good day stays: values, and numbers of events."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.model import Condition, Limit
from obsgen.simulate.traffic import HOUR
from obsgen.units import Duration

CALM: Final = Fraction(1, 4)
_USUAL: Final = "5m"
_SELDOM: Final = ((2, Fraction(0)), (5, Fraction(1, 40)), (20, Fraction(1, 12)))
"""
Of limits below so many events, which part is met on average, so that chance goes beyond them once
in some millions of windows (Poisson's law); of others it is a quarter.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """
    A condition on events, and how many of them keep it from being met.

    Attributes:
        share: Of what arrives at one target, if all of it is under label sets that count.
    """

    condition: Condition
    share: Fraction


def amounts(limit: Limit) -> tuple[Fraction, ...]:
    """Return the values of a limit: one for each value of a label, and that of all others."""
    every = (*(value for _, value, _ in limit.values), limit.value)
    return tuple(Fraction(value) for value in every if value is not None)


def limits_of(condition: Condition) -> tuple[Fraction, ...]:
    """Return all limits of a condition."""
    return amounts(condition.limit)


def window_of(condition: Condition) -> Duration:
    """Return the time that a condition looks back on: what is usual where it has no window."""
    return Duration.parse(condition.measure.window(_USUAL) or _USUAL)


def per_second(condition: Condition) -> Fraction:
    """Return what one of the measure's unit is in events a second; 0 where it is no rate."""
    (metric, *others) = condition.measure.metrics or (None,)
    if metric is None or others or metric.type not in {"counter", "histogram", "summary"}:
        return Fraction(0)
    for seconds in (1, 60, 3_600, 86_400):
        if condition.measure.unit == metric.counted_unit.rated(seconds):
            return Fraction(1, seconds)
    return Fraction(0)


def is_share(condition: Condition) -> bool:
    """Say whether a measure is a part of events; seconds a second are a ratio, and none."""
    measure = condition.measure
    return measure.unit.is_ratio and (measure.domain.high is not None or not per_second(condition))


def allowed(
    condition: Condition, limits: tuple[Fraction, ...], arrivals: Fraction
) -> Fraction | None:
    """Return which share of what arrives may be what a condition means; None where any may."""
    is_above = condition.comparison in {">", ">="}
    if is_share(condition):
        return (min(limits) if is_above else 1 - max(limits)) * CALM
    if not is_above:
        return None
    window = window_of(condition)
    per = per_second(condition)
    most = min(limits) * (per * window.ms / 1_000 if per else 1)
    part = next((part for below, part in _SELDOM if most < below), CALM)
    return most * part / (Fraction(window.ms, HOUR) * arrivals)


def width(limit: Fraction) -> Fraction:
    """Return what a step away from a limit is measured in: its size, 1 where it is 0."""
    return abs(limit) or Fraction(1)


def good(
    comparison: str, limits: tuple[Fraction, ...], *, is_ratio: bool
) -> tuple[Fraction | None, Fraction | None]:
    """Return the lowest and the highest that is far enough from what a comparison takes."""
    if comparison in {">", ">="}:
        least = min(limits)
        # What must not be there at all is not there: no step down from 0, which few gauges allow.
        is_none = comparison == ">" and not least
        return None, least if is_none else least - width(least) * Fraction(3, 10)
    if comparison in {"<", "<="}:
        most = max(limits)
        is_part = is_ratio and (most < 1 or (most == 1 and comparison == "<"))
        top = Fraction(1) if is_part else most + width(most)
        return most + (top - most) * Fraction(2, 5), top
    if comparison == "==":
        other = Fraction(0 if limits[0] else 1)
        return other, other
    return limits[0], limits[0]
