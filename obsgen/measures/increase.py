"""`increase`: by how much a counter grew within its window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.measures._parts import COMMON_MODIFIERS, MetricKind, OfMetric
from obsgen.model import Query
from obsgen.promql.build import Expr, binary
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase(OfMetric):
    """`sum by (…) (increase(counter{…}[window]))`."""

    @property
    def unit(self) -> Unit:
        """What the counter counts."""
        return self.metric.counted_unit

    @property
    def title(self) -> str:
        """The increase of what."""
        return self.titled(f"increase of {self.metric.name}{self.slower}")

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        counted = self.summed("increase", self.metric.counted, query)
        if (bound := self.modifiers.slower_than) is not None:
            bucket = self.metric.bucket_matcher(bound)
            fast = self.summed("increase", f"{self.metric.name}_bucket", query, bucket)
            counted = binary(counted, "-", fast)
        return self.topped(counted)


KIND: Final = MetricKind(
    key="increase",
    types=("counter", "histogram", "summary"),
    make=Increase,
    description="By how much a counter grew within `window`; of a histogram, its count.",
    example="login_attempts_failed_total",
    modifiers=COMMON_MODIFIERS | {"slower_than"},
)
