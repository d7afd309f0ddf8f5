"""`distribution`: all buckets of a histogram, for heatmaps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obsgen.measures._parts import MetricKind, OfMetric
from obsgen.model import (
    Curve,
    Domain,
    Query,
    Scene,
    Series,
    Unprovable,
    Vector,
    World,
    scaled,
    summed,
)
from obsgen.promql.build import Expr, aggregate
from obsgen.units import COUNT, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(OfMetric):
    """`sum by (le) (increase(histogram_bucket{…}[window]))`; all in one series of a native one."""

    @property
    def unit(self) -> Unit:
        """Observations; the buckets' own unit is on the other axis."""
        return COUNT

    @property
    def labels(self) -> frozenset[str] | None:
        """Only the bucket's bound."""
        return frozenset({"le"})

    @property
    def title(self) -> str:
        """The distribution of what."""
        return self.titled(f"distribution of {self.metric.name}")

    def expr(self, query: Query) -> Expr:
        """Return the PromQL; a native histogram holds its buckets in its samples."""
        if self.metric.type == "native_histogram":
            return aggregate("sum", self.over_window("increase", self.metric.name, query))
        increases = self.over_window("increase", f"{self.metric.name}_bucket", query)
        return aggregate("sum", increases, by=("le",))

    @property
    def domain(self) -> Domain:
        """Counters do not fall."""
        return Domain(low=Decimal(0), exact=(Decimal(0),))

    def values(self, query: Query, world: World) -> Vector:
        """Return the growth of each bucket within the window."""
        look = self.look(query)
        found = world.rates(f"{self.metric.name}_bucket", self.matchers(query), look)
        return scaled(summed(found, ("le",)), Fraction(look.window.ms, 1000))

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return nothing: it is a picture, not a number."""
        del query, curve, scene
        return Unprovable("a distribution has one value for each bucket")


KIND: Final = MetricKind(
    key="distribution",
    types=("histogram", "native_histogram"),
    make=Distribution,
    description="All buckets of a histogram, one series each.",
    example="http_request_duration_seconds",
    modifiers=frozenset({"where", "window", "offset", "legend"}),
)
