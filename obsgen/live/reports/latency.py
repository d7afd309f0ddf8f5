"""How long calls took, from the exact growth of a histogram's buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.live.reports.counting import Counting, Group, Growth, added
from obsgen.units import as_decimal

Buckets = Mapping[Decimal | None, Decimal]
"""How many observations are at most as large as a bound; None for all of them."""
_LE: Final = "le"


@dataclass(frozen=True, slots=True)
class Latency:
    """
    The observations of a histogram for each group, in each part of a time.

    Attributes:
        scale: How many seconds one of the histogram's unit is.
    """

    by: tuple[str, ...]
    scale: Decimal
    sums: Growth
    buckets: Mapping[Group, tuple[Buckets, ...]]

    @classmethod
    def of(
        cls, counting: Counting, metric: Metric, edges: Sequence[int], by: tuple[str, ...]
    ) -> Latency:
        """
        Count a histogram.

        Raises:
            ObsgenError: the server does not answer.
        """
        sums = counting.grown(metric, edges, by, series=f"{metric.name}_sum", plausible=_ANY)
        counted = counting.grown(
            metric, edges, (*by, _LE), series=f"{metric.name}_bucket", plausible=_ANY
        )
        found: dict[Group, list[dict[Decimal | None, Decimal]]] = {}
        for group, numbers in counted.groups.items():
            parts = found.setdefault(group[:-1], [{} for _ in edges[1:]])
            bound = _bound(group[-1])
            for part, number in zip(parts, numbers, strict=True):
                if number is not None:
                    part[bound] = part.get(bound, Decimal(0)) + number
        scale = metric.unit.scale if metric.unit.dimension == "time" else Decimal(1)
        return cls(by, scale, sums, {group: tuple(parts) for group, parts in found.items()})

    def along(self, labels: Sequence[str]) -> Mapping[Group, Buckets]:
        """Return the buckets of the whole time, by some of the labels."""
        places = [self.by.index(label) for label in labels]
        found: dict[Group, list[Buckets]] = {}
        for group, parts in self.buckets.items():
            found.setdefault(tuple(group[place] for place in places), []).extend(parts)
        return {key: _together(parts) for key, parts in found.items()}

    def parts(self) -> tuple[Buckets, ...]:
        """Return the buckets of all groups, for each part of the time."""
        return tuple(_together(column) for column in zip(*self.buckets.values(), strict=True))

    def quantile(self, q: Decimal, buckets: Buckets) -> Decimal | None:
        """
        Return the time below which a share of the calls stays, in seconds.

        As Prometheus's `histogram_quantile`: linear within a bucket, and the largest bound for
        what lies above all.
        """
        value = quantile(q, buckets)
        return None if value is None else value * self.scale

    def mean(self, total: Decimal | None, buckets: Buckets) -> Decimal | None:
        """Return the average time in seconds; None without a call."""
        number = buckets.get(None)
        if total is None or not number:
            return None
        return as_decimal(Fraction(total) / Fraction(number)) * self.scale


_ANY: Final = Fraction(1_000)


def quantile(q: Decimal, buckets: Buckets) -> Decimal | None:
    """
    Return a quantile of buckets in their unit; None where there are no observations.

    >>> quantile(Decimal("0.5"), {Decimal(1): Decimal(10), None: Decimal(10)})
    Decimal('0.5')
    """
    total = buckets.get(None)
    bounds = sorted(bound for bound in buckets if bound is not None)
    if not total or not bounds:
        return None
    rank = Fraction(q) * Fraction(total)
    low, below = Fraction(0), Fraction(0)
    for bound in bounds:
        number = max(Fraction(buckets[bound]), below)
        if number >= rank:
            if bound <= 0 or number == below:
                return bound
            part = (rank - below) / (number - below)
            return as_decimal(low + (Fraction(bound) - low) * part)
        low, below = max(Fraction(bound), Fraction(0)), number
    return bounds[-1]


def _together(several: Sequence[Buckets]) -> Buckets:
    found: dict[Decimal | None, list[Decimal]] = {}
    for buckets in several:
        for bound, number in buckets.items():
            found.setdefault(bound, []).append(number)
    return {bound: added(numbers) or Decimal(0) for bound, numbers in found.items()}


def _bound(text: str) -> Decimal | None:
    """Return a bound, however it is spelled; None for +Inf and for what is none."""
    try:
        bound = Decimal(text)
    except InvalidOperation:
        return None
    return bound if bound.is_finite() else None
