"""
What played series are worth at a time: exact arithmetic on counters and gauges, for unit tests.

A range is closed on its left in Prometheus 2.x and open in 3.x, so a window holds one sample more
or less. Both readings are worked out; what a test expects has to hold in both.

Rates are extrapolated to the edges of their window as Prometheus does (`extrapolatedRate`): within
a window full of samples that makes them the growth between the first and the last sample over the
time between these two. Tests look at full windows only, and at counters that had counted before.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.artefacts import InputSeries
from obsgen.matchers import Matcher
from obsgen.model.proofs import Look
from obsgen.model.vectors import Labels, Vector
from obsgen.units import Duration

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
    """Samples at equal distances, from one index to another, in whole parts of one."""

    first: int
    last: int
    value: int
    step: int

    def at(self, index: int) -> int:
        """Return the sample of an index within."""
        return self.value + self.step * (index - self.first)

    def between(self, first: int, last: int) -> Stretch:
        """Return the part between two indices, both included, of which some are within."""
        low = max(first, self.first)
        return Stretch(low, min(last, self.last), self.at(low), self.step)


class Track:
    """
    The samples of one series.

    Attributes:
        parts: Samples are counted in so many parts of one, so that they are whole numbers.
    """

    def __init__(self, series: InputSeries) -> None:
        self.labels = series.labels
        self.key: Labels = tuple(sorted(series.labels.items()))
        told = [run for run in series.runs if run.start is not None]
        numbers = [(Fraction(run.start or 0), Fraction(run.step)) for run in told]
        self.parts = math.lcm(*(number.denominator for pair in numbers for number in pair))
        self.stretches: list[Stretch] = []
        index = 0
        for run in series.runs:
            if run.start is not None:
                start, step = (int(n * self.parts) for n in numbers[len(self.stretches)])
                self.stretches.append(Stretch(index, index + run.times - 1, start, step))
            index += run.times
        self._firsts = [stretch.first for stretch in self.stretches]
        self._lasts = [stretch.last for stretch in self.stretches]

    def seen(self, first: int, last: int) -> tuple[int, int]:
        """Return the first and the last stretch with samples between two indices; else crossed."""
        return bisect_left(self._lasts, first), bisect_right(self._firsts, last) - 1


class Read(NamedTuple):
    """
    One question to a world: how each series that a selector takes is to be seen.

    Attributes:
        factor: Numerator and denominator of what all values are multiplied by.
    """

    how: str
    name: str
    matchers: tuple[Matcher, ...]
    look: Look
    factor: tuple[int, int] = (1, 1)


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

    def told(self, read: Read, first: int, last: int) -> tuple[Vector, int | None]:
        """
        Return what is seen of each series between two samples, both included.

        Returns:
            With it, up to which last sample as many see the same; None where they always will.
        """
        found: dict[Labels, Fraction] = {}
        ends: list[int] = []
        times, over = read.factor
        for track in self.chosen(read.name, read.matchers):
            begin, end = track.seen(first, last)
            if begin > end:
                ends += (stretch.first - 1 for stretch in track.stretches[begin : begin + 1])
                continue
            stretches = track.stretches[begin : end + 1]
            cut = [stretch.between(first, last) for stretch in stretches]
            value = _SEEN[read.how](cut)
            if value is not None:
                found[track.key] = Fraction(value[0] * times, value[1] * track.parts * over)
            goes_on = begin == end and _goes_on(read.how, stretches[0], first, last)
            ends.append(stretches[0].last if goes_on else last - 1)
        return found, min(ends, default=None)


class World:
    """
    Samples series at one time, in one reading of ranges.

    Attributes:
        played: The samples.
        is_closed: The reading of ranges: a sample at the very beginning of one is within it.
        is_close: Some comparison depends on rounding: what was found here must not be relied on.
        until: The time, in milliseconds, before which everything read is the same; None: always.
    """

    def __init__(self, played: Samples, at: Duration, *, is_closed: bool) -> None:
        self.at = at
        self.is_close = False
        self.until: int | None = None
        self.played = played
        self.is_closed = is_closed

    def earlier(self, at: Duration) -> World:
        """Return the same samples, in the same reading, at another time."""
        return World(self.played, at, is_closed=self.is_closed)

    @property
    def now(self) -> int:
        """The time in milliseconds, for what depends on it and so holds for this moment only."""
        self._lasts_until(self.at.ms)
        return self.at.ms

    @property
    def seconds(self) -> Fraction:
        """The time, likewise."""
        return Fraction(self.now, 1000)

    def latest(self, name: str, matchers: tuple[Matcher, ...], look: Look) -> Vector:
        """Return the latest sample of each series; a series that has ended has none."""
        return self._read(Read("latest", name, matchers, look))

    def rates(self, name: str, matchers: tuple[Matcher, ...], look: Look) -> Vector:
        """Return how fast each counter grows, a second."""
        a_second = (1000, self.played.interval.ms)
        return self._read(Read("rate", name, matchers, look, a_second))

    def smoothed(self, how: str, name: str, matchers: tuple[Matcher, ...], look: Look) -> Vector:
        """
        Return each gauge over a range.

        Args:
            how: `avg`, `sum`, `min` or `max`.
        """
        return self._read(Read(how, name, matchers, look))

    def _read(self, read: Read) -> Vector:
        interval = self.played.interval.ms
        end = self.at.ms - read.look.offset.ms
        first = last = end // interval
        if read.how != "latest":
            start = end - read.look.window.ms
            first = max(0, -(-start // interval) if self.is_closed else start // interval + 1)
        vector, unchanged = self.played.told(read, first, last)
        if unchanged is not None:
            self._lasts_until((unchanged + 1) * interval + read.look.offset.ms)
        return vector

    def _lasts_until(self, ms: int) -> None:
        self.until = ms if self.until is None else min(self.until, ms)

    def holds(self, value: Fraction, comparison: str, limit: Fraction, *, is_exact: bool) -> bool:
        """Compare; note where rounding would decide unless the value *is_exact*."""
        if not (is_exact and value == limit):
            scale = max(abs(value), abs(limit))
            self.is_close = self.is_close or abs(value - limit) <= scale * _CLOSE
        return _COMPARISONS[comparison](value, limit)


Seen = tuple[int, int]
"""A number that is told of samples: so many parts, and how many of them are one."""


def _latest(cut: list[Stretch]) -> Seen:
    return cut[-1].at(cut[-1].last), 1


def _growth(cut: list[Stretch]) -> Seen | None:
    """Return the growth from one sample to the next, between the first and the last one."""
    if cut[-1].last == cut[0].first:
        return None
    return cut[-1].at(cut[-1].last) - cut[0].value, cut[-1].last - cut[0].first


def _average(cut: list[Stretch]) -> Seen:
    twice = sum((s.value + s.at(s.last)) * (s.last - s.first + 1) for s in cut)
    return twice, 2 * sum(s.last - s.first + 1 for s in cut)


_SEEN: Final[Mapping[str, Callable[[list[Stretch]], Seen | None]]] = {
    "latest": _latest,
    "rate": _growth,
    "avg": _average,
    "sum": lambda cut: (_average(cut)[0], 2),
    "min": lambda cut: (min(min(s.value, s.at(s.last)) for s in cut), 1),
    "max": lambda cut: (max(max(s.value, s.at(s.last)) for s in cut), 1),
}
"""What is told of the samples of one series, of which there are some, in its parts of one."""


def _goes_on(how: str, stretch: Stretch, first: int, last: int) -> bool:
    """Say whether samples farther on in a stretch would give the same."""
    if how == "rate":
        return stretch.first <= first < last <= stretch.last
    if how == "sum" and (first < stretch.first or first == 0):
        return False  # the window fills
    return stretch.step == 0 and last <= stretch.last
