"""
What played series are worth at a time: exact arithmetic on counters and gauges, for unit tests.

A range is closed on its left in Prometheus 2.x and open in 3.x, so a window holds one sample more
or less. Both readings are worked out; what a test expects has to hold in both.

Rates are extrapolated to the edges of their window as Prometheus does (`extrapolatedRate`): within
a window full of samples that makes them the growth between the first and the last sample over the
time between these two. Tests look at full windows only, and at counters that had counted before.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.artefacts import InputSeries
from obsgen.matchers import Matcher
from obsgen.model.proofs import Look
from obsgen.units import Duration

Labels = tuple[tuple[str, str], ...]
"""Labels with their values, sorted, none of them empty."""
Vector = Mapping[Labels, Fraction]
"""What a query gives: a value for each set of labels."""

_COMPARISONS: Final[Mapping[str, Callable[[Fraction, Fraction], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_CLOSE: Final = Fraction(1, 10**9)
"""Floating-point arithmetic may fall on either side of a limit that is nearer, relatively."""


class Stretch(NamedTuple):
    """Samples at equal distances, from one index to another."""

    first: int
    last: int
    value: Fraction
    step: Fraction

    def at(self, index: int) -> Fraction:
        """Return the sample of an index within."""
        return self.value + self.step * (index - self.first)

    def between(self, first: int, last: int) -> Stretch | None:
        """Return the part between two indices, both included."""
        low, high = max(first, self.first), min(last, self.last)
        return Stretch(low, high, self.at(low), self.step) if low <= high else None


class Track:
    """The samples of one series."""

    def __init__(self, series: InputSeries) -> None:
        self.labels = series.labels
        self.key: Labels = tuple(sorted(series.labels.items()))
        self._stretches: list[Stretch] = []
        index = 0
        for run in series.runs:
            if run.start is not None:
                last = index + run.times - 1
                found = Stretch(index, last, Fraction(run.start), Fraction(run.step))
                self._stretches.append(found)
            index += run.times

    def between(self, first: int, last: int) -> list[Stretch]:
        """Return the samples between two indices, both included."""
        cut = (stretch.between(first, last) for stretch in self._stretches)
        return [stretch for stretch in cut if stretch is not None]


class Samples:
    """Series that are played together."""

    def __init__(self, series: Iterable[InputSeries], interval: Duration) -> None:
        self.interval = interval
        self._tracks: dict[str, list[Track]] = {}
        self._chosen: dict[tuple[str, tuple[Matcher, ...]], tuple[Track, ...]] = {}
        for each in series:
            self._tracks.setdefault(each.name, []).append(Track(each))

    def chosen(self, name: str, matchers: tuple[Matcher, ...]) -> tuple[Track, ...]:
        """Return the series that a selector takes."""
        key = (name, matchers)
        if key not in self._chosen:
            self._chosen[key] = tuple(
                track
                for track in self._tracks.get(name, ())
                if all(m.matches(track.labels.get(m.label, "")) for m in matchers)
            )
        return self._chosen[key]


class World:
    """
    Samples series at one time, in one reading of ranges.

    Attributes:
        is_close: Some comparison depends on rounding: what was found here must not be relied on.
    """

    def __init__(self, played: Samples, at: Duration, *, is_closed: bool) -> None:
        self.at = at
        self.is_close = False
        self._played = played
        self._is_closed = is_closed

    @property
    def seconds(self) -> Fraction:
        """The time."""
        return Fraction(self.at.ms, 1000)

    def latest(self, name: str, matchers: tuple[Matcher, ...], look: Look) -> Vector:
        """Return the latest sample of each series; a series that has ended has none."""
        index = (self.at.ms - look.offset.ms) // self._played.interval.ms
        found: dict[Labels, Fraction] = {}
        for track in self._played.chosen(name, matchers):
            for stretch in track.between(index, index):
                found[track.key] = stretch.value
        return found

    def rates(self, name: str, matchers: tuple[Matcher, ...], look: Look) -> Vector:
        """Return how fast each counter grows, a second."""
        first, last = self._range(look)
        found: dict[Labels, Fraction] = {}
        for track in self._played.chosen(name, matchers):
            seen = track.between(first, last)
            if seen and seen[-1].last > seen[0].first:
                growth = seen[-1].at(seen[-1].last) - seen[0].value
                intervals = seen[-1].last - seen[0].first
                found[track.key] = growth * 1000 / (intervals * self._played.interval.ms)
        return found

    def smoothed(self, how: str, name: str, matchers: tuple[Matcher, ...], look: Look) -> Vector:
        """
        Return each gauge over a range.

        Args:
            how: `avg`, `min` or `max`.
        """
        first, last = self._range(look)
        found: dict[Labels, Fraction] = {}
        for track in self._played.chosen(name, matchers):
            seen = track.between(first, last)
            if seen:
                found[track.key] = _SMOOTHED[how](seen)
        return found

    def _range(self, look: Look) -> tuple[int, int]:
        """Return the first and the last sample of a range."""
        interval = self._played.interval.ms
        end = self.at.ms - look.offset.ms
        start = end - look.window.ms
        first = -(-start // interval) if self._is_closed else start // interval + 1
        return max(0, first), end // interval

    def holds(self, value: Fraction, comparison: str, limit: Fraction, *, is_exact: bool) -> bool:
        """Compare; note where rounding would decide unless the value *is_exact*."""
        if not (is_exact and value == limit):
            scale = max(abs(value), abs(limit))
            self.is_close = self.is_close or abs(value - limit) <= scale * _CLOSE
        return _COMPARISONS[comparison](value, limit)


def _average(seen: list[Stretch]) -> Fraction:
    sums = ((s.value + s.at(s.last)) * (s.last - s.first + 1) / 2 for s in seen)
    return total(sums) / sum(s.last - s.first + 1 for s in seen)


_SMOOTHED: Final[Mapping[str, Callable[[list[Stretch]], Fraction]]] = {
    "avg": _average,
    "min": lambda seen: min(min(s.value, s.at(s.last)) for s in seen),
    "max": lambda seen: max(max(s.value, s.at(s.last)) for s in seen),
}


# --- vectors ---------------------------------------------------------------------------------


def kept(labels: Labels, names: Iterable[str]) -> Labels:
    """Return some of the labels."""
    chosen = frozenset(names)
    return tuple(pair for pair in labels if pair[0] in chosen)


def grouped(
    vector: Vector, by: Iterable[str], fold: Callable[[list[Fraction]], Fraction]
) -> Vector:
    """Aggregate the values of each group."""
    names = frozenset(by)
    groups: dict[Labels, list[Fraction]] = {}
    for labels, value in vector.items():
        groups.setdefault(kept(labels, names), []).append(value)
    return {labels: fold(values) for labels, values in groups.items()}


def total(values: Iterable[Fraction]) -> Fraction:
    """Sum exactly."""
    return sum(values, Fraction(0))


def summed(vector: Vector, by: Iterable[str]) -> Vector:
    """Sum each group."""
    return grouped(vector, by, total)


def scaled(vector: Vector, by: Fraction | Decimal | int) -> Vector:
    """Multiply every value."""
    factor = Fraction(by)
    return {labels: value * factor for labels, value in vector.items()}


def divided(part: Vector, whole: Vector, *, fill: bool = False) -> Vector:
    """
    Divide values with the same labels; a whole of 0 gives nothing.

    Args:
        fill: A part that is not there counts 0.
    """
    return {
        labels: part.get(labels, Fraction(0)) / value
        for labels, value in whole.items()
        if value > 0 and (fill or labels in part)
    }
