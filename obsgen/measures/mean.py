"""`mean`: the average of what a histogram or summary observed within the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.measures._parts import MetricKind, OfMetric, quotient
from obsgen.model import Query
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


KIND: Final = MetricKind(
    key="mean",
    types=("histogram", "summary"),
    make=Mean,
    description="The average of what a histogram or summary observed within `window`.",
    example="http_request_duration_seconds",
)
