"""`count`: how many series of a metric or measure meet a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from obsgen.catalogue import Metric
from obsgen.diagnostics import NOWHERE, Origin
from obsgen.measures._parts import COMMON_MODIFIERS, spoken
from obsgen.model import Measure, ModifierNodes, Modifiers, Query, Reader
from obsgen.promql.build import Expr, aggregate, binary, call, number
from obsgen.schema.shared import ref
from obsgen.source import MappingNode
from obsgen.units import COUNT, Unit, number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`count by (…) (measure > limit)`; 0 where there are series and none passes."""

    inner: Measure
    comparison: str
    limit: Decimal | Fraction | None
    modifiers: Modifiers
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def unit(self) -> Unit:
        """Series."""
        return COUNT

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels of `by`."""
        return frozenset(self.modifiers.by)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the counted measure reads."""
        return self.inner.metrics

    @property
    def legend(self) -> str:
        """What the author wrote."""
        return self.modifiers.legend

    @property
    def title(self) -> str:
        """The number of what."""
        return spoken(self.modifiers.named) or f"number of {self.inner.title}"

    def window(self, default: str) -> str:
        """Return the counted measure's window."""
        return self.inner.window(default)

    def expr(self, query: Query) -> Expr:
        """Return the PromQL."""
        series = self.inner.expr(query)
        counted = aggregate("count", series, by=self.modifiers.by)
        if self.limit is not None:
            passing = binary(series, self.comparison, number(number_text(self.limit)))
            met = aggregate("count", passing, by=self.modifiers.by)
            counted = binary(met, "or", binary(number("0"), "*", counted))
        return call("topk", str(self.modifiers.top), counted) if self.modifiers.top else counted


class CountKind:
    """Reads `{count: GAUGE or MEASURE, which: {below: 60s}}`."""

    key: Final = "count"
    modifiers: Final = COMMON_MODIFIERS
    schema: Final[Mapping[str, Any]] = {
        "count": {
            **ref("measure"),
            "description": "How many series of a gauge or measure there are, or meet `which`.",
            "examples": ["up", {"age": "container_last_seen"}],
        },
        "which": ref("comparison", "The comparison that a series must meet to be counted."),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[Count, ...]:
        """Read what is counted and the comparison."""
        inner = reader.measure(node.get("count"), modifiers)
        which = node.get("which")
        if inner is None:
            return ()
        comparison: str = ""
        limit: Decimal | Fraction | None = None
        if isinstance(which, MappingNode):
            read = reader.comparison(which, inner.unit)
            if read is None:
                return ()
            comparison, limit = read[0], read[1].value
        own = reader.modifiers(ModifierNodes(nodes=modifiers.nodes, named=modifiers.named), inner.metrics)
        found = Count(
            inner=inner, comparison=comparison, limit=limit, modifiers=own, origin=node.origin
        )
        return (found,)


KIND: Final = CountKind()
