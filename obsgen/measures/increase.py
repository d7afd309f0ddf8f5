"""`increase`: by how much a counter grew within its window."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.measures._counted import Counted
from obsgen.measures._parts import COMMON_MODIFIERS, MetricKind
from obsgen.model import Query
from obsgen.promql.build import Expr
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Increase(Counted):
    """`sum by (…) (increase(counter{…}[window]))`."""

    @property
    def unit(self) -> Unit:
        """What the counter counts."""
        return self.metric.counted_unit

    @property
    def title(self) -> str:
        """The increase of what."""
        return self.titled(f"increase of {self.metric.name}{self.slower}")

    def seconds(self, query: Query) -> Fraction:
        """Return the length of the window."""
        return Fraction(self.look(query).window.ms, 1000)

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        return self.topped(self.grown("increase", query))


KIND: Final = MetricKind(
    key="increase",
    types=("counter", "histogram", "summary"),
    make=Increase,
    description="By how much a counter grew within `window`; of a histogram, its count.",
    example="login_attempts_failed_total",
    modifiers=COMMON_MODIFIERS | {"slower_than"},
)
