"""How much a counter grows: what `rate` and `increase` share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from obsgen.artefacts import InputSeries
from obsgen.measures._parts import OfMetric
from obsgen.measures._played import LARGE, buckets, counter, gauge, highest
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
    scaled,
    summed,
)
from obsgen.promql.build import Expr, binary


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(OfMetric, ABC):
    """The growth of a counter, or of the observations above a bucket's bound."""

    @abstractmethod
    def seconds(self, query: Query) -> Fraction:
        """Return the length of time over which the growth is given."""

    @property
    def domain(self) -> Domain:
        """Counters do not fall, and a counter that stands has a rate of exactly 0."""
        return Domain(low=Decimal(0), exact=(Decimal(0),))

    def grown(self, function: str, query: Query) -> Expr:
        """Return the growth of everything, less that of what was fast."""
        counted = self.summed(function, self.metric.counted, query)
        if (bound := self.modifiers.slower_than) is None:
            return counted
        bucket = self.metric.bucket_matcher(bound)
        fast = self.summed(function, f"{self.metric.name}_bucket", query, bucket)
        return binary(counted, "-", fast)

    def values(self, query: Query, world: World) -> Vector:
        """Return the growth; what was fast is taken off where it has the same labels."""
        look, matchers = self.look(query), self.matchers(query)
        counted = summed(world.rates(self.metric.counted, matchers, look), self.by)
        if (bound := self.modifiers.slower_than) is not None:
            inside = (*matchers, self.metric.bucket_matcher(bound))
            found = world.rates(f"{self.metric.name}_bucket", inside, look)
            fast = summed(found, self.by)
            counted = {k: v - fast[k] for k, v in counted.items() if k in fast}
        return scaled(counted, self.seconds(query))

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return one counter, and for each matcher others that it keeps out."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        once = scene.seconds / self.seconds(query)
        large = LARGE * highest(curve, scene) * once
        decoys = (
            counter(self.metric.counted, decoy.labels, curve, lambda _: large)
            for decoy in chosen.decoys
        )
        if self.modifiers.slower_than is not None:
            return (*self._slow(chosen.taken, curve, once), *decoys)

        def grows(span: Span) -> Fraction | None:
            return None if span.level is None else span.level * once

        return (counter(self.metric.counted, chosen.taken, curve, grows), *decoys)

    def _slow(
        self, labels: Mapping[str, str], curve: Curve, once: Fraction
    ) -> tuple[InputSeries, ...]:
        """Let as many be fast as there are slow ones at most; the slow ones fall just beyond."""
        fast = max((span.level or Fraction(0) for span in curve), default=Fraction(0)) * once
        bounds = self.metric.buckets
        place = bounds.index(self.modifiers.slower_than or Decimal(0))

        def all_of(span: Span) -> Fraction:
            return Fraction(0) if span.level is None else fast + span.level * once

        def cumulative(span: Span) -> list[Fraction]:
            own = Fraction(0) if span.level is None else fast
            below = [Fraction(0)] * place
            return [*below, own, *[all_of(span)] * (len(bounds) - place)]

        return (
            counter(self.metric.counted, labels, curve, all_of),
            *buckets(self.metric, labels, curve, cumulative),
        )


def as_increments(
    measure: Counted, query: Query, curve: Curve, scene: Scene, once: Fraction
) -> Series:
    """
    Return increments as rules would record them, and for each matcher others that it keeps out.

    Args:
        once: What one sample tells where the measure stands at 1.
    """
    chosen = measure.cast(query, scene)
    if isinstance(chosen, Unprovable):
        return chosen
    large = LARGE * highest(curve, scene) * once

    def stands(span: Span) -> Fraction | None:
        return None if span.level is None else span.level * once

    name = measure.metric.counted
    decoys = (gauge(name, decoy.labels, curve, lambda _: large) for decoy in chosen.decoys)
    return (gauge(name, chosen.taken, curve, stands), *decoys)
