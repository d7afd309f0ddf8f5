"""`quantile`: the value below which a share of a histogram's observations lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from obsgen.diagnostics import Code, finding
from obsgen.measures._parts import COMMON_MODIFIERS, OfMetric, metric_key
from obsgen.model import ModifierNodes, Query, Reader
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
