"""
What anomalies are played on: levels that alternate about a mean, and steps away from it.

Of n values of which j lie k above the mean and the others alternate by 1 about it, the variance is
(n - j + j k^2) / n - (j k / n)^2, and the last one is k (1 - j / n) from the mean. Of n of which j
are r times the others, the last one is r n / (n - j + j r) times the mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from obsgen.alerts._history import WEEK, Baseline, History, Moments
from obsgen.alerts._pace import Pace, Play, samples
from obsgen.alerts._steps import Shape, Steps, curve_of, pulsed
from obsgen.model import Labels, Scene, Series, Unprovable, World
from obsgen.units import Duration

_MOST: Final = 2000
_QUIET: Final = Fraction(24, 25)
_FIRING: Final = Fraction(26, 25)
"""How near to the limit is played, in squares."""
_MARGIN: Final = 3
_LARGE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviations:
    """
    The series of one anomaly.

    Attributes:
        last: How many evaluations it lasts until the alert fires.
        keeps: How many it goes on after that.
        count: How many values the baseline holds, at least.
    """

    history: History
    baseline: Baseline
    last: int
    keeps: int
    count: int

    # --- what it means -------------------------------------------------------------------

    def met(self, world: World) -> Iterator[Labels]:
        """Yield for which label sets the value is too far from what is usual."""
        known = self._known(world)
        for labels, value in self.history.now(world).items():
            usual = known.get(labels, Moments())
            if usual.known >= self.baseline.least and self._is_far(world, value, usual):
                yield labels

    def _known(self, world: World) -> Mapping[Labels, Moments]:
        if self.baseline.over is not None:
            return self.history.over(world, self.baseline.over)
        found: dict[Labels, Moments] = {}
        for week in range(1, self.baseline.weeks + 1):
            then = self.history.ago(world, Duration(week * WEEK.ms))
            for labels, value in then.items():
                found[labels] = found.get(labels, Moments()).plus(value)
        return found

    def _is_far(self, world: World, value: Fraction, usual: Moments) -> bool:
        baseline = self.baseline
        if baseline.sigma is None:
            limit = baseline.ratio * usual.mean
            return usual.mean > 0 and world.holds(value, baseline.comparison, limit, is_exact=False)
        away = value - usual.mean
        if usual.variance <= 0 or (away > 0) not in self._sides:
            return False
        limit = Fraction(baseline.sigma) ** 2 * usual.variance
        return world.holds(away**2, ">", limit, is_exact=False)

    @property
    def _sides(self) -> tuple[bool, ...]:
        """The sides on which a value is too far: above is true."""
        if self.baseline.sigma is None:
            return (self.baseline.comparison in {">", ">="},)
        return {"above": (True,), "below": (False,)}.get(self.baseline.direction, (True, False))

    # --- levels --------------------------------------------------------------------------

    def _squares(self, away: Fraction, count: int, last: int) -> Fraction:
        """Return the squared distance as a part of the limit's, of the last of so many."""
        share = Fraction(last, count)
        variance = 1 - share + share * away**2 - (share * away) ** 2
        sigma = Fraction(self.baseline.sigma or 0)
        return (away * (1 - share)) ** 2 / (sigma**2 * variance)

    def _levels(
        self, shape: Shape, *, is_up: bool, count: int, last: int
    ) -> tuple[Fraction, Fraction] | None:
        """Return a level just short of the limit and one just beyond; None if none is beyond."""
        if self.baseline.sigma is None:
            return self._ratio_levels(shape, count, last)
        sign = 1 if is_up else -1
        quiet = Fraction(0)
        for number in range(1, _MOST):
            away = number * shape.grid / shape.apart
            told = self._squares(away, count, last)
            if told <= _QUIET:
                quiet = away
            elif told >= _FIRING:
                found = [shape.mean + sign * each * shape.apart for each in (quiet, away)]
                return (found[0], found[1]) if all(map(shape.holds, found)) else None
        return None

    def _ratio_levels(
        self, shape: Shape, count: int, last: int
    ) -> tuple[Fraction, Fraction] | None:
        found = []
        ratio, is_up = self.baseline.ratio, self._sides[0]
        for near in (_QUIET, _FIRING) if is_up else (_FIRING, _QUIET):
            wanted = ratio * near
            if wanted * last >= count:
                return None
            level = shape.mean * wanted * (count - last) / (count - last * wanted)
            is_low = (near is _QUIET) == is_up
            grid = shape.grid
            found.append((level // grid if is_low == is_up else -(-level // grid)) * grid)
        return (found[0], found[1]) if all(map(shape.holds, found)) else None

    # --- series --------------------------------------------------------------------------

    def plays(self, pace: Pace, reach: int) -> Iterator[Play | Unprovable]:
        """Yield the plays of each side, and one in which not enough is known yet."""
        parts = pace.evaluation.ms // pace.interval.ms
        own = max(look.reach for look in self.history.measure.looks(self.history.query))
        shape = Shape.within(self.history.measure.domain)
        if self.baseline.over is None:
            yield self._weekly(pace, shape, -(-own // pace.evaluation.ms))
            return
        if own + pace.interval.ms > pace.evaluation.ms:
            yield Unprovable("its values are recorded more often than they come to be new ones")
            return
        lead = -(-max(pace.lead, samples(reach, pace.interval)) // parts)
        for is_up in self._sides:
            yield self._rolling(pace, shape, lead, is_up=is_up)
        early = self._early(shape)
        if early is not None and not lead:
            yield self._played("quiet until enough is known", pace, shape, early)

    def _rolling(self, pace: Pace, shape: Shape, lead: int, *, is_up: bool) -> Play | Unprovable:
        found = self._levels(shape, is_up=is_up, count=self.count, last=self.last)
        if found is None:
            return Unprovable("no value of the measure is far enough from its baseline")
        quiet, firing = found
        full = self.count + _MARGIN
        before = shape.mean / 2 if is_up else 2 * shape.mean
        # Who looks back farther than to the baseline has this in its mean.
        is_told = self.baseline.sigma is None and shape.holds(before)
        steps: Steps = [
            (full, before if is_told else None),
            (max(lead, full), None),
            (self.last, quiet),
            ((full + self.last) // 2, None),
            ((full + self.last + 1) // 2, None),
            (self.last + _MARGIN, firing),
            (self.keeps + _MARGIN, None),
        ]
        side = "above" if is_up else "below"
        name = f"firing far {side} its baseline"
        played = self._played(name, pace, shape, steps)
        return played if isinstance(played, Unprovable) else self._disturbed(played, steps, is_up)

    def _disturbed(self, play: Play, steps: Steps, is_up: bool) -> Play:
        """Let all decoys step away, too, while the series that counts is as usual."""
        parts = play.pace.evaluation.ms // play.pace.interval.ms
        # It ends where something is expected: in the middle between the two steps.
        until = sum(count for count, _ in steps[:4])
        lasts = min(self.last + _MARGIN, steps[3][0])
        first = until - lasts
        factor = _LARGE if is_up else 0
        series = tuple(
            pulsed(s, first * parts, lasts * parts, factor) if len(s.runs) == 1 else s
            for s in play.series
        )
        return replace(play, series=series)

    def _early(self, shape: Shape) -> Steps | None:
        """Return steps away from the baseline before there are enough values, and then on."""
        least = self.baseline.least
        last = self.last + _MARGIN + 2
        if least <= last:
            return None
        found = self._levels(shape, is_up=self._sides[0], count=least, last=last)
        if found is None:
            return None
        return [(least - _MARGIN, None), (last, found[1]), (self.keeps + _MARGIN, None)]

    def _weekly(self, pace: Pace, shape: Shape, settles: int) -> Play | Unprovable:
        """
        Step away when as many weeks are known as must be, and once a week before.

        Args:
            settles: After so many evaluations the measure stands at a new level.
        """
        week = WEEK.ms // pace.evaluation.ms
        least = self.baseline.least
        levels: list[Fraction] = []
        for is_up in self._sides:
            found = self._week_levels(shape, least, is_up=is_up)
            if found is None:
                return Unprovable("no value of the measure is far enough from its baseline")
            levels += found
        rest = self.keeps + _MARGIN + settles
        lasts = self.last + _MARGIN + settles
        early = [(week * least - 2 * (rest + lasts), None), (lasts, levels[1])]
        steps: Steps = [*early, (lasts + 3 * rest + settles, None)]
        for level in levels:
            steps += [(lasts, level), (rest, None)]
        title = f"firing far from the same time of {least} weeks"
        return self._played(title, pace, shape, steps, week)

    def _week_levels(
        self, shape: Shape, weeks: int, *, is_up: bool
    ) -> tuple[Fraction, Fraction] | None:
        known = Moments()
        for number in range(weeks):
            known = known.plus(shape.mean + (-1 if number % 2 else 1) * shape.apart)
        sign = 1 if is_up else -1
        if self.baseline.sigma is None:
            near = (_QUIET, _FIRING) if is_up else (_FIRING, _QUIET)
            found = [self.baseline.ratio * known.mean * each for each in near]
            found = [level // shape.grid * shape.grid for level in found]
            return (found[0], found[1]) if all(map(shape.holds, found)) else None
        limit = Fraction(self.baseline.sigma) ** 2 * known.variance
        quiet = known.mean
        for number in range(1, _MOST):
            level = shape.mean + sign * number * shape.grid
            squares = (level - known.mean) ** 2 / limit
            if squares <= _QUIET:
                quiet = level
            elif squares >= _FIRING and (level > known.mean) == is_up:
                found = [quiet, level]
                return (found[0], found[1]) if all(map(shape.holds, found)) else None
        return None

    def _played(
        self, name: str, pace: Pace, shape: Shape, steps: Steps, width: int = 1
    ) -> Play | Unprovable:
        """
        Return a play.

        Args:
            width: After so many evaluations the baseline goes to its other level.
        """
        curve, ends = curve_of(steps, shape, pace, width)
        scene = Scene(interval=pace.interval, tripping=shape.mean, pinned={})
        series = self.history.measure.series(self.history.query, curve, scene)
        if isinstance(series, Unprovable):
            return series
        return Play(name=name, pace=pace, series=series, ends=ends)

    def held(self, pace: Pace, length: int, pins: Mapping[str, str]) -> Series:
        """Return nothing: what lasts is usual soon."""
        del pace, length, pins
        return Unprovable("what lasts is no anomaly, and cannot be held while another thing turns")
