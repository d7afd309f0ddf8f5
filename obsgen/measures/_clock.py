"""Gauges that hold a Unix time, as a distance from now: what `age` and `until` share."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from obsgen.artefacts import ENDS, InputSeries, Run, exact
from obsgen.measures._parts import SERIES_MODIFIERS, MetricKind, OfMetric
from obsgen.model import Curve, Domain, Query, Scene, Series, Span, Unprovable, Vector, World
from obsgen.promql.build import Expr, binary, call
from obsgen.units import SECONDS, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance(OfMetric):
    """
    `time() - gauge{…}`, or `gauge{…} - time()`, every series.

    Attributes:
        word: For titles: the age of what.
        is_ahead: The time of the gauge less now, not now less the time of the gauge.
    """

    word: str
    is_ahead: bool

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
        """The distance to what."""
        return self.titled(f"{self.word} {self.metric.name}")

    def window(self, default: str) -> str:
        """Return nothing: only the latest sample counts."""
        del default
        return ""

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        now, held = call("time"), self.instant(self.metric.name, query)
        ends = (held, now) if self.is_ahead else (now, held)
        return self.topped(binary(ends[0], "-", ends[1]))

    @property
    def domain(self) -> Domain:
        """Clocks differ and times pass, so a distance may even be negative."""
        return Domain()

    def values(self, query: Query, world: World) -> Vector:
        """Return the difference of the time and the latest samples."""
        found = world.latest(self.metric.name, self.matchers(query), self.look(query))
        return {labels: self._sign * (world.seconds - value) for labels, value in found.items()}

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a gauge that follows the time at a distance; each decoy would fire by itself."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        # With an offset, the sample that counts is older than the time that it is taken from.
        since = Fraction(self.look(query).offset.ms, 1000)
        constant = (Span(sum(span.intervals for span in curve), scene.tripping),)
        return (
            self._following(chosen.taken, curve, scene, since),
            *(self._following(d.labels, constant, scene, since) for d in chosen.decoys),
        )

    @property
    def _sign(self) -> int:
        return -1 if self.is_ahead else 1

    def _following(
        self, labels: Mapping[str, str], curve: Curve, scene: Scene, since: Fraction
    ) -> InputSeries:
        """Return the time less (or plus) a level, at each sample."""
        runs: list[Run] = []
        index = 0
        for span in curve:
            times = span.intervals + (not runs)
            if span.level is None:
                runs.extend((ENDS, Run(times=times - 1)) if times > 1 else (ENDS,))
            else:
                start = exact(index * scene.seconds + since - self._sign * span.level)
                runs.append(Run(times=times, start=start, step=exact(scene.seconds)))
            index += times
        return InputSeries(name=self.metric.name, labels=labels, runs=tuple(runs))


def distance_kind(
    key: str, *, description: str, example: str, word: str, is_ahead: bool
) -> MetricKind:
    """Return the kind that measures how far the time of a gauge is from now."""
    return MetricKind(
        key=key,
        types=("gauge",),
        make=functools.partial(Distance, word=word, is_ahead=is_ahead),
        description=description,
        example=example,
        modifiers=SERIES_MODIFIERS,
    )
