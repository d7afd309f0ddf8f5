"""Counters: every event adds one, or a typical amount of what the metric is in."""

from __future__ import annotations

from array import array
from typing import Final

from obsgen.catalogue import Metric
from obsgen.simulate.chance import Chance
from obsgen.simulate.crowds import Crowds
from obsgen.simulate.instruments import ABSENT, Arrivals, Exposed
from obsgen.simulate.population import Family, Labels
from obsgen.simulate.truth import Account, Tally

# What one event adds, by dimension: an amount, and the decimal places that it is counted in.
_AMOUNTS: Final = {
    "count": (1, 0),
    "ratio": (1, 0),
    "time": (20, 3),
    "bytes": (2_048, 0),
    "money": (2, 3),
}
_TOKENS: Final = (350, 0)


class Counter:
    """A counter of one process."""

    point: Final = 1

    def __init__(self, family: Family, target: Labels, chance: Chance) -> None:
        every = (*family.healthy, *family.failing)
        self._amount, decimals = _amount(family.metric)
        self._name = family.metric.name
        self._labels = tuple({**own, **target} for own in every)
        self._crowds = Crowds(family, chance)
        self._values = array("q", [ABSENT]) * len(every)
        self._tallies: tuple[list[Tally], ...] = tuple([] for _ in every)
        self.series = tuple(Exposed(self._name, own, decimals) for own in every)

    def take(self, arrivals: Arrivals) -> None:
        """Count what arrives."""
        values = self._values
        for place, events, _ in self._crowds.share(arrivals):
            amount = events * self._amount
            values[place] = amount if values[place] == ABSENT else values[place] + amount
            for tally in self._tallies[place]:
                tally.add(amount)

    def values(self) -> array[int]:
        """Return what was counted so far."""
        return self._values[:]

    def watch(self, account: Account, tally: Tally) -> None:
        """Note the increases of the selected label sets."""
        selection = account.selection
        if selection.metric == self._name:
            for labels, tallies in zip(self._labels, self._tallies, strict=True):
                if selection.takes(labels):
                    tallies.append(tally)


def _amount(metric: Metric) -> tuple[int, int]:
    return _TOKENS if metric.role == "tokens" else _AMOUNTS[metric.unit.dimension]
