"""What heartbeats are played on: activity, none, activity again, and series that are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

from obsgen.alerts._pace import Pace, Play, samples
from obsgen.artefacts import InputSeries, Run, counted, exact, standing
from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Alert, Context, Labels, Look, Series, Unprovable
from obsgen.specimens import siblings, specimens
from obsgen.units import Duration

_STEPS: Final = 4
_EVALUATIONS: Final = 500
"""So many at most while something happens, and pauses, and happens again."""
_MINUTE: Final = 60_000
_HAD_COUNTED: Final = 10

Course = list[tuple[int, bool | None]]
"""Samples, and whether something happens between them; None where the series is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """
    The series of one heartbeat.

    Attributes:
        holds_time: It is a gauge with the time of the last activity, else a counter.
    """

    metric: Metric
    matchers: tuple[Matcher, ...]
    by: tuple[str, ...]
    within: Duration
    seen_in: Duration
    holds_time: bool

    def pace(self, alert: Alert, context: Context, looks: tuple[Look, ...]) -> Pace:
        """Return a pace that tells `within` apart, however long groups are remembered."""
        evaluation = context.project.evaluation_interval
        waits = max(alert.for_.ms, alert.keep_firing_for.ms)
        wanted = -(-_STEPS * (self.within.ms + waits) // _EVALUATIONS)
        if wanted > evaluation.ms or alert.during is not None:
            evaluation = Duration(-(-wanted // _MINUTE) * _MINUTE)
        return Pace.every(evaluation, alert, context, looks)

    def plays(self, pace: Pace, reach: int) -> Iterator[Play | Unprovable]:
        """Yield a pause of one group while others are active, and one that goes for good."""
        found = specimens(self.metric.label_values, self.matchers)
        if found is None:
            yield Unprovable(f"no series of `{self.metric.name}` can be told that matches")
            return
        first, lasts, _ = pace.steps(3, max(reach, self.within.ms))
        course: Course = [(first, True), (lasts, False), (lasts, True)]
        length = first + 2 * lasts
        series = [self._series(found.taken, course, pace)]
        others = siblings(
            self.metric.label_values, self.matchers, found.taken, free=self.by, count=2
        )
        series += (self._series(other, [(length, True)], pace) for other in others[1:])
        for decoy in found.decoys:
            # In the same group it hides the pause; in one of its own it would be missed.
            hides = self._group(decoy.labels) == self._group(found.taken)
            series.append(self._series(decoy.labels, [(length, hides)], pace))
        yield _played(f"firing after {self.within} without activity", pace, series, course)
        _, gone = pace.steps(2, self.seen_in.ms + self.within.ms)
        course = [(first, True), (gone, None)]
        # By itself: over so long a time others would be more samples than promtool takes.
        series = [self._series(found.taken, course, pace)]
        name = f"firing when the series has gone, until {self.seen_in} after"
        yield _played(name, pace, series, course)

    def idle(self, pace: Pace, length: int, pins: Mapping[str, str]) -> Series:
        """Return a series that is there, and in which nothing ever happens."""
        found = specimens(self.metric.label_values, self.matchers, pins)
        if found is None:
            return Unprovable(f"no series of `{self.metric.name}` can be told that matches")
        return (self._series(found.taken, [(length, False)], pace),)

    def _group(self, labels: Mapping[str, str]) -> Labels:
        return tuple((label, labels.get(label, "")) for label in self.by)

    def _series(self, labels: Mapping[str, str], course: Course, pace: Pace) -> InputSeries:
        name = self.metric.counted
        if not self.holds_time:
            grows = [(count, None if beats is None else int(beats)) for count, beats in course]
            runs = counted(grows, since=_HAD_COUNTED)
            return InputSeries(name=name, labels=labels, runs=runs)
        return InputSeries(name=name, labels=labels, runs=_times(course, pace, self.within))


def _played(name: str, pace: Pace, series: list[InputSeries], course: Course) -> Play:
    ends = tuple(accumulate(count for count, _ in course))
    return Play(name=name, pace=pace, series=tuple(series), ends=ends)


def _times(course: Course, pace: Pace, within: Duration) -> tuple[Run, ...]:
    """Return the samples of a gauge that holds the time of the last activity."""
    seconds = exact(Fraction(pace.interval.ms, 1000))
    runs: list[Run] = []
    index = 0
    # What has never happened here happened too long ago before.
    last = -2 * samples(within.ms, pace.interval)
    for count, beats in course:
        times = count + (not runs)
        if beats is None:
            return (*runs, *standing([(times, None)]))
        if beats:
            runs.append(Run(times=times, start=exact(index * seconds), step=seconds))
            last = index + times - 1
        else:
            runs.append(Run(times=times, start=exact(last * seconds)))
        index += times
    return tuple(runs)
