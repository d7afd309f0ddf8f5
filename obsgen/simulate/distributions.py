"""
Histograms and summaries: what goes well is mostly quick, what fails is slow.

Of the events that a label set gets in one step some are alike: one observation, made so many times.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import Final

from obsgen.catalogue import Metric, bucket_spellings
from obsgen.simulate.chance import Chance
from obsgen.simulate.crowds import Crowds
from obsgen.simulate.families import Family
from obsgen.simulate.instruments import ABSENT, Arrivals, Exposed
from obsgen.simulate.kinds import Labels
from obsgen.simulate.play import Touched
from obsgen.simulate.truth import Account, Tally

_SHARES: Final = 1_000
_MOST_DIGITS: Final = 6


class Histogram:
    """A classic histogram of one process; its buckets are those that the metric declares."""

    def __init__(self, family: Family, target: Labels, chance: Chance) -> None:
        metric = family.metric
        every = (*family.healthy, *family.failing)
        decimals = _decimals(metric)
        self._metric = metric
        self._chance = chance
        self._bounds = tuple(int(bound.scaleb(decimals)) for bound in metric.buckets)
        self._labels = tuple({**own, **target} for own in every)
        self._touched = Touched(self._labels)
        self._crowds = Crowds(family, chance, self._touched)
        self._low, self._high = _good_buckets(family)
        self._beyond = family.habit.beyond_ppm
        self._is_strict = family.habit.is_strict
        self._counts = tuple([0] * (len(metric.buckets) + 1) for _ in every)
        self._sums = [0] * len(every)
        self._tallies: tuple[list[tuple[int, Tally]], ...] = tuple([] for _ in every)
        self.series = tuple(series for own in every for series in _exposed(metric, own, decimals))
        self.point = len(metric.buckets) + 3

    def take(self, arrivals: Arrivals) -> None:
        """Observe what arrives."""
        for place, events, is_failing in self._crowds.share(arrivals):
            if is_failing and not self._is_strict:
                slow = events
            else:
                slow = self._chance.rounded(events * self._beyond) if self._beyond else 0
            if slow:
                self._observe(arrivals, place, slow, self._slow())
            left = events - slow
            while left > 0:
                alike = min(left, arrivals.alike)
                self._observe(arrivals, place, alike, self._quick())
                left -= alike

    def _observe(self, arrivals: Arrivals, place: int, events: int, bucket: int) -> None:
        """Observe events that are alike."""
        size = self._size(bucket)
        if arrivals.acts:
            size = size * self._touched.scaled(arrivals.acts, place, "duration") // 1_000
            bucket = bisect_left(self._bounds, size)
        self._counts[place][bucket] += events
        self._sums[place] += events * size
        for from_bucket, tally in self._tallies[place]:
            if bucket >= from_bucket:
                tally.add(events)

    def _quick(self) -> int:
        """Return a bucket of the first half; each draw within a draw favours the first ones."""
        below = self._chance.below
        if self._high is not None:
            # The middle is met most often.
            room = self._high - self._low + 1
            return self._low + (below(room) + below(room)) // 2
        return below(below(below(len(self._bounds) // 2 + 1) + 1) + 1)

    def _slow(self) -> int:
        """Return a bucket of the last third, the one without a bound among them."""
        last = len(self._bounds)
        return last - self._chance.below(last // 3 + 1)

    def _size(self, bucket: int) -> int:
        """Return an observation that falls into a bucket."""
        low = self._bounds[bucket - 1] if bucket else 0
        high = self._bounds[bucket] if bucket < len(self._bounds) else 2 * low + 2
        return low + (high - low) * self._chance.between(1, _SHARES - 1) // _SHARES

    def values(self) -> array[int]:
        """Return cumulative buckets, count and sum of each label set."""
        found = array("q")
        for counts, total in zip(self._counts, self._sums, strict=True):
            upto = list(accumulate(counts))
            known = bool(upto[-1])
            found.extend((*upto, upto[-1], total) if known else (ABSENT,) * self.point)
        return found

    def watch(self, account: Account, tally: Tally) -> None:
        """Note the observations of the selected label sets, or those beyond a bound."""
        selection = account.selection
        if selection.metric != self._metric.name:
            return
        above = selection.above
        first = 0 if above is None else self._metric.buckets.index(above) + 1
        for labels, tallies in zip(self._labels, self._tallies, strict=True):
            if selection.takes(labels):
                tallies.append((first, tally))


def _exposed(metric: Metric, own: Labels, decimals: int) -> tuple[Exposed, ...]:
    # The last spelling is the one that OpenMetrics calls canonical: `1.0`, `1e+06`.
    bounds = (*(bucket_spellings(bound)[-1] for bound in metric.buckets), "+Inf")
    return (
        *(Exposed(f"{metric.name}_bucket", {**own, "le": bound}) for bound in bounds),
        Exposed(f"{metric.name}_count", own),
        Exposed(f"{metric.name}_sum", own, decimals),
    )


def _good_buckets(family: Family) -> tuple[int, int | None]:
    """Return the first and the last bucket of a good day; no last one where nothing is said."""
    habit, bounds = family.habit, family.metric.buckets
    if not habit.is_ranged or not bounds:
        return 0, None
    last = len(bounds) - 1
    low = 0 if habit.low is None else min(last, bisect_left(bounds, habit.low) + 1)
    high = last if habit.high is None else max(0, bisect_right(bounds, habit.high) - 1)
    return min(low, high), high


def _decimals(metric: Metric) -> int:
    """Return places that keep small bounds apart and the sums of large ones below 2^63."""
    largest = max(metric.buckets, default=metric.unit.scale)
    return max(0, _MOST_DIGITS - max(0, largest.adjusted()))


_QUICKEST: Final = 40
_STRETCH: Final = 12
_PLACES: Final = 3


class Summary:
    """A summary of one process, with the quantiles that the metric declares."""

    def __init__(self, family: Family, target: Labels, chance: Chance) -> None:
        every = (*family.healthy, *family.failing)
        self._metric = family.metric
        self._chance = chance
        self._labels = tuple({**own, **target} for own in every)
        self._touched = Touched(self._labels)
        self._crowds = Crowds(family, chance, self._touched)
        self._counts = [0] * len(every)
        self._sums = [0] * len(every)
        self._latest = [0] * len(every)
        self._tallies: tuple[list[Tally], ...] = tuple([] for _ in every)
        self.series = tuple(series for own in every for series in _summarised(self._metric, own))
        self.point = len(self._metric.quantiles) + 2

    def take(self, arrivals: Arrivals) -> None:
        """Observe what arrives; failures take three times as long."""
        for place, events, is_failing in self._crowds.share(arrivals):
            quick = _QUICKEST + self._chance.below(_QUICKEST)
            self._latest[place] = 3 * quick if is_failing else quick
            if arrivals.acts:
                slower = self._touched.scaled(arrivals.acts, place, "duration")
                self._latest[place] = self._latest[place] * slower // 1_000
            self._counts[place] += events
            self._sums[place] += events * 2 * self._latest[place]
            for tally in self._tallies[place]:
                tally.add(events)

    def values(self) -> array[int]:
        """Return quantiles, count and sum of each label set."""
        found = array("q")
        for count, total, latest in zip(self._counts, self._sums, self._latest, strict=True):
            if not count:
                found.extend((ABSENT,) * self.point)
                continue
            for quantile in self._metric.quantiles:
                found.append(latest + int(latest * _STRETCH * quantile * quantile * quantile))
            found.extend((count, total))
        return found

    def watch(self, account: Account, tally: Tally) -> None:
        """Note the observations of the selected label sets."""
        selection = account.selection
        if selection.metric == self._metric.name:
            for labels, tallies in zip(self._labels, self._tallies, strict=True):
                if selection.takes(labels):
                    tallies.append(tally)


def _summarised(metric: Metric, own: Labels) -> tuple[Exposed, ...]:
    quantiles = (bucket_spellings(quantile)[-1] for quantile in metric.quantiles)
    return (
        *(Exposed(metric.name, {**own, "quantile": text}, _PLACES) for text in quantiles),
        Exposed(f"{metric.name}_count", own),
        Exposed(f"{metric.name}_sum", own, _PLACES),
    )
