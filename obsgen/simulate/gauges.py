"""
Gauges: what stands still, what follows the load, and what wanders.

The name tells which: a size or a limit stays, a time stamp is a moment ago, a success is 1.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.families import Family
from obsgen.simulate.habits import Habit
from obsgen.simulate.instruments import ABSENT, Arrivals, Exposed
from obsgen.simulate.kinds import Labels
from obsgen.simulate.play import Played, Touched
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
_FREE: Final = re.compile(r"avail|free", re.IGNORECASE)
_SMALL: Final = re.compile(r"^(process|go_memstats|python|redis)_")
_OF_A_PROCESS: Final = 400 * 2**20
_EXPIRY: Final = re.compile(r"expiry")
_VALID_DAYS: Final = 60
FILLS: Final = 14 * DAY
"""After so long somebody tidies up."""
_YEAR: Final = 365 * DAY

_FULLEST: Final = 1_080
"""The load of the fullest hour of the week."""
_LOWEST, _HIGHEST, _STEP = 100, 900, 15
"""Thousandths of the top between which a gauge wanders, and how far at once."""

_WANDERS: Final = 15_000
"""Milliseconds from one step to the next."""

_Level = Callable[[Arrivals, int], int]
"""The value at a moment, of the thousandth at which the gauge has wandered."""


class Gauge:
    """A gauge of one process: present from its start."""

    point: Final = 1

    def __init__(self, family: Family, target: Labels, chance: Chance) -> None:
        every = (*family.healthy, *family.failing)
        top, decimals = _TOPS[family.metric.unit.dimension]
        self._level = _ranged(family.habit, decimals) or _level(family.metric, top)
        self._name, self._one = family.metric.name, 10**decimals
        self._touched = Touched(tuple({**own, **target} for own in every))
        self._chance = chance
        self._latest: Arrivals | None = None
        self._thousandths = [chance.between(_LOWEST, _HIGHEST) for _ in every]
        self._values = array("q", [ABSENT]) * len(every)
        self.series = tuple(Exposed(family.metric.name, own, decimals) for own in every)

    def take(self, arrivals: Arrivals) -> None:
        """Wander on, from time to time."""
        self._latest = arrivals
        if arrivals.at % _WANDERS < arrivals.step:
            for place, before in enumerate(self._thousandths):
                now = before + self._chance.between(-_STEP, _STEP)
                self._thousandths[place] = min(_HIGHEST, max(_LOWEST, now))

    def _change(self, played: Played) -> None:
        """Let an act have its way with the label sets that it means."""
        effect = played.act.effect
        for place in self._touched.places(played):
            if effect.value is not None:
                self._values[place] = int(effect.value * self._one)
            else:
                self._values[place] = self._values[place] * effect.factor // 1_000

    def values(self) -> array[int]:
        """Return the values now."""
        if (arrivals := self._latest) is None:
            return self._values[:]
        for place, thousandths in enumerate(self._thousandths):
            self._values[place] = self._level(arrivals, thousandths)
        for each in arrivals.acts:
            if each.act.effect.metric == self._name:
                self._change(each)
        return self._values[:]

    def watch(self, account: Account, tally: Tally) -> None:
        """Note nothing: a gauge has no events."""


def reach(metric: Metric, habit: Habit, at: int) -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest that a gauge shows about a moment, in its unit."""
    top, decimals = _TOPS[metric.unit.dimension]
    level = _ranged(habit, decimals) or _level(metric, top)
    every = [
        level(Arrivals(at=at, load=load, healthy=(), failing=()), thousandths)
        for load in (0, _FULLEST)
        for thousandths in (_LOWEST, _HIGHEST)
    ]
    return Fraction(min(every), 10**decimals), Fraction(max(every), 10**decimals)


def _ranged(habit: Habit, decimals: int) -> _Level | None:
    """Return what stays between the limits of good days; None where nothing is said of them."""
    if not habit.is_ranged:
        return None
    high = habit.high if habit.high is not None else 2 * (habit.low or 0)
    low = habit.low if habit.low is not None else min(high, high * Fraction(2, 5))
    # Counted in whole steps, neither end leaves the range that it is given.
    last = math.floor(high * 10**decimals)
    first = min(last, math.ceil(low * 10**decimals))
    room = last - first
    return lambda arrivals, thousandths: first + room * thousandths // 1_000


def _level(metric: Metric, top: int) -> _Level:
    name, one = metric.name, 10 ** _TOPS[metric.unit.dimension][1]
    if name.endswith("start_time_seconds"):
        return lambda arrivals, _: arrivals.at // _YEAR * _YEAR
    if name.endswith(("timestamp_seconds", "time_seconds")):
        return lambda arrivals, thousandths: arrivals.at - 60 * thousandths // arrivals.pace
    if _FREE.search(name):
        return lambda at, thousandths: top * _left(at) * (900 + thousandths // 10) // PPM
    if _SMALL.search(name) and metric.unit.dimension == "bytes":
        return lambda arrivals, thousandths: _OF_A_PROCESS * (600 + thousandths // 4) // 1_000
    if _EXPIRY.search(name):
        return lambda arrivals, _: (arrivals.at // DAY + _VALID_DAYS) * DAY
    if _STANDING.search(name):
        return lambda arrivals, _: top
    if _ONE.search(name):
        return lambda arrivals, _: one
    if _ZERO.search(name):
        return lambda arrivals, _: 0
    if metric.role == "in_flight" or _FOLLOWING.search(name):
        return lambda arrivals, thousandths: top * thousandths * arrivals.load // (1_000 * FULL)
    return lambda arrivals, thousandths: top * thousandths // 1_000


def _left(arrivals: Arrivals) -> int:
    """Return how many thousandths are left of what fills slowly."""
    return 650 - 250 * (arrivals.at % FILLS) // FILLS
