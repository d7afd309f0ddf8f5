"""`all_of`: several conditions at once, on the labels that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.alerts._rule import condition_firing, one_rule
from obsgen.catalogue import Metric
from obsgen.model import Alert, AlertParts, Condition, Context, Reader, Schema
from obsgen.promql.build import binary
from obsgen.schema.shared import listed, ref
from obsgen.source import Node, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Fires for every series of the first measure for which all the others hold too."""

    conditions: tuple[Condition, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the measures read."""
        return tuple(m for c in self.conditions for m in c.measure.metrics)

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule; its value is that of the first condition."""
        query = context.query()
        first, *rest = self.conditions
        expr = first.expr(query)
        for other in rest:
            matching = _shared(first, other)
            expr = binary(expr, "and", other.expr(query), matching=matching)
        return one_rule(alert, context, condition_firing(first, context, expr))


def _shared(first: Condition, other: Condition) -> str:
    one, two = first.measure.labels, other.measure.labels
    if one is None or two is None or one == two:
        return ""
    return f"on ({', '.join(sorted(one & two))})"


class AllOfKind:
    """Reads `all_of: [CONDITION, …]`."""

    key: Final = "all_of"
    schema: Final[Schema] = listed(
        ref("condition"), description="Conditions that must all hold, on the labels they share."
    )

    def read(self, node: Node, reader: Reader) -> AllOf | None:
        """Read the conditions."""
        items = node.items if isinstance(node, Sequence) else ()
        conditions = [reader.condition(item) for item in items]
        found = tuple(c for c in conditions if c is not None)
        return AllOf(conditions=found) if found and len(found) == len(items) else None


KIND: Final = AllOfKind()
