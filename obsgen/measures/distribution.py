"""`distribution`: all buckets of a histogram, for heatmaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.measures._parts import MetricKind, OfMetric
from obsgen.model import Query
from obsgen.promql.build import Expr, aggregate
from obsgen.units import COUNT, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(OfMetric):
    """`sum by (le) (increase(histogram_bucket{…}[window]))`."""

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
        """Return the PromQL."""
        increases = self.over_window("increase", f"{self.metric.name}_bucket", query)
        return aggregate("sum", increases, by=("le",))


KIND: Final = MetricKind(
    key="distribution",
    types=("histogram",),
    make=Distribution,
    description="All buckets of a histogram, one series each.",
    example="http_request_duration_seconds",
    modifiers=frozenset({"where", "window", "offset", "legend"}),
)
