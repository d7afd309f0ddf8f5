"""`all_of`: several conditions at once, on the labels that they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.alerts._conditions import Several, on_shared, read_conditions
from obsgen.alerts._proofs import proven
from obsgen.alerts._rule import condition_firing, one_rule
from obsgen.model import Alert, AlertParts, Context, Reader, Schema, Watched
from obsgen.promql.build import binary
from obsgen.schema.shared import listed, ref
from obsgen.source import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Several):
    """Fires for every series of the first measure for which all the others hold too."""

    @property
    def watched(self) -> Watched:
        """The first condition: one unmet condition is enough."""
        return Watched(conditions=self.conditions[:1])

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule; its value is that of the first condition."""
        query = context.query()
        first, *rest = self.conditions
        expr = first.expr(query)
        for other in rest:
            matching = on_shared(first.measure.labels, other.measure.labels)
            expr = binary(expr, "and", other.expr(query), matching=matching)
        parts = one_rule(alert, context, condition_firing(first, context, expr))
        return proven(parts, alert, context, self.conditions, all_of=True)


class AllOfKind:
    """Reads `all_of: [CONDITION, …]`."""

    key: Final = "all_of"
    schema: Final[Schema] = listed(
        ref("condition"), description="Conditions that must all hold, on the labels they share."
    )

    def read(self, node: Node, reader: Reader) -> AllOf | None:
        """Read the conditions."""
        conditions = read_conditions(node, reader)
        return AllOf(conditions=conditions) if conditions else None


KIND: Final = AllOfKind()
