"""Counters: every event adds one, or a typical amount of what the metric is in."""

from __future__ import annotations

from array import array
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.model import Price
from obsgen.simulate.chance import PPM, Chance
from obsgen.simulate.crowds import Crowds
from obsgen.simulate.families import Family
from obsgen.simulate.habits import Habit
from obsgen.simulate.instruments import ABSENT, Arrivals, Exposed
from obsgen.simulate.kinds import Labels
from obsgen.simulate.play import Played, Touched
from obsgen.simulate.traffic import HOUR
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
_FINE: Final = 9
"""Decimal places of money that is reckoned."""


class Counter:
    """A counter of one process."""

    point: Final = 1

    def __init__(self, family: Family, target: Labels, chance: Chance) -> None:
        every = (*family.healthy, *family.failing)
        self._amount, decimals = amount_of(family.metric, family.habit)
        self._is_spent = family.is_spent
        self._name = family.metric.name
        self._labels = tuple({**own, **target} for own in every)
        self._touched = Touched(self._labels)
        self._crowds = Crowds(family, chance, self._touched)
        self._chance = chance
        first = 0 if family.habit.is_there else ABSENT
        self._values = array("q", [first]) * len(every)
        self._tallies: tuple[list[Tally], ...] = tuple([] for _ in every)
        self.series = tuple(Exposed(self._name, own, decimals) for own in every)

    def take(self, arrivals: Arrivals) -> None:
        """Count what arrives."""
        values = self._values
        for place, events, _ in self._crowds.share(arrivals):
            amount = events * self._amount
            if self._is_spent and arrivals.acts:
                amount = amount * self._touched.scaled(arrivals.acts, place, "spending") // 1_000
            values[place] = amount if values[place] == ABSENT else values[place] + amount
            for tally in self._tallies[place]:
                tally.add(amount)
        for each in arrivals.acts:
            if each.act.effect.metric == self._name and each.act.effect.adds:
                self._add(each, arrivals.step)

    def _add(self, played: Played, step: int) -> None:
        """Let an act add to the label sets that it means, each its part."""
        places = sorted(self._touched.places(played))
        for place in places:
            an_hour = int(played.act.effect.adds * PPM) * self._amount
            grown = self._chance.rounded(an_hour * step // (HOUR * len(places)))
            before = self._values[place]
            self._values[place] = grown if before == ABSENT else before + grown

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


class Priced:
    """A counter of money: what another counter of the same process costs by a table."""

    point: Final = 1

    def __init__(self, family: Family, price: Price, of: Counter) -> None:
        prices = {key: Fraction(amount) for key, amount in price.amounts}
        self._of = of
        self._prices = tuple(
            int(
                prices.get(tuple(series.labels.get(label, "") for label in price.by), 0) * 10**_FINE
            )
            for series in of.series
        )
        self.series = tuple(Exposed(family.metric.name, s.labels, _FINE) for s in of.series)

    def take(self, arrivals: Arrivals) -> None:
        """Count nothing: all that it shows, it knows of the other."""

    def values(self) -> array[int]:
        """Return what everything so far has cost."""
        return array(
            "q",
            (
                ABSENT if value == ABSENT else value * price
                for value, price in zip(self._of.values(), self._prices, strict=True)
            ),
        )

    def watch(self, account: Account, tally: Tally) -> None:
        """Note nothing: the events are those of the other."""


def amount_of(metric: Metric, habit: Habit) -> tuple[int, int]:
    """Return what an event adds, in steps, and the decimal places of a step."""
    are_tokens = "tokens" in {metric.role, metric.unit.name}
    amount, decimals = _TOKENS if are_tokens else _AMOUNTS[metric.unit.dimension]
    if habit.amount:
        decimals = _FINE if metric.unit.dimension == "money" else decimals
        amount = max(1, int(habit.amount * 10**decimals))
    return amount, decimals
