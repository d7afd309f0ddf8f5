"""`value`: a gauge as it stands, every series of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.measures._parts import SERIES_MODIFIERS, MetricKind, OfMetric
from obsgen.measures._played import gauge
from obsgen.model import Curve, Domain, Query, Scene, Series, Unprovable, Vector, World
from obsgen.promql.build import Expr
from obsgen.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(OfMetric):
    """The instant selector of a gauge."""

    @property
    def unit(self) -> Unit:
        """The gauge's unit."""
        return self.metric.unit

    @property
    def labels(self) -> frozenset[str] | None:
        """Every label of the gauge."""
        return self.metric.all_labels

    @property
    def title(self) -> str:
        """The gauge's name."""
        return self.titled(self.metric.name)

    def window(self, default: str) -> str:
        """Return nothing: only the latest sample counts."""
        del default
        return ""

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        return self.topped(self.instant(self.metric.name, query))

    @property
    def domain(self) -> Domain:
        """A gauge takes any value, and gives it back as it is."""
        return Domain(exact=None)

    def values(self, query: Query, world: World) -> Vector:
        """Return the latest samples."""
        return world.latest(self.metric.name, self.matchers(query), self.look(query))

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return one gauge; each decoy would fire by itself."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        name = self.metric.name
        return (
            gauge(name, chosen.taken, curve, lambda span: span.level),
            *(gauge(name, d.labels, curve, lambda _: scene.tripping) for d in chosen.decoys),
        )


KIND: Final = MetricKind(
    key="value",
    types=("gauge",),
    make=Value,
    description="A gauge as it stands, every series of it.",
    example="queue_length",
    modifiers=SERIES_MODIFIERS,
)
