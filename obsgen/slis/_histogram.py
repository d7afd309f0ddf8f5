"""What latencies by classic and by native histograms have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from obsgen.catalogue import Metric
from obsgen.matchers import Matcher
from obsgen.model import Limit, Promise
from obsgen.slis._metrics import OfMetrics, of_those
from obsgen.units import as_decimal

Bound = tuple[Decimal, tuple[Matcher, ...]]
"""A limit, with the matchers of the series that it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfHistogram(OfMetrics):
    """Observations of a histogram; those above *below* are bad."""

    histogram: Metric
    where: tuple[Matcher, ...]
    below: Limit
    kind: str = "latency"

    @property
    def words(self) -> str:
        """What counts as bad."""
        limit = self.below.words(self.histogram.unit)
        return f"{self.histogram.name} above {limit}{of_those(self.where)}"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The histogram."""
        return (self.histogram,)

    @property
    def promises(self) -> tuple[Promise, ...]:
        """That its observations are at most *below*."""
        return (Promise(metric=self.histogram, limit=self.below, where=self.where),)

    @property
    def bounds(self) -> Iterator[Bound]:
        """Yield each limit."""
        limit = self.below
        for name, value, _ in limit.values:
            yield _decimal(value), (Matcher(limit.by, "=", name),)
        if limit.value is not None:
            yield _decimal(limit.value), (limit.unnamed,) if limit.by else ()


def _decimal(value: Decimal | Fraction) -> Decimal:
    return value if isinstance(value, Decimal) else as_decimal(value)
