"""
Gauges: what stands still, what follows the load, and what wanders.

The name tells which: a size or a limit stays, a time stamp is a moment ago, a success is 1.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from typing import Final

from obsgen.catalogue import Metric
from obsgen.simulate.chance import Chance
from obsgen.simulate.instruments import ABSENT, Arrivals, Exposed
from obsgen.simulate.population import Family, Labels
from obsgen.simulate.traffic import DAY, FULL
from obsgen.simulate.truth import Account, Tally

# The most that a gauge shows, by dimension, and the decimal places that it is counted in.
_TOPS: Final = {
    "count": (100, 0),
    "ratio": (1_000, 3),
    "time": (2_000, 3),
    "bytes": (16 * 2**30, 0),
    "money": (5_000, 2),
}
_STANDING: Final = re.compile(r"_size|total|limit|capacity|quota|max_connections", re.IGNORECASE)
_ONE: Final = re.compile(r"_(up|success|info|healthy|ready)$")
_ZERO: Final = re.compile(r"_(errors?|failed|readonly)$")
_FOLLOWING: Final = re.compile(r"active|connections|in_?flight|queue|requests")
_YEAR: Final = 365 * DAY

_LOWEST, _HIGHEST, _STEP = 100, 900, 15
"""Thousandths of the top between which a gauge wanders, and how far at once."""

_Level = Callable[[Arrivals, int], int]
"""The value at a moment, of the thousandth at which the gauge has wandered."""


class Gauge:
    """A gauge of one process: present from its start."""

    point: Final = 1

    def __init__(self, family: Family, target: Labels, chance: Chance) -> None:
        del target
        every = (*family.healthy, *family.failing)
        top, decimals = _TOPS[family.metric.unit.dimension]
        self._level = _level(family.metric, top)
        self._chance = chance
        self._thousandths = [chance.between(_LOWEST, _HIGHEST) for _ in every]
        self._values = array("q", [ABSENT]) * len(every)
        self.series = tuple(Exposed(family.metric.name, own, decimals) for own in every)

    def take(self, arrivals: Arrivals) -> None:
        """Wander on."""
        for place, before in enumerate(self._thousandths):
            now = before + self._chance.between(-_STEP, _STEP)
            self._thousandths[place] = min(_HIGHEST, max(_LOWEST, now))
            self._values[place] = self._level(arrivals, now)

    def values(self) -> array[int]:
        """Return the values now."""
        return self._values[:]

    def watch(self, account: Account, tally: Tally) -> None:
        """Note nothing: a gauge has no events."""


def _level(metric: Metric, top: int) -> _Level:
    name, one = metric.name, 10 ** _TOPS[metric.unit.dimension][1]
    if name.endswith("start_time_seconds"):
        return lambda arrivals, _: arrivals.at // _YEAR * _YEAR
    if name.endswith(("timestamp_seconds", "time_seconds")):
        return lambda arrivals, thousandths: arrivals.at - 60 * thousandths
    if _STANDING.search(name):
        return lambda arrivals, _: top
    if _ONE.search(name):
        return lambda arrivals, _: one
    if _ZERO.search(name):
        return lambda arrivals, _: 0
    if metric.role == "in_flight" or _FOLLOWING.search(name):
        return lambda arrivals, thousandths: top * thousandths * arrivals.load // (1_000 * FULL)
    return lambda arrivals, thousandths: top * thousandths // 1_000
