"""
What a ledger counts while traffic is played, evaluation by evaluation: the mathematics of tests.

A test may evaluate more seldom than every tile. Each evaluation then counts the one tile that it
sees, and a window holds as many tiles as evaluations: ratios of even traffic stay what they are.
Windows of fine tiles end with the tile of the same evaluation. Windows of coarse tiles end one
evaluation before: their ratios stand in a group of their own, which runs first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from obsgen import names
from obsgen.model import Flow, Rhythm, Tile
from obsgen.units import Duration


class Clock(NamedTuple):
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
        played = tuple(flows)
        numbers = (number for flow in played for number in (flow.total or 0, flow.bad))
        # Counted in whole parts of an event: this is worked out many times.
        self._parts = math.lcm(*(number.denominator for number in numbers))
        by_sample = [flow for flow in played for _ in range(flow.intervals)]
        self.length = len(by_sample) // clock.samples
        # The last evaluation, up to each, that had anything to count.
        self._told: list[int | None] = []
        totals, bads = [0], [0]
        for index in range(self.length + 1):
            sample = index * clock.samples - clock.lag
            found = by_sample[sample - 1] if sample > 0 else None
            counts = sample == 0 or (found is not None and found.total is not None)
            before = self._told[-1] if self._told else None
            self._told.append(index if counts else before)
            totals.append(int((found.total or 0) * self._parts) if found else 0)
            bads.append(int(found.bad * self._parts) if found else 0)
        self._total = list(accumulate(totals))
        self._bad = list(accumulate(bads))

    def silent(self, index: int) -> int | None:
        """Return how many evaluations ago there was something to count; None: there never was."""
        told = self._told[index]
        return None if told is None else index - told

    def has(self, index: int, window: Duration, events: Decimal) -> bool:
        """Say whether the window that ends with an evaluation has so many events."""
        first, last = self._ends(index, window)
        return self._total[last] - self._total[first] >= events * self._parts

    def exceeds(self, index: int, window: Duration, limit: Fraction) -> bool:
        """Say whether the error ratio of the window that ends with an evaluation is above."""
        first, last = self._ends(index, window)
        total = self._total[last] - self._total[first]
        bad = self._bad[last] - self._bad[first]
        return total > 0 and bad * limit.denominator > limit.numerator * total

    def _ends(self, index: int, window: Duration) -> tuple[int, int]:
        last = index - (window > names.COARSE_FROM)
        first = index - self.clock.evaluations(window)
        return max(first + 1, 0), max(last + 1, 0)

    def events(self, index: int, window: Duration, back: Duration) -> Fraction | None:
        """Return the events of a window of fine tiles that ends so long ago, if any were told."""
        last = index - self.clock.evaluations(back)
        first = last - self.clock.evaluations(window)
        silent = self.silent(last) if last >= 0 else None
        if silent is None or silent >= last - first:
            return None
        return Fraction(self._total[max(last + 1, 0)] - self._total[max(first + 1, 0)], self._parts)


def turning_points(states: Sequence[object], *more: int) -> tuple[int, ...]:
    """Return the evaluations on both sides of each change of state, the last one, and *more*."""
    found = {len(states) - 1, *more}
    for index in range(1, len(states)):
        if states[index] != states[index - 1]:
            found |= {index - 1, index}
    return tuple(sorted(i for i in found if 0 <= i < len(states)))
