"""
What a ledger counts while traffic is played, evaluation by evaluation: the mathematics of tests.

A test may evaluate more seldom than every tile. Each evaluation then counts the one tile that it
sees, and a window holds as many tiles as evaluations: ratios of even traffic stay what they are.
Windows of fine tiles end with the tile of the same evaluation. Windows of coarse tiles end one
evaluation before: their ratios stand in a group of their own, which runs first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from obsgen import names
from obsgen.model import Flow, Rhythm, Tile
from obsgen.units import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """
    When a test evaluates, and which samples an evaluation sees.

    Attributes:
        evaluation: The distance of evaluations, a multiple of the tile.
        tile: The length of a tile, and the distance of samples.
        lag: How many samples the newest one that is seen lies back.
    """

    evaluation: Duration
    tile: Duration
    lag: int

    @classmethod
    def of(cls, tile: Tile, rhythm: Rhythm, evaluation: Duration) -> Clock:
        """Return the clock of an SLI: what must settle is seen a tile later."""
        lag = -(-tile.settle.ms // tile.length.ms) if rhythm.settles else 0
        return cls(evaluation=evaluation, tile=tile.length, lag=lag)

    @property
    def samples(self) -> int:
        """Samples from one evaluation to the next."""
        return self.evaluation.ms // self.tile.ms

    def evaluations(self, length: Duration) -> int:
        """Return how many evaluations a length of time holds, a begun one counted."""
        return -(-length.ms // self.evaluation.ms)

    def at(self, index: int) -> Duration:
        """Return the time of an evaluation."""
        return Duration(index * self.evaluation.ms)


class Timeline:
    """What is counted at each evaluation while flows are played."""

    def __init__(self, flows: Iterable[Flow], clock: Clock) -> None:
        self.clock = clock
        by_sample = [flow for flow in flows for _ in range(flow.intervals)]
        self.length = len(by_sample) // clock.samples
        seen = [self._seen(by_sample, index) for index in range(self.length + 1)]
        # The last evaluation, up to each, that had anything to count.
        self._told: list[int | None] = []
        for index, found in enumerate(seen):
            before = self._told[-1] if self._told else None
            counts = found is not None and found.total is not None
            self._told.append(index if counts else before)
        self._total = [0, *accumulate((f.total or 0) if f else 0 for f in seen)]
        self._bad = [0, *accumulate(f.bad if f else 0 for f in seen)]

    def _seen(self, by_sample: list[Flow], index: int) -> Flow | None:
        sample = index * self.clock.samples - self.clock.lag
        if sample == 0:
            return Flow(intervals=1, total=Fraction(0))
        return by_sample[sample - 1] if sample > 0 else None

    def silent(self, index: int) -> int | None:
        """Return how many evaluations ago there was something to count; None: there never was."""
        told = self._told[index]
        return None if told is None else index - told

    def total(self, index: int, window: Duration) -> Fraction:
        """Return the events of the window that ends with an evaluation."""
        return self._sum(self._total, index, window)

    def ratio(self, index: int, window: Duration) -> Fraction | None:
        """Return the error ratio of the window that ends with an evaluation, if it has events."""
        total = self.total(index, window)
        return self._sum(self._bad, index, window) / total if total > 0 else None

    def _sum(self, sums: list[Fraction | int], index: int, window: Duration) -> Fraction:
        last = index - (window > names.COARSE_FROM)
        first = index - self.clock.evaluations(window)
        return Fraction(sums[max(last + 1, 0)] - sums[max(first + 1, 0)])

    def events(self, index: int, window: Duration, back: Duration) -> Fraction | None:
        """Return the events of a window of fine tiles that ends so long ago, if any were told."""
        last = index - self.clock.evaluations(back)
        first = last - self.clock.evaluations(window)
        silent = self.silent(last) if last >= 0 else None
        if silent is None or silent >= last - first:
            return None
        return Fraction(self._total[max(last + 1, 0)] - self._total[max(first + 1, 0)])


def firing(
    holds: Callable[[int], bool],
    length: int,
    clock: Clock,
    *,
    for_: Duration = Duration(0),
    keep_firing_for: Duration = Duration(0),
) -> tuple[bool, ...]:
    """
    Return at which evaluations an alert fires.

    It fires when its condition has held for *for_*, and goes on until *keep_firing_for* after the
    first evaluation in which it no longer holds (Prometheus documentation, "Alerting rules").
    """
    states: list[bool] = []
    since: int | None = None
    calm: int | None = None
    step = clock.evaluation.ms
    for index in range(length + 1):
        is_firing = bool(states and states[-1])
        if holds(index):
            since, calm = (index if since is None else since), None
            states.append((index - since) * step >= for_.ms)
            continue
        calm = index if calm is None else calm
        keeps = is_firing and (index - calm) * step < keep_firing_for.ms
        since = since if keeps else None
        states.append(keeps)
    return tuple(states)


def turning_points(states: tuple[bool, ...], *more: int) -> tuple[int, ...]:
    """Return the evaluations on both sides of each change of state, the last one, and *more*."""
    found = {len(states) - 1, *more}
    for index in range(1, len(states)):
        if states[index] != states[index - 1]:
            found |= {index - 1, index}
    return tuple(sorted(i for i in found if 0 <= i < len(states)))
