"""`any_of`: one of several conditions is enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from obsgen.alerts._conditions import Several, read_conditions
from obsgen.alerts._proofs import proven
from obsgen.alerts._prose import Firing
from obsgen.alerts._rule import one_rule
from obsgen.model import Alert, AlertParts, Context, Reader, Schema, Watched
from obsgen.promql.build import any_of
from obsgen.prose import capitalized
from obsgen.schema.shared import listed, ref
from obsgen.source import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Several):
    """Fires for every series of any of the measures that is beyond its limit."""

    @property
    def watched(self) -> Watched:
        """All of the conditions."""
        return Watched(conditions=self.conditions)

    def compile(self, alert: Alert, context: Context) -> AlertParts:
        """Return the rule; its value is that of whichever condition holds."""
        query = context.query()
        expr = any_of(c.expr(query) for c in self.conditions)
        kept = [c.measure.labels for c in self.conditions]
        known = [labels for labels in kept if labels is not None]
        labels = frozenset[str]().union(*known) if len(known) == len(kept) else None
        titles = " or ".join(
            f"{c.measure.title} {c.comparison} {c.limit.text}" for c in self.conditions
        )
        units = {c.measure.unit for c in self.conditions}
        firing = Firing(
            expr=expr,
            labels=labels,
            fallback=capitalized(titles),
            unit=self.conditions[0].measure.unit,
            has_value=len(units) == 1,
            limit=" or ".join(dict.fromkeys(c.limit.text for c in self.conditions)),
            window=self.conditions[0].measure.window(query.window),
        )
        parts = one_rule(alert, context, firing)
        return proven(parts, alert, context, self.conditions, all_of=False)


class AnyOfKind:
    """Reads `any_of: [CONDITION, …]`."""

    key: Final = "any_of"
    schema: Final[Schema] = listed(
        ref("condition"), description="Conditions of which one is enough."
    )

    def read(self, node: Node, reader: Reader) -> AnyOf | None:
        """Read the conditions."""
        conditions = read_conditions(node, reader)
        return AnyOf(conditions=conditions) if conditions else None


KIND: Final = AnyOfKind()
