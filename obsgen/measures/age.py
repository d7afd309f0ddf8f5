"""`age`: how long ago the time was that a gauge holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from obsgen.artefacts import ENDS, InputSeries, Run, exact
from obsgen.measures._parts import SERIES_MODIFIERS, MetricKind, OfMetric
from obsgen.model import Curve, Domain, Query, Scene, Series, Span, Unprovable, Vector, World
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

    @property
    def domain(self) -> Domain:
        """Clocks differ, so an age may even be negative."""
        return Domain()

    def values(self, query: Query, world: World) -> Vector:
        """Return the time less the latest samples."""
        found = world.latest(self.metric.name, self.matchers(query), self.look(query))
        return {labels: world.seconds - value for labels, value in found.items()}

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a gauge that follows the time at a distance; each decoy would fire by itself."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        # With an offset, the sample that counts is older than the time that it is taken from.
        since = Fraction(self.look(query).offset.ms, 1000)
        constant = (Span(sum(span.intervals for span in curve), scene.tripping),)
        name = self.metric.name
        return (
            _following(name, chosen.taken, curve, scene, since),
            *(_following(name, d.labels, constant, scene, since) for d in chosen.decoys),
        )


def _following(
    name: str, labels: Mapping[str, str], curve: Curve, scene: Scene, since: Fraction
) -> InputSeries:
    """Return the time less a level, at each sample."""
    runs: list[Run] = []
    index = 0
    for span in curve:
        times = span.intervals + (not runs)
        if span.level is None:
            runs.extend((ENDS, Run(times=times - 1)) if times > 1 else (ENDS,))
        else:
            start = exact(index * scene.seconds + since - span.level)
            runs.append(Run(times=times, start=start, step=exact(scene.seconds)))
        index += times
    return InputSeries(name=name, labels=labels, runs=tuple(runs))


KIND: Final = MetricKind(
    key="age",
    types=("gauge",),
    make=Age,
    description="How long ago the Unix time was that a gauge holds, every series of it.",
    example="last_success_timestamp_seconds",
    modifiers=SERIES_MODIFIERS,
)
