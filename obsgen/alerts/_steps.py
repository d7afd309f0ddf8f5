"""Levels that alternate about a mean, and steps away from it, as curves and as series."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

from obsgen.alerts._pace import Pace
from obsgen.artefacts import InputSeries, counted, exact, standing
from obsgen.model import Alert, Curve, Domain, Span
from obsgen.units import Duration

_FINE: Final = 20
"""Distances from the mean are tried in parts of the baseline's own."""

Steps = list[tuple[int, Fraction | None]]
"""Evaluations, and a level; None for the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The levels of a baseline: they alternate by *apart* about *mean*."""

    mean: Fraction
    apart: Fraction
    grid: Fraction
    domain: Domain

    @classmethod
    def within(cls, domain: Domain) -> Shape:
        """Return levels that leave room for what is far from them."""
        step = Fraction(domain.grid or domain.step or 0)
        low = None if domain.low is None else Fraction(domain.low)
        if low is not None and domain.high is not None:
            room = Fraction(domain.high) - low
            apart = -(-room / 40 // step) * step if step else room / 40
            mean = low + 16 * apart
        else:
            apart = step or Fraction(1)
            mean = (low or Fraction(0)) + 100 * apart
        return cls(mean=mean, apart=apart, grid=step or apart / _FINE, domain=domain)

    def holds(self, level: Fraction) -> bool:
        """Say whether a measure can stand at a level."""
        low, high = self.domain.low, self.domain.high
        return (low is None or level >= low) and (high is None or level <= high)


def pulsed(series: InputSeries, first: int, lasts: int, factor: int) -> InputSeries:
    """Return a series that goes on evenly, but for some samples in which it does not."""
    (run,) = series.runs
    rest = run.times - 1 - first - lasts
    if run.start is None or rest <= 0:
        return series
    if run.step:
        step, since = (exact(Fraction(number)) for number in (run.step, run.start))
        growths = [(first, step), (lasts, exact(step * factor)), (rest, step)]
        return series._replace(runs=counted(growths, since=since))
    levels = [(first, run.start), (lasts, run.start * factor), (rest, run.start)]
    return series._replace(runs=standing(levels))


def curve_of(steps: Steps, shape: Shape, pace: Pace, width: int) -> tuple[Curve, tuple[int, ...]]:
    """
    Return the levels of some steps, and the last sample of each.

    Args:
        width: After so many evaluations the baseline goes to its other level.
    """
    parts = pace.evaluation.ms // pace.interval.ms
    spans: list[Span] = []
    index = 0
    for count, level in steps:
        for _ in range(count):
            sign = -1 if index // width % 2 else 1
            usual = shape.mean + sign * shape.apart
            spans.append(Span(parts, usual if level is None else level))
            index += 1
    ends = tuple(end * parts for end in accumulate(count for count, _ in steps))
    return tuple(spans), ends


def evaluations(alert: Alert, evaluation: Duration) -> tuple[int, int]:
    """Return for how many evaluations a condition holds until it fires, and it keeps on firing."""
    waits = -(-alert.for_.ms // evaluation.ms)
    return waits + 1, -(-alert.keep_firing_for.ms // evaluation.ms) + 1
