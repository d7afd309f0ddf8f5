"""`expr`: PromQL as it stands, for what no kind of measure says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from obsgen.catalogue import Catalogue, Metric
from obsgen.diagnostics import NOWHERE, Code, Origin, finding
from obsgen.measures._parts import spoken
from obsgen.model import (
    Curve,
    Domain,
    Look,
    ModifierNodes,
    Query,
    Reader,
    Scene,
    Series,
    Unprovable,
    Vector,
    World,
)
from obsgen.promql import (
    VectorSelector,
    narrowed,
    parse,
    result_labels,
    selectors,
    substitute_variables,
)
from obsgen.promql.build import Expr, as_written, call
from obsgen.schema.shared import text
from obsgen.source import MappingNode, Scalar
from obsgen.units import COUNT, Duration, Unit

UNKNOWN_UNIT: Final = Code(
    "PQL413",
    "unknown-unit",
    why="limits are converted to the unit of what they are compared with, panels show it",
    fix="Write `s`, `ms`, `bytes`, `ratio`, `percent`, a currency such as `USD`, or a word.",
)
CODES: Final = (UNKNOWN_UNIT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMeasure:
    """An expression that was parsed, and what its author says of its unit."""

    text: str
    unit: Unit
    catalogue: Catalogue
    legend: str
    top: int
    named: str
    origin: Origin = field(compare=False, repr=False, default=NOWHERE)

    @property
    def labels(self) -> frozenset[str] | None:
        """The labels that the expression can give, where that can be told."""
        node = parse(substitute_variables(self.text))
        found = result_labels(node, self.catalogue)
        return None if found.is_open else found.names

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The declared metrics that its selectors name."""
        node = parse(substitute_variables(self.text))
        found = (self.catalogue.metric_of(s.metric_name or "") for s in selectors(node))
        return tuple({m.name: m for m in found if m is not None}.values())

    @property
    def title(self) -> str:
        """The name that the author gave."""
        return spoken(self.named) or "the expression"

    def window(self, default: str) -> str:
        """Return nothing: the expression sets its own ranges."""
        del default
        return ""

    def expr(self, query: Query) -> Expr:
        """Return the PromQL; filters reach every selector whose metric has the label."""
        own = as_written(narrowed(self.text, lambda s: self._filters(s, query)))
        return call("topk", str(self.top), own) if self.top else own

    @property
    def domain(self) -> Domain:
        """Anything, for all that is known."""
        return Domain()

    def looks(self, query: Query) -> tuple[Look, ...]:
        """Return the present: what its ranges are, only its author knows."""
        del query
        return (Look(Duration(0), Duration(0)),)

    def series(self, query: Query, curve: Curve, scene: Scene) -> Series:
        """Return nothing: an expression of any form has no inverse."""
        del query, curve, scene
        return Unprovable("raw PromQL does not say which series give which value")

    def values(self, query: Query, world: World) -> Vector:
        """Return nothing: whoever cannot play it does not ask for it."""
        del query, world
        return {}

    def _filters(self, selected: VectorSelector, query: Query) -> list[str]:
        metric = self.catalogue.metric_of(selected.metric_name or "")
        labels = frozenset[str]() if metric is None else metric.all_labels
        return [str(m) for m in query.filters if m.label in labels]


class ExprKind:
    """Reads `{expr: PROMQL, unit: UNIT}`."""

    key: Final = "expr"
    modifiers: Final = frozenset({"legend", "top"})
    schema: Final[Mapping[str, Any]] = {
        "expr": text("PromQL, in a block scalar or quotes.", examples=["sum(up) / count(up)"]),
        "unit": text("What the expression gives.", examples=["s", "ratio", "USD/h"]),
    }

    def read(
        self, node: MappingNode, modifiers: ModifierNodes, reader: Reader
    ) -> tuple[RawMeasure, ...]:
        """Read the expression and its unit."""
        scalar = reader.promql(node.get("expr"), with_variables=True)
        if scalar is None:
            return ()
        unit = _unit(node, reader)
        own = reader.modifiers(modifiers, ())
        found = RawMeasure(
            text=scalar.text,
            unit=unit,
            catalogue=reader.catalogue,
            legend=own.legend,
            top=own.top,
            named=own.named,
            origin=scalar.origin,
        )
        return (found,)


def _unit(node: MappingNode, reader: Reader) -> Unit:
    unit = node.get("unit")
    if not isinstance(unit, Scalar):
        return COUNT
    try:
        return Unit.parse(unit.text)
    except ValueError:
        message = f"{unit.word} is not a unit"
        reader.report(finding(UNKNOWN_UNIT, unit.origin, message, "write `s`, `bytes`, `USD/h`"))
        return COUNT


KIND: Final = ExprKind()
