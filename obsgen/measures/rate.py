"""`rate`: how fast a counter grows, a second or as `per` says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.measures._counted import Counted
from obsgen.measures._parts import COMMON_MODIFIERS, MetricKind
from obsgen.model import Query
from obsgen.promql.build import Expr, binary, number
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Counted):
    """`sum by (…) (rate(counter{…}[window]))`, times `per`."""

    @property
    def unit(self) -> Unit:
        """The counter's unit over time."""
        return self.metric.counted_unit.rated(self.modifiers.per)

    @property
    def title(self) -> str:
        """The rate of what."""
        return self.titled(f"rate of {self.metric.name}{self.slower}")

    def seconds(self, query: Query) -> Fraction:
        """Return the time that the author wants the rate for."""
        del query
        return Fraction(self.modifiers.per)

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        counted = self.grown("rate", query)
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
