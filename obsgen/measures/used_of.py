"""`used_of`: which part of a total is not free, every series, or summed by labels first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import finding
from obsgen.measures._parts import (
    COMMON_MODIFIERS,
    UNMATCHED_OPERANDS,
    OfMetric,
    metric_key,
    quotient,
)
from obsgen.measures._played import LARGE, PARTS_OF_ONE, gauge
from obsgen.model import (
    Curve,
    Domain,
    ModifierNodes,
    Query,
    Reader,
    Scene,
    Series,
    Span,
    Unprovable,
    Vector,
    World,
    divided,
    summed,
)
from obsgen.promql.build import Expr, aggregate, binary, number
from obsgen.source import MappingNode
from obsgen.units import RATIO, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOf(OfMetric):
    """`1 - free / total`; *metric* is the total."""

    free: Metric

    @property
    def unit(self) -> Unit:
        """A ratio, 0 to 1."""
        return RATIO

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The total and what is free of it."""
        return (self.metric, self.free)

    @property
    def labels(self) -> frozenset[str] | None:
        """Those of `by`; without it every label that both gauges have."""
        if self.by:
            return frozenset(self.by)
        return self.metric.all_labels & self.free.all_labels

    @property
    def title(self) -> str:
        """The used part of what."""
        return self.titled(f"used part of {self.metric.name}")

    def window(self, default: str) -> str:
        """Return the author's window: without one, only the latest samples count."""
        del default
        return self.modifiers.window

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        free = OfMetric(metric=self.free, modifiers=self.modifiers)
        part, total = self._operand(free, query), self._operand(self, query)
        used = binary(number("1"), "-", quotient(part, total, fill=False))
        return self.topped(used)

    @property
    def domain(self) -> Domain:
        """No more is free than there is, and no less than nothing."""
        return PARTS_OF_ONE

    def values(self, query: Query, world: World) -> Vector:
        """Return what is not free of each total."""
        free = OfMetric(metric=self.free, modifiers=self.modifiers)
        found = divided(self._seen(free, query, world), self._seen(self, query, world))
        return {labels: 1 - value for labels, value in found.items()}

    def _seen(self, gauge: OfMetric, query: Query, world: World) -> Vector:
        name, matchers, look = gauge.metric.name, gauge.matchers(query), self.look(query)
        if self.modifiers.window:
            found = world.smoothed("avg", name, matchers, look)
        else:
            found = world.latest(name, matchers, look)
        return summed(found, self.by) if self.by else found

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return a total and what is free of it, and the same of every decoy."""
        chosen = self.cast(query, scene)
        if isinstance(chosen, Unprovable):
            return chosen
        shared = frozenset(self.by or chosen.taken)
        pinned = {k: v for k, v in chosen.taken.items() if k in shared}
        free = OfMetric(metric=self.free, modifiers=self.modifiers)
        other = free.cast(query, scene._replace(pinned={**scene.pinned, **pinned}))
        if isinstance(other, Unprovable):
            return other

        def left(span: Span) -> Fraction | None:
            return None if span.level is None else _TOTAL * (1 - span.level)

        def whole(span: Span) -> Fraction | None:
            return None if span.level is None else _TOTAL

        found = [
            gauge(self.metric.name, chosen.taken, curve, whole),
            gauge(self.free.name, other.taken, curve, left),
        ]
        large = LARGE * _TOTAL
        unused = large * (1 - _between(curve, scene))
        for labels in _each_once(d.labels for d in (*chosen.decoys, *other.decoys)):
            found.append(gauge(self.metric.name, labels, curve, lambda _: large))
            found.append(gauge(self.free.name, labels, curve, lambda _: unused))
        return tuple(found)

    def _operand(self, gauge: OfMetric, query: Query) -> Expr:
        name = gauge.metric.name
        if self.modifiers.window:
            inner = gauge.over_window("avg_over_time", name, query)
        else:
            inner = gauge.instant(name, query)
        return aggregate("sum", inner, by=self.by) if self.by else inner


_TOTAL: Final = Fraction(100)


def _between(curve: Curve, scene: Scene) -> Fraction:
    """Return a used part that trips the condition, but leaves something free and something used."""
    levels = [s.level for s in curve if s.level is not None and 0 < s.level < 1]
    if scene.tripping >= 1:
        return (1 + max(levels, default=Fraction(0))) / 2
    return scene.tripping if scene.tripping > 0 else min(levels, default=Fraction(1)) / 2


def _each_once(labels: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    return tuple({tuple(sorted(each.items())): each for each in labels}.values())


class UsedOfKind:
    """Reads `{used_of: TOTAL, free: GAUGE}`."""

    key: Final = "used_of"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "used_of": metric_key(
            "Which part of this total is not `free`, every series.", "node_memory_MemTotal_bytes"
        ),
        "free": metric_key("The gauge of what is left.", "node_memory_MemAvailable_bytes"),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[UsedOf, ...]:
        """Read both gauges and the modifiers."""
        total = reader.metric(node.get("used_of"), ("gauge",), use="used_of")
        free = reader.metric(node.get("free"), ("gauge",), use="free")
        if total is None or free is None:
            return ()
        read = reader.modifiers(modifiers, (total, free))
        if total.all_labels != free.all_labels and not read.by:
            own = ", ".join(f"`{n}`" for n in sorted(total.all_labels ^ free.all_labels))
            message = f"`{total.name}` and `{free.name}` never match: only one of them has {own}"
            hint = "sum both with `by: […]` over labels that both have"
            reader.report(finding(UNMATCHED_OPERANDS, node.origin, message, hint))
            return ()
        return (UsedOf(metric=total, free=free, modifiers=read, origin=node.origin),)


KIND: Final = UsedOfKind()
