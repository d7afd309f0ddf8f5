"""`used_of`: which part of a total is not free, every series, or summed by labels first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from obsgen.model import ModifierNodes, Query, Reader
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

    def _operand(self, gauge: OfMetric, query: Query) -> Expr:
        name = gauge.metric.name
        if self.modifiers.window:
            inner = gauge.over_window("avg_over_time", name, query)
        else:
            inner = gauge.instant(name, query)
        return aggregate("sum", inner, by=self.by) if self.by else inner


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
