"""Gauges aggregated over their series: what `sum`, `avg`, `min` and `max` share."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from obsgen.measures._parts import MetricKind, OfMetric
from obsgen.model import Query
from obsgen.promql.build import Expr, aggregate
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated(OfMetric):
    """`op by (…) (gauge{…})`; with a window each series first through *smooth*."""

    op: str
    smooth: str
    word: str

    @property
    def unit(self) -> Unit:
        """The gauge's unit."""
        return self.metric.unit

    @property
    def title(self) -> str:
        """The aggregate of what."""
        return self.titled(f"{self.word} {self.metric.name}")

    def window(self, default: str) -> str:
        """Return the author's window: without one, only the latest samples count."""
        del default
        return self.modifiers.window

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        if self.modifiers.window:
            inner = self.over_window(self.smooth, self.metric.name, query)
        else:
            inner = self.instant(self.metric.name, query)
        return self.topped(aggregate(self.op, inner, by=self.by))


def aggregate_kind(op: str, *, smooth: str, word: str) -> MetricKind:
    """Return the kind that aggregates a gauge with *op*, each series first through *smooth*."""
    return MetricKind(
        key=op,
        types=("gauge",),
        make=functools.partial(Aggregated, op=op, smooth=smooth, word=word),
        description=f"The {word} a gauge over its series; with `window`, each first {smooth}.",
        example="active_sessions",
    )
