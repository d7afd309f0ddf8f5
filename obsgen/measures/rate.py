"""`rate`: how fast a counter grows, a second or as `per` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.measures._parts import COMMON_MODIFIERS, MetricKind, OfMetric
from obsgen.model import Query
from obsgen.promql.build import Expr, binary, number
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(OfMetric):
    """`sum by (…) (rate(counter{…}[window]))`, times `per`."""

    @property
    def unit(self) -> Unit:
        """The counter's unit over time."""
        return self.metric.counted_unit.rated(self.modifiers.per)

    @property
    def title(self) -> str:
        """The rate of what."""
        return self.titled(f"rate of {self.metric.name}{self.slower}")

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        counted = self.summed("rate", self.metric.counted, query)
        if (bound := self.modifiers.slower_than) is not None:
            bucket = self.metric.bucket_matcher(bound)
            fast = self.summed("rate", f"{self.metric.name}_bucket", query, bucket)
            counted = binary(counted, "-", fast)
        if self.modifiers.per != 1:
            counted = binary(counted, "*", number(str(self.modifiers.per)))
        return self.topped(counted)


KIND: Final = MetricKind(
    key="rate",
    types=("counter", "histogram", "summary"),
    make=Rate,
    description="How fast a counter grows, a second or as `per` says; of a histogram, its count.",
    example="http_requests_total",
    modifiers=COMMON_MODIFIERS | {"per", "slower_than"},
)
