"""What forecasts are played on: a straight line that runs towards its limit, and goes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate
from math import lcm
from operator import mul
from typing import Final

from obsgen.alerts._pace import Pace, Play, samples
from obsgen.artefacts import InputSeries, Run, exact
from obsgen.model import (
    Alert,
    Condition,
    Context,
    Curve,
    Labels,
    LimitPart,
    Look,
    Query,
    Samples,
    Scene,
    Series,
    Span,
    Unprovable,
    World,
    levels_of,
)
from obsgen.units import Duration, shown_in

Point = tuple[int, Fraction]
"""Milliseconds, and a value."""

_FINE: Final = 100
"""A line nears its limit by one part of so many of it at each evaluation."""
_EVALUATIONS: Final = 400
_MINUTE: Final = 60_000
_STEPS: Final = 5


def half_of(since: Duration) -> Duration:
    """Return the recent half of a range: a line needs samples that are older."""
    return Duration(since.ms // 2)


def foreseen(points: Iterable[Point], at: int) -> Fraction | None:
    """
    Follow the line of least squares through some points; None where there are fewer than two.

    The slope is cov(x, y) / var(x); the line goes through the means of both. All sums are of whole
    numbers, with the values over one denominator: exact, and a tenth of the work of fractions.

    Args:
        points: Milliseconds and values, at least two times among them where there are two points.
        at: Milliseconds.

    >>> foreseen([(0, Fraction(1)), (1000, Fraction(3))], 10_000)
    Fraction(21, 1)
    """
    known = tuple(points)
    count = len(known)
    if count < 2:  # noqa: PLR2004 - a line needs two points
        return None
    origin = known[0][0]
    scale = lcm(*(y.denominator for _, y in known))
    xs = [x - origin for x, _ in known]
    ys = [y.numerator * (scale // y.denominator) for _, y in known]
    x, y, xx, xy = sum(xs), sum(ys), sum(map(mul, xs, xs)), sum(map(mul, xs, ys))
    rise = (count * xy - x * y) * (count * (at - origin) - x)
    run = count * xx - x * x
    return Fraction(y * run + rise, count * scale * run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """
    The series of one forecast.

    Attributes:
        step: How far the points are apart; None where they are the samples themselves.
    """

    condition: Condition
    query: Query
    within: Duration
    since: Duration
    step: Duration | None
    _asked: dict[tuple[Samples, bool, int, int], Mapping[Labels, Fraction]] = field(
        default_factory=dict
    )

    @property
    def looks(self) -> tuple[Look, ...]:
        """The range, and what the measure sees of the past by itself."""
        own = (look for look in self.condition.looks(self.query) if look.window.ms)
        return (Look(self.since, Duration(0)), *own)

    def pace(self, alert: Alert, context: Context, looks: tuple[Look, ...]) -> Pace:
        """Return a pace at which each point of the range is a sample."""
        usual = context.project.evaluation_interval
        wanted = _STEPS * (self.since.ms + alert.for_.ms + alert.keep_firing_for.ms)
        evaluation = usual
        if wanted > _EVALUATIONS * usual.ms:
            evaluation = Duration(-(-wanted // (_EVALUATIONS * _MINUTE)) * _MINUTE)
        if self.step is not None and self.step.ms % evaluation.ms:
            # Halved as often as one likes it is part of a step.
            evaluation = Duration(2 * self.step.ms)
        pace = Pace.every(evaluation, alert, context, looks)
        if alert.only_when is None:
            return pace
        # While the other condition passes its steps, the line must have become old enough.
        return replace(pace, lasts=pace.lasts + samples(self._reach, pace.interval))

    # --- what it means -------------------------------------------------------------------

    def met(self, world: World) -> Iterator[Labels]:
        """Yield for which label sets the line is beyond the limit."""
        ahead = world.now + self.within.ms
        recent = world.now - half_of(self.since).ms
        told: set[Labels] = set()
        for number, part in enumerate(self.condition.parts(self.query)):
            for labels, points in self._points(world, number, part).items():
                (oldest, _), *_ = points
                value = foreseen(points, ahead) if oldest <= recent else None
                if value is not None and labels not in told:
                    comparison = self.condition.comparison
                    if world.holds(value, comparison, part.limit, is_exact=False):
                        told.add(labels)
                        yield labels

    def _points(self, world: World, number: int, part: LimitPart) -> Mapping[Labels, list[Point]]:
        step = self.step or world.played.interval
        end, start = world.at.ms, world.at.ms - self.since.ms
        # The first multiple within the range, which is open on its left or not.
        first = -(-start // step.ms) if world.is_closed else start // step.ms + 1
        found: dict[Labels, list[Point]] = {}
        for index in range(max(0, first), end // step.ms + 1):
            at = index * step.ms
            for labels, value in self._value(world, number, part, at).items():
                found.setdefault(labels, []).append((at, value))
        return found

    def _value(
        self, world: World, number: int, part: LimitPart, ms: int
    ) -> Mapping[Labels, Fraction]:
        key = (world.played, world.is_closed, number, ms)
        if key not in self._asked:
            then = world.earlier(Duration(ms))
            self._asked[key] = self.condition.measure.values(part.query, then)
        return self._asked[key]

    # --- series --------------------------------------------------------------------------

    def plays(self, pace: Pace, reach: int) -> Iterator[Play | Unprovable]:
        """Yield two plays for each limit: a line crosses it just within the horizon, or begins."""
        for part in self.condition.parts(self.query):
            yield self._crossing(part, pace, reach)
            yield self._young(part, pace, reach)

    def _crossing(self, part: LimitPart, pace: Pace, reach: int) -> Play | Unprovable:
        quiet, firing, rest = pace.steps(3, max(reach, self._reach))
        line = self._line(part, pace, quiet, firing)
        if isinstance(line, Unprovable):
            return line
        back = self._line(part, pace, quiet, firing, rest)
        if isinstance(back, Unprovable):
            return back
        curve = (*line, *back)
        scene = Scene(interval=pace.interval, tripping=self._tripping(part), pinned={})
        series = self.condition.measure.series(part.query, curve, scene)
        if isinstance(series, Unprovable):
            return series
        unit = self.condition.measure.unit
        levels = (shown_in(_rounded(span.level), unit) for span in (line[0], line[-1]))
        return Play(
            name=f"firing while {self.condition.measure.title} runs from {' to '.join(levels)}",
            pace=pace,
            series=tuple(_joined(each) for each in series),
            ends=tuple(accumulate((quiet, firing, rest))),
            settled=samples(self._reach, pace.interval),
        )

    def _young(self, part: LimitPart, pace: Pace, reach: int) -> Play | Unprovable:
        """Return the play that is beyond the limit from the first sample on, too young at first."""
        parts = pace.evaluation.ms // pace.interval.ms
        before = -(-max(pace.lead, samples(reach, pace.interval)) // parts) * parts
        _, length = pace.steps(2, self._reach)
        line = self._line(part, pace, 0, length)
        if isinstance(line, Unprovable):
            return line
        series = self._along(line, part, pace, {})
        if isinstance(series, Unprovable):
            return series
        begun = tuple(each._replace(runs=_late(each.runs, before)) for each in series)
        measure, known = self.condition.measure, half_of(self.since)
        level = shown_in(_rounded(line[0].level), measure.unit)
        name = f"firing when {measure.title}, from {level} on, is known for {known}"
        return Play(name=name, pace=pace, series=begun, ends=(before + length,))

    def falling(self, pace: Pace, length: int, pins: Mapping[str, str]) -> Series:
        """Return series that stand far beyond the limit from the beginning on, and run on."""
        part = self.condition.parts(self.query)[0]
        line = self._line(part, pace, 0, length)
        return line if isinstance(line, Unprovable) else self._along(line, part, pace, pins)

    def _along(self, line: Curve, part: LimitPart, pace: Pace, pins: Mapping[str, str]) -> Series:
        tripping = self._tripping(part)
        scene = Scene(interval=pace.interval, tripping=tripping, pinned=pins, with_decoys=False)
        series = self.condition.measure.series(part.query, line, scene)
        if isinstance(series, Unprovable):
            return series
        return tuple(_joined(each) for each in series)

    @property
    def _reach(self) -> int:
        """How far back it goes: the points of the range look back themselves."""
        own = max(look.reach for look in self.condition.looks(self.query))
        return self.since.ms + own + (self.step or Duration(0)).ms

    def _tripping(self, part: LimitPart) -> Fraction:
        """A level beyond the limit, from which a line that does not move is beyond it, too."""
        condition = self.condition
        found = levels_of(condition.comparison, part.limit, condition.measure.domain)
        # Half of the way: where it ends, a measure may have nothing left to be played with.
        return part.limit if isinstance(found, Unprovable) else (part.limit + found.tripping) / 2

    def _line(
        self, part: LimitPart, pace: Pace, quiet: int, firing: int, back: int = 0
    ) -> Curve | Unprovable:
        """
        Return a line that is foreseen to meet the limit from sample *quiet* on.

        At the sample `i` it is `slope * (horizon + quiet - i)` short of the limit.

        Args:
            back: Return instead so many samples of the way back that comes after.
        """
        measure = self.condition.measure
        horizon = Fraction(self.within.ms, pace.interval.ms)
        parts = pace.evaluation.ms // pace.interval.ms
        low, high = measure.domain.low, measure.domain.high
        is_up = self.condition.comparison in {">", ">="}
        slope = (abs(part.limit) or Fraction(1)) / (_FINE * parts)
        rooms = zip(
            (horizon + quiet, firing - horizon), (low, high)[:: 1 if is_up else -1], strict=True
        )
        for count, bound in rooms:
            if bound is not None and count > 0:
                slope = min(slope, abs(Fraction(bound) - part.limit) / (2 * count))
        if not slope:
            return Unprovable("no line within the values of the measure meets the limit")
        sign = -1 if is_up else 1
        width = 1 if self.step is None else samples(self.step.ms, pace.interval)
        last, turn = back or quiet + firing, horizon - firing
        found = []
        for index in range(0, last, width):
            end = min(index + width, last)
            short = turn + end if back else horizon + quiet - end
            found.append(Span(end - index, part.limit + sign * slope * short))
        return tuple(found)


def _rounded(level: Fraction | None) -> Fraction:
    return Fraction(f"{float(level or 0):.3g}")


def _late(runs: tuple[Run, ...], before: int) -> tuple[Run, ...]:
    """Return samples before which so many are missing."""
    return (Run(times=before), *runs) if before else runs


def _joined(series: InputSeries) -> InputSeries:
    """Write samples that follow each other at equal steps as one run."""
    runs: list[Run] = []
    for run in series.runs:
        last = runs[-1] if runs else None
        if run.times != 1 or run.start is None or last is None or last.start is None:
            runs.append(run)
            continue
        step = Fraction(run.start) - Fraction(last.start) - (last.times - 1) * Fraction(last.step)
        if last.times == 1 or step == Fraction(last.step):
            start = exact(Fraction(last.start))
            runs[-1] = Run(times=last.times + 1, start=start, step=exact(step))
        else:
            runs.append(run)
    return InputSeries(name=series.name, labels=series.labels, runs=tuple(runs))
