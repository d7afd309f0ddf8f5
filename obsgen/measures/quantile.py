"""`quantile`: the value below which a share of a histogram's observations lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.diagnostics import Code, finding
from obsgen.measures._histograms import Counts, interpolated, spread
from obsgen.measures._parts import COMMON_MODIFIERS, OfMetric, metric_key
from obsgen.measures._played import LARGE, bucket_labels, buckets, counter, events, most
from obsgen.model import (
    Curve,
    Domain,
    Labels,
    ModifierNodes,
    Query,
    Reader,
    Scene,
    Series,
    Span,
    Unprovable,
    Vector,
    World,
    kept,
    summed,
)
from obsgen.promql.build import Expr, aggregate, call
from obsgen.source import MappingNode, Node, Scalar, Sequence
from obsgen.units import Unit, number_text, parse_number

QUANTILE_RANGE: Final = Code(
    "PQL411",
    "quantile-range",
    why="a quantile is a share of the observations, so it lies between 0 and 1",
    fix="Write `quantile: 0.95` for the 95th percentile.",
)
CODES: Final = (QUANTILE_RANGE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile(OfMetric):
    """`histogram_quantile(q, sum by (le, …) (rate(histogram_bucket{…}[window])))`."""

    quantile: Decimal

    @property
    def unit(self) -> Unit:
        """The histogram's unit."""
        return self.metric.unit

    @property
    def title(self) -> str:
        """Which percentile of what."""
        return self.titled(f"{self.percentile} of {self.metric.name}")

    @property
    def percentile(self) -> str:
        """The quantile as people say it: `p95`."""
        return f"p{number_text(self.quantile * 100)}"

    @property
    def legend(self) -> str:
        """What the author wrote, else the percentile and the groups."""
        groups = "".join(f" {{{{{label}}}}}" for label in self.by)
        return self.modifiers.legend or self.percentile + groups

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        rates = self.over_window("rate", f"{self.metric.name}_bucket", query)
        buckets = aggregate("sum", rates, by=("le", *self.by))
        return self.topped(call("histogram_quantile", number_text(self.quantile), buckets))

    @property
    def domain(self) -> Domain:
        """
        Return the values between the first bucket and the last.

        With all observations in the first bucket it is interpolated from 0 (where its bound is
        above 0), beyond the last it is the last bound (Prometheus, `histogram_quantile`).
        """
        bounds = self.metric.buckets
        if not bounds:
            return Domain()
        low = bounds[0] * self.quantile if bounds[0] > 0 else bounds[0]
        return Domain(low=low, high=bounds[-1], exact=(bounds[-1],))

    def values(self, query: Query, world: World) -> Vector:
        """Return the quantile of each group's buckets."""
        name, look = f"{self.metric.name}_bucket", self.look(query)
        rates = world.rates(name, self.matchers(query), look)
        groups: dict[Labels, Counts] = {}
        for labels, value in summed(rates, ("le", *self.by)).items():
            bound = dict(labels).get("le", "")
            counts = groups.setdefault(kept(labels, self.by), {})
            counts[None if bound == "+Inf" else Decimal(bound)] = value
        found = {labels: interpolated(self.quantile, counts) for labels, counts in groups.items()}
        return {labels: value for labels, value in found.items() if value is not None}

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a histogram; decoys are many and beyond the last bucket."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        bounds = self.metric.buckets
        if not bounds:
            return Unprovable(f"the buckets of `{self.metric.name}` are not declared")
        if bounds[0] <= 0 and any(s.level is not None and s.level <= bounds[0] for s in curve):
            return Unprovable("nothing is told apart within the first bucket")

        def cumulative(span: Span) -> list[Fraction]:
            parts = [Fraction(0)] * (len(bounds) + 1)
            if span.level is not None:
                parts = spread(self.quantile, span.level, bounds)
            return [events(span, scene) * part for part in parts]

        large = LARGE * most(curve, lambda span: events(span, scene))
        own = buckets(self.metric, chosen.taken, curve, cumulative)
        name = f"{self.metric.name}_bucket"
        beyond = [bucket_labels(self.metric, decoy.labels)[-1] for decoy in chosen.decoys]
        return (*own, *(counter(name, labels, curve, lambda _: large) for labels in beyond))


class QuantileKind:
    """Reads `{quantile: 0.95, of: HISTOGRAM}`; a list of quantiles gives one measure each."""

    key: Final = "quantile"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "quantile": {
            "type": ["number", "string", "array"],
            "items": {"type": ["number", "string"]},
            "description": "The quantile, 0 to 1, of the histogram `of`; in panels a list too.",
            "examples": [0.95, [0.5, 0.95, 0.99]],
        },
        "of": metric_key("The counter or histogram.", "http_requests_total"),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Quantile, ...]:
        """Read the histogram and the quantiles."""
        metric = reader.metric(node.get("of"), ("histogram",), use="quantile")
        wanted = node.get("quantile")
        items = wanted.items if isinstance(wanted, Sequence) else (wanted,)
        quantiles = [q for item in items if (q := _quantile(item, reader)) is not None]
        if metric is None:
            return ()
        read = reader.modifiers(modifiers, (metric,))
        return tuple(
            Quantile(metric=metric, modifiers=read, origin=node.origin, quantile=q)
            for q in quantiles
        )


def _quantile(node: Node | None, reader: Reader) -> Decimal | None:
    if not isinstance(node, Scalar):
        return None
    try:
        quantile = parse_number(node.text)
    except ValueError:
        quantile = Decimal(-1)
    if 0 < quantile < 1:
        return quantile
    message = f"quantile {node.word} is not between 0 and 1"
    hint = "write the 95th percentile as `quantile: 0.95`"
    reader.report(finding(QUANTILE_RANGE, node.origin, message, hint))
    return None


KIND: Final = QuantileKind()
