"""`age`: how long ago the time was that a gauge holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.measures._parts import SERIES_MODIFIERS, MetricKind, OfMetric
from obsgen.model import Query
from obsgen.promql.build import Expr, binary, call
from obsgen.units import SECONDS, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Age(OfMetric):
    """`time() - gauge{…}`, every series."""

    @property
    def unit(self) -> Unit:
        """Seconds."""
        return SECONDS

    @property
    def labels(self) -> frozenset[str] | None:
        """Every label of the gauge."""
        return self.metric.all_labels

    @property
    def title(self) -> str:
        """The age of what."""
        return self.titled(f"age of {self.metric.name}")

    def window(self, default: str) -> str:
        """Return nothing: only the latest sample counts."""
        del default
        return ""

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        age = binary(call("time"), "-", self.instant(self.metric.name, query))
        return self.topped(age)


KIND: Final = MetricKind(
    key="age",
    types=("gauge",),
    make=Age,
    description="How long ago the Unix time was that a gauge holds, every series of it.",
    example="last_success_timestamp_seconds",
    modifiers=SERIES_MODIFIERS,
)
