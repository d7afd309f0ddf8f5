"""What an anomaly is compared with: the values that were recorded before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from obsgen.model import Labels, Measure, Query, Samples, World
from obsgen.units import Duration

WEEK: Final = Duration.parse("1w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """
    What is usual, and what is too far from it.

    Attributes:
        over: The range of the baseline; None for the same time of the last weeks.
        weeks: How many of these.
        least: How many values must be known.
        sigma: So many standard deviations are too far; None where a ratio is compared.
        direction: `above`, `below` or `both`.
        comparison, ratio: What the ratio to the baseline is compared with.
    """

    over: Duration | None
    weeks: int
    least: int
    sigma: Decimal | None
    direction: str
    comparison: str = ">"
    ratio: Fraction = Fraction(0)


class Moments(NamedTuple):
    """Of some values: how many, their sum, and the sum of their squares."""

    known: int = 0
    sum: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)

    def plus(self, value: Fraction) -> Moments:
        """Return them with one more."""
        return Moments(self.known + 1, self.sum + value, self.squares + value * value)

    def minus(self, other: Moments) -> Moments:
        """Return them without some."""
        return Moments(self.known - other.known, self.sum - other.sum, self.squares - other.squares)

    @property
    def mean(self) -> Fraction:
        """The mean."""
        return self.sum / self.known

    @property
    def variance(self) -> Fraction:
        """The variance of the values themselves, as `stddev_over_time` has it: over n."""
        return self.squares / self.known - self.mean**2


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    The values of a measure at each evaluation.

    Attributes:
        evaluation: The distance of evaluations.
    """

    measure: Measure
    query: Query
    evaluation: Duration
    _values: dict[tuple[Samples, bool], list[Mapping[Labels, Fraction]]] = field(
        default_factory=dict
    )
    _sums: dict[tuple[Samples, bool], list[dict[Labels, Moments]]] = field(default_factory=dict)

    def now(self, world: World) -> Mapping[Labels, Fraction]:
        """Return the values of this evaluation."""
        self._fill(world)
        # Asking for the time says that each evaluation differs: it adds a value.
        index = world.now // self.evaluation.ms
        return self._values[world.played, world.is_closed][index]

    def ago(self, world: World, length: Duration) -> Mapping[Labels, Fraction]:
        """Return the values of an earlier evaluation."""
        self._fill(world)
        index = (world.at.ms - length.ms) // self.evaluation.ms
        return self._values[world.played, world.is_closed][index] if index >= 0 else {}

    def over(self, world: World, length: Duration) -> Mapping[Labels, Moments]:
        """Return what is known of the values within a range that ends now."""
        self._fill(world)
        every, start = self.evaluation.ms, world.at.ms - length.ms
        before = -(-start // every) - 1 if world.is_closed else start // every
        sums = self._sums[world.played, world.is_closed]
        known = sums[world.at.ms // every]
        if before < 0:
            return known
        return {
            labels: moments.minus(sums[before].get(labels, Moments()))
            for labels, moments in known.items()
        }

    def _fill(self, world: World) -> None:
        key = (world.played, world.is_closed)
        values = self._values.setdefault(key, [])
        sums = self._sums.setdefault(key, [])
        while len(values) <= world.at.ms // self.evaluation.ms:
            then = world.earlier(Duration(len(values) * self.evaluation.ms))
            values.append(self.measure.values(self.query, then))
            told = dict(sums[-1]) if sums else {}
            for labels, value in values[-1].items():
                told[labels] = told.get(labels, Moments()).plus(value)
            sums.append(told)
