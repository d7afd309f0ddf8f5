"""Gauges aggregated over their series: what `sum`, `avg`, `min` and `max` share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from obsgen.artefacts import InputSeries
from obsgen.measures._parts import MetricKind, OfMetric
from obsgen.measures._played import LARGE, gauge, highest, most
from obsgen.model import (
    Curve,
    Domain,
    Query,
    Scene,
    Series,
    Span,
    Unprovable,
    Vector,
    World,
    grouped,
)
from obsgen.promql.build import Expr, aggregate
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """
    How many values become one.

    Attributes:
        op: PromQL's aggregation operator.
        smooth: What each series goes through first where there is a window: `avg`, `min`, `max`.
        word: For titles.
        fold: The same on numbers.
        members: Two values that give a level, given an amount by which they may differ.
        decoy: A value that changes every result that it is taken into, given the lowest level, and
            an amount that is large among them.
        is_exact: Equality survives it, to the last bit; *with_window*: smoothing too.
    """

    op: str
    smooth: str
    word: str
    fold: Callable[[list[Fraction]], Fraction]
    members: Callable[[Fraction, Fraction], tuple[Fraction, Fraction]]
    decoy: Callable[[Fraction, Fraction], Fraction]
    is_exact: bool
    is_exact_with_window: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated(OfMetric):
    """`op by (…) (gauge{…})`; with a window each series is smoothed first."""

    how: Aggregation

    @property
    def unit(self) -> Unit:
        """The gauge's unit."""
        return self.metric.unit

    @property
    def title(self) -> str:
        """The aggregate of what."""
        return self.titled(f"{self.how.word} {self.metric.name}")

    def window(self, default: str) -> str:
        """Return the author's window: without one, only the latest samples count."""
        del default
        return self.modifiers.window

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        if self.modifiers.window:
            inner = self.over_window(f"{self.how.smooth}_over_time", self.metric.name, query)
        else:
            inner = self.instant(self.metric.name, query)
        return self.topped(aggregate(self.how.op, inner, by=self.by))

    @property
    def domain(self) -> Domain:
        """A gauge takes any value."""
        has_window = bool(self.modifiers.window)
        is_exact = self.how.is_exact_with_window if has_window else self.how.is_exact
        return Domain(exact=None if is_exact else ())

    def values(self, query: Query, world: World) -> Vector:
        """Return the aggregate of the latest samples, or of the smoothed ones."""
        name, matchers, look = self.metric.name, self.matchers(query), self.look(query)
        if self.modifiers.window:
            found = world.smoothed(self.how.smooth, name, matchers, look)
        else:
            found = world.latest(name, matchers, look)
        return grouped(found, self.by, self.how.fold)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return two gauges that differ, where there can be two."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        name = self.metric.name
        apart = most(curve, lambda span: span.level) / 2
        other = self.cast(query, scene._replace(sibling=scene.sibling + 1, with_decoys=False))

        def member(place: int) -> Callable[[Span], Fraction | None]:
            def stands(span: Span) -> Fraction | None:
                return None if span.level is None else self.how.members(span.level, apart)[place]

            return stands

        own: tuple[InputSeries, ...]
        if isinstance(other, Unprovable):
            own = (gauge(name, chosen.taken, curve, lambda span: span.level),)
        else:
            own = (
                gauge(name, chosen.taken, curve, member(0)),
                gauge(name, other.taken, curve, member(1)),
            )
        lowest = min((span.level for span in curve if span.level is not None), default=Fraction(0))
        decoy = self.how.decoy(min(lowest, scene.tripping), LARGE * highest(curve, scene))
        return (*own, *(gauge(name, d.labels, curve, lambda _: decoy) for d in chosen.decoys))


def aggregate_kind(how: Aggregation) -> MetricKind:
    """Return the kind that aggregates a gauge."""
    smooth = f"{how.smooth}_over_time"
    return MetricKind(
        key=how.op,
        types=("gauge",),
        make=functools.partial(Aggregated, how=how),
        description=f"The {how.word} a gauge over its series; with `window`, each first {smooth}.",
        example="active_sessions",
    )
