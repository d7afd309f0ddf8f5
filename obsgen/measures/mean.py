"""`mean`: the average of what a histogram or summary observed within the window."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.measures._parts import MetricKind, OfMetric, quotient
from obsgen.measures._played import LARGE, counter, events, highest, most
from obsgen.model import (
    Curve,
    Domain,
    Query,
    Scene,
    Series,
    Span,
    Unprovable,
    Vector,
    World,
    divided,
    summed,
)
from obsgen.promql.build import Expr
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean(OfMetric):
    """The rate of the sum over the rate of the count; nothing without observations."""

    @property
    def unit(self) -> Unit:
        """The unit of what is observed."""
        return self.metric.unit

    @property
    def title(self) -> str:
        """The mean of what."""
        return self.titled(f"mean of {self.metric.name}")

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        total = self.summed("rate", f"{self.metric.name}_sum", query)
        count = self.summed("rate", f"{self.metric.name}_count", query)
        return self.topped(quotient(total, count, fill=False))

    @property
    def domain(self) -> Domain:
        """The sum is a counter, and counters do not fall."""
        return Domain(low=Decimal(0), exact=(Decimal(0),))

    def values(self, query: Query, world: World) -> Vector:
        """Return sum over count."""
        look, matchers = self.look(query), self.matchers(query)
        total = summed(world.rates(f"{self.metric.name}_sum", matchers, look), self.by)
        count = summed(world.rates(f"{self.metric.name}_count", matchers, look), self.by)
        return divided(total, count)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a sum and a count; decoys are as many and much larger."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen

        def count(span: Span) -> Fraction:
            return events(span, scene)

        def total(span: Span) -> Fraction:
            return events(span, scene) * (span.level or 0)

        name = self.metric.name
        many = most(curve, count)
        large = LARGE * many * highest(curve, scene)
        found = [
            counter(f"{name}_sum", chosen.taken, curve, total),
            counter(f"{name}_count", chosen.taken, curve, count),
        ]
        for decoy in chosen.decoys:
            found.append(counter(f"{name}_sum", decoy.labels, curve, lambda _: large))
            found.append(counter(f"{name}_count", decoy.labels, curve, lambda _: many))
        return tuple(found)


KIND: Final = MetricKind(
    key="mean",
    types=("histogram", "summary"),
    make=Mean,
    description="The average of what a histogram or summary observed within `window`.",
    example="http_request_duration_seconds",
)
