"""`increase`: by how much a counter grew within its window."""

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
    Look,
    Modifiers,
    Query,
    Scene,
    Series,
    Vector,
    World,
    summed,
)
from obsgen.promql.build import Expr, aggregate, call
from obsgen.units import Duration, Unit


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedIncrease(Increase):
    """`sum by (…) (sum_over_time(increments{…}[window]))`."""

    def grown(self, function: str, query: Query) -> Expr:
        """Return the sum of the increments; a millisecond short, a range holds whole tiles."""
        del function
        name, window = self.metric.counted, self.window(query.window)
        if not window.startswith("$"):
            window = str(Duration.parse(window).minus_a_millisecond())
        over = f"{self.selector(name, query)}[{window}]{self.offset}"
        return aggregate("sum", call("sum_over_time", over), by=self.by)

    def look(self, query: Query) -> Look:
        """Return the window, without its last millisecond."""
        window, offset = Counted.look(self, query)
        return Look(window.minus_a_millisecond(), offset)

    def values(self, query: Query, world: World) -> Vector:
        """Return the same."""
        name, matchers = self.metric.counted, self.matchers(query)
        return summed(world.smoothed("sum", name, matchers, self.look(query)), self.by)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return equal increments; as many as there are samples in a window."""
        samples = -(-self.look(query).window.ms // scene.interval.ms)
        return as_increments(self, query, curve, scene, Fraction(1, samples))


def _made(*, metric: Metric, modifiers: Modifiers, origin: Origin) -> Increase:
    made = RecordedIncrease if metric.recorded else Increase
    return made(metric=metric, modifiers=modifiers, origin=origin)


KIND: Final = MetricKind(
    key="increase",
    types=("counter", "histogram", "summary", "increments"),
    make=_made,
    description="By how much a counter grew within `window`; of a histogram, its count.",
    example="login_attempts_failed_total",
    modifiers=COMMON_MODIFIERS | {"slower_than"},
)
