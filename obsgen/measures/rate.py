"""`rate`: how fast a counter grows, a second or as `per` says."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import Origin
from obsgen.measures._counted import Counted, as_increments
from obsgen.measures._parts import COMMON_MODIFIERS, MetricKind
from obsgen.model import (
    Curve,
    Modifiers,
    Query,
    Scene,
    Series,
    Vector,
    World,
    scaled,
    summed,
)
from obsgen.names import tile_of
from obsgen.promql.build import Expr, binary, number
from obsgen.units import Unit, number_text


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRate(Rate):
    """`sum by (…) (avg_over_time(increments{…}[window]))`, over the length of a tile."""

    @property
    def tile(self) -> Fraction:
        """The length of what each sample tells of, in seconds."""
        tile = tile_of(self.metric.recorded)
        return Fraction(tile.seconds if tile else 1)

    def grown(self, function: str, query: Query) -> Expr:
        """Return the mean of the increments: a window need not hold whole tiles."""
        del function
        means = self.summed("avg_over_time", self.metric.counted, query)
        return binary(means, "/", number(number_text(self.tile)))

    def values(self, query: Query, world: World) -> Vector:
        """Return the same."""
        name, matchers = self.metric.counted, self.matchers(query)
        means = world.smoothed("avg", name, matchers, self.look(query))
        return scaled(summed(means, self.by), self.seconds(query) / self.tile)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return the increments of a tile."""
        once = self.tile / self.seconds(query)
        return as_increments(self, query, curve, scene, once)


def _made(*, metric: Metric, modifiers: Modifiers, origin: Origin) -> Rate:
    made = RecordedRate if metric.recorded else Rate
    return made(metric=metric, modifiers=modifiers, origin=origin)


KIND: Final = MetricKind(
    key="rate",
    types=("counter", "histogram", "summary", "increments"),
    make=_made,
    description="How fast a counter grows, a second or as `per` says; of a histogram, its count.",
    example="http_requests_total",
    modifiers=COMMON_MODIFIERS | {"per", "slower_than"},
)
