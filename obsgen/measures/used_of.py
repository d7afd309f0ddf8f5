"""`used_of`: which part of a total is not free, every series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.measures._parts import SERIES_MODIFIERS, OfMetric, metric_key, quotient
from obsgen.model import ModifierNodes, Query, Reader
from obsgen.promql.build import Expr, binary, number
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
        """Every label: both gauges have the same ones."""
        return self.metric.all_labels & self.free.all_labels

    @property
    def title(self) -> str:
        """The used part of what."""
        return self.titled(f"used part of {self.metric.name}")

    def window(self, default: str) -> str:
        """Return nothing: only the latest samples count."""
        del default
        return ""

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        free = OfMetric(metric=self.free, modifiers=self.modifiers).instant(self.free.name, query)
        total = self.instant(self.metric.name, query)
        used = binary(number("1"), "-", quotient(free, total, fill=False))
        return self.topped(used)


class UsedOfKind:
    """Reads `{used_of: TOTAL, free: GAUGE}`."""

    key: Final = "used_of"
    modifiers: Final = SERIES_MODIFIERS
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
        return (UsedOf(metric=total, free=free, modifiers=read, origin=node.origin),)


KIND: Final = UsedOfKind()
